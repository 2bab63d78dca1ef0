"""Titles and pens that are pushed and popped; window operations that do nothing."""

from __future__ import annotations

from sessionlens.terminal import Terminal
from sessionlens.terminal.stacks import DEPTH


def fed(data: bytes) -> Terminal:
    terminal = Terminal(20, 4)
    terminal.feed(data)
    return terminal


def test_titles_come_back() -> None:
    """vim saves the title when it starts and restores it when it ends."""
    terminal = fed(b"\x1b]0;shell\x07\x1b[22;2t\x1b]2;vim\x07")
    assert (terminal.title, terminal.screen.icon_name) == ("vim", "shell")
    terminal.feed(b"\x1b[23;2t")
    assert terminal.title == "shell"
    terminal.feed(b"\x1b[23;2t\x1b[23t")
    assert terminal.title == "shell"


def test_the_icon_has_a_stack_of_its_own() -> None:
    terminal = fed(b"\x1b]1;a\x07\x1b]2;b\x07\x1b[22t\x1b]0;c\x07\x1b[23;1t")
    assert (terminal.title, terminal.screen.icon_name) == ("c", "a")
    terminal.feed(b"\x1b[23;0t")
    assert terminal.title == "b"


def test_stacks_are_bounded() -> None:
    terminal = fed(b"\x1b]2;" + b"x" * 100_000 + b"\x07" + b"\x1b[22t\x1b[#{" * 1000)
    assert (
        len(terminal.screen.titles) == len(terminal.screen.icon_names) == len(terminal.screen.pens) == DEPTH
    )


def test_a_reset_keeps_the_title() -> None:
    """It is the window's: xterm and xterm.js keep it, Ghostty does not."""
    assert fed(b"\x1b]2;kept\x07\x1bc").title == "kept"


def test_pens_come_back() -> None:
    terminal = fed(b"\x1b[1;31;44m\x1b[#{\x1b[0;32mx\x1b[#}y\x1b[#}z")
    x, y, z, *_ = (cell.style for cell in terminal.cells[0])
    assert (x.bold, x.fg, x.bg) == (False, 2, -1)
    assert (y.bold, y.fg, y.bg) == (z.bold, z.fg, z.bg) == (True, 1, 4)


def test_only_what_was_named_comes_back() -> None:
    style = fed(b"\x1b[1;31;44m\x1b[1;30#p\x1b[0;3m\x1b[#qx").cells[0][0].style
    assert (style.bold, style.fg, style.bg, style.italic) == (True, 1, -1, True)


def test_window_operations_do_not_resize() -> None:
    terminal = fed(b"\x1b[8;2;5t\x1b[?40h\x1b[?3h\x1b[132$|\x1b[9;1tx")
    assert (terminal.columns, terminal.rows, terminal.display[0].rstrip()) == (20, 4, "x")
