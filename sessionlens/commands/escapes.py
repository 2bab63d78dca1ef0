"""Escape sequences in output bytes, to be taken out (ECMA-48; OSC, DCS and APC with their payload)."""

from __future__ import annotations

import re

SEQUENCE = re.compile(
    rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"
    rb"|\x1b[P_^X][^\x1b]*(?:\x1b\\)?"
    rb"|\x1b\[[0-?]*[ -/]*[@-~]"
    rb"|\x1b[ -/]*[0-~]"
)


def without_escapes(data: bytes) -> bytes:
    """The bytes without any escape sequence; control characters stay."""
    return SEQUENCE.sub(b"", data)
