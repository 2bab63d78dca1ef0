"""Workers between the queue on disk and endpoints that are down, hang or refuse: none waits for another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sessionlens_recorder.sinks import worker as worker_module
from sessionlens_recorder.sinks.cursor import Cursor, wants
from sessionlens_recorder.sinks.endpoints import Endpoint, SinkError
from sessionlens_recorder.sinks.record import encode
from sessionlens_recorder.sinks.spool import Spool
from sessionlens_recorder.sinks.worker import Worker

from . import receivers
from .conftest import DEADLINE_S, wait_for
from .receivers import Collector, Request, arrived, http, make_certificates, opened, told, uids
from .test_sinks import syslog


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Failures are tried again soon."""
    monkeypatch.setattr(worker_module, "FIRST_S", 0.02)
    monkeypatch.setattr(worker_module, "LONGEST_S", 0.1)
    monkeypatch.setattr(worker_module, "POLL_S", 0.02)


class Sent:
    """A queue and workers on it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.spool = Spool(folder, 1 << 20, 20_000)
        self.stopping = threading.Event()
        self.workers: list[Worker] = []

    def put(self, count: int) -> list[dict[str, object]]:
        events = told(count)
        assert all(self.spool.append(encode(event)) for event in events)
        return events

    def start(self, name: str, endpoint: Endpoint) -> Worker:
        worker = Worker(name, Cursor(self.spool, name, wants(())), endpoint, self.stopping)
        worker.start()
        self.workers.append(worker)
        return worker

    def stop(self) -> None:
        self.stopping.set()
        for worker in self.workers:
            worker.join(DEADLINE_S)
            assert not worker.is_alive()


@pytest.fixture
def sent(tmp_path: Path, patience: None) -> Iterator[Sent]:
    sent = Sent(tmp_path / "spool")
    yield sent
    sent.stop()


@pytest.mark.parametrize("kind", ["tcp", "tls", "splunk"])
def test_an_endpoint_that_was_down_gets_everything(tmp_path: Path, sent: Sent, kind: str) -> None:
    ca_file, context = make_certificates(tmp_path)
    open_again: dict[str, Callable[[int], receivers.Datagrams | receivers.Stream | Collector]] = {
        "tcp": lambda port: receivers.Stream(port),
        "tls": lambda port: receivers.Stream(port, context),
        "splunk": lambda port: Collector(port),
    }
    receiver = open_again[kind](0)

    def got() -> list[object]:
        return uids(list(receiver.accepted)) if isinstance(receiver, Collector) else arrived(receiver)

    ca = ca_file if kind == "tls" else None
    endpoint = (
        http(tmp_path, f"http://127.0.0.1:{receiver.port}")
        if kind == "splunk"
        else syslog(receiver.port, kind, ca)
    )
    failures = watch_failures(endpoint)
    before = sent.put(100)
    sent.start("s", endpoint)
    wait_for(lambda: set(uids(before)) <= set(got()))
    receiver.close()
    during = sent.put(700)
    wait_for(lambda: len(failures) >= 2, "it is tried again")
    receiver = open_again[kind](receiver.port)
    with opened(receiver):
        after = sent.put(100)
        wait_for(lambda: set(uids(during + after)) <= set(got()))
        found = got()
        assert list(dict.fromkeys(found))[-800:] == uids(during + after), "in order"
        sent.stop()
    assert sent.workers[0].cursor.lost == 0


def test_what_a_dead_receiver_had_not_read_waits_for_no_new_event(sent: Sent) -> None:
    """The last events of an evening; and a stop of the recorder does not lose them."""
    receiver = receivers.Stream(reads=False)
    cursor = sent.start("s", syslog(receiver.port)).cursor
    before, events = cursor.position, sent.put(1)
    wait_for(lambda: cursor.position != before and receiver.connections, "its machine has it")
    receiver.connections.pop().close()
    receiver.close()
    second = receivers.Stream(receiver.port)
    with opened(second):
        wait_for(lambda: arrived(second) == uids(events))


def watch_failures(endpoint: Endpoint) -> list[str]:
    """The real endpoint, and a list of what it raised."""
    failures: list[str] = []
    send = endpoint.send

    def watched(events: list[dict[str, object]]) -> str:
        try:
            return send(events)
        except SinkError as error:
            failures.append(str(error))
            raise

    endpoint.send = watched  # type: ignore[method-assign]
    return failures


def test_a_sink_that_hangs_delays_no_other(tmp_path: Path, sent: Sent) -> None:
    hanging, receiver = Collector(), receivers.Stream()
    hanging.hang.set()
    with opened(hanging), opened(receiver):
        sent.start("hanging", http(tmp_path, f"http://127.0.0.1:{hanging.port}"))
        sent.start("quick", syslog(receiver.port))
        first = sent.put(10)
        wait_for(lambda: hanging.requests, "the request hangs")
        rest = sent.put(200)
        wait_for(lambda: arrived(receiver) == uids(first + rest))
        assert len(hanging.requests) == 1 and not hanging.accepted
        hanging.hang.clear()
        hanging.released.set()
        wait_for(lambda: uids(hanging.accepted) == uids(first + rest), "what hung is sent again")


def test_an_event_that_is_refused_holds_up_no_other_and_is_counted(
    tmp_path: Path, sent: Sent, caplog: pytest.LogCaptureFixture
) -> None:
    def choosy(request: Request) -> tuple[int, str]:
        if any(event["event"]["uid"] in bad for event in request.events()):
            return 400, '{"text":"Invalid data format","code":6}'
        return 200, "{}"

    collector = Collector(answer=choosy)
    with opened(collector):
        events = sent.put(100)
        bad = {events[13]["uid"], events[77]["uid"]}
        worker = sent.start("h", http(tmp_path, f"http://127.0.0.1:{collector.port}"))
        wait_for(lambda: len(collector.accepted) == 98)
        wait_for(lambda: worker.cursor.lost == 0, "the loss is told")
        assert uids(collector.accepted) == [uid for uid in uids(events) if uid not in bad]
    lost = [record.told[1] for record in caplog.records if record.told[0] == "sink-lost"]  # type: ignore[attr-defined]
    assert sum(fields["count"] for fields in lost) == 2
