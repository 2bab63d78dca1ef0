"""Lines -> commands to be: continuation lines joined to what they go on, what was thrown away set apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from .contexts import looks_like
from .line import Line
from .meanings import OTHER_MEANING, Meanings
from .model import HIDDEN, TIERS, LineEvent
from .more import Unfinished
from .openers import opens
from .orphans import Orphans
from .output import plain
from .prompts import Prompts, continues, surely_continues
from .repeated import WHY, Repeated
from .screen import View

_ROWS = 64  # of what was thrown away, that are looked at


@dataclass(slots=True)
class Entry:
    """One command while it is put together: its lines, and where its output begins."""

    lines: list[Line]
    typed: Unfinished

    @classmethod
    def of(cls, line: Line, aliases: Mapping[str, str] | None = None) -> Entry:
        return cls([line], Unfinished(line.text, aliases=aliases))

    @classmethod
    def joined(cls, lines: Sequence[Line]) -> Entry:
        """Several lines of one command."""
        entry = cls.of(lines[0])
        for line in lines[1:]:
            entry.add(line)
        return entry

    def add(self, line: Line) -> None:
        """One more line of the same command."""
        self.lines.append(line)
        self.typed.add(line.text)

    @property
    def text(self) -> str:
        return self.typed.text.rstrip()

    @property
    def last(self) -> Line:
        return self.lines[-1]

    @property
    def confidence(self) -> str:
        """The lowest of its lines."""
        return self._weakest.confidence

    @property
    def reason(self) -> str:
        """That line's."""
        return self._weakest.reason

    @property
    def _weakest(self) -> Line:
        return min(self.lines, key=lambda line: TIERS.index(line.confidence))


def entries(
    view: View, prompts: Prompts, lines: Sequence[Line], unread: Sequence[LineEvent]
) -> tuple[list[Entry], list[LineEvent]]:
    """Lines joined over continuation prompts; what was thrown away, and did not run, goes to the events."""
    orphans, repeated, meanings = Orphans(unread), Repeated(), Meanings()
    joined: list[Entry] = []
    events: list[LineEvent] = []
    open_entry: Entry | None = None
    primary, primaries = "", set[str]()
    for line in lines:
        joins = open_entry is not None and _goes_on(view, prompts, open_entry, line, primary, primaries)
        if open_entry is not None and not joins:
            joined.append(open_entry)
            meanings.ran(open_entry.text)
            open_entry = None
        events += _erased(view, line)
        if line.outcome == "cancelled":
            if open_entry is not None and meanings.may_end(open_entry.text):
                joined.append(_doubted(open_entry))
                open_entry = None
            thrown = [*(open_entry.lines if open_entry else []), line]
            events += _cancelled(thrown)
            open_entry = None
            repeated.ended()
        elif joins and open_entry is not None:
            open_entry.add(line)
            repeated.joined(line)
        elif line.outcome == "run":
            odd = meanings.anything and joined[-1:] != [] and opens(joined[-1].text) is None
            first = orphans.read(line, primaries, odd)
            if repeated.goes_on(line, bool(joined) and _at_once(view, joined[-1].last, line)):
                joined[-1].lines[-1], first = joined[-1].last.unsure(WHY), first.unsure(WHY)
            open_entry, primary = Entry.of(first, meanings.aliases), line.prompt
            if not orphans.lost:
                primaries.add(primary)
    if open_entry is not None:
        joined.append(open_entry)
    return joined, events


def _doubted(entry: Entry) -> Entry:
    """What was thrown away, and may have run before."""
    entry.lines[-1] = replace(entry.last, confidence="low", reason=OTHER_MEANING)
    return entry


def _goes_on(
    view: View, prompts: Prompts, entry: Entry, line: Line, primary: str, primaries: set[str]
) -> bool:
    """Is this line more of the same command? Nothing was printed in between, and the prompt says so."""
    if entry.last.text == HIDDEN or line.begins:
        return False
    usual = continues(line.prompt)
    learned = line.prompt in prompts.continuing and entry.typed.open
    if not (usual or learned) and (
        line.prompt in primaries or looks_like(primary) or any(map(str.isalnum, line.prompt))
    ):
        return False  # a continuation prompt of the user's own is a mark and no more
    if line.prompt in primaries and not entry.typed.open:
        return False
    if looks_like(primary) and line.prompt.strip() == ">":
        return False  # no REPL goes on with that, but many shells are
    in_repl = usual and bool(looks_like(primary)) and line.prompt != primary
    if not surely_continues(line.prompt) and not in_repl and not entry.typed.open:
        return False
    return _at_once(view, entry.last, line)


def _at_once(view: View, last: Line, line: Line) -> bool:
    """Was nothing printed between these lines but the prompt of the second?"""
    before = view.out[last.candidate.after : line.candidate.point.offset]
    rows = [row for row in plain(bytes(before)).split("\n") if row.strip()]
    drawn = last.text.split("\n")[-1].strip()
    if len(rows) > 1 and drawn and rows[0].endswith(drawn):
        rows = rows[1:]  # a transient prompt: the line that was taken is drawn again first
    return (rows or [""])[0].startswith(line.prompt.rstrip()) and bool(rows or not line.prompt.strip())


def _erased(view: View, line: Line) -> list[LineEvent]:
    """What was typed at this very prompt and killed before Enter, only where a rest proves the echo."""
    key_line = line.key_line
    if key_line is None or line.hidden or line.confidence != "high" or line.source == "keys":
        return []
    shown = {rest.offset for rest in line.candidate.rests if rest.left == line.prompt}
    if view.offset_at(key_line.first_event) not in shown or len(key_line.readings) > 1:
        return []
    first, last = key_line.first, key_line.last
    return [LineEvent(key_line.end_ns, "erased", text, first, last) for text in key_line.best.erased]


def _cancelled(thrown: Sequence[Line]) -> list[LineEvent]:
    keys_behind = [line.key_line for line in thrown if line.key_line]
    rows = "\n".join(HIDDEN if line.hidden else line.text for line in thrown).split("\n")
    text = "\n".join(rows).rstrip("\n")
    if not text.strip():
        return []
    first = keys_behind[0].first if keys_behind else None
    last = keys_behind[-1].last if keys_behind else None
    told = [LineEvent(thrown[-1].t_ns, "cancelled", text, first, last)]
    alike = continues(thrown[0].prompt) and not surely_continues(thrown[-1].prompt)
    if begun := "\n".join(rows[:-1]) if alike else _complete(rows[:-1][:_ROWS]):
        told.append(LineEvent(thrown[0].t_ns, "unread", begun, first, last))
    return told


def _complete(rows: Sequence[str]) -> str:
    """The rows before the one that was thrown away that were commands by themselves: bash had run them by
    then (of a paste it runs each that is complete), zsh had not.
    """
    for stop in range(len(rows), 0, -1):
        text = "\n".join(rows[:stop])
        if text.strip() and not Unfinished(text).open:
            return text
    return ""
