"""The lines of panes -> commands: where each ran, and what is seen of its output.

Which lines there are is lines.py. What has scrolled out of a pane is not known: the multiplexer keeps
it, and prints it to nobody.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ...assembling import evidence
from ...contexts import Contexts, Level
from ...entries import Entry
from ...expansion import expanded
from ...line import Line
from ...model import HIDDEN, Command, Evidence, LineEvent
from ...more import incomplete
from ...openers import SHELLS, base, opens
from ...prompts import continues, shape, surely_continues
from ...region import logical_line
from ...screen import View
from ..inner import inner
from ..looks import Look
from ..programs import Inside
from .apart import Apart
from .below import rows_below
from .following import ENDS, lines_of
from .layout import Rect
from .lines import PaneLines
from .orders import started
from .prefix import Ordered
from .standing import Handover, Standing
from .told import Told
from .watching import Place


@dataclass(slots=True)
class Found:
    """What was found in panes: commands, other events, and input that did not echo."""

    commands: list[Command] = field(default_factory=list)
    events: list[LineEvent] = field(default_factory=list)
    hidden: list[tuple[int, int]] = field(default_factory=list)


class PaneCommands:
    """The lines of one stay as commands."""

    def __init__(self, view: View, family: str, stop: int, outer: Command, panes: PaneLines) -> None:
        self.view, self.family, self.stop, self.outer, self.panes = view, family, stop, outer, panes
        self.path = f"{outer.context.removesuffix(f' > {family}')} > {family}"
        named = [level for level in self.path.split(" > ") if level in SHELLS]
        login = base([view.recording.info.shell or "sh"])
        self.begins = Level(named[-1] if named else login, "shell", outer.host, outer.user)

    def into(self, found: Found) -> None:
        """Add what there is: the commands, and what was typed and is none of them."""
        told = self.panes.told
        found.commands += sorted(self._commands(told, found.events), key=lambda command: command.start_ns)
        found.commands += (
            each for order in self.panes.watch.prefix.ordered if (each := self._ordered(order))
        )
        blind = (each.line.key_line for each in told if each.line.hidden and each.line.key_line)
        found.hidden += ((each.first, each.last) for each in blind)
        apart = Apart(self.view, self.panes)
        found.events += apart.events()
        found.hidden += apart.hidden

    # ---- commands

    def _commands(self, told: Sequence[Told], events: list[LineEvent]) -> Iterator[Command]:
        """The commands of every pane, with those that were run inside them."""
        by_pane: dict[Rect, list[Told]] = {}
        for each in told:
            by_pane.setdefault(each.place.rect, []).append(each)
        for rect, own in by_pane.items():
            inside = Inside(self.view, _between(self.panes.watch.looks[rect]), main=False)
            yield from inside.commands(list(self._of_pane(own, events)))

    def _of_pane(self, told: Sequence[Told], events: list[LineEvent]) -> Iterator[Command]:
        contexts = Contexts(self.begins.name, self.begins.host, self.begins.user)
        known: dict[str, list[Level]] = {}
        entry: Entry | None = None
        place = told[0].place
        for each in told:
            goes_on = entry is not None and _goes_on(entry, place, each)
            if entry is not None and not goes_on:
                yield self._command(entry, place, contexts)
                contexts.ran(entry.text)
                entry = None
            opened = self.panes.opened.get(id(each.line.candidate))
            if opened is not None and (not opened or opens(opened) is not None):
                contexts = self._fresh(opened)
                known.pop(shape(each.line.prompt), None)
            if not goes_on:
                _prompt(contexts, known, each.line.prompt)
            if each.line.outcome == "cancelled":
                events.append(_cancelled(entry, each.line))
                entry = None
            elif each.line.outcome == "run":
                if entry is None:
                    entry = Entry.of(each.line)
                else:
                    entry.add(each.line)
                rows = list(rows_below(self.panes, each, entry.text))
                for row in rows:
                    entry.add(row.line)
                place = rows[-1].place if rows else each.place
        if entry is not None:
            yield self._command(entry, place, contexts)

    def _fresh(self, opened: str) -> Contexts:
        """The contexts of a pane that was opened just now."""
        found = opens(opened) if opened else None
        name = found.name if found is not None else self.begins.name
        contexts = Contexts(name, self.begins.host, self.begins.user)
        if found is not None:
            contexts.stack[0].kind = found.kind
        return contexts

    def _command(self, entry: Entry, place: Place, contexts: Contexts) -> Command:
        line, handed, level = entry.last, place.handed, contexts.top
        begin = handed.standing.look.offset
        after = self.panes.asked(place.rect, handed.look.t_ns)
        stop = after.first.offset if after else self.stop
        left = handed.gone and entry.text.strip() in ENDS  # with its window: another is shown then
        output = _printed(handed, after) if after and not left else ""
        text, confidence, reason = entry.text, entry.confidence, entry.reason
        if text != (full := expanded(text, output)):
            text, confidence, reason = full, "medium", "history expansion: the shell printed the line it ran"
        return Command(
            start_ns=line.t_ns,
            taken_ns=self._taken(line),
            end_ns=self._came_up(after.first, line.prompt, handed.standing.look.offset) if after else None,
            text=text,
            kind=level.kind,
            context=f"{self.path} > {contexts.path}",
            host=level.host,
            user=level.user,
            cwd=level.cwd,
            exit_code=None,
            source=line.source,
            confidence=confidence,
            accepted=line.candidate.after,
            in_first=entry.lines[0].key_line.first if entry.lines[0].key_line else None,
            in_last=line.key_line.last if line.key_line else None,
            out_first=begin if stop > begin else None,
            out_last=stop - 1 if stop > begin else None,
            output=output,
            fullscreen=self._took_over(place, after),
            hidden=any(each.hidden for each in entry.lines),
            evidence=evidence(entry, reason),
        )

    def _taken(self, line: Line) -> int:
        """When the pane first answered the Enter; the cursor is seen elsewhere only at the next key."""
        keyed, rests = line.key_line, line.candidate.rests
        if keyed is None or not rests or rests[0].t_ns > keyed.end_ns:
            return line.candidate.t_ns  # typed ahead, or nobody knows when
        answer = self.view.offset_at(keyed.last_event)
        return min(self.view.time_of(answer) if answer < self.view.end else keyed.end_ns, line.candidate.t_ns)

    def _came_up(self, look: Look, prompt: str, since: int) -> int:
        """When the prompt that is seen at a look was drawn: nobody need have looked then."""
        part = max(prompt.split(), key=len, default="").encode()
        drawn = self.view.out.rfind(part, since, look.offset) if part else -1
        return min(self.view.time_of(drawn if drawn >= 0 else max(look.offset - 1, since)), look.t_ns)

    def _took_over(self, place: Place, after: Standing | None) -> bool:
        """Did a program draw all of the pane, so that the line came back only when it was left?"""
        handed, text = place.handed, place.handed.last
        by_ns = after.first.t_ns if after else self.view.time_of(self.stop)
        if not self.panes.drawn(place.rect, handed.standing.look.t_ns, by_ns):
            return False
        return after is None or text in (row.text.rstrip() for row in after.first.rows)

    def _ordered(self, order: Ordered) -> Command | None:
        """A command that was given to tmux for a pane of its own (`Ctrl-B :`)."""
        text = started(order.text) if self.family == "tmux" else None
        if text is None:
            return None
        return replace(
            inner(self.outer),
            start_ns=order.t_ns,
            taken_ns=order.t_ns,
            text=text,
            kind="editor",
            context=self.path,
            source="keys",
            confidence="medium",
            accepted=self.view.offset_at(order.event),
            in_first=order.first,
            in_last=order.last,
            evidence=Evidence(":", order.text, order.text, "typed at the command prompt of tmux"),
        )


def _between(looks: Sequence[Look]) -> Callable[[int, int], Sequence[Look]]:
    """The looks of a pane between two offsets."""
    offsets = [look.offset for look in looks]
    return lambda first, stop: looks[bisect_left(offsets, first) : bisect_right(offsets, stop)]


def _prompt(contexts: Contexts, known: dict[str, list[Level]], prompt: str) -> None:
    """A prompt came up in a pane; another window may be shown in it now."""
    form = shape(prompt)
    if form in known and all(level is not known[form][-1] for level in contexts.stack):
        contexts.stack, contexts.opened = list(known[form]), None
    contexts.prompt(prompt)
    known[form] = list(contexts.stack)


def _goes_on(entry: Entry, before: Place, told: Told) -> bool:
    """Is this line more of the same command? It stands right below, behind a prompt that says so."""
    prompt = told.line.prompt
    if not continues(prompt) or entry.last.text == HIDDEN:
        return False
    if not incomplete(entry.text) and (prompt == entry.lines[0].prompt or not surely_continues(prompt)):
        return False
    return told.place.handed.above == before.handed.last


def _cancelled(entry: Entry | None, line: Line) -> LineEvent:
    thrown = [*(entry.lines if entry else []), line]
    text = "\n".join(HIDDEN if each.hidden else each.text for each in thrown)
    keyed = [each.key_line for each in thrown if each.key_line]
    first, last = (keyed[0].first, keyed[-1].last) if keyed else (None, None)
    return LineEvent(line.t_ns, "cancelled", text, first, last)


def _printed(handed: Handover, after: Standing) -> str:
    """What stands between a line and the next prompt; what has scrolled away is not known."""
    first = after.first
    top = logical_line(first.rows, first.y, first.columns).top
    rows = [line.text.rstrip() for line in lines_of(first, 0, top)]
    anchor = handed.last
    begin = next((at for at in range(len(rows) - 1, -1, -1) if rows[at] and rows[at] == anchor), -1)
    return "\n".join(rows[begin + 1 :]).strip("\n")
