"""An event on its way to the sinks: one JSON object, one line, ASCII.

Whatever a user or target said is in string values, so control characters, line ends and bidirectional
marks are `\\uNNNN` here (DEL too, which JSON would let pass).
"""

from __future__ import annotations

import json
import os
import time
from typing import Any

LONGEST = 4096  # characters of one value; a traceback, say, is cut
Told = dict[str, Any]


def make(bastion: str, name: str, level: str, fields: dict[str, Any], when: float | None = None) -> Told:
    """The object: what all events have (events.COMMON), then the fields."""
    now = time.time() if when is None else when
    micros = int(now % 1 * 1_000_000)
    return {
        "utc": f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(now))}.{micros:06d}Z",
        "bastion": bastion,
        "event": name,
        "level": level,
        "uid": os.urandom(8).hex(),
        "pid": os.getpid(),
        **{key: _plain(value) for key, value in fields.items() if value is not None},
    }


def encode(told: Told) -> bytes:
    """One line, with its end."""
    text = json.dumps(told, ensure_ascii=True, separators=(",", ":"))
    return text.replace("\x7f", "\\u007f").encode() + b"\n"


def decode(line: bytes) -> Told | None:
    """The object of a line; None if it is none, torn by a crash, say."""
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) and isinstance(told.get("event"), str) else None


def _plain(value: Any) -> str | int | float | bool:
    if isinstance(value, (bool, int, float)):
        return value
    text = str(value).encode("utf-8", "backslashreplace").decode()  # no lone surrogates: not all JSON readers
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} [{len(text) - LONGEST} characters more]"
