"""`/metrics` for Prometheus (text format 0.0.4), on loopback, by a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import FrameType

from sessionlens_recorder.config import Config
from sessionlens_recorder.counting import BOUNDS_S, BYTES, Counters
from sessionlens_recorder.events import CATALOGUE
from sessionlens_recorder.net.listening import open_listener
from sessionlens_recorder.sinks.verb import waiting
from sessionlens_recorder.space import look

METRICS = "metrics"  # the process's duty, in the log
POLL_S, PATIENCE_S = 1.0, 5.0
TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Opened by the accept process, served by a child."""

    def __init__(self, sock: socket.socket, config: Config, counters: Counters) -> None:
        self.sock, self._config, self._counters = sock, config, counters
        self._started = time.time()

    def serve(self, parent: int) -> int:
        """Until SIGTERM, or until the accept process is gone."""
        signal.signal(signal.SIGTERM, _leave)
        page = self.page

        class Handler(BaseHTTPRequestHandler):
            timeout = PATIENCE_S  # for a client that says nothing

            def do_GET(self) -> None:
                found = self.path.partition("?")[0] == "/metrics"
                body = page().encode() if found else b"only /metrics is here\n"
                self.send_response(200 if found else 404)
                self.send_header("Content-Type", TYPE)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """What clients say is not ours to log."""

        class Loopback(HTTPServer):
            timeout = POLL_S

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that left."""

        server = Loopback(("127.0.0.1", 0), Handler, bind_and_activate=False)
        server.socket.close()
        server.socket = self.sock
        while os.getppid() == parent:
            server.handle_request()
        return 0

    def page(self) -> str:
        """What is counted now."""
        return "".join(f"{line}\n" for line in self._lines(self._counters.read()))

    def _lines(self, sums: dict[str, int]) -> Iterator[str]:
        event = {name: sums[f"event {name}"] for name in CATALOGUE}
        yield from _metric("sessions", "gauge", "Sessions that run now.", {"": sums["sessions"]})
        yield from _metric(
            "connections", "gauge", "Connections, logged in or not.", {"": sums["connections"]}
        )
        yield from _metric("sessions_total", "counter", "Sessions so far.", {"": event["session-start"]})
        yield from _metric(
            "logins_failed_total", "counter", "Keys and passwords not accepted.", {"": event["login-failed"]}
        )
        refused = {what: event[f"{what}-refused"] for what in ("connection", "login", "policy")}
        labelled = {f'{{what="{what}"}}': count for what, count in refused.items()}
        yield from _metric("refusals_total", "counter", "What was not allowed.", labelled)
        passed = {f'{{direction="{name}"}}': sums[f"bytes {name}"] for name in BYTES}
        yield from _metric("bytes_total", "counter", "SSH messages of sessions, in bytes.", passed)
        yield from _commits(sums)
        told = {f'{{event="{name}",level="{CATALOGUE[name].level}"}}': n for name, n in event.items() if n}
        yield from _metric("events_total", "counter", "Events told, by id (docs/events.md).", told)
        yield from self._sinks()
        yield from self._disk()
        started = {"": round(self._started, 3)}
        yield from _metric("start_time_seconds", "gauge", "When the recorder started.", started)

    def _sinks(self) -> Iterator[str]:
        lag = {f'{{sink="{sink.name}"}}': waiting(self._config, sink) for sink in self._config.sinks}
        yield from _metric(
            "sink_waiting_bytes", "gauge", "In the queue, not sent yet.", {k: v[0] for k, v in lag.items()}
        )
        lost = {k: v[1] or 0 for k, v in lag.items()}
        yield from _metric("sink_lost_events", "gauge", "Missed by a sink, and not told to it yet.", lost)

    def _disk(self) -> Iterator[str]:
        try:
            space = look(self._config.server.recordings)
        except OSError:
            return
        yield from _metric("disk_bytes", "gauge", "The disk of the recordings.", {"": space.total})
        yield from _metric("disk_free_bytes", "gauge", "What is free of it.", {"": space.free})
        if space.inodes:
            inodes = space.inodes_free
            yield from _metric("disk_free_inodes", "gauge", "For how many files it has room.", {"": inodes})


def open_metrics(config: Config, counters: Counters) -> Metrics | None:
    """None if nobody asked for them. Raises ValueError: where it cannot listen."""
    if config.metrics.listen is None:
        return None
    return Metrics(open_listener("metrics.listen", config.metrics.listen), config, counters)


def _metric(name: str, kind: str, meaning: str, values: dict[str, int] | dict[str, float]) -> Iterator[str]:
    if not values:
        return
    full = f"sessionlens_{name}"
    yield f"# HELP {full} {meaning}"
    yield f"# TYPE {full} {kind}"
    yield from (f"{full}{labels} {value}" for labels, value in values.items())


def _commits(sums: dict[str, int]) -> Iterator[str]:
    """Of the recorder threads: hashing, fsync and journal of what came since the last commit."""
    name = "sessionlens_commit_seconds"
    yield f"# HELP {name} Commits of recordings to the disk, fsync included."
    yield f"# TYPE {name} histogram"
    total = 0
    for number, bound in enumerate((*BOUNDS_S, "+Inf")):
        total += sums[f"commits {number}"]
        yield f'{name}_bucket{{le="{bound}"}} {total}'
    yield f"{name}_sum {sums['commit us'] / 1e6}"
    yield f"{name}_count {total}"


def _leave(number: int, frame: FrameType | None) -> None:
    os._exit(0)
