"""A command that was run inside another: what it has from the one around it, and what nobody has told yet."""

from __future__ import annotations

from dataclasses import replace

from ..model import Command

AGAIN = 64
"""Bytes between the line feed and the end of bracketed paste, which both accept the same line."""


def inner(outer: Command) -> Command:
    """Another command where `outer` runs: its host, user and directory, and no end, output or exit code."""
    return replace(
        outer,
        end_ns=None,
        exit_code=None,
        out_first=None,
        out_last=None,
        output="",
        fullscreen=False,
        hidden=False,
        typed=None,
    )
