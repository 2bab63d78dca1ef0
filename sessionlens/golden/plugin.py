"""pytest's part: the fixture `sl_golden` and the options `--sl-golden-…`.

Loaded at every start of pytest, so it imports nothing until a test uses it.

    def test_what_the_demo_shows(sl_golden):
        sl_golden.check("recordings/demo.cast")
"""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sessionlens.golden.checking import Result

PAGES = "golden-differences"
RESULTS: pytest.StashKey[list[Result]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options; `sl_golden_dir` also for the configuration file."""
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
    parser.addini("sl_golden_dir", "where goldens lie, from the root folder (default: beside the recordings)")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to update where CI is set, before any test runs."""
    config.stash[RESULTS] = []
    if config.getoption("--sl-golden-update"):
        from sessionlens.errors import UsageError
        from sessionlens.golden.updating import refuse_in_ci

        try:
            refuse_in_ci()
        except UsageError as error:
            raise pytest.UsageError(f"--sl-golden-update: {error}") from error


class SlGolden:
    """Compares recordings with their goldens, or, under --sl-golden-update, writes those anew."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def check(
        self,
        path: str | PathLike[str],
        *,
        root: str | PathLike[str] | None = None,
        times: str | None = None,
        painted: bool | None = None,
        video: bool | None = None,
    ) -> None:
        """Fail unless the recording at a path, or each below it, shows what its golden says.

        A relative path counts from pytest's root folder. Goldens in a folder of their own lie there as the
        recordings lie below `root` (default: pytest's). `times`, `painted` and `video` are what an update
        writes; None: what the golden had before.
        """
        __tracebackhide__ = True
        from sessionlens.golden import checking, updating

        where = self._config.rootpath / path
        goldens, base = self._folder(), self._config.rootpath / (root or "")
        if self._config.getoption("--sl-golden-update"):
            wanted = updating.Wanted(times, painted, video)
            for _ in updating.update(where, goldens, wanted, root=base):
                pass
            return
        pages = self._config.rootpath / self._config.getoption("--sl-golden-pages")
        results = checking.check(where, goldens, pages, root=base)
        self._config.stash[RESULTS] += results
        bad = [str(result) for result in results if result.code]
        if bad:
            pytest.fail("\n".join(bad), pytrace=False)

    def _folder(self) -> Path | None:
        named = self._config.getoption("--sl-golden-dir") or self._config.getini("sl_golden_dir")
        return self._config.rootpath / named if named else None


@pytest.fixture
def sl_golden(pytestconfig: pytest.Config) -> SlGolden:
    """Compares recordings with their goldens (SessionLens): `sl_golden.check("recordings/demo.cast")`."""
    return SlGolden(pytestconfig)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """What was not compared is said, where everything else is green too."""
    for result in config.stash[RESULTS]:
        for text in result.not_compared:
            terminalreporter.write_line(f"sl_golden: {result.name}: not compared: {text}")
