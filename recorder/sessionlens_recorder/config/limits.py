"""`[limits]`, `[disk]`, `[retention]`, `[metrics]`: how much there may be of everything, and who counts."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from sessionlens_recorder.config.section import Address, Section, parse_address

_SIZE = re.compile(r"(\d{1,9})([KMGT])?")
_UNITS = {None: 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_PERCENT = re.compile(r"(\d{1,2}(?:\.\d+)?)%")


@dataclass(frozen=True, slots=True)
class Startups:
    """As sshd's MaxStartups: from `start` connections that are not logged in yet, `rate` percent of new ones
    are refused, more with each, and from `full` on all.
    """

    start: int
    rate: int
    full: int


@dataclass(frozen=True, slots=True)
class Limits:
    """Of connections, and of the process that each one has."""

    startups: Startups
    strangers: int  # of one source, of those who are not logged in
    per_source: int  # connections of one IPv4 address or IPv6 /64
    per_person: int  # sessions of one person
    total: int
    unreachable: float  # seconds after which a peer that does not answer TCP is gone
    memory: int  # bytes of data (RLIMIT_DATA; of address space eight times that); 0: as the system has it
    files: int  # RLIMIT_NOFILE


@dataclass(frozen=True, slots=True)
class Disk:
    """Where recordings go. New sessions need more than the reserve; running ones write into it."""

    warn: float  # a fraction of the disk that is used
    reserve: float  # a fraction of the disk that is free
    reserve_least: int  # bytes


@dataclass(frozen=True, slots=True)
class Retention:
    """When recordings are deleted. None: never."""

    days: float | None


@dataclass(frozen=True, slots=True)
class Metrics:
    """Where Prometheus reads. None: nowhere."""

    listen: Address | None


def read_limits(section: Section) -> Limits:
    startups = section.check("startups", lambda: _startups(section.text("startups", "10:30:100")))
    limits = Limits(
        startups=startups,
        strangers=int(section.number("per_source_startups", max(startups.start - 1, 1), 1, 100_000)),
        per_source=int(section.number("per_source", 100, 1, 100_000)),
        per_person=int(section.number("per_person", 100, 1, 10_000)),
        total=int(section.number("total", 500, 1, 10_000)),
        unreachable=section.number("unreachable", 120.0, 2.0, 86400.0),
        memory=section.check("memory", lambda: parse_size(section.text("memory", "4G"))),
        files=int(section.number("files", 4096, 256, 1 << 20)),
    )
    if 0 < limits.memory < 512 << 20:
        raise section.error("memory", 'is too little for a connection; "4G" is usual, "0" is no limit')
    section.done()
    return limits


def read_disk(section: Section) -> Disk:
    disk = Disk(
        warn=section.check("warn", lambda: _percent(section.text("warn", "80%"))),
        reserve=section.check("reserve", lambda: _percent(section.text("reserve", "5%"))),
        reserve_least=section.check("reserve_least", lambda: parse_size(section.text("reserve_least", "2G"))),
    )
    section.done()
    return disk


def read_retention(section: Section) -> Retention:
    problem = "has to be a number of days, more than 0 and at most 36500; leave it out to keep recordings"
    days = section.number("days", 36500.0, 1e-6, 36500.0, problem)
    section.done()
    return Retention(days if "days" in section else None)


def read_metrics(section: Section) -> Metrics:
    text = section.text("listen", "")
    address = section.check("listen", lambda: _loopback(text)) if text else None
    section.done()
    return Metrics(address)


def parse_size(text: str) -> int:
    """`2G`, `512M`, `0`; ValueError."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError(f'{text!r} is not a size; write "512M" or "2G"')
    return int(match[1]) * _UNITS[match[2]]


def _percent(text: str) -> float:
    match = _PERCENT.fullmatch(text)
    if match is None:
        raise ValueError(f'{text!r} is not a percentage below 100; write "5%"')
    return float(match[1]) / 100


def _startups(text: str) -> Startups:
    parts = text.split(":")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 6 for part in parts):
        raise ValueError(f'{text!r} is not "start:rate:full"; sshd has "10:30:100"')
    start, rate, full = map(int, parts)
    if not (1 <= start <= full and rate <= 100):
        raise ValueError(f"{text!r}: start is at least 1 and at most full, and rate at most 100 percent")
    return Startups(start, rate, full)


def _loopback(text: str) -> Address:
    host, port = parse_address(text)
    if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
        raise ValueError(f"{text!r} can be reached from elsewhere; metrics are for this machine: 127.0.0.1")
    return host, port
