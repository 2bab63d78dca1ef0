"""What sequences do to the screen, where plain pyte goes wrong or terminals differ."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sessionlens.errors import UsageError
from sessionlens.terminal import Terminal
from sessionlens.terminal.style import TRUE_COLOUR


def shown(data: str | bytes, columns: int = 20, rows: int = 5) -> list[str]:
    terminal = Terminal(columns, rows)
    terminal.feed(data.encode() if isinstance(data, str) else data)
    lines = [line.rstrip() for line in terminal.display]
    while lines and not lines[-1]:
        lines.pop()
    return lines


@pytest.mark.parametrize(
    ("data", "want"),
    [
        ("ls \u200b; rm -rf /data", ["ls \u200b; rm -rf /data"]),
        ("e\u0301a", ["e\u0301a"]),
        ("日本\x1b[3Gx", ["日x"]),
        ("日本\x1b[2Gx", [" x本"]),
        ("👩\u200d👩\u200d👧|\x1b[3G!", ["👩\u200d👩\u200d👧!"]),
        ("🇩🇪🇫🇷|\x1b[5G!", ["🇩🇪🇫🇷!"]),
        ("❤\ufe0f|\x1b[3G!", ["❤\ufe0f!"]),
        ("👍🏽|\x1b[3G!", ["👍🏽!"]),
        ("\x1b(0lqk\x1b(Bx", ["┌─┐x"]),
        ("\x1b)0\x0eq\x0fq", ["─q"]),
        ("\x1bP$q q\x1b\\a\x1b_x\x1b\\b\x1b^y\x1b\\c", ["abc"]),
        ("a\x1b[38:2::255:0:0mb", ["ab"]),
        ("main\x1b[?1049halt\x1b[?1049l!", ["main!"]),
        ("\x1b[?47hxz\x1b[?47l\x1b[?47h\x1b[1Gy", ["yz"]),
        ("a\x1b[1000000000b", ["a" * 20] * 4 + ["a"]),
        ("abc\x1b[2G\x1b[4hX", ["aXbc"]),
        ("\x1b[2;4r\x1b[?6h\x1b[1;1Hx", ["", "x"]),
        ("\x1b[?69h\x1b[3;6s\x1b[1;3Habcdef", ["  abcd", "  ef"]),
        ("a\x1b[?69h\x1b[3;6s\x1b[1;1H\x1bM", ["a"]),
        ('\x1b[1"qkeep\x1b[0"q go\x1b[?2K', ["keep"]),
        ("a\tb\x1b[3g\rc\td", ["c       b          d"]),
        ("x" * 20 + "y", ["x" * 20, "y"]),
        ("x" * 19 + "日", ["x" * 19, "日"]),
        ("\x1b[?7l" + "x" * 25 + "y", ["x" * 19 + "y"]),
        ("\x1b[?7l" + "x" * 25 + "e\u0301", ["x" * 19 + "e\u0301"]),
        ("ab\x1bktitle\x1b\\c", ["abc"]),
        (b"a\xff\xfeb", ["a\ufffd\ufffdb"]),
        ("one\x1bcx", ["x"]),
    ],
)
def test_shown(data: str | bytes, want: list[str]) -> None:
    assert shown(data) == want


def test_display_fills_its_columns() -> None:
    terminal = Terminal(10, 2)
    terminal.feed("a漢e\u0301".encode())
    assert terminal.display == ["a漢e\u0301      ", " " * 10]


def test_cells_and_styles() -> None:
    terminal = Terminal(6, 1)
    terminal.feed("\x1b[1;31;48;5;20mA\x1b[0;38;2;1;2;3;4:3m漢\x1b[58:5:9;9;53mz".encode())
    a, wide, half, z, *_ = terminal.cells[0]
    assert (a.text, a.width, a.style.bold, a.style.fg, a.style.bg) == ("A", 1, True, 1, 20)
    assert (wide.text, wide.width, wide.style.underline) == ("漢", 2, 3)
    assert wide.style.fg == TRUE_COLOUR | 0x010203
    assert (half.text, half.width) == ("", 0)
    assert (z.style.underline_color, z.style.strike, z.style.overline) == (9, True, True)
    assert a.bold is True


def test_erasing_leaves_the_background() -> None:
    terminal = Terminal(5, 2)
    terminal.feed(b"abc\x1b[44m\x1b[2J")
    assert {cell.style.bg for row in terminal.cells for cell in row} == {4}


def test_links() -> None:
    terminal = Terminal(10, 1)
    terminal.feed(b"\x1b]8;;http://a/\x1b\\ab\x1b[0mc\x1b]8;;\x1b\\d")
    assert [cell.style.link for cell in terminal.cells[0]][:4] == ["http://a/"] * 3 + [""]


def test_cursor() -> None:
    terminal = Terminal(5, 2)
    terminal.feed(b"abcde")
    assert (terminal.cursor.x, terminal.cursor.pending_wrap) == (4, True)
    terminal.feed(b"\x1b[?25l")
    assert not terminal.cursor.visible


def test_titles_and_modes() -> None:
    terminal = Terminal()
    terminal.feed(b"\x1b]2;hello\x07\x1b[?2004h\x1b[?1000;1006h\x1b[?2026h")
    assert terminal.title == "hello"
    assert {"?2004", "?1000", "?1006", "?2026"} <= terminal.modes


def test_history_and_ed3() -> None:
    terminal = Terminal(10, 2)
    terminal.feed(b"1\r\n2\r\n3\r\n4")
    assert terminal.history == ["1", "2"]
    terminal.feed(b"\x1b[3J")
    assert terminal.history == []


def test_feed_returns_the_rows_that_changed() -> None:
    terminal = Terminal(10, 4)
    assert terminal.feed(b"a") == (0,)
    assert terminal.feed(b"\x1b[3;1Hb\x1b[4;1Hc") == (2, 3)
    assert terminal.feed(b"\x1b[1;1H") == ()
    assert terminal.feed(b"\x1b[4;1H\n") == (0, 1, 2, 3)


@pytest.mark.parametrize("final", "@ABCDEFGHILMPSTXZ^`abdef")
def test_huge_counts(final: str) -> None:
    terminal = Terminal()
    terminal.feed(f"text\r\n\x1bH\x1b[1;1H\x1b[999999999{final}".encode())
    assert 0 <= terminal.cursor.x < 80


def test_bounded_size_tabs_and_cells() -> None:
    terminal = Terminal(10**6, 10**6)
    terminal.feed(b"\x1b[44m\x1b[2J" + b"\x1bH\x1b[C" * 10_000)
    terminal.resize(10**6, 3)
    assert len(terminal.screen.tabstops) <= terminal.columns <= 10_000
    terminal.feed(b"e" + "\u0301".encode() * 100_000)
    assert len(terminal.cells[terminal.cursor.y][0].text) < 100


def test_without_autowrap_the_last_column_is_pending_too() -> None:
    """Nothing wraps until ?7 is set again; then the next character does, as in xterm.js and Ghostty."""
    terminal = Terminal(5, 2)
    terminal.feed(b"\x1b[?7labcde")
    assert (terminal.cursor.x, terminal.cursor.pending_wrap) == (4, True)
    terminal.feed(b"f\x1b[?7hg")
    assert [line.rstrip() for line in terminal.display] == ["abcdf", "g"]


def test_entering_the_alternate_screen_again_clears_it() -> None:
    """As in xterm and Ghostty; xterm.js leaves it as it is."""
    assert shown("main\x1b[?1049habc\x1b[?1049hd") == ["       d"]
    assert shown("main\x1b[?1049habc\x1b[?1049hd\x1b[?1049l!") == ["main!"]


def test_a_reset_takes_the_scrollback() -> None:
    terminal = Terminal(10, 2)
    terminal.feed(b"1\r\n2\r\n3\x1bc")
    assert terminal.history == []


@pytest.mark.parametrize(
    ("data", "title"),
    [
        (b"\x1b]2;a\nb\x01c\x07", "abc"),  # controls in a title are none of it
        (b"\x1b]02;abc\x07", "abc"),
        (b"\x1b]2;abc\x18", ""),
        (b"\x1b]2;a;b\x1b\\", "a;b"),
        (b"\x1b]2;abc\xc2\x9c", "abc"),
        (b"\x1b]2;abc\x1b[m", "abc"),
        (b"\x1b];abc\x07", ""),
    ],
)
def test_title_payloads(data: bytes, title: str) -> None:
    terminal = Terminal(10, 2)
    terminal.feed(data)
    assert terminal.title == title


def test_other_modes_cannot_crowd_out_those_that_matter() -> None:
    terminal = Terminal(4, 2)
    junk = b"".join(b"\x1b[?%dh\x1b[?%ds" % (n, n) for n in range(3000, 4000))
    terminal.feed(b"\x1b[?7l" + junk + b"\x1b[?7h\x1b[?7s\x1b[?7l\x1b[?7rabcde")
    assert terminal.display == ["abcd", "e   "]
    assert len(terminal.modes) < 300 and len(terminal.screen.saved_modes) < 300


def test_what_is_left_of_a_wide_character_has_the_pen() -> None:
    """The cell that one leaves free at a line's end, and the half whose other half was overwritten."""
    terminal = Terminal(3, 2)
    terminal.feed("a\x1b[7m日本".encode())
    assert [cell.style.inverse for cell in terminal.cells[0]] == [False, True, True]
    terminal = Terminal(2, 2)
    terminal.feed("日\x1b[41m\x1b[1;2Hx".encode())
    assert [(cell.text, cell.style.bg) for cell in terminal.cells[0]] == [(" ", 1), ("x", 1)]
    terminal = Terminal(3, 2)
    terminal.feed("ab\x1b[7m日".encode())
    assert [cell.style.inverse for cell in terminal.cells[0]] == [False, False, True]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda t: t.feed("text"),
        lambda t: t.resize(40.5),
        lambda t: t.resize(rows="9"),
        lambda t: t.restore("x"),
        lambda t: t.restore(b"x"),
        lambda t: Terminal(80.0, 24),
        lambda t: Terminal(scrollback=-1),
    ],
)
def test_wrong_arguments_are_said_and_change_nothing(wrong: Callable[[Terminal], object]) -> None:
    terminal, twin = Terminal(20, 3), Terminal(20, 3)
    with pytest.raises(UsageError):
        wrong(terminal)
    assert terminal == twin and terminal.feed(b"a") == (0,)
