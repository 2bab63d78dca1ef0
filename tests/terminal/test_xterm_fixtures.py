"""The screens that xterm shows for its own fixtures (80×25, a bare line feed is CR LF)."""

from __future__ import annotations

from pathlib import Path

import pytest

from sessionlens.terminal import Terminal

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "conformance" / "xterm.js"
SKIPPED = {  # xterm.js skips these too; we show t0101 and t0504 as written
    "t0055-EL": "erases the last column under a pending wrap, xterm.js and we do not",
    "t0084-CBT": "expects a tab stop beyond the screen",
    "t0103-reverse_wrap": "reverse wrap over a hard line end, dropped by xterm since",
}
NAMES = sorted(path.stem for path in FOLDER.glob("*.in")) if FOLDER.is_dir() else []


def test_fixtures_are_there(shared: Path) -> None:
    assert len(NAMES) >= 71


@pytest.mark.parametrize("name", [name for name in NAMES if name not in SKIPPED])
def test_screen(name: str) -> None:
    terminal = Terminal(80, 25)
    terminal.feed((FOLDER / f"{name}.in").read_bytes().replace(b"\n", b"\r\n"))
    want = [line.rstrip() for line in (FOLDER / f"{name}.text").read_text("utf-8").split("\n")]
    got = [line.rstrip() for line in terminal.display]
    size = max(len(want), len(got))
    assert got + [""] * (size - len(got)) == want + [""] * (size - len(want))
