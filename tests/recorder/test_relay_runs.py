"""Data that came together: recorded at once, forwarded as it came."""

from __future__ import annotations

from pathlib import Path

import pytest
from sessionlens_recorder.bundle import check
from sessionlens_recorder.session.policy import TARGET, USER
from sessionlens_recorder.session.wire import ProtocolError, runs, string

from . import messages as m
from .conftest import BuildSite, channel, stream, wait_for
from .relaying import Case, T, U
from .speaker import Heard, client, log_in, open_session, send


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


def test_what_came_with_a_message_that_may_not_pass_is_recorded(
    build_site: BuildSite, tmp_path: Path
) -> None:
    site, arrived = build_site().start(), tmp_path / "arrived"
    with client(site) as transport:
        heard = Heard(transport)
        log_in(transport, site)
        number = open_session(transport, heard)
        send(transport, m.request(number, "exec", string(f"cat > {arrived}")))
        wait_for(lambda: [payload for payload in heard if payload[0] == 99], "cat runs")
        packets: list[bytes] = []
        write, transport.packetizer.write_all = transport.packetizer.write_all, packets.append  # type: ignore[method-assign,assignment]
        for payload in (
            m.data(number, b"first "),
            m.data(number, b"second"),
            m.data(number, b"third") + b"!",
        ):
            send(transport, payload)
        write(b"".join(packets))
        wait_for(lambda: not transport.is_active(), "the bastion hangs up")
    (bundle,) = site.bundles()
    wait_for(lambda: check(bundle).state == "aborted", "it is sealed, and let go of")
    report = check(bundle)
    assert not report.damaged
    assert "is not the length that it names" in (report.reason or "")
    assert stream(channel(bundle, "0.exec"), "in") == b"first second"
    # a busy sshd reads the data and the good-bye at once, and then hands nothing to its program
    assert b"first second".startswith(arrived.read_bytes())
