"""What the bands say, before any pixel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlens.render import Chapter, Facts, bands
from sessionlens.render.facts import SECOND, clock, length, short_clock
from sessionlens.render.pace import Cut
from sessionlens.render.panels import command_lines, lines_needed
from sessionlens.render.spans import Span, columns_of, cut, width, wrap
from sessionlens.render.themes import DARK
from sessionlens.visible import visible

Command = Callable[..., Chapter]


def text(line: Sequence[Span]) -> str:
    return "".join(span.text for span in line)


def test_who_and_when(facts: Facts) -> None:
    assert text(bands.who(facts, DARK, 90)) == "john as deploy on web01"
    assert text(bands.utc(facts, 2 * SECOND, DARK)) == "2026-11-21 09:14:05 UTC"
    there = replace(facts, zone="Asia/Kolkata")
    assert text(bands.utc(there, 2 * SECOND, DARK)) == "2026-11-21 09:14:05 UTC  11-21 14:44:05+05:30"
    late = replace(there, zone="+14:59")
    assert text(bands.utc(late, 2 * SECOND, DARK)).endswith("UTC  11-22 00:13:05+14:59")
    assert text(bands.details(facts, DARK, 120)) == (
        "session 1a2b3c4d   channel 1 of 2   key SHA256:uNiVztksCsDhcc0u9e8BgrJX"
    )
    assert text(bands.elapsed(replace(facts, duration_ns=61 * SECOND), 5 * SECOND, 1, DARK)) == (
        "elapsed 00:00:05 of 00:01:01"
    )
    assert "speed 2×" in text(bands.elapsed(facts, 0, 2.0, DARK))


def test_what_is_not_known_is_left_out() -> None:
    nobody = Facts()
    assert text(bands.who(nobody, DARK, 90)) == ""
    assert text(bands.details(nobody, DARK, 90)) == ""
    assert "unknown" in text(bands.utc(nobody, 0, DARK))


def test_a_long_name_is_cut_in_the_middle_and_the_short_ones_stay(facts: Facts) -> None:
    line = text(bands.who(replace(facts, person="j" * 300), DARK, 60))
    assert columns_of(line) == 60
    assert line.endswith(" as deploy on web01")
    assert "…" in line


def test_the_command_is_the_one_that_started_or_ended_last(command: Command) -> None:
    outer, inner = command(1, 9, "bash", 3), command(2, 4, "ls", 0)
    both = bands.Commands([outer, inner])
    assert both.at(0) is None
    at = [both.at(int(t * SECOND)) for t in (1, 2, 4, 9)]
    assert [(r.chapter.title, r.state, r.number) for r in at if r] == [
        ("bash", bands.RUNNING, 1), ("ls", bands.RUNNING, 2), ("ls", bands.GOOD, 2), ("bash", bands.BAD, 1),
    ]  # fmt: skip


def test_a_command_is_shown_from_its_enter_on(command: Command) -> None:
    assert bands.Commands([command(5, None, "sleep")]).at(5 * SECOND - 1) is None
    running = bands.Commands([command(5, None, "sleep")]).at(5 * SECOND)
    assert running is not None
    assert running.state == bands.RUNNING


@pytest.mark.parametrize(("code", "said"), [(0, "exit 0"), (2, "exit 2"), (None, "exit unknown")])
def test_how_it_ended(code: int | None, said: str, command: Command) -> None:
    running = bands.Commands([command(0, 1, "x", code)]).at(2 * SECOND)
    assert running is not None
    assert text(bands.state(running, DARK)).strip() == said


def test_what_is_approximate_is_marked(command: Command) -> None:
    running = bands.Commands([command(0, 1, "x", 0, approximate=True)]).at(SECOND)
    assert running is not None
    assert "≈" in text(command_lines(running, DARK, 40, 1)[0])
    assert "≈" in text(bands.about(running, 1, Facts(), DARK, 80))


def test_the_ref_stands_where_it_has_room(command: Command) -> None:
    running = bands.Commands([command(0, 1, "x", ref="1a2b3c4d/0/o:5-9")]).at(SECOND)
    assert running is not None
    whole = text(bands.about(running, 1, Facts(), DARK, 100))
    assert whole.endswith("   ref 1a2b3c4d/0/o:5-9")
    assert "ref" not in text(bands.about(running, 1, Facts(), DARK, len(whole) - 1))


def test_the_number_is_the_one_of_the_table(command: Command, facts: Facts) -> None:
    running = bands.Commands([command(0, 1, "x", number=12)]).at(SECOND)
    assert running is not None
    assert "command 12 of 18 " in text(bands.about(running, 1, replace(facts, commands=18), DARK, 80))
    assert "command 12   " in text(bands.about(running, 1, facts, DARK, 80))


def test_before_the_first_command(facts: Facts) -> None:
    assert text(bands.nothing_yet(2, facts, DARK)) == "no command yet"
    assert text(bands.nothing_yet(0, facts, DARK)) == "no commands in this recording"
    assert text(bands.nothing_yet(0, replace(facts, commands=3), DARK)) == "no commands in this channel"
    damaged = replace(facts, caveats=("missing: 0.shell/out",))
    assert text(bands.nothing_yet(0, damaged, DARK)) == "no commands could be read"
    assert text(bands.nothing_yet(0, replace(facts, typing_unread=True), DARK)) == "no commands could be read"
    unsigned = replace(damaged, flaw="UNPROVEN")
    assert text(bands.nothing_yet(0, unsigned, DARK)) == "no commands in this recording"


def test_the_stamp_says_how_much_was_skipped() -> None:
    assert text(bands.skipped(Cut(0, 724 * SECOND), DARK)).strip() == "idle 12:04 skipped"
    assert bands.skipped(None, DARK) == ()


def test_long_commands_wrap_and_nothing_is_lost(command: Command) -> None:
    title = "tar czf /tmp/backup.tgz " + " ".join(f"file{i}" for i in range(12))
    assert "".join(wrap(title, 40, 9)) == title
    assert lines_needed([command(0, 1, title)], 44, 4) == 3
    short = wrap("x" * 1000, 40, 2)
    assert len(short) == 2
    assert columns_of(short[1]) <= 40
    kept = sum(line.count("x") for line in short)
    assert f"+{1000 - kept + short[1].count('x', short[1].index('…'))} characters" in short[1]


def test_hostile_text_is_shown_as_escapes(command: Command) -> None:
    running = bands.Commands([command(0, None, "a\x1b]0;x\x07\u202eb\nc")]).at(0)
    assert running is not None
    (line,) = command_lines(running, DARK, 80, 1)
    assert text(line) == "▶ a\\x1b]0;x\\x07\\u202eb\\nc"


@given(st.text(max_size=80), st.integers(8, 60))
def test_no_line_is_wider_than_its_room(value: str, room: int) -> None:
    assert columns_of(cut(value, room)) <= room
    for line in wrap(value, room, 3):
        assert width((Span(line, 0),)) <= max(room, 40)
    assert "".join(wrap(value, room, 10_000)) == visible(value)


def test_lengths_of_time() -> None:
    assert clock(3_723 * SECOND) == "01:02:03"
    assert [short_clock(s * SECOND) for s in (5, 724, 3723)] == ["0:05", "12:04", "1:02:03"]
    assert [length(int(s * SECOND)) for s in (0.421, 12.34, 61)] == ["421 ms", "12.3 s", "1:01"]
