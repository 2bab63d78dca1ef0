"""The recorder's log: one line an event on stderr, in which nothing that a client or target says is raw.

`2026-11-22T09:14:03.123Z warning login-refused client=10.1.2.3 person="john\\x1b[2J" reason="..."`
"""

from __future__ import annotations

import logging
import re
import sys
import time
from typing import Any

_log = logging.getLogger("sessionlens_recorder")
_PLAIN = re.compile(r"[\w.,:;/@%+=~\[\]-]+", re.ASCII)


def event(name: str, level: int = logging.INFO, /, **fields: Any) -> None:
    """Log an event with its fields; None means not known and is left out."""
    told = (f"{key}={_value(value)}" for key, value in fields.items() if value is not None)
    _log.log(level, "%s", " ".join((name, *told)))


def warning(name: str, /, **fields: Any) -> None:
    event(name, logging.WARNING, **fields)


def error(name: str, /, **fields: Any) -> None:
    event(name, logging.ERROR, **fields)


def set_up() -> None:
    """Log to stderr. paramiko stays silent: what it has to say is hostile text and tracebacks; we say it
    in events.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line())
    _log.handlers[:] = [handler]
    _log.setLevel(logging.INFO)
    _log.propagate = False
    logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)


class _Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        when = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        return f"{when}.{int(record.msecs):03d}Z {record.levelname.lower()} {record.getMessage()}"


def escape(text: str) -> str:
    """Text with everything that is not printable (control, bidi, zero-width characters) as a visible
    escape.
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _value(value: Any) -> str:
    text = str(value)
    if _PLAIN.fullmatch(text):
        return text
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escape(quoted)}"'
