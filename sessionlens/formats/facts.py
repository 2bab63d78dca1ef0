"""Facts out of JSON that may hold anything: the value if it is of the right kind, else nothing."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from sessionlens_recorder.bundle import as_text, parse_utc

_Default = TypeVar("_Default")


def inner(value: dict[str, Any], key: str) -> dict[str, Any]:
    """The object under a key; empty if there is none."""
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def integer(value: object, default: _Default) -> int | _Default:
    """A whole number of a size that time and sizes have; else the default."""
    return value if type(value) is int and abs(value) < 1 << 62 else default


def is_id(text: str) -> bool:
    """Whether this is a session id."""
    return re.fullmatch(r"[0-9a-f]{8}", text) is not None


def utc_ns(clock: dict[str, Any]) -> int | None:
    """The instant of `started` or `opened`, if it is one within the calendar."""
    try:
        ns = parse_utc(str(clock.get("utc")))
    except ValueError:
        return None
    return ns if 0 <= ns < 1 << 62 else None


def address(party: dict[str, Any]) -> str | None:
    """Address and port of a party, as one text."""
    host, port = as_text(party.get("address")), party.get("port")
    return f"{host}:{port}" if host and type(port) is int else host
