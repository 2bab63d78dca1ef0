"""Events as syslog messages (RFC 5424), one each.

    <86>1 2026-11-22T09:14:03.123456Z gate1 sessionlens 4711 session-start [sessionlens@32473 person="john"] …

The structured data has every field for programs; the message repeats them as on stderr, for people and for
receivers that throw structured data away.
"""

from __future__ import annotations

import re
import socket

from sessionlens_recorder.logs import Line, escape
from sessionlens_recorder.sinks.record import Told

FACILITIES = {
    "user": 1, "daemon": 3, "auth": 4, "authpriv": 10, "audit": 13,
    "local0": 16, "local1": 17, "local2": 18, "local3": 19, "local4": 20, "local5": 21, "local6": 22,
    "local7": 23,
}  # fmt: skip
SEVERITIES = {"error": 3, "warning": 4, "info": 6}
APP_NAME = "sessionlens"
LONGEST_VALUE = 1024  # characters; a receiver has to take 480 bytes and should take 2048 (section 6.1)
_IN_HEADER = ("utc", "event", "level", "pid")


class Formatter:
    """Makes messages of events; `longest` bytes at most each."""

    def __init__(self, facility: str, sd_id: str, longest: int) -> None:
        self._facility, self._sd_id, self._longest = FACILITIES[facility], sd_id, longest
        self._host = re.sub(r"[^!-~]", "", socket.gethostname())[:255] or "-"

    def message(self, told: Told) -> bytes:
        """Values are cut until the whole fits: half of structured data would be none."""
        longest = LONGEST_VALUE
        while len(made := self._message(told, longest)) > self._longest and longest > 16:
            longest //= 2
        return made

    def _message(self, told: Told, longest: int) -> bytes:
        fields = {key: _cut(value, longest) for key, value in told.items() if key not in _IN_HEADER}
        priority = self._facility * 8 + SEVERITIES.get(told["level"], 6)
        header = f"<{priority}>1 {told['utc']} {self._host} {APP_NAME} {told['pid']} {told['event'][:32]}"
        params = "".join(f' {key[:32]}="{param_value(value)}"' for key, value in fields.items())
        text = str(Line(told["event"], {key: value for key, value in fields.items() if key != "uid"}))
        mark = "" if text.isascii() else "\ufeff"  # section 6.4: UTF-8 that is not ASCII begins with it
        return f"{header} [{self._sd_id}{params}] {mark}{text}".encode()


def param_value(value: object) -> str:
    """A PARAM-VALUE (section 6.3.3): UTF-8 with `"`, `\\` and `]` after a backslash; what is not printable is
    made a visible escape before, for a receiver's log is read in terminals too.
    """
    return re.sub(r'(["\\\]])', r"\\\1", escape(str(value)))


def _cut(value: object, longest: int) -> object:
    return f"{value[:longest]}..." if isinstance(value, str) and len(value) > longest else value
