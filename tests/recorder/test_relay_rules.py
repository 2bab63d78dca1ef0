"""What breaks the protocol between two sides: ended, dropped or bounded, and nothing passes unrecorded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sessionlens_recorder.session.channel import EARLY_LIMIT
from sessionlens_recorder.session.policy import TARGET, USER
from sessionlens_recorder.session.relay import MAX_CHANNELS
from sessionlens_recorder.session.replies import UNANSWERED_LIMIT
from sessionlens_recorder.session.wire import ProtocolError, string

from . import messages as m
from .relaying import Case, T, U


@pytest.mark.parametrize(
    "payload",
    [
        m.data(T, b"x" * 101),  # above the packet that the target takes
        m.extended(T, b"x"),
        m.request(T, "exec\0", string("id")),  # which OpenSSH takes for exec
        m.opening("session\0", U + 1),
        m.request(T, "", b""),
    ],
)
def test_what_the_target_reads_differently_ends_the_session(payload: bytes) -> None:
    """OpenSSH drops such data: a recording would show as typed what never arrived."""
    case = Case()
    case.user(m.opening("session", U))
    case.target(m.confirmation(U, T, window=250, packet=100))
    folder = case.program()
    before = list(folder.heard)
    with pytest.raises(ProtocolError):
        case.user(payload)
    assert folder.heard == before


def test_data_within_the_window_pass_and_no_more() -> None:
    case = Case()
    case.user(m.opening("session", U, window=4))
    case.target(m.confirmation(U, T, window=250, packet=100))
    case.program()
    for size in (100, 100, 50):
        assert case.user(m.data(T, b"x" * size))
    with pytest.raises(ProtocolError, match="more data"):
        case.user(m.data(T, b"x"))
    case.target(m.adjust(U, 1))
    assert case.user(m.data(T, b"x"))
    assert case.target(m.extended(U, b"1234"))
    with pytest.raises(ProtocolError, match="more data"):
        case.target(m.data(U, b"5"))
    case.user(m.eof(T))
    case.target(m.adjust(U, 9))
    with pytest.raises(ProtocolError, match="after its EOF"):
        case.user(m.data(T, b"x"))


@pytest.mark.parametrize(
    "payload",
    [
        m.eof(T) + b"x",
        m.close(T) + b"x",
        m.adjust(T, 1) + b"x",
        m.opening("session", U + 1, b"x"),
        m.DENIED + b"x",
        m.GRANTED + m.u32(1) + b"x",
        m.success(T) + b"x",
        m.failure(T) + b"x",
        m.confirmation(T, U + 1) + b"x",
    ],
)
def test_no_message_carries_what_is_not_recorded(payload: bytes) -> None:
    case = Case().session()
    case.program()
    with pytest.raises(ProtocolError, match=r"longer than|more than"):
        case.user(payload)


def test_a_keepalive_carries_nothing() -> None:
    case = Case()
    assert case.user(m.ask("keepalive@openssh.com", b"secret")) == [(USER, m.DENIED)]
    assert case.refusals == [("keepalive@openssh.com", "it carries data, and has none")]


@pytest.mark.parametrize(
    "payload",
    [
        b"\x53",  # 83 means nothing
        m.opening("session", U),  # a number that is in use
        m.data(T, b"x")[:-1],
        m.data(T, b"x") + b"y",
        m.success(T),
        m.confirmation(T, 5),
        b"\x5c" + m.u32(T, 1),
        m.request(T, "env")[:-1],
        m.request(T, "env", string("A")),
        b"\x5a",
    ],
)
def test_what_breaks_the_protocol_ends_the_session(payload: bytes) -> None:
    case = Case().session()
    case.program()
    with pytest.raises(ProtocolError):
        case.user(payload)


@pytest.mark.parametrize("payload", [m.data(99, b"x"), m.close(99), m.success(99), m.request(99, "shell")])
def test_what_is_for_no_channel_is_dropped(payload: bytes) -> None:
    case = Case().session()
    assert case.user(payload) == []
    assert case.log.channels == []


def test_nobody_speaks_after_his_close() -> None:
    case = Case().session()
    case.program()
    case.user(m.close(T))
    assert case.user(m.data(T, b"x")) == []
    assert case.target(m.data(U, b"x"))[0][0] == USER, "the target has not closed yet"


def test_a_number_may_be_used_again_once_both_have_closed() -> None:
    case = Case().session()
    case.program()
    case.user(m.close(T))
    case.target(m.close(U))
    case.session()
    assert case.program().heard


def test_the_number_of_channels_is_bounded() -> None:
    case = Case()
    for number in range(MAX_CHANNELS):
        assert case.user(m.opening("session", number))[0][0] == TARGET
    ((to, answer),) = case.user(m.opening("session", MAX_CHANNELS))
    assert to == USER
    assert b"channels open already" in answer


@given(st.lists(st.tuples(st.booleans(), st.binary(min_size=1, max_size=40)), max_size=20))
def test_random_messages_raise_nothing_else(payloads: list[tuple[bool, bytes]]) -> None:
    case = Case(forward=("*",)).session()
    case.program()
    for by_user, payload in payloads:
        try:
            case.user(payload) if by_user else case.target(payload)
        except ProtocolError:
            return


def test_what_is_pending_is_bounded() -> None:
    case = Case().session()
    variable = string("A") + string("x" * 1000)
    for _ in range(EARLY_LIMIT + 1):
        case.user(m.request(T, "env", variable))
    assert [channel.kind for channel in case.log.channels] == ["session"], "on disk from here on"
    with pytest.raises(ProtocolError, match="none of them answered"):
        for _ in range(UNANSWERED_LIMIT):
            case.user(m.request(T, "env", variable))


def test_a_request_has_its_bytes_recorded_and_passes_for_nothing_else() -> None:
    case = Case().session()
    folder = case.program()
    case.user(m.request(T, "stderr", b"secret", reply=False))
    assert folder.heard[-1] == ("request stderr", {"by": "user", "data": b"secret"})
