"""What script(1) writes around a stream: the headers of `timing`, first and last line of the data files.

Who was asked for what comes from channel.json's fields; the escaping is timing.py's.
"""

from __future__ import annotations

import re
from typing import Any

from .clock import format_script_time
from .timing import header_line, header_value

_LAST = re.compile(rb'\nScript done on [-0-9]{10} [0-9:]{8}\+00:00(?: \[COMMAND_EXIT_CODE="-?\d+"\])?\n\Z')

Headers = dict[str, str | bytes | int]


def headers(meta: dict[str, Any]) -> Headers:
    """What script(1) says of a session, from channel.json's fields; absent where it is not known."""
    pty = meta.get("pty") or {}
    known = {
        "TERM": pty.get("term"),
        "TTY": pty.get("tty"),
        "COLUMNS": pty.get("columns"),
        "LINES": pty.get("rows"),
        "SHELL": meta.get("shell"),
        "COMMAND": meta.get("command"),
    }
    return {name: value for name, value in known.items() if isinstance(value, str | bytes | int)}


def first_line(utc_ns: int, known: Headers) -> bytes:
    """Of `out`, and of `in` where it is a typescript; scriptreplay skips it."""
    return f"Script started on {format_script_time(utc_ns)} [{_bracket(known)}]\n".encode()


def last_line(utc_ns: int, exit_code: int | None) -> bytes:
    """What closes these."""
    shown = "" if exit_code is None else f' [COMMAND_EXIT_CODE="{exit_code}"]'
    return f"\nScript done on {format_script_time(utc_ns)}{shown}\n".encode()


def split_last_line(data: bytes) -> tuple[bytes, bytes]:
    """What a program printed, and what may be the line that closes the file, if nothing comes after it."""
    match = _LAST.search(data)
    return (data[: match.start()], match[0]) if match else (data, b"")


def start_lines(utc_ns: int, known: Headers, logs: dict[str, str]) -> bytes:
    """The headers with which `timing` begins; logs: which file is OUTPUT_LOG, and which INPUT_LOG."""
    start = {"START_TIME": format_script_time(utc_ns)}
    return b"".join([header_line(*item) for item in (*start.items(), *known.items(), *logs.items())])


def _bracket(known: Headers) -> str:
    wanted = [name for name in ("COMMAND", "TERM", "TTY", "COLUMNS", "LINES") if name in known]
    shown = [f'{name}="{header_value(known[name])}"' for name in wanted]
    return " ".join(shown if "TERM" in known else [*shown, "<not executed on terminal>"])
