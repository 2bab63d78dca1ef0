"""Data that came together: recorded at once, forwarded as it came."""

from __future__ import annotations

import pytest
from sessionlens_recorder.session.policy import TARGET, USER
from sessionlens_recorder.session.wire import ProtocolError, runs

from . import messages as m
from .relaying import Case, T, U


def test_runs_are_data_of_one_channel() -> None:
    a, b, other, stderr = m.data(3, b"a"), m.data(3, b"b"), m.data(4, b"c"), m.extended(3, b"d")
    assert list(runs([a, b, other, a, stderr, stderr, m.eof(3), m.eof(3), a, a])) == [
        [a, b], [other], [a], [stderr], [stderr], [m.eof(3)], [m.eof(3)], [a, a],
    ]  # fmt: skip
    assert list(runs([])) == []


def test_data_that_came_together_is_recorded_as_one_and_forwarded_as_it_came() -> None:
    case = Case().session()
    folder = case.program()
    run = [m.data(U, b"one "), m.data(U, b""), m.data(U, b"two")]
    assert case.relay.run_received(TARGET, run) == [(USER, payload) for payload in run]
    assert folder.heard[-1] == ("out", b"one two")
    case.target(m.close(U))
    assert case.relay.run_received(TARGET, run) == []
    case.relay.stop()
    assert case.relay.run_received(USER, [m.data(T, b"x")] * 2) == []


@pytest.mark.parametrize("last", [bytes(9), bytes(33), m.data(U, b"x")[:-1], m.data(U, b"x") + b"y"], ids=len)
def test_where_one_may_not_pass_each_goes_by_itself(last: bytes) -> None:
    """Of a window of 40 bytes and packets of 32; what came before the one in question still passes."""
    case = Case().session(window=40, packet=32)
    folder = case.program()
    last = last if last[:1] == b"\x5e" else m.data(U, last)
    run = [m.data(U, bytes(32)), last]
    before = list(folder.heard)
    assert case.relay.run_received(TARGET, run) is None
    assert folder.heard == before
    assert case.target(run[0]) == [(USER, run[0])]
    with pytest.raises(ProtocolError):
        case.target(run[1])


def test_what_passes_a_tunnel_goes_by_itself() -> None:
    """It may have to end between two of them."""
    case = Case(forward=("*",))
    case.user(m.opening("direct-tcpip", U, m.tcp("127.0.0.1", 80)))
    case.target(m.confirmation(U, T))
    assert case.relay.run_received(USER, [m.data(T, b"a"), m.data(T, b"b")]) is None
