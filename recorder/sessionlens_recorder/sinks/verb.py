"""`sessionlens-recorder sinks`: what waits for each sink, or, with --test, what its endpoint answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sessionlens_recorder.config import Config, load
from sessionlens_recorder.config.sinks import FileSink, HttpSink, Sink
from sessionlens_recorder.logs import escape
from sessionlens_recorder.session.policy import host_port
from sessionlens_recorder.sinks import record
from sessionlens_recorder.sinks.cursor import position_file
from sessionlens_recorder.sinks.endpoints import SinkError
from sessionlens_recorder.sinks.make import make_endpoint
from sessionlens_recorder.sinks.spool import Spool
from sessionlens_recorder.sinks.trouble import Trouble


def run(path: Path, test: bool) -> Iterator[tuple[bool, str]]:
    """A line for each sink, and whether it is as it should be."""
    config = load(path)
    if not config.sinks:
        raise ValueError(f"{path}: there are no sinks; docs/recorder/sinks.md says how to write [sinks.NAME]")
    for sink in config.sinks:
        good, told = _test(config, sink) if test else _state(config, sink)
        yield good, escape(f"{sink.name} ({where(sink)}): {told}")


def where(sink: Sink) -> str:
    """What a person calls the endpoint; a URL that is a secret is named by its file."""
    if isinstance(sink, FileSink):
        return f"file {sink.path}"
    if isinstance(sink, HttpSink):
        return f"{sink.format} {sink.url or sink.url_file}"
    return f"syslog {sink.transport} {host_port(*sink.address)}"


def _test(config: Config, sink: Sink) -> tuple[bool, str]:
    told = record.make(config.server.name, "sink-test", "info", {"sink": sink.name})
    try:
        endpoint = make_endpoint(sink)
        try:
            return True, f"ok: {endpoint.send([told])}; the event's uid is {told['uid']}"
        finally:
            endpoint.close()
    except (SinkError, OSError, ValueError) as error:
        return False, f"FAILED: {error}"


def _state(config: Config, sink: Sink) -> tuple[bool, str]:
    waits, lost = waiting(config, sink)
    down = Trouble(config.spool.folder, sink.name).read()
    told = [f"{waits} bytes wait"]
    told += ["nothing was sent yet"] if lost is None else []
    told += [f"{lost} events lost and not told yet"] if lost else []
    told += [f"down since {down[0]}: {down[1]}"] if down else []
    return not (lost or down), "; ".join(told)


def waiting(config: Config, sink: Sink) -> tuple[int, int | None]:
    """Bytes in the queue that a sink has not had, and how many events it missed (None: nothing was sent yet).
    From the files of the queue, whether or not a recorder runs.
    """
    folder = config.spool.folder
    segments = Spool(folder, config.spool.limit).segments() if folder.is_dir() else []
    lost: int | None
    try:
        segment, offset, lost = map(int, position_file(folder, sink.name).read_text().split())
    except (OSError, ValueError):
        segment, offset, lost = 0, 0, None
    waits = sum(s.size - (offset if s.number == segment else 0) for s in segments if s.number >= segment)
    return waits, lost
