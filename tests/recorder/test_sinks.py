"""Endpoints one by one: what arrives at real receivers, and what they say of those that are none."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import ssl
import threading
from collections import Counter
from pathlib import Path

import pytest
from sessionlens_recorder.config.sinks import FileSink, Sink, SyslogSink
from sessionlens_recorder.sinks import transports, unread
from sessionlens_recorder.sinks.endpoints import Endpoint, SinkError
from sessionlens_recorder.sinks.make import make_endpoint
from sessionlens_recorder.sinks.record import make
from sessionlens_recorder.sinks.trouble import Trouble

from . import receivers
from .conftest import free_port, wait_for
from .receivers import Collector, arrived, make_certificates, opened, told, uids


def syslog(
    port: int, transport: str = "tcp", ca_file: Path | None = None, host: str = "127.0.0.1"
) -> Endpoint:
    address = (host, port)
    sink = SyslogSink("s", (), transport, address, "authpriv", "x@1", ca_file, None, None)  # type: ignore[arg-type]
    return make_endpoint(sink)


def test_syslog_over_udp() -> None:
    receiver, events = receivers.Datagrams(), told(20)
    with opened(receiver):
        endpoint = syslog(receiver.port, "udp")
        assert "nobody can tell" in endpoint.send(events)
        wait_for(lambda: arrived(receiver) == uids(events))
        endpoint.close()


def test_syslog_over_udp_where_nobody_listens() -> None:
    """On this machine the kernel says so; a datagram to another one is lost without a word."""
    port, events = free_port(), told(3)
    endpoint = syslog(port, "udp")
    with pytest.raises(SinkError, match=r"nobody listens there|refused"):
        endpoint.send(events)
    receiver = receivers.Datagrams(port)
    with opened(receiver):
        endpoint.send(events)
        wait_for(lambda: arrived(receiver) == uids(events))
        endpoint.close()


def test_syslog_over_tcp() -> None:
    receiver, events = receivers.Stream(), told(500)
    with opened(receiver):
        endpoint = syslog(receiver.port)
        endpoint.send(events[:200])
        endpoint.send(events[200:])
        wait_for(lambda: arrived(receiver) == uids(events))
        assert len(receiver.connections) == 1, "one connection for all"
        endpoint.close()


def test_syslog_over_tls(tmp_path: Path) -> None:
    ca_file, context = make_certificates(tmp_path)
    receiver, events = receivers.Stream(context=context), told(50)
    with opened(receiver):
        endpoint = syslog(receiver.port, "tls", ca_file)
        assert "TLSv1.3" in endpoint.send(events)
        wait_for(lambda: arrived(receiver) == uids(events))
        endpoint.close()


def test_tls_to_somebody_else(tmp_path: Path) -> None:
    """Another name, another CA, no TLS at all: nothing is sent."""
    ca_file, context = make_certificates(tmp_path)
    receiver = receivers.Stream(context=context)
    with opened(receiver):
        for endpoint in (syslog(receiver.port, "tls", ca_file, "localhost"), syslog(receiver.port, "tls")):
            with pytest.raises(SinkError, match="its certificate is not accepted"):
                endpoint.send(told())
        assert receiver.got == []
    plain = Collector()
    with opened(plain):
        with pytest.raises(SinkError, match=r"no TLS connection: what answers there does not speak TLS$"):
            syslog(plain.port, "tls", ca_file).send(told())
        assert plain.requests == []


def test_what_tls_says_is_said_in_words(tmp_path: Path) -> None:
    """What is wrong and what to do, without OpenSSL's names and Python's line numbers; and a certificate that
    is wanted is missed before an event is sent.
    """
    ca_file, context = make_certificates(tmp_path)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(ca_file)
    receiver = receivers.Stream(context=context)
    with opened(receiver):
        with pytest.raises(SinkError, match=r"its CA's certificate has to be in ca_file$"):
            syslog(receiver.port, "tls").send(told())
        wanted = r"no TLS connection: it wants a certificate of ours: certificate and certificate_key$"
        with pytest.raises(SinkError, match=wanted):
            syslog(receiver.port, "tls", ca_file).send(told())
        own = tmp_path / "receiver.pem"  # has its key in it
        own.chmod(0o600)
        sink = SyslogSink("s", (), "tls", ("127.0.0.1", receiver.port), "authpriv", "x@1", ca_file, own, own)
        endpoint = make_endpoint(sink)
        events = told(3)
        endpoint.send(events)
        wait_for(lambda: arrived(receiver) == uids(events))
        endpoint.close()


def test_a_receiver_that_leaves_after_the_handshake_has_taken_nothing(tmp_path: Path) -> None:
    """As rsyslog does with GnuTLS, when it wants a certificate: no alert, and no event may count as sent."""
    ca_file, context = make_certificates(tmp_path)
    context.num_tickets = 0
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with server.accept()[0] as sock, context.wrap_socket(sock, server_side=True):
                pass

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(SinkError, match="closed the connection after the handshake; perhaps it wants"):
            syslog(server.getsockname()[1], "tls", ca_file).send(told())
        thread.join()


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [("closes", "it closed the connection"), ("says hello", "what answers there does not speak TLS")],
)
def test_no_tls_there(tmp_path: Path, behaviour: str, words: str) -> None:
    ca_file, _ = make_certificates(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with server.accept()[0] as sock:
                if behaviour == "says hello":
                    sock.sendall(b"220 hello there\r\n")
                sock.recv(65536)

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(SinkError, match=f"no TLS connection: {words}$"):
            syslog(server.getsockname()[1], "tls", ca_file).send(told())
        thread.join()


@pytest.mark.parametrize("long_after", [False, True])
def test_a_receiver_that_says_goodbye_gets_the_rest_over_a_new_connection(
    monkeypatch: pytest.MonkeyPatch, long_after: bool
) -> None:
    """And again what it may not have read, unless it goes long after that."""
    if long_after:
        monkeypatch.setattr(transports, "RECENT_S", 0.0)
    receiver, events = receivers.Stream(), told(2)
    endpoint = syslog(receiver.port)
    endpoint.send(events[:1])
    wait_for(lambda: len(receiver.got) == 1)
    receiver.close()
    with pytest.raises(SinkError, match="cannot be reached"):
        endpoint.send(events[1:])
    second = receivers.Stream(receiver.port)
    with opened(second):
        endpoint.send(events[1:])
        wait_for(lambda: arrived(second) == uids(events[1 if long_after else 0 :]))
        endpoint.close()


@pytest.mark.parametrize(("kept", "first"), [(unread.RECENT, 0), (1, 2)])
def test_a_receiver_that_takes_and_drops_again_and_again_costs_no_event(
    monkeypatch: pytest.MonkeyPatch, kept: int, first: int
) -> None:
    """As a balancer with nobody behind it, which answers with a reset each time; there is a bound."""
    monkeypatch.setattr(unread, "RECENT", kept)
    receiver, events = receivers.Stream(reads=False), told(4)
    endpoint = syslog(receiver.port)
    for n in range(3):
        endpoint.send(events[n : n + 1])
        wait_for(lambda: receiver.connections)
        receiver.connections.pop().close()
    receiver.close()
    second = receivers.Stream(receiver.port)
    with opened(second):
        endpoint.send(events[3:])
        wait_for(lambda: arrived(second) == uids(events[first:]))
        endpoint.close()


def tried(endpoint: Endpoint, event: dict[str, object]) -> bool:
    try:
        endpoint.send([event])
    except SinkError:
        return False
    return True


@pytest.mark.parametrize("at_once", [False, True])
def test_a_receiver_that_says_goodbye_after_each_batch_gets_no_event_for_ever(at_once: bool) -> None:
    """As from a balancer that ends what is idle for a second: each connection had all events so far again."""
    receiver, events = receivers.Stream(goes=at_once), told(9)
    endpoint = syslog(receiver.port)
    for event in events:
        wait_for(lambda event=event: tried(endpoint, event))  # type: ignore[misc]
        wait_for(lambda event=event: event["uid"] in arrived(receiver))  # type: ignore[misc]
        for sock in receiver.connections:
            with contextlib.suppress(OSError):  # it is gone already
                sock.shutdown(socket.SHUT_WR)
    endpoint.close()
    receiver.close()
    times = Counter(arrived(receiver))
    assert set(times) == set(uids(events))
    assert max(times.values()) <= 2 * (unread.GOODBYES + 1)
    assert times[events[-1]["uid"]] <= 2


def test_what_a_dead_receiver_had_not_read_is_sent_again() -> None:
    """Acknowledged by its machine, but still in the socket when it died: TCP says so with a reset."""
    receiver, events = receivers.Stream(reads=False), told(2)
    endpoint = syslog(receiver.port)
    endpoint.send(events[:1])
    wait_for(lambda: receiver.connections)
    receiver.connections.pop().close()  # as the kernel does for a process that was killed
    receiver.close()
    second = receivers.Stream(receiver.port)
    with opened(second):
        endpoint.send(events[1:])
        wait_for(lambda: arrived(second) == uids(events))
        endpoint.close()


@pytest.mark.parametrize("long_before", [False, True])
def test_what_was_sent_before_a_connection_broke_is_sent_again(
    monkeypatch: pytest.MonkeyPatch, long_before: bool
) -> None:
    """It breaks while the next events are under way, which are tried again anyhow. What is found dead after a
    night, since a balancer or firewall has forgotten it, had read what came before.
    """
    monkeypatch.setattr(transports, "TIMEOUT_S", 0.5)
    if long_before:
        monkeypatch.setattr(unread, "RECENT_S", 0.0)
    receiver, events = receivers.Stream(reads=False), told(2)
    endpoint = syslog(receiver.port)
    endpoint.send(events[:1])
    large = make("gate", "session-start", "info", {"person": "x" * 7000})
    with pytest.raises(SinkError, match="the connection broke"):
        endpoint.send([large] * 800)  # more than fits between two ends of which one reads nothing
    receiver.close()
    second = receivers.Stream(receiver.port)
    with opened(second):
        endpoint.send(events[1:2])
        wait_for(lambda: events[1]["uid"] in arrived(second))
        assert (events[0]["uid"] in arrived(second)) is not long_before
        endpoint.close()


def test_a_file_that_is_moved_away_is_opened_anew(tmp_path: Path) -> None:
    path, events = tmp_path / "events.jsonl", told(6)
    endpoint = make_endpoint(FileSink("f", (), path))
    endpoint.send(events[:2])
    path.rename(tmp_path / "events.jsonl.1")
    endpoint.send(events[2:4])
    path.unlink()
    endpoint.send(events[4:])
    endpoint.close()
    text = "".join((tmp_path / name).read_text() for name in ("events.jsonl.1", "events.jsonl"))
    lines = [json.loads(line) for line in text.splitlines()]
    assert lines == events[:2] + events[4:]
    assert path.stat().st_mode & 0o777 == 0o600
    (tmp_path / "link").symlink_to(path)
    os.mkfifo(tmp_path / "fifo")
    for wrong in ("link", "fifo"):
        with pytest.raises(SinkError, match="cannot be written"):
            make_endpoint(FileSink("f", (), tmp_path / wrong)).send(told())


def test_ssl_errors_are_told_in_words() -> None:
    from sessionlens_recorder.sinks.endpoints import why

    assert why(ssl.SSLError(1, "[SSL] bad")) != ""
    assert why(OSError()) == "OSError"
    assert why(TimeoutError()) == "no answer in 10 s"


def test_every_kind_of_sink_has_an_endpoint(tmp_path: Path) -> None:
    sink: Sink = FileSink("f", (), tmp_path / "x")
    assert make_endpoint(sink).most > 0


def test_whoever_asks_why_a_sink_is_down_reads_a_whole_note(tmp_path: Path) -> None:
    trouble = Trouble(tmp_path, "splunk")
    trouble.note("refused")
    with (tmp_path / "splunk.down").open() as asked:
        trouble.note("it answers\nHTTP 500")
        assert asked.read().endswith("Z refused\n"), "the one that was there when it was opened"
    since, reason = trouble.read() or ("", "")
    assert since and reason == "it answers HTTP 500"
    assert [path.name for path in tmp_path.iterdir()] == ["splunk.down"]
