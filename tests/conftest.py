"""Shared by all tests: the hypothesis profiles, where the neighbours' data lies, a real browser."""

from __future__ import annotations

import importlib
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# A job in the background ignores Ctrl-C and Ctrl-\, and so would every program that the tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGQUIT") and signal.getsignal(signal.SIGQUIT) is signal.SIG_IGN:
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"

settings.register_profile(
    "quick", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("fuzz", max_examples=100_000, deadline=None)
settings.load_profile("quick")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--sl-screenshots", action="store_true", help="write the pictures of docs/img anew")


@pytest.fixture
def picture(request: pytest.FixtureRequest, root: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Where a picture of that name goes: to docs/img where pictures are written anew, else away."""
    folder = root / "docs" / "img" if request.config.getoption("--sl-screenshots") else tmp_path
    return lambda name: folder / name


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Data made by others' programs, beside the repository; absent in a plain clone."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared (samples, conformance, truth), which is not part of the project")
    return SHARED


@pytest.fixture(scope="session")
def benchmarks(root: Path) -> Iterator[Callable[[str], ModuleType]]:
    """Imports from benchmarks/, whose scripts are no package."""
    sys.path.insert(0, str(root / "benchmarks"))
    yield importlib.import_module
    sys.path.remove(str(root / "benchmarks"))


Event = tuple[float, str, bytes]


@pytest.fixture
def typescript(tmp_path: Path) -> Callable[..., Path]:
    """A maker of util-linux "advanced" recordings: events of (seconds since the start, i or o, bytes)."""

    def make(events: Sequence[Event], name: str = "session", columns: int = 80, rows: int = 24) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        head = (
            f'Script started on 2026-11-22 10:00:00+00:00 [TERM="xterm" COLUMNS="{columns}" LINES="{rows}"]\n'
        )
        timing = [
            "H 0.000000 START_TIME 2026-11-22 10:00:00+00:00",
            "H 0.000000 TERM xterm-256color",
            f"H 0.000000 COLUMNS {columns}",
            f"H 0.000000 LINES {rows}",
        ]
        logs = {"i": head.encode(), "o": head.encode()}
        before = 0.0
        for at, stream, data in events:
            timing.append(f"{stream.upper()} {at - before:.6f} {len(data)}")
            logs[stream] += data
            before = at
        timing += [f"H 0.000000 DURATION {before:.6f}", "H 0.000000 EXIT_CODE 0"]
        tail = b"\nScript done on 2026-11-22 10:01:00+00:00\n"
        (folder / "timing").write_text("\n".join(timing) + "\n")
        (folder / "in").write_bytes(logs["i"] + tail)
        (folder / "out").write_bytes(logs["o"] + tail)
        return folder

    return make


def typed(start: float, prompt: str, line: str, output: str = "", step: float = 0.05) -> list[Event]:
    """A line typed at a shell's prompt, echoed key by key, with what it printed."""
    events: list[Event] = [(start, "o", prompt.encode())]
    at = start + 0.5
    for key in line:
        events += [(at, "i", key.encode()), (at + 0.001, "o", key.encode())]
        at += step
    events += [(at, "i", b"\r"), (at + 0.001, "o", b"\r\n")]
    if output:
        events.append((at + 0.01, "o", output.replace("\n", "\r\n").encode()))
    return events


@pytest.fixture
def shell_session(typescript: Callable[..., Path]) -> Callable[..., Path]:
    """A maker of recordings of a plain shell: lines typed at a prompt, each with its output."""

    def make(lines: Sequence[tuple[str, str]], name: str = "session", prompt: str = "john@web01:~$ ") -> Path:
        events: list[Event] = []
        at = 0.1
        for line, output in lines:
            events += typed(at, prompt, line, output)
            at = events[-1][0] + 0.05
        return typescript([*events, (at, "o", prompt.encode())], name)

    return make


CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip


@dataclass
class Tab:
    """A page of a real browser, all that it asked for, and all that went wrong on it: errors on the console
    (a violation of the page's policy is one), exceptions, dialogs, and other pages that were opened."""

    page: Page
    requests: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        page = self.page
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda said: said.type in ("error", "warning") and self._bad("console", said.text))
        page.on("pageerror", lambda error: self._bad("exception", str(error)))
        page.on("dialog", lambda dialog: (self._bad("dialog", dialog.message), dialog.dismiss()))
        page.on("popup", lambda other: self._bad("popup", other.url))
        page.on("download", lambda download: self._bad("download", download.url))

    def _bad(self, kind: str, text: str) -> None:
        self.troubles.append(f"{kind}: {text}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for all tests of a worker."""
    api = pytest.importorskip("playwright.sync_api")
    program = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("needs chromium (Debian: chromium)")
    with api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield found
        found.close()


@pytest.fixture
def open_tab(browser: Browser) -> Iterator[Callable[..., Tab]]:
    """A maker of tabs, each with cookies and a clipboard of its own: `open_tab(width=700, height=800)`; other
    keywords are those of playwright's `new_context`."""
    contexts = []

    def make(width: int = 1280, height: int = 800, **more: object) -> Tab:
        context = browser.new_context(viewport={"width": width, "height": height}, **more)  # type: ignore[arg-type]
        contexts.append(context)
        return Tab(context.new_page())

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def tab(open_tab: Callable[..., Tab]) -> Tab:
    """A tab of 1280 × 800."""
    return open_tab()
