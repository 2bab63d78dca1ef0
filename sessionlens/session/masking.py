"""The mask of a session: what `mask=` may be, what is looked at, which events hold a piece of a secret."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from sessionlens.commands.model import Evidence
from sessionlens.errors import UsageError
from sessionlens.masking import Mask, Region, Selection, Tally, Wanted
from sessionlens.recording import Recording
from sessionlens.session.refs import Ref
from sessionlens.session.why import Why
from sessionlens.tables.masked import masked_table

if TYPE_CHECKING:
    from sessionlens.session.session import Session
    from sessionlens.session.view import ChannelView

Masking: TypeAlias = (
    "bool | str | re.Pattern[str] | pd.DataFrame | Selection | Wanted "
    "| Sequence[bool | str | re.Pattern[str] | pd.DataFrame | Selection]"
)
TEXTS = ("match", "command", "output", "text", "path", "to")  # of rows that are to be masked
_SEQUENCES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])|[\x00-\x1f\x7f]"
)
_MOVES = re.compile(r"\x1b\[[0-9;]*[A-HJKdf`a]")
LAG = 1_000_000_000  # ns that the first keys of a search come before its line, at most
NEAR = 8  # rows that a command may take
_ENTERED = re.compile(r"[^\x00-\x1f\x7f]+[\r\n]+")


def wanted(session: Session, mask: Masking) -> Wanted:
    """What `mask=` says; UsageError for what it cannot be."""
    if isinstance(mask, Wanted):
        return mask
    said = list(mask) if isinstance(mask, list | tuple) else [mask]
    patterns: list[re.Pattern[str]] = []
    texts: list[str] = []
    regions: list[Region] = []
    for each in said:
        if isinstance(each, str | re.Pattern):
            patterns.append(_pattern(each))
        elif isinstance(each, pd.DataFrame):
            texts += _of_rows(session, each)
        elif isinstance(each, Selection):
            regions.append(_region(session, each))
        elif not isinstance(each, bool):
            raise UsageError(
                f"mask={each!r}: say True, False, a regular expression, rows, a Selection, or a list of these"
            )
    return Wanted(not any(each is False for each in said), tuple(patterns), tuple(texts), tuple(regions))


def _pattern(said: str | re.Pattern[str]) -> re.Pattern[str]:
    try:
        return re.compile(said)
    except re.error as error:
        raise UsageError(f"mask {said!r} is no regular expression: {error}") from None


def _of_rows(session: Session, rows: pd.DataFrame) -> Iterator[str]:
    """The texts of rows of this session; of a search result what matched."""
    own = rows[rows["session"] == session.info.session] if "session" in rows else rows
    if len(rows) and not len(own):
        raise UsageError(f"mask: none of these rows is of session {session.info.session}")
    names = [name for name in TEXTS if name in own]
    if not names and "ref" not in own:
        raise UsageError(f"mask: rows need one of the columns {', '.join(TEXTS)} or ref")
    names = names[:1] if names[:1] == ["match"] else names
    for row in own.to_dict("records"):
        said = [str(row[name]) for name in names if not pd.isna(row[name])]
        said = said or list(_of_ref(session, str(row.get("ref", ""))))
        yield from (bare for text in said for line in text.split("\n") if (bare := line.strip()))


def _of_ref(session: Session, ref: str) -> Iterator[str]:
    """The output that a ref names, as text without sequences."""
    found = Ref.parse(ref)
    if found is None or found.stream != "o":
        return
    for view in session.views:
        if view.recording.info.channel in (found.channel, None):
            data = view.recording.blob("o")[found.first : found.last + 1]
            yield _SEQUENCES.sub(lambda m: "\n" if m[0] == "\n" else "", data.decode("utf-8", "replace"))


def _region(session: Session, chosen: Selection) -> Region:
    """A selection in ns and whole numbers."""
    t0 = 0 if chosen.start is None else session.elapsed(chosen.start)
    t1 = session.timeline.end_ns if chosen.end is None else session.elapsed(chosen.end)
    return Region(chosen.rows or (0, 1 << 16), chosen.columns or (0, 1 << 16), t0, t1)


def mask_of(session: Session, what: Wanted) -> Mask:
    """The mask, made of all channels; the one that is shown comes first."""
    if what.nothing:
        return Mask(what)
    views = sorted(session.views, key=lambda view: view is not session._main)
    info = session.source.info
    texts = [text for view in views for text in _texts(view)]
    texts += [str(v) for name in ("path", "to") for v in session.transfers[name].dropna()]
    texts += [text for text in (info.command, info.reason, info.ended) if text]
    names = {info.person, info.account, info.target, *_names(views)}
    blind = [word for view in views for word in _blind(view)]
    timelines = [view.replay.timeline for view in views]
    return Mask(what, timelines, texts, blind, [name for name in names if name])


def _texts(view: ChannelView) -> Iterator[str]:
    for command in view.extraction.commands:
        yield command.text
        if command.typed:
            yield command.typed
    yield from view.replay.timeline.titles()


def _names(views: Iterable[ChannelView]) -> Iterator[str]:
    """Who and where, as prompts say: they stand in every line."""
    for view in views:
        for command in view.extraction.commands:
            yield from (name for name in (command.user, command.host) if name)


def _blind(view: ChannelView) -> Iterator[str]:
    """Words that were typed without echo and entered, each alone: to a question, not to a program."""
    data = view.recording.blob("i") if view.recording.has_input else b""
    for first, last in view.extraction.hidden:
        typed = data[first : last + 1].decode("utf-8", "replace")
        if _ENTERED.fullmatch(typed):
            yield typed


def masked(session: Session, table: pd.DataFrame, mask: Masking) -> tuple[pd.DataFrame, Tally]:
    """A table of the session as it may be written."""
    made = session.mask(mask)
    if made.wanted.nothing:
        return table, Tally()
    events = {"channel", "t", "kind", "text"} <= set(table.columns) and "severity" not in table
    return masked_table(table, made, event_pieces(session, made) if events else None)


def masked_whys(said: Sequence[Why], mask: Mask) -> tuple[list[Why], Tally]:
    """The evidence of commands as it may be written; the keys of one that has a secret are not told."""
    out, tally = [], Tally()
    for why in said:
        command, found = why.command, why.command.evidence
        texts = [command.text, command.typed or "", command.context]
        parts = mask.texts([*texts, found.prompt, found.screen, found.model or "", found.reason, why.keys])
        text, typed, context, prompt, screen, model, reason, keys = (part for part, _ in parts)
        kinds = [kind for _, secrets in parts[:-1] for kind, _ in secrets]
        evidence = Evidence(prompt, screen, None if found.model is None else model, reason)
        if kinds:
            keys = f"[masked: {kinds[0]}]" if keys else keys
        command = replace(
            command, text=text, typed=command.typed and typed, context=context, evidence=evidence
        )
        out.append(Why(why.n, command, keys))
        tally.update(kinds)
    return out, tally


Pieces = dict[tuple[Any, ...], list[tuple[int, int, str]]]


def event_pieces(session: Session, mask: Mask) -> Pieces:
    """What of each event's text is a secret or a part of one, which may have come key by key.

    The streams are read as text without sequences. While a command was typed that has a secret, or a secret
    was searched for in the history, all that was typed and echoed is masked whole: how it was edited cannot
    be told from bytes.
    """
    found: Pieces = {}
    for view in session.views:
        rows = view.events[view.events["kind"].isin(("input", "output", "stderr"))]
        number = view.channel.number
        for kind, own in rows.groupby("kind"):
            texts, times = own["text"].tolist(), own["t"].tolist()
            for apart in ("", "\n"):
                for at, start, end, what in _across(texts, mask, apart):
                    found.setdefault((number, times[at], str(kind), texts[at]), []).append((start, end, what))
        for first, last, what in (*_typing(view, mask), *_searching(view, mask)):
            t0, t1 = pd.Timedelta(first, "ns"), pd.Timedelta(last, "ns")
            own = rows[(rows["t"] >= t0) & (rows["t"] <= t1)]
            for t, kind, text in zip(own["t"], own["kind"], own["text"], strict=True):
                if text.strip():
                    found[number, t, kind, text] = [(0, len(text), what)]
    return found


def _across(texts: list[str], mask: Mask, apart: str) -> Iterator[tuple[int, int, int, str]]:
    """(event, start, end, kind) of secrets in a stream of events, which sequences may cut into pieces.

    `apart` is what stands in place of a sequence that moves the cursor.
    """
    bare: list[str] = []
    places: list[tuple[int, int]] = []
    for at, text in enumerate(texts):
        done = 0
        for gap in [*_SEQUENCES.finditer(text), None]:
            stop = len(text) if gap is None else gap.start()
            bare.append(text[done:stop])
            places += [(at, i) for i in range(done, stop)]
            if gap is not None:
                done = gap.end()
                between = "\n" if gap[0] in "\r\n" else apart if _MOVES.fullmatch(gap[0]) else ""
                bare.append(between)
                places += [(at, -1)] * len(between)
    begin = 0
    for line, spans in mask.spans("".join(bare).split("\n")):
        for first, last, kind in spans:
            chars = [places[begin + i] for i in range(first, last)]
            for at in sorted({at for at, _ in chars}):
                inside = [i for event, i in chars if event == at]
                yield at, min(inside), max(inside) + 1, kind
        begin += len(line) + 1


def _time_of(recording: Recording, offset: int) -> int:
    """When a byte of what was typed came."""
    events = np.flatnonzero(recording.stream == ord("i"))
    at = int(np.searchsorted(recording.offset[events], offset, side="right")) - 1
    return int(recording.t_ns[events[max(at, 0)]])


def _typing(view: ChannelView, mask: Mask) -> Iterator[tuple[int, int, str]]:
    """(first ns, last ns, kind) of the typing of each command with a secret."""
    recording = view.recording
    done = 0
    for command in view.extraction.commands:
        secrets = mask.texts([command.text])[0][1]
        begun = done
        if command.in_first is not None and recording.has_input:
            begun = _time_of(recording, command.in_first)
        if secrets and command.kind != "exec":
            yield begun, command.taken_ns, secrets[0][0]
        done = command.end_ns or command.taken_ns


def _searching(view: ChannelView, mask: Mask) -> Iterator[tuple[int, int, str]]:
    """The same of each search of the history that looked for a secret or found one."""
    timeline = view.replay.timeline
    covered = mask.veil(timeline).columns
    lines = {row for row in range(timeline.n_rows) if "i-search" in timeline.rows.text(row)}
    begun, kind = -1, ""
    for frame, _, _ in timeline.walk() if lines & covered.keys() else ():
        near = slice(max(frame.cursor_y - NEAR, 0), frame.cursor_y + 2)  # above what was found, in zsh below
        shown = lines.intersection(frame.row_ids[near])
        begun = max(frame.t0_ns - LAG, 0) if shown and begun < 0 else begun
        kind = next((covered[row][0][2] for row in shown if row in covered), kind)
        if begun >= 0 and (not shown or frame.index == len(timeline) - 1):
            if kind:
                yield begun, frame.t1_ns, kind
            begun, kind = -1, ""
