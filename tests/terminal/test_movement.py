"""Where the cursor goes: margins, origin mode, tab stops, reverse wrap, index."""

from __future__ import annotations

import pytest

from sessionlens.terminal import Terminal
from sessionlens.terminal.style import Style


def at(data: str, columns: int = 10, rows: int = 4) -> tuple[int, int]:
    terminal = Terminal(columns, rows)
    terminal.feed(data.encode())
    return terminal.cursor.x, terminal.cursor.y


@pytest.mark.parametrize(
    ("data", "want"),
    [
        ("\x1b[2;3r\x1b[?6h\x1b[9;1H", (0, 2)),
        ("\x1b[2;3r\x1b[?6h\x1b[9d", (0, 2)),
        ("\x1b[2;3r\x1b[?6h\x1b[9e", (0, 2)),  # VPR stays within the margins in origin mode
        ("\x1b[2;3r\x1b[9e", (0, 3)),
        ("\x1b[2;3r\x1b[?6h\x1b[4`", (3, 1)),  # HPA and HPR leave the row alone in origin mode, as in xterm
        ("\x1b[2;3r\x1b[?6h\x1b[4a", (4, 1)),
        ("\x1b[?69h\x1b[3;6s\x1b[?6h\x1b[9`", (5, 0)),
        ("\x1b[?69h\x1b[3;6s\x1b[?6h\x1b[9a", (5, 0)),
        ("\x1b[?69h\x1b[3;6s\x1b[?69h\x1b[4;9H\r", (2, 3)),  # set again, the margins stay
        ("\x1b[?69h\x1b[3;6s\x1b[?69l\x1b[?69h\x1b[4;9H\r", (0, 3)),
        ("\x1b[?69h\x1b[3;6s\x1b[1;2H\r", (0, 0)),  # CR from outside of the margins
        ("\x1b[?69h\x1b[3;6s\x1b[1;5H\r", (2, 0)),
        ("\x1b[2I", (9, 0)),
        ("\x1b[9I", (9, 0)),
        ("\x1b[3g\x1bH\x1b[3C\x1bH\x1b[2C\x1bH\r\x1b[2I", (5, 0)),
        ("\x1b[3g\t\x1b[?5W\r\t", (8, 0)),
        ("\x1b[3g\t\x1b[?W\r\t", (8, 0)),
        ("\x1b[3;5H\x1b[u", (0, 0)),
        ("\x1b[3;5H\x1b[s\x1b[H\x1b[u", (4, 2)),
        ("\x1b[3;5H\x1b[>u\x1b[<u\x1b[=1u\x1b[?u", (4, 2)),  # kitty's keyboard protocol is no SCORC
        ("\x1b[3;5H\x1b[1s\x1b[H\x1b[u", (0, 0)),  # SCOSC has no parameters, in xterm and Ghostty
        ("\x1b[2;3r\x1b[3;3H\x1b[?6h", (0, 1)),
        ("ab\x1b[1:2H", (2, 0)),  # no sub-parameters there: ignored, as in xterm and Ghostty
        ("ab\x1b6", (1, 0)),
        ("ab\x1b9", (3, 0)),
    ],
)
def test_cursor(data: str, want: tuple[int, int]) -> None:
    assert at(data) == want


@pytest.mark.parametrize(
    ("data", "want"),
    [
        ("abcdefghijkl\x1b[?45h\b\b\b\b", (8, 0)),  # within a soft-wrapped line
        ("abcdefghijkl\x1b[?45h\x1b[4D", (8, 0)),
        ("abcdefghijkl\x1b[?45h\x1b[999D", (0, 0)),
        ("abcdefghij\r\nkl\x1b[?45h\x1b[4D", (0, 1)),  # not over a hard line end
        ("abcdefghij\r\nkl\x1b[?1045h\x1b[4D", (8, 0)),  # ?1045 over that one too
        ("ab\x1b[?1045h\x1b[3D", (9, 3)),  # from the top to the bottom
        ("ab\x1b[?1045h\x1b[2147483647D", at("ab\x1b[?1045h" + "\b" * (2147483647 % 40))),
        ("abcdefghij\x1b[?45h\b", (9, 0)),  # a pending wrap is the first step
        ("abcdefghijkl\x1b[?45h\x1b[?7l\x1b[4D", (0, 1)),  # only with autowrap
        ("abcdefghijkl\x1b[4D", (0, 1)),
        ("\x1b[2;3r\x1b[2;1H\x1b[?1045h\b", (9, 2)),  # around the region
        ("\x1b[3;4r\x1b[1;1H\x1b[?1045h\b", (0, 0)),  # above it there is nothing to wrap to
    ],
)
def test_reverse_wrap(data: str, want: tuple[int, int]) -> None:
    assert at(data) == want


def test_back_and_forward_index_move_the_columns() -> None:
    terminal = Terminal(5, 2)
    terminal.feed(b"abc\r\ndef\r\x1b6")
    assert [line.rstrip() for line in terminal.display] == [" abc", " def"]
    terminal.feed(b"\x1b[1;5H\x1b9\x1b9")
    assert [line.rstrip() for line in terminal.display] == ["bc", "ef"]


def test_alignment_keeps_colours_alone() -> None:
    terminal = Terminal(3, 3)
    terminal.feed(b"\x1b[2;3r\x1b[?6h\x1b[1;41m\x1b#8")
    assert terminal.display == ["EEE"] * 3
    assert (terminal.cursor.x, terminal.cursor.y) == (0, 0)
    assert {cell.style for row in terminal.cells for cell in row} == {Style(bg=1)}
    assert "?6" not in terminal.modes
    assert terminal.screen.style == Style(bg=1)


def test_a_wrap_beyond_the_side_margins_does_not_scroll() -> None:
    terminal = Terminal(3, 3)
    terminal.feed(b"\x1b[?69h\x1b[1;2szzzzz\x1b[9Gbc")
    assert [line.rstrip() for line in terminal.display] == ["zz", "zz", "c b"]
