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


def test_text_below_the_cursor_stays_while_there_is_room() -> None:
    terminal = Terminal(10, 4)
    terminal.feed(b"1\r\n2\r\n3\r\n4\x1b[2H")
    terminal.resize(rows=3)
    assert (lines(terminal), terminal.history, terminal.cursor.y) == (["2", "3", "4"], ["1"], 0)
    terminal.resize(rows=2)
    assert (lines(terminal), terminal.history, terminal.cursor.y) == (["2", "3"], ["1"], 0)


def test_the_cursor_keeps_its_row_while_lines_above_it_wrap_into_the_scrollback() -> None:
    terminal = Terminal(20, 4)
    terminal.feed(b"0 abcdefghijklmnop\r\n1 abcdefghijklmnop\r\n2\r\n3\r\n$ \x1b[2H\x1b[J$ ")
    terminal.resize(12, 4)
    assert (lines(terminal), terminal.cursor.y) == (["klmnop", "$", "", ""], 1)
    assert terminal.history == ["0 abcdefghij", "klmnop", "1 abcdefghij"]


def test_without_scrollback_wrapped_lines_push_the_cursor_into_blank_rows() -> None:
    terminal = Terminal(20, 5)
    terminal.feed(b"0 abcdefghijklmnop\r\n1 abcdefghijklmnop\r\n$ ")
    terminal.resize(12, 5)
    assert lines(terminal) == ["0 abcdefghij", "klmnop", "1 abcdefghij", "klmnop", "$"]
    assert (terminal.cursor.y, terminal.history) == (4, [])


def test_lines_below_the_cursor_stay_in_order_when_they_wrap() -> None:
    terminal = Terminal(20, 4)
    terminal.feed(b"0 abcdefghijklmnop\r\n$\r\n2 abcdefghijklmnop\x1b[2H")
    terminal.resize(12, 4)
    assert terminal.history + lines(terminal) == ["0 abcdefghij", "klmnop", "$", "2 abcdefghij", "klmnop"]
    assert terminal.cursor.y == 1


def test_the_cursor_that_leaves_the_alternate_screen_finds_its_line() -> None:
    terminal = Terminal(10, 3)
    terminal.feed(b"1\r\n2\r\n3\r\n4\r\n$ \x1b[?1049hfull")
    terminal.resize(10, 5)
    terminal.feed(b"\x1b[?1049lx")
    assert lines(terminal) == ["1", "2", "3", "4", "$ x"]


def test_a_pending_wrap_goes_on_in_the_room_that_there_is_now() -> None:
    terminal = Terminal(6, 3)
    terminal.feed(b"abcdef")
    terminal.resize(8, 3)
    terminal.feed(b"g")
    assert lines(terminal)[0] == "abcdefg"


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


def test_a_line_that_is_erased_where_it_begins_still_goes_on() -> None:
    """zsh does so whenever its line wraps; xterm and Ghostty keep it together, xterm.js does not."""
    terminal = Terminal(6, 3)
    terminal.feed(b"abcdefg\r\x1b[Kghi\r\n")
    terminal.resize(12, 3)
    assert lines(terminal)[:2] == ["abcdefghi", ""]


def test_a_line_that_scrolled_off_does_not_go_on_in_an_erased_page() -> None:
    terminal = Terminal(6, 2)
    terminal.feed(b"abcdefghi\r\n$ \x1b[H\x1b[Jother\r\n")
    terminal.resize(12, 2)
    assert (terminal.history, lines(terminal)) == (["abcdef"], ["other", ""])


def test_a_background_that_erasing_left_is_not_wrapped() -> None:
    terminal = Terminal(10, 4)
    terminal.feed(b"\x1b[44mab\x1b[K\x1b[m\r\n$ ")
    terminal.resize(6, 4)
    assert lines(terminal) == ["ab", "$", "", ""]
    assert [cell.bg for cell in terminal.cells[0]] == [4] * 6
