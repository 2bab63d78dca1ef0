"""What erases: protected characters, the background, a pending wrap."""

from __future__ import annotations

import pytest

from sessionlens.terminal import Terminal


def first(data: str) -> str:
    terminal = Terminal(12, 2)
    terminal.feed(data.encode())
    return terminal.display[0].rstrip()


@pytest.mark.parametrize("erase", ["\x1b[2J", "\x1b[1J", "\r\x1b[J", "\x1b[2K", "\x1b[1K", "\r\x1b[9X"])
def test_a_guarded_area_survives_plain_erasing(erase: str) -> None:
    """SPA and EPA, as in xterm and Ghostty; DECSCA's protection is for DECSED and DECSEL only."""
    assert first(f"\x1bVkeep\x1bW go{erase}") == "keep"
    assert first(f'\x1b[1"qkeep\x1b[0"q go{erase}') == ""
    assert first(f'\x1bVkeep\x1bW go\x1b[0"q{erase}') == ""


@pytest.mark.parametrize("erase", ["\x1b[?2J", "\x1b[?1J", "\r\x1b[?J", "\x1b[?2K", "\x1b[?1K", "\r\x1b[?K"])
def test_the_protected_survive_selective_erasing(erase: str) -> None:
    assert first(f'\x1b[1"qkeep\x1b[2"q go{erase}') == "keep"


def test_a_pending_wrap_survives_a_soft_reset() -> None:
    terminal = Terminal(3, 2)
    terminal.feed(b"abc\x1b[!pd")
    assert terminal.display == ["abc", "d  "]


def test_selective_erasing_leaves_the_background_too() -> None:
    terminal = Terminal(6, 2)
    terminal.feed(b'\x1b[1"qab\x1b[0"qcd\x1b[1;4H\x1b[44m\x1b[?2J')
    assert terminal.display == ["ab    ", " " * 6]
    assert [[cell.style.bg for cell in row] for row in terminal.cells] == [[-1, -1, 4, 4, 4, 4], [4] * 6]
