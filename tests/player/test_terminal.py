"""What a viewer's terminal is sent shows the timeline's cells, and nothing of a recording can act in it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlens.formats import find, open_source
from sessionlens.player.terminal import ENTER, GRAMMAR, LEAVE, UNSEEN, Painter, seen
from sessionlens.recording import Info, Recording
from sessionlens.terminal import Frame, Terminal, Timeline, replay
from sessionlens.terminal.style import Style

Cells = list[list[tuple[str, Style]]]
WORDS = [
    "a",
    "ls -la",
    "日本",
    "e\u0301",
    "\u0301",
    "\u200b",
    "\u202erm",
    "\xa0",
    "\u3000",
    "❤\ufe0f",
    "🇩🇪",
    "🇩",
]
WORDS += ["👩\u200d👧", "\ue0b0", "\ufff0", "x" * 30, "\x85", "\x9b31m", "─"]
STRINGS = ["\x1b]0;title\x07", "\x1b]52;c;cm0gLXJm\x07", "\x1b]8;;javascript:x\x1b\\link\x1b]8;;\x1b\\"]
STRINGS += ["\x1bP$qm\x1b\\", "\x1b_apc\x1b\\", "\x1b^pm\x1b\\", "\x1b(0lqk", "\x1bc", "\x1b#8"]
ENDS = [
    "6n",
    "c",
    "21t",
    "?1000h",
    "?5h",
    "?1049h",
    "?1049l",
    "?25l",
    "8m",
    "7m",
    "48;5;200m",
    "4:3m",
    "2;2H",
]
ATTACKS = [f"\x1b[{end}" for end in ENDS]
ATTACKS += [*STRINGS, "\x1b[38;2;1;2;3m", "\r\n", "\n", "\b", "\t"]
HOSTILE = st.one_of(
    st.lists(st.sampled_from(WORDS + ATTACKS), max_size=40).map("".join).map(str.encode),
    st.binary(max_size=80),
)


def record(events: Sequence[tuple[int, bytes]], columns: int = 80, rows: int = 24) -> Recording:
    """A recording of (ns, output)."""
    table, blob = [], b""
    for t_ns, data in events:
        table.append((t_ns, ord("o"), len(blob), len(data)))
        blob += data
    columns_of = list(np.array(table, dtype=np.int64).reshape(-1, 4).T)
    return Recording(Info("00000000", "test", "test", columns=columns, rows=rows), columns_of, {"o": blob})


def wanted(timeline: Timeline, frame: Frame, columns: int, rows: int) -> Cells:
    """What the viewer should see of a frame on a screen that is large enough."""
    found: Cells = []
    for row_id in frame.row_ids:
        line: list[tuple[str, Style]] = []
        for _, text, width, style_id in timeline.row(row_id).cells():
            safe, marked = seen(text)
            look = plain(timeline.style(style_id), frame.reverse ^ marked)
            line += [(safe, look), *[("" if safe != " " else " ", look)] * (width - 1)]
        blank = plain(Style(), frame.reverse)
        line += [(" ", blank)] * (frame.columns - len(line)) + [(" ", Style())] * (columns - frame.columns)
        found.append(line)
    return found + [[(" ", Style())] * columns] * (rows - len(found))


def plain(style: Style, inverse: bool) -> Style:
    """Without what is not sent: links, the colour and the form of a line below, protection."""
    return Style(
        style.fg, style.bg, bold=style.bold, faint=style.faint, italic=style.italic, blink=style.blink,
        inverse=style.inverse ^ inverse, conceal=style.conceal, strike=style.strike, overline=style.overline,
        underline=min(style.underline, 2) if style.underline < 3 else 1,
    )  # fmt: skip


def shown(terminal: Terminal) -> Cells:
    return [[(cell.text, cell.style) for cell in row] for row in terminal.cells]


def harmless(sent: str) -> bool:
    bare = GRAMMAR.fullmatch(sent) is not None
    return bare and all(unicodedata.category(c) not in UNSEEN for c in set(sent) - {"\x1b"})


def played(timeline: Timeline, columns: int, rows: int) -> Iterator[tuple[Frame, str]]:
    painter = Painter(timeline, columns, rows)
    for frame, _, _ in timeline.walk():
        yield frame, painter.paint(frame)


@given(HOSTILE, st.sampled_from([(80, 24), (12, 4), (3, 2), (1, 1)]), st.sampled_from([0, 7]))
def test_any_bytes_show_as_their_frames_do(data: bytes, size: tuple[int, int], more: int) -> None:
    pieces = [data[at : at + 9] for at in range(0, len(data), 9)]
    recording = record([(at * 50_000_000, piece) for at, piece in enumerate(pieces)], *size)
    timeline, room = replay(recording).timeline, (size[0] + more, size[1] + more)
    viewer = Terminal(*room)
    viewer.feed(ENTER.encode())
    for frame, sent in played(timeline, *room):
        assert harmless(sent)
        viewer.feed(sent.encode())
        assert shown(viewer) == wanted(timeline, frame, *room)
        assert viewer.cursor.visible == frame.cursor_visible
        assert not frame.cursor_visible or (viewer.cursor.x, viewer.cursor.y) == (
            frame.cursor_x,
            frame.cursor_y,
        )
    viewer.feed(LEAVE.encode())
    assert not viewer.alternate and viewer.cursor.visible and viewer.title == ""


@given(HOSTILE, st.integers(1, 20), st.integers(1, 8), st.text(max_size=30))
def test_a_smaller_terminal_shows_a_part_with_the_cursor(
    data: bytes, columns: int, rows: int, words: str
) -> None:
    timeline = replay(record([(0, data)], 20, 8)).timeline
    frame = timeline.frame(-1)
    sent = Painter(timeline, columns, rows).paint(frame, words)
    assert harmless(sent)
    viewer = Terminal(columns, rows)
    viewer.feed((ENTER + sent).encode())
    assert viewer.cursor.visible == frame.cursor_visible
    assert viewer.history == []  # nothing scrolled
    if rows > 1 and words:
        assert viewer.cells[-1][0].style.inverse


def sessions(root: Path) -> Iterator[tuple[str, Recording]]:
    for path in find(root / "fixtures" / "sessions"):
        for channel in open_source(path).channels:
            if channel.recorded:
                yield f"{path.parent.name} {channel.name}", channel.load()


def screen(lines: Sequence[str]) -> str:
    return "\n".join(line.rstrip() for line in lines).rstrip("\n")


def test_real_sessions_in_independent_terminals(root: Path) -> None:
    ghostty, avt = pytest.importorskip("pyghostty"), pytest.importorskip("avt")
    for name, recording in sessions(root):
        timeline = replay(recording).timeline
        sizes = [(frame.columns, frame.rows) for frame, _, _ in timeline.walk()]
        room = max(columns for columns, _ in sizes), max(rows for _, rows in sizes)
        ours, other, third = Terminal(*room), ghostty.Terminal(*room), avt.Vt(*room)
        stops = {len(timeline) * part // 10 - 1 for part in range(1, 11)}
        for frame, sent in played(timeline, *room):
            assert harmless(sent), name
            ours.feed(sent.encode())
            other.feed(sent.encode())
            third.feed_str(sent)
            if frame.index in stops:
                assert shown(ours) == wanted(timeline, frame, *room), name
                lines = screen(ours.display)
                assert screen(other.text().split("\n")) == lines, name
                drawn = ["".join(cell.char for cell in line.cells if cell.width) for line in third.view()]
                assert screen(drawn) == lines, name


def test_only_rows_that_changed_are_drawn() -> None:
    lines = [(at * 50_000_000, f"line {at}\r\n".encode()) for at in range(5)]
    timeline = replay(record(lines, 20, 10)).timeline
    sent = [sent for _, sent in played(timeline, 20, 10)]
    assert [each.count("line") for each in sent] == [0, 1, 1, 1, 1, 1]
    painter = Painter(timeline, 20, 10)
    assert painter.paint(timeline.frame(-1)).count("line") == 5
    assert painter.paint(timeline.frame(-1)).count("line") == 0
    painter.resize(21, 10)
    assert painter.paint(timeline.frame(-1)).count("line") == 5


def test_hidden_characters_are_marked() -> None:
    timeline = replay(record([(0, "ls \u200b; rm\u202e".encode())], 20, 2)).timeline
    viewer = Terminal(20, 2)
    viewer.feed(Painter(timeline, 20, 2).paint(timeline.frame(-1)).encode())
    assert viewer.display[0].rstrip() == "ls ; rm"
    assert [cell.text for cell in viewer.cells[0] if cell.style.inverse] == [" ", "m"]
