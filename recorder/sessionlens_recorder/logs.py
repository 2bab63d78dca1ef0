"""The recorder tells what happens: one line an event on stderr, and the sinks, if there are any.

Nothing that a client or target says is raw in it. Ids, levels and fields are those of events.py.

`2026-11-22T09:14:03.123Z warning login-refused client=10.1.2.3 person="john\\x1b[2J" reason="..."`

No function here raises or waits: a session does not end, or stand still, because an event cannot be told.
What stderr and the sinks miss is counted (stderr.py, sinks/feed.py).
"""

from __future__ import annotations

import logging
import re
import time
from typing import Any

from sessionlens_recorder.events import FLOODABLE
from sessionlens_recorder.stderr import Stderr

_log = logging.getLogger("sessionlens_recorder")
SHORT = 256  # characters of a value in an event that others cause as they like
_PLAIN = re.compile(r"[\w.,:;/@%+=~\[\]-]+", re.ASCII)


def event(name: str, /, **fields: Any) -> None:
    """Tell an event of the catalogue with its fields; None means not known and is left out."""
    _tell(name, logging.INFO, fields)


def warning(name: str, /, **fields: Any) -> None:
    _tell(name, logging.WARNING, fields)


def error(name: str, /, **fields: Any) -> None:
    _tell(name, logging.ERROR, fields)


def quietly(name: str, /, **fields: Any) -> None:
    """Tell the sinks only: what comes so often that it would bury the rest of the log."""
    _tell(name, logging.INFO, fields, quiet=True)


def _tell(name: str, level: int, fields: dict[str, Any], quiet: bool = False) -> None:
    known = {key: _cut(name, value) for key, value in fields.items() if value is not None}
    _log.log(level, "%s", Line(name, known), extra={"told": (name, known), "quiet": quiet})


def _cut(name: str, value: Any) -> Any:
    """Strangers, users and targets cause these events as they like, and say what is in them."""
    text = value if isinstance(value, (bool, int, float)) or name not in FLOODABLE else str(value)
    return f"{text[:SHORT]}…" if isinstance(text, str) and name in FLOODABLE and len(text) > SHORT else value


class Line:
    """An event as the text of its line, made only if somebody reads it."""

    def __init__(self, name: str, fields: dict[str, Any]) -> None:
        self._name, self._fields = name, fields

    def __str__(self) -> str:
        fields = (f"{key}={_value(value, _most(key))}" for key, value in self._fields.items())
        return " ".join((self._name, *fields))


def set_up() -> None:
    """Log to stderr. paramiko stays silent: what it has to say is hostile text and tracebacks; we say it
    in events.
    """
    handler = Stderr()
    handler.setFormatter(_Format())
    handler.addFilter(lambda record: not (getattr(record, "quiet", False) or getattr(record, "flood", False)))
    _log.handlers[:] = [handler]
    _log.setLevel(logging.INFO)
    _log.propagate = False
    logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)


def unwritten() -> int:
    """How many lines nobody could write to stderr, of all processes, since the last time."""
    return sum(handler.unwritten.take() for handler in _log.handlers if isinstance(handler, Stderr))


def weigh(judge: logging.Filter) -> None:
    """Have every event looked at before it is told: `record.flood` set says that it is only to be counted."""
    _log.filters[:] = [judge]


def tell_also(handler: logging.Handler) -> None:
    """Give every event to a handler too: `record.told` is its id and its fields."""
    _log.addHandler(handler)


class _Format(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        when = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        return f"{when}.{int(record.msecs):03d}Z {record.levelname.lower()} {record.getMessage()}"


def escape(text: str) -> str:
    """Text with everything that is not printable (control, bidi, zero-width characters) as a visible
    escape.
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _most(key: str) -> int:
    """How many characters of a field are told: a stranger may send a name of 256 KiB, many times."""
    return 65536 if key == "trace" else 4096


def _value(value: Any, most: int) -> str:
    text = str(value)
    if len(text) > most:
        text = text[:most] + "…"
    if _PLAIN.fullmatch(text):
        return text
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escape(quoted)}"'
