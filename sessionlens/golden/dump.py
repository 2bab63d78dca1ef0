"""Bytes for people: a hexdump with file offsets, and the same as text in which every sequence can be seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from sessionlens.visible import visible

WIDTH = 16
SEQUENCE = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    rb"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?"  # OSC, DCS, SOS, PM, APC
    rb"|\x1b[ -/]*[0-~]?|[\x00-\x1f\x7f]"
)


def hexdump(data: bytes, start: int) -> str:
    """As `xxd` writes it."""
    lines = []
    for at in range(0, len(data), WIDTH):
        row = data[at : at + WIDTH]
        pairs = " ".join(row[i : i + 2].hex() for i in range(0, len(row), 2))
        text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)
        lines.append(f"{start + at:08x}: {pairs:<39}  {text}")
    return escape("\n".join(lines))


def sequences(data: bytes) -> str:
    """HTML: sequences marked, a new line after each line feed."""
    return "".join(_parts(data))


def _parts(data: bytes) -> Iterator[str]:
    at = 0
    for match in SEQUENCE.finditer(data):
        yield _text(data[at : match.start()])
        yield f"<b>{_text(match[0])}</b>" + "\n" * (match[0] == b"\n")
        at = match.end()
    yield _text(data[at:])


def _text(data: bytes) -> str:
    return escape(visible(data.decode("utf-8", "backslashreplace")))
