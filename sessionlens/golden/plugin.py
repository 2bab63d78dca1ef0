"""pytest's part: the fixture `sl_golden` and the options `--sl-golden-…`.

Loaded at every start of pytest, so it imports nothing until a test uses it.

    def test_what_the_demo_shows(sl_golden):
        sl_golden.check("recordings/demo.cast")
"""

from __future__ import annotations

from os import PathLike

import pytest

PAGES = "golden-differences"
NOT_COMPARED = "sl_golden: not compared"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options."""
    group = parser.getgroup("sl-golden", "goldens of recordings (SessionLens)")
    group.addoption(
        "--sl-golden-update",
        action="store_true",
        help="write goldens anew instead of comparing; not under CI",
    )
    group.addoption(
        "--sl-golden-dir", metavar="DIR", help="where goldens lie (default: beside the recordings)"
    )
    group.addoption(
        "--sl-golden-pages",
        metavar="DIR",
        default=PAGES,
        help=f"where pages of differences go (default: {PAGES})",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to update where CI is set, before any test runs."""
    if config.getoption("--sl-golden-update"):
        from sessionlens.errors import UsageError
        from sessionlens.golden.updating import refuse_in_ci

        try:
            refuse_in_ci()
        except UsageError as error:
            raise pytest.UsageError(f"--sl-golden-update: {error}") from error


class SlGolden:
    """Compares recordings with their goldens, or, under --sl-golden-update, writes those anew."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self._config, self._node = request.config, request.node

    def check(
        self,
        path: str | PathLike[str],
        *,
        root: str | PathLike[str] | None = None,
        goldens: str | PathLike[str] | None = None,
        times: str | None = None,
        painted: bool | None = None,
        video: bool | None = None,
    ) -> None:
        """Fail unless the recording at a path, or each below it, shows what its golden says.

        A relative path counts from pytest's root folder. Goldens lie beside the recordings or below `goldens`
        (default: --sl-golden-dir) as the recordings lie below `root` (default: pytest's). `times`, `painted`
        and `video` are what an update writes; None: what the golden had before.
        """
        __tracebackhide__ = True
        from sessionlens.golden import checking, updating
        from sessionlens.visible import visible

        where = self._config.rootpath / path
        base = self._config.rootpath / (root or "")
        named = goldens or self._config.getoption("--sl-golden-dir")
        folder = self._config.rootpath / named if named else None
        if self._config.getoption("--sl-golden-update"):
            wanted = updating.Wanted(times, painted, video)
            done = list(updating.update(where, folder, wanted, root=base))
            if lost := [visible(str(at)) for at, what in done if what == updating.NOT_OPENED]:
                pytest.fail(f"{updating.NOT_OPENED}: {', '.join(lost)}", pytrace=False)
            return
        pages = self._config.rootpath / self._config.getoption("--sl-golden-pages")
        results = checking.check(where, folder, pages, root=base)
        for result in results:  # travels with the test's report, also between processes
            self._node.user_properties += [(NOT_COMPARED, f"{result.name}: {t}") for t in result.not_compared]
        bad = [visible(str(result), keep="\n") for result in results if result.code]
        if bad:
            pytest.fail("\n".join(bad), pytrace=False)


@pytest.fixture
def sl_golden(request: pytest.FixtureRequest) -> SlGolden:
    """Compares recordings with their goldens (SessionLens): `sl_golden.check("recordings/demo.cast")`."""
    return SlGolden(request)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was not compared is said, also where everything else is green."""
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, text in report.user_properties:
            if name == NOT_COMPARED and report.when == "call":
                terminalreporter.write_line(f"{name}: {text}")
