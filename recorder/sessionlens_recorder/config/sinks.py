"""`[sinks.NAME]`: who else is told of events. `[spool]`: the queue on disk before them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from sessionlens_recorder.config.section import Address, Section, check_name
from sessionlens_recorder.events import CATALOGUE

MIB = 1 << 20
LEAST = 8.0  # MiB: more than can be queued between two looks of the housekeeper
FACILITIES = (
    "authpriv", "auth", "audit", "user", "daemon",
    "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
)  # fmt: skip
SD_ID = "sessionlens@32473"  # 32473: the enterprise number for examples (RFC 5612); we have none of our own
_SD_ID = re.compile(r"[!#-<>-\\^-~]{1,32}")  # RFC 5424, 6.3.2: printable ASCII without space = ] "


@dataclass(frozen=True, slots=True)
class SyslogSink:
    """RFC 5424 messages."""

    name: str
    events: tuple[str, ...]  # patterns of ids; none: all
    transport: Literal["udp", "tcp", "tls"]
    address: Address
    facility: str
    sd_id: str
    ca_file: Path | None  # None: the system's
    certificate: Path | None
    certificate_key: Path | None


@dataclass(frozen=True, slots=True)
class HttpSink:
    """Batches over HTTP."""

    name: str
    events: tuple[str, ...]
    format: Literal["splunk", "sumo"]
    url: str | None
    url_file: Path | None  # where the URL is the secret
    token_file: Path | None
    index: str | None
    ca_file: Path | None


@dataclass(frozen=True, slots=True)
class FileSink:
    """JSON Lines."""

    name: str
    events: tuple[str, ...]
    path: Path


Sink = SyslogSink | HttpSink | FileSink


@dataclass(frozen=True, slots=True)
class SpoolSettings:
    """The queue."""

    folder: Path
    limit: int  # bytes
    heads_every: float  # seconds between two chain heads of one session


def read_spool(section: Section) -> SpoolSettings:
    settings = SpoolSettings(
        folder=section.path_of("folder", "spool"),
        limit=int(section.number("limit", 64.0, LEAST, 1 << 20) * MIB),
        heads_every=section.number("heads_every", 30.0, 1.0, 3600.0),
    )
    section.done()
    return settings


def read_sink(section: Section) -> Sink:
    check_name(section)
    kind = section.choice("type", ("syslog", "http", "file", None), None)
    if kind is None:
        raise section.error("type", 'is missing: "syslog", "http" or "file"')
    events = tuple(section.texts("events"))
    for pattern in events:
        if not any(fnmatchcase(name, pattern) for name in CATALOGUE):
            raise section.error("events", f"{pattern!r} is no event; docs/events.md lists them")
    read = {"syslog": _read_syslog, "http": _read_http, "file": _read_file}[kind]
    sink = read(section, events)
    section.done()
    return sink


def _read_syslog(section: Section, events: tuple[str, ...]) -> Sink:
    sink = SyslogSink(
        name=section.name,
        events=events,
        transport=section.choice("transport", ("udp", "tcp", "tls"), "tls"),
        address=section.address("address"),
        facility=section.choice("facility", FACILITIES, "authpriv"),
        sd_id=section.text("sd_id", SD_ID),
        ca_file=section.optional_file("ca_file"),
        certificate=section.optional_file("certificate"),
        certificate_key=section.optional_file("certificate_key"),
    )
    if not _SD_ID.fullmatch(sink.sd_id):
        raise section.error(
            "sd_id", 'is not a name for structured data: "NAME@NUMBER", at most 32 characters'
        )
    if (sink.certificate is None) != (sink.certificate_key is None):
        raise section.error("certificate", "goes with certificate_key")
    if sink.transport != "tls" and (sink.ca_file or sink.certificate):
        raise section.error("ca_file", 'and certificate go with transport = "tls"')
    return sink


def _read_http(section: Section, events: tuple[str, ...]) -> Sink:
    sink = HttpSink(
        name=section.name,
        events=events,
        format=section.choice("format", ("splunk", "sumo"), "splunk"),
        url=section.text("url", "") or None,
        url_file=section.optional_file("url_file"),
        token_file=section.optional_file("token_file"),
        index=section.text("index", "") or None,
        ca_file=section.optional_file("ca_file"),
    )
    if (sink.url is None) == (sink.url_file is None):
        raise section.error("url", "or url_file is needed, and only one of them")
    if (sink.format == "splunk") != (sink.token_file is not None):
        raise section.error("token_file", 'goes with format = "splunk", and only with that')
    if sink.index is not None and sink.format != "splunk":
        raise section.error("index", 'goes with format = "splunk"')
    return sink


def _read_file(section: Section, events: tuple[str, ...]) -> Sink:
    return FileSink(section.name, events, section.path_of("path"))
