"""The command line's end of the live socket: `sessions`, `follow`, `end`, `allow`."""

from __future__ import annotations

import base64
import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sessionlens_recorder.live.door import short
from sessionlens_recorder.live.plain import Plain
from sessionlens_recorder.logs import escape

COLUMNS = (
    "session",
    "person",
    "account",
    "target",
    "client",
    "since",
    "state",
    "channels",
    "bytes",
    "bundle",
)


class NotAllowed(ValueError):
    """This Unix user may not do that: something else than wrong use."""

    exit_code = 77  # EX_NOPERM of sysexits.h


def ask(path: Path, *, patience: float | None = None, **request: Any) -> Iterator[dict[str, Any]]:
    """Lines of the answer. ValueError: what is wrong, and what to do; TimeoutError after `patience`."""
    with closing(_connect(path, patience)) as sock, sock.makefile("rb") as answers:
        with suppress(BrokenPipeError):  # turned away before it was asked; the reason is there to be read
            sock.sendall(json.dumps(request).encode() + b"\n")
        for line in answers:
            answer = json.loads(line)
            if problem := answer.get("problem"):
                raise (NotAllowed if answer.get("denied") else ValueError)(escape(str(problem)))
            yield answer


def _connect(path: Path, patience: float | None) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.settimeout(patience)
    try:
        with short(path) as address:
            sock.connect(address)
    except OSError as error:
        sock.close()
        advice = _ADVICE.get(type(error), "")
        kind = NotAllowed if isinstance(error, PermissionError) else ValueError
        raise kind(f"{path}: {error.strerror or error}{'; ' if advice else ''}{advice}") from error
    return sock


_ADVICE: dict[type[OSError], str] = {
    PermissionError: "only the bastion's own user may, and whom [live] names",
    FileNotFoundError: "no recorder runs, or one that was started before live.socket was changed to this: "
    "restart it, or give --socket with the path from before",
    ConnectionRefusedError: "no recorder runs there",
}


def list_sessions(path: Path, as_json: bool) -> Iterator[str]:
    """A table, or one JSON object a session."""
    (answer,) = ask(path, ask="sessions")
    rows = answer["sessions"]
    if as_json:
        yield from (json.dumps(row) for row in rows)
        return
    table = [list(COLUMNS), *([_cell(name, row[name]) for name in COLUMNS] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table if rows else []:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    if not rows:
        yield "no sessions now"


def _cell(name: str, value: Any) -> str:
    if name == "since" and value is not None:
        value = f"{str(value)[:19]}Z"  # to the second
    return "-" if value is None else escape(str(value))


def follow(path: Path, session: str, reason: str, channel: int | None, raw: bool) -> bool:
    """Write to stdout what the session's terminals show. Whether it was there until its end."""
    if raw and not sys.stdout.isatty():
        raise ValueError("--raw is for a terminal: what users and targets send is written to it as it is")
    shown: dict[str, Plain] = {}
    current = None
    for answer in ask(path, ask="follow", session=session, reason=reason, channel=channel):
        if "data" in answer:
            name, data = str(answer["channel"]), base64.b64decode(answer["data"])
            if name != current and (current is not None or len(shown) > 0):
                _write(f"\n[{escape(name)}]\n".encode())
            current = name
            plain = shown.setdefault(name, Plain())
            _write(data if raw else plain.feed(data).encode("utf-8", "backslashreplace"))
        elif "ended" in answer:
            for plain in shown.values():
                _write(b"" if raw else plain.feed(b"", last=True).encode("utf-8", "backslashreplace"))
            return True
    return False


def _write(data: bytes) -> None:
    while data:
        data = data[os.write(sys.stdout.fileno(), data) :]
