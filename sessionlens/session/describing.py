"""A session in a few lines of text, and what is told of it as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from sessionlens.catalog.search import count
from sessionlens.catalog.unread import lost, untyped
from sessionlens.formats import Channel
from sessionlens.recording import Info
from sessionlens.tables.html import DOUBT, html_badge, html_table
from sessionlens.times import format_elapsed, format_instant
from sessionlens.visible import visible

_LEFT = "the user left"  # how nearly all end: no answer to a search


def told(info: Info) -> list[str]:
    """What people said of a session, or did with it, in the form in which a search finds it."""
    ended = "" if (info.ended or "").startswith(_LEFT) else info.ended
    parts = [("reason", info.reason), ("allowed by", info.allowed_by), ("end", ended)]
    parts += [("watched by", who) for who in info.watched_by]
    return [f"{what}: {text}" for what, text in parts if text]


def describe(info: Info, channels: Iterable[Channel]) -> str:
    """Who, where, when, how long, as a few lines of text that are safe to print."""
    rows = [f"  {name:<10}{visible(text)}" for name, text in facts(info, channels)]
    return "\n".join([f"Session {info.session}", *rows])


def facts(info: Info, channels: Iterable[Channel]) -> list[tuple[str, str]]:
    """The same as (name, text), as it was recorded."""
    known: dict[str, Any] = {
        "person": info.person,
        "login": info.method,
        "key": info.key_fingerprint,
        "account": info.account and f"{info.account} on {info.target or info.target_address or 'unknown'}",
        "from": info.client,
        "reason": info.reason,
        "notice": "acknowledged by typing" if info.acknowledged else None,
        "allowed": info.allowed_by and f"by {info.allowed_by}",
        "watched": f"by {'; '.join(info.watched_by)}" if info.watched_by else None,
        "started": None if info.started_ns is None else format_instant(info.started_ns),
        "lasted": None if info.duration_ns is None else format_elapsed(info.duration_ns),
        "ended": info.ended,
        "terminal": info.term and f"{info.term} {info.columns}x{info.rows}",
        "command": info.command,
        "exit code": info.exit_code,
        "sealed": f"what was typed, for {', '.join(info.sealed_for)}" if info.sealed_for else None,
        "channels": ", ".join(c.name for c in channels),
        "format": info.source_format,
        "held for": ", ".join(info.held_for),
    }
    return [(name, str(value)) for name, value in known.items() if value not in (None, "")]


def limits(gaps: pd.DataFrame, reflow: bool) -> list[tuple[str, str]]:
    """What of it cannot be read, and what else a reader has to know."""
    cut = "cuts lines and does not wrap them anew (reflow=False)"
    told = [] if reflow else [("resizing", cut)]
    told += [("typing", text) for text in untyped(gaps)]
    return told + [("gap", str(text)) for text in lost(gaps)["text"]]


def html_session(session: str, known: list[tuple[str, str]], limited: list[tuple[str, str]]) -> str:
    """A session in a notebook: gaps first, since what follows rests on what could be read."""
    gaps = sum(name == "gap" for name, _ in limited)
    badge = (
        " " + html_badge("◆", f"{count(gaps, 'gap')}: not everything could be read", DOUBT) if gaps else ""
    )
    return f"<div><b>Session {session}</b>{badge}</div>{html_table([], [*known, *limited])}"
