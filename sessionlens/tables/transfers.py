"""The table `transfers`: what files.jsonl says of sftp and scp, one row an operation and direction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
from sessionlens_recorder.bundle import as_text

from sessionlens.formats import Channel
from sessionlens.tables.build import Origin
from sessionlens.tables.schema import conform

QUERIES = frozenset(
    {
        "stat", "lstat", "fstat", "realpath", "readlink", "statvfs", "limits", "expand-path",
        "home-directory", "users-groups",
    }
)  # fmt: skip
"""Operations that only ask: nothing moves and nothing changes."""

TEXTS = ("operation", "path", "to", "sha256", "unhashed", "message")
NUMBERS = ("n", "size", "offset", "hashed")
_OWN = frozenset(
    (*TEXTS, *NUMBERS, "t_ns", "event", "began_ns", "result", "direction", "copy", "copied", "attributes")
)

Line = dict[str, Any]


def transfers_table(origin: Origin, channel: Channel) -> pd.DataFrame:
    """Every file operation of one channel, in the order in which they were asked for."""
    rows = [_row(channel, line) for line in _last_words(channel.files)]
    data: dict[str, Any] = {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}
    if rows:
        data["start_utc"] = origin.utc(data["start"])
        data["end_utc"] = origin.utc(data["end"])
    agreed = any(event["event"] == "sftp" for event in channel.events)  # also where it is a command
    same = {"person": origin.person, "protocol": "sftp" if agreed or channel.kind == "sftp" else "scp"}
    table = conform(origin.columns() | same | data | {"channel": [channel.number for _ in rows]}, "transfers")
    return table.sort_values("n", kind="stable", ignore_index=True)


def _last_words(lines: list[Line]) -> Iterator[Line]:
    """The results; of what has none, its request with how far it came: a recorder that died leaves that."""
    open_: dict[int | None, Line] = {}
    for line in lines:
        n, event = _count(line.get("n")), line.get("event")
        if event == "result":
            open_.pop(n, None)
            yield line
        elif event == "request":
            open_[n] = {**line, "began_ns": line["t_ns"]}
        elif event == "progress" and n in open_:
            open_[n] |= {name: value for name, value in line.items() if name != "event"}
    for line in open_.values():
        yield line


def _row(channel: Channel, line: Line) -> dict[str, Any]:
    done = line.get("event") == "result"
    start = _count(line.get("began_ns"))
    start = line["t_ns"] if start is None else start
    end = line["t_ns"] if done else None
    told = {name: as_text(line.get(name)) for name in TEXTS}
    numbers = {name: _count(line.get(name)) for name in NUMBERS}
    copy = as_text(line.get("copy"))
    return (
        told
        | numbers
        | {
            "start": start + channel.opened_ns,
            "end": None if end is None else end + channel.opened_ns,
            "duration": None if end is None else end - start,
            "direction": {"to user": "download", "to target": "upload"}.get(
                as_text(line.get("direction")) or ""
            ),
            "result": as_text(line.get("result")) if done else None,
            "attributes": _pairs(line.get("attributes")) or None,
            "copy": copy and f"{channel.name}/{copy}",
            "details": _pairs({k: v for k, v in line.items() if k not in _OWN}) or None,
        }
    )


def _count(value: Any) -> int | None:
    """A number of bytes or of ns; what a hostile file says beyond that is none."""
    return value if type(value) is int and 0 <= value < 1 << 58 else None


def _pairs(facts: Any) -> str:
    """`size=0 permissions=000644`."""
    return " ".join(f"{k}={_shown(v)}" for k, v in facts.items()) if isinstance(facts, dict) else ""


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_shown, value))
    text = as_text(value)
    return str(value) if text is None else text
