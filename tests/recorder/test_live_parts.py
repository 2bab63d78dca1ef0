"""Plain text of terminals, times that end sessions, and windows when the recorder says something itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sessionlens_recorder.live.plain import Plain
from sessionlens_recorder.net.lasting import Lasting, in_words
from sessionlens_recorder.net.recording import End
from sessionlens_recorder.session import wire
from sessionlens_recorder.session.policy import TARGET, USER
from sessionlens_recorder.session.wire import ProtocolError

from . import messages as m
from .relaying import Case, T, U


@pytest.mark.parametrize(
    "data, text",
    [
        (b"a\r\nb\rc\td", "a\nb\nc\td"),
        (b"\x1b[31mred\x1b[0m \x1b]0;title\x07x\x1b]52;c;AAAA\x1b\\y", "red xy"),
        (b"\x1bPq#0\x1b\\z\x1b(B\x1b=\x1b[?2004hw", "zw"),
        ("\u202eevil \x9b2J\u200b".encode(), "\\u202eevil \\u200b"),
        (b"\xff\x00\x07\x08ok", "\\xffok"),
    ],
)
def test_what_a_follower_reads(data: bytes, text: str) -> None:
    plain = Plain()
    assert plain.feed(data, last=True) == text
    byte_by_byte = Plain()
    pieces = [byte_by_byte.feed(bytes([one])) for one in data] + [byte_by_byte.feed(b"", last=True)]
    assert "".join(pieces) == text


@given(st.lists(st.binary(max_size=50), max_size=8))
def test_nothing_that_a_follower_reads_does_anything(pieces: list[bytes]) -> None:
    plain = Plain()
    text = "".join(plain.feed(piece) for piece in pieces) + plain.feed(b"", last=True)
    assert all(c.isprintable() or c in "\n\t" for c in text)


def test_a_sequence_without_an_end_is_not_kept_for_ever() -> None:
    plain = Plain()
    plain.feed(b"\x1b]0;")
    text = "".join(plain.feed(b"x" * 1000) for _ in range(6))
    assert text.count("x") >= 4096


def test_idle_is_told_once_for_each_pause_and_ends() -> None:
    lasting = Lasting(idle=600.0, longest=None, began=0.0)
    assert lasting.due(539.0, 0.0) is None
    assert lasting.due(540.0, 0.0) == "nothing has happened for a while; this session ends in 1 min"
    assert lasting.due(541.0, 0.0) is None
    assert lasting.due(545.0, 544.0) is None
    assert isinstance(lasting.due(1084.0, 544.0), str)
    end = lasting.due(1144.0, 544.0)
    assert isinstance(end, End) and end.reason == "idle for 10 min" and not end.broken


def test_the_longest_is_told_a_minute_before() -> None:
    lasting = Lasting(idle=None, longest=36000.0, began=5.0)
    assert lasting.due(35944.0, 35944.0) is None
    assert lasting.due(35946.0, 35946.0) == "a session may last 10 h; this one ends in 1 min"
    assert lasting.due(35947.0, 35947.0) is None
    assert isinstance(lasting.due(36005.0, 36005.0), End)


def test_the_next_moment_at_which_something_is_due() -> None:
    lasting = Lasting(idle=600.0, longest=36000.0, began=0.0)
    assert lasting.due(1.0, 0.0) is None
    assert lasting.next(active=0.0) == 540.0
    assert isinstance(lasting.due(540.0, 0.0), str)
    assert lasting.next(active=0.0) == 600.0
    assert lasting.next(active=30000.0) == 30540.0
    assert lasting.next(active=35900.0) == 35940.0
    assert Lasting(idle=None, longest=None, began=0.0).next(active=0.0) == float("inf")


@pytest.mark.parametrize("seconds, text", [(1800, "30 min"), (86400, "1 d"), (5, "5 s"), (90, "90 s")])
def test_times_in_words(seconds: float, text: str) -> None:
    assert in_words(seconds) == text


def test_what_the_recorder_says_is_recorded_and_taken_from_the_next_window() -> None:
    """The target never learns that the user's window was used by somebody else, and is granted less later."""
    case = Case().session(window=10_000)
    folder = case.program()
    ((to, said),) = case.relay.interject("soon")
    assert (to, said) == (USER, wire.stderr(U, b"\r\nsoon\r\n"))
    assert folder.heard[-1] == ("err", b"\r\nsoon\r\n")
    assert case.user(m.adjust(T, 3)) == []
    assert case.user(m.adjust(T, 100)) == [(TARGET, m.adjust(T, 100 - 5))]
    assert case.user(m.adjust(T, 100)) == [(TARGET, m.adjust(T, 100))]
    case.target(m.data(U, b"x" * (10_000 + 195)))
    with pytest.raises(ProtocolError):
        case.target(m.data(U, b"x"))


def test_nothing_is_said_where_there_is_little_room_or_no_program() -> None:
    assert Case().session().relay.interject("soon") == []
    case = Case().session(window=1000)
    case.program()
    assert case.relay.interject("soon") == []


def test_notes_are_recorded_until_the_end() -> None:
    case = Case().session()
    assert case.relay.note("watched", by="alice", reason="r")
    assert case.log.channels[-1].kind == "connection"
    assert case.log.channels[-1].heard[-1] == ("watched", {"by": "alice", "reason": "r"})
    case.relay.finish()
    assert not case.relay.note("unwatched", by="alice")
