"""What honest programs draw is not flagged, or little of it."""

from __future__ import annotations

from collections import Counter

import pytest

from sessionlens.recording import Recording

from .flagging import HONEST, Make, flagged, printed


@pytest.mark.parametrize("data", [data for _, data in HONEST], ids=[name for name, _ in HONEST])
def test_what_honest_programs_do(record: Make, data: bytes) -> None:
    assert flagged(printed(record, data)) == []


def test_a_full_screen_program_may_draw_over_itself(record: Make) -> None:
    screen = b"\x1b[?1049h\x1b[?1h\x1b=\x1b[H\x1b[2J\x1b[1;1Hfile one\x1b[1;1Hfile two\x1b[24;1H:q"
    events = [(0, "o", b"$ "), (1000, "o", screen), (1500, "o", b"\x1b[?1l\x1b>\x1b[?1049l")]
    assert flagged(record(events)) == []


def test_what_a_shell_draws_at_a_key_is_no_flash(record: Make) -> None:
    """A suggestion behind the cursor, gone with the next key."""
    events = [
        (0, "o", b"\x1b[?2004h$ "),
        (1000, "i", b"l"),
        (1001, "o", b"l\x1b[90ms -la /home\x1b[m\x1b[12D"),
        (1060, "i", b"x"),
        (1061, "o", b"x\x1b[K"),
        (3000, "o", b"\r\n"),
    ]
    assert flagged(record(events)) == []


# Measured on the recordings of real programs (docs/decisions/0034): at most this many of one kind in one of
# them, and nothing but these kinds.
SESSION_MOST = {"flashed": 6, "scrollback-erased": 2}


def test_honest_sessions_stay_quiet(fixtures: list[tuple[str, Recording]]) -> None:
    medium = 0
    for name, recording in fixtures:
        found = flagged(recording)
        for kind, number in Counter(flag.kind for flag in found).items():
            assert number <= SESSION_MOST.get(kind, 0), (name, kind, number)
        medium += sum(flag.severity != "low" for flag in found)
    assert medium <= len(fixtures) // 10


def test_honest_shells_stay_quiet(truth: list[tuple[str, Recording]]) -> None:
    for name, recording in truth:
        assert {flag.severity for flag in flagged(recording)} <= {"low"}, name
