"""Sizes: soft-wrapped lines are wrapped anew, rows come back from the scrollback, nothing is lost."""

from __future__ import annotations

from sessionlens.terminal import Terminal


def lines(terminal: Terminal) -> list[str]:
    return [line.rstrip() for line in terminal.display]


def test_reflow_both_ways() -> None:
    terminal = Terminal(10, 5)
    terminal.feed(b"abcdefghijklmno\r\n$ ")
    terminal.resize(20, 5)
    assert lines(terminal)[:2] == ["abcdefghijklmno", "$"]
    terminal.resize(6, 5)
    assert lines(terminal)[:4] == ["abcdef", "ghijkl", "mno", "$"]
    assert (terminal.cursor.x, terminal.cursor.y) == (2, 3)


def test_without_reflow() -> None:
    terminal = Terminal(10, 4)
    terminal.feed(b"abcdefghijklmno\r\n$ ")
    terminal.resize(6, 4, reflow=False)
    assert lines(terminal)[:3] == ["abcdef", "klmno", "$"]


def test_the_cursors_own_line_is_not_wrapped_anew() -> None:
    terminal = Terminal(10, 4)
    terminal.feed(b"$ abcdefghijklm")
    terminal.resize(20, 4)
    assert lines(terminal)[:2] == ["$ abcdefgh", "ijklm"]


def test_rows_go_and_come_back() -> None:
    terminal = Terminal(10, 4)
    terminal.feed(b"1\r\n2\r\n3\r\n4")
    terminal.resize(rows=2)
    assert (lines(terminal), terminal.history) == (["3", "4"], ["1", "2"])
    terminal.resize(rows=4)
    assert (lines(terminal), terminal.history) == (["1", "2", "3", "4"], [])


def test_blank_rows_below_the_cursor_go_first() -> None:
    terminal = Terminal(10, 6)
    terminal.feed(b"1\r\n2")
    terminal.resize(rows=3)
    assert (lines(terminal), terminal.history) == (["1", "2", ""], [])


def test_the_alternate_screen_is_not_wrapped_anew() -> None:
    terminal = Terminal(10, 3)
    terminal.feed(b"abcdefghijkl\r\n\x1b[?1049h\x1b[HABCDEFGHIJKL")
    terminal.resize(6, 3)
    assert lines(terminal)[:2] == ["ABCDEF", "KL"]
    terminal.feed(b"\x1b[?1049l")
    assert lines(terminal)[:2] == ["abcdef", "ghijkl"]


def test_wide_characters_stay_whole() -> None:
    terminal = Terminal(6, 4)
    terminal.feed("漢字漢字漢\r\n".encode())
    terminal.resize(5, 4)
    assert lines(terminal)[:3] == ["漢字", "漢字", "漢"]
