"""DEC's rectangles, as xterm has them."""

from __future__ import annotations

import pytest

from sessionlens.terminal import Terminal
from sessionlens.terminal.style import Style

PAGE = b"abcdef\r\nghijkl\r\nmnopqr\r\nstuvwx"


def fed(data: bytes) -> Terminal:
    terminal = Terminal(6, 4)
    terminal.feed(PAGE + data)
    return terminal


@pytest.mark.parametrize(
    ("sequence", "want"),
    [
        ("1;1;2;3;1;3;4;1$v", ["abcdef", "ghijkl", "mnoabc", "stughi"]),
        ("1;1;2;3;1;1;2;1$v", ["aabcef", "gghikl", "mnopqr", "stuvwx"]),  # over itself
        ("1;1;4;6;1;3;5;1$v", ["abcdef", "ghijkl", "mnopab", "stuvgh"]),  # cut at the edge
        ("3;3;2;2;1;1;1;1$v", ["abcdef", "ghijkl", "mnopqr", "stuvwx"]),  # no rectangle
        ("35;2;2;3;4$x", ["abcdef", "g###kl", "m###qr", "stuvwx"]),
        ("10;2;2;3;4$x", ["abcdef", "ghijkl", "mnopqr", "stuvwx"]),  # not a character
        ("26085;2;2;3;4$x", ["abcdef", "ghijkl", "mnopqr", "stuvwx"]),  # a wide one
        ("2;2;3;4$z", ["abcdef", "g   kl", "m   qr", "stuvwx"]),
        ("$z", ["", "", "", ""]),
        ("3$z", ["abcdef", "ghijkl", "", ""]),
        ("999999999;999999999;999999999;999999999$z", ["abcdef", "ghijkl", "mnopqr", "stuvwx"]),
    ],
)
def test_shown(sequence: str, want: list[str]) -> None:
    terminal = fed(f"\x1b[{sequence}".encode())
    assert [line.rstrip() for line in terminal.display] == want
    assert (terminal.cursor.x, terminal.cursor.pending_wrap) == (5, True)


def test_origin_mode_counts_from_the_margins() -> None:
    terminal = fed(b"\x1b[2;3r\x1b[?69h\x1b[2;4s\x1b[?6h\x1b[1;1;9;9$z")
    assert [line.rstrip() for line in terminal.display] == ["abcdef", "g   kl", "m   qr", "stuvwx"]


def test_halves_of_wide_characters_become_blanks() -> None:
    terminal = Terminal(8, 2)
    terminal.feed("日本語\x1b[1;2;1;5;1;2;1;1$v".encode())
    assert terminal.display == ["日本語  ", " 本     "]
    terminal.feed(b"\x1b[46;1;2;1;3$x")
    assert terminal.display[0] == " .. 語  "


def test_the_protected_survive_the_selective_one() -> None:
    terminal = Terminal(8, 1)
    terminal.feed(b'\x1b[1"qno\x1b[0"qyes\x1b[1;1;1;8${')
    assert terminal.display[0].rstrip() == "no"
    terminal.feed(b"\x1b[1;1;1;8$z")
    assert terminal.display[0].rstrip() == ""


def test_fill_takes_the_pen() -> None:
    terminal = fed(b"\x1b[31m\x1b[35;1;1;1;1$x")
    assert terminal.cells[0][0].style == Style(fg=1)


def bold(terminal: Terminal) -> list[str]:
    return ["".join(cell.text for cell in row if cell.style.bold) for row in terminal.cells]


def test_attributes_change_in_the_text_or_in_the_rectangle() -> None:
    assert bold(fed(b"\x1b[1;2;3;5;1$r")) == ["bcdef", "ghijkl", "mnopq", ""]
    assert bold(fed(b"\x1b[2*x\x1b[1;2;3;3;1$r")) == ["bc", "hi", "no", ""]
    assert bold(fed(b"\x1b[1m\x1b[2*x\x1b[35;1;1;1;2$x\x1b[1;1;1;1;1$t")) == ["#", "", "", ""]
    assert bold(fed(b"\x1b[2*x\x1b[1;2;3;3;1$r\x1b[1;1;2;6$r")) == ["", "", "no", ""]


def test_all_attributes_reverse() -> None:
    style = fed(b"\x1b[2*x\x1b[1;1;1;1;0$t").cells[0][0].style
    assert style == Style(bold=True, underline=1, blink=True, inverse=True)
