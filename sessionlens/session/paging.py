"""A channel of a session as the player shows it: the film for a page or a notebook, and `to_html`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sessionlens.errors import UsageError
from sessionlens.evidence.origin import manifest_sha256, typed
from sessionlens.masking import Mask
from sessionlens.player import Command, Film, Finding, Flag, page
from sessionlens.render.facts import Facts, parties
from sessionlens.render.themes import THEMES, theme_of
from sessionlens.session.filming import fresh_mask, zone
from sessionlens.session.masking import Masking
from sessionlens.session.outputs import check_output
from sessionlens.session.video import footage
from sessionlens.times import format_elapsed, format_instant

if TYPE_CHECKING:
    from sessionlens.session.session import Session, Time

HTML = (".html", ".htm")
KEPT = {
    "plain": "recorded, not encrypted",
    "sealed": "recorded and encrypted; not read here, for want of the key",
    "sealed, opened": "recorded and encrypted; read here with the key",
    "off": "not recorded",
}


@dataclass(frozen=True, slots=True)
class PageReport:
    """A page that was written. `masked`: `3 places masked: 2 password, 1 token`, "" where nothing had to be,
    None where no mask was asked."""

    path: Path
    size: int
    masked: str | None

    def __str__(self) -> str:
        told = "not masked" if self.masked is None else self.masked or "nothing had to be masked"
        return f"{self.path}: {self.size / 1e6:.1f} MB, {told}"


def write_page(
    session: Session,
    path: Path,
    start: Time | None = None,
    end: Time | None = None,
    theme: str = "dark",
    mask: Masking = True,
    overwrite: bool = True,
    at: Time | None = None,
) -> PageReport:
    """The page of the main channel in a file; see Session.to_html."""
    check_output(path, *HTML, overwrite=overwrite)
    made = film(session, fresh_mask(session, mask), start, end, theme)
    at_ns = made.start_ns if at is None else inside(made, at, session.elapsed(at))
    data = page(made, at_ns).encode("utf-8")
    path.write_bytes(data)
    return PageReport(path, len(data), made.masked)


def inside(film: Film, when: object, t_ns: int) -> int:
    """The time, where the film has it. Raises UsageError where it has not."""
    if film.start_ns <= t_ns <= film.until_ns:
        return t_ns
    first, last = format_elapsed(film.start_ns), format_elapsed(film.until_ns)
    raise UsageError(f"{when}: outside of what is played, {first} to {last}")


def film(
    session: Session, mask: Mask, start: Time | None = None, end: Time | None = None, theme: str = "dark"
) -> Film:
    """What the player shows of the main channel, all of it through the mask."""
    theme_of(theme)
    first = 0 if start is None else session.elapsed(start)
    last = session.recording.duration_ns if end is None else session.elapsed(end)
    if last < first:
        raise UsageError(f"the end, {format_elapsed(last)}, lies before the start, {format_elapsed(first)}")
    shown = footage(session, mask)
    timeline = shown.timeline
    rows = {row for frame, changed, _ in timeline.walk() if frame.t0_ns <= last for row in frame.row_ids}
    channel = session.main.channel.number
    return Film(
        timeline=timeline,
        title=parties(shown.facts),
        session=session.info.session,
        channel=channel,
        started_ns=session.info.started_ns,
        zone=zone(),
        facts=facts(session, shown.facts, mask),
        commands=commands(own(session.commands, channel), mask),
        findings=findings(own(session.findings, channel), mask),
        flags=flags(own(session.flags, channel), mask),
        masked=None if shown.masked is None else str(shown.masked(rows, first, last)),
        caveats=shown.facts.caveats,
        flaw=shown.facts.flaw if shown.facts.caveats else "",
        themes={name: asdict(each) for name, each in THEMES.items()},
        theme=theme,
        start_ns=first,
        end_ns=last,
    )


def own(table: pd.DataFrame, channel: int) -> list[dict[Any, Any]]:
    """The rows of a channel, None where a value is missing."""
    mine = table[table["channel"] == channel]
    return mine.astype(object).where(mine.notna(), None).to_dict("records")


def ns(when: Any) -> int | None:
    """A Timedelta in ns."""
    return None if when is None else int(pd.Timedelta(when).value)


def commands(rows: list[dict[Any, Any]], mask: Mask) -> list[Command]:
    """The table `commands` of the channel."""
    texts = mask.texts([str(row["command"]) for row in rows])
    return [
        Command(
            int(row["n"]), text, ns(row["start"]) or 0, ns(row["end"]), row["exit_code"],
            row["confidence"] or "", mask.text(row["context"] or ""), row["ref"] or "",
        )
        for row, (text, _) in zip(rows, texts, strict=True)
    ]  # fmt: skip


def findings(rows: list[dict[Any, Any]], mask: Mask) -> list[Finding]:
    """The table `findings` of the channel."""
    whys = mask.texts([row["why"] or "" for row in rows])
    return [
        Finding(int(row["n"]), ns(row["start"]) or 0, row["severity"], row["mark"], why)
        for row, (why, _) in zip(rows, whys, strict=True)
    ]


def flags(rows: list[dict[Any, Any]], mask: Mask) -> list[Flag]:
    """The table `flags` of the channel."""
    texts = mask.texts([row["text"] or "" for row in rows])
    whys = mask.texts([row["why"] or "" for row in rows])
    return [
        Flag(ns(row["t"]) or 0, row["severity"], row["kind"], text, why)
        for row, (text, _), (why, _) in zip(rows, texts, whys, strict=True)
    ]


def facts(session: Session, said: Facts, mask: Mask) -> list[tuple[str, str]]:
    """Who, from where, as whom, where, when, and what the page was made of; (label, text)."""
    info, here = session.info, session.main.channel
    rest = [c.name for c in session.source.channels if c.number != here.number]
    digest = manifest_sha256(session.path)
    known: dict[str, str | None] = {
        "person": said.person,
        "key": said.key,
        "from": said.client,
        "account": said.account,
        "target": said.target,
        "started": None if info.started_ns is None else format_instant(info.started_ns),
        "lasted": format_elapsed(session.recording.duration_ns),
        "reason": None if info.reason is None else mask.text(info.reason),
        "ended": None if info.ended is None else mask.text(info.ended),
        "channel": here.name,
        "not shown": ", ".join(rest),
        "ref": None if info.session is None else f"{info.session}/{here.number}",
        "MANIFEST": None if digest is None else f"{digest} (SHA-256)",
        "seal": None if digest is None else "not checked on this page; `sessionlens verify` checks it",
        "keystrokes": KEPT.get(typed(session.recording) or ""),
        "on resize": "long lines wrap anew" if session.reflow else "long lines are cut",
        "format": info.source_format,
        "doubts": "; ".join(said.caveats),
    }
    return [(label, text) for label, text in known.items() if text]
