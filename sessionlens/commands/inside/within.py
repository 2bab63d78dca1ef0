"""What else was run, inside what the main screen shows as one command each: in panes, in editors and pagers.

The one door through which extract.py comes here: it hands over what it found, and gets all of it back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sessionlens.terminal import Replay

from ..line import Line
from ..model import HIDDEN, Extraction, LineEvent
from ..screen import View
from .elsewhere import elsewhere
from .looks import Look, looks
from .opening import opened_with
from .panes import Stay, multiplexed, stays, terminals
from .programs import Inside


def within(view: View, replay: Replay, lines: Sequence[Line], main: Extraction) -> Extraction:
    """The extraction with the commands that were run inside others, each in its context.

    Keys that stayed unseen on the main screen are no secret if they belong to a line that was seen elsewhere.
    """
    alone = list(stays(view, main.commands))
    panes = multiplexed(view, lines, main.commands, [*alone, *terminals(view, main.commands)])
    inside = Inside(view, lambda first, stop: _seen(view, alone, first, stop), main=True)
    first = main.commands[0].accepted - 1 if main.commands else view.end
    commands = list(inside.before(opened_with(view), first)) if view.used_alternate(0, first) else []
    told = {each.in_last for each in main.commands} - {None}
    panes.commands[:] = [each for each in panes.commands if each.in_last not in told]
    panes.events[:] = [each for each in panes.events if each.in_last not in told]
    drawn = list(elsewhere(view, replay, main.commands))
    commands += [*inside.commands(main.commands), *panes.commands, *drawn]
    commands.sort(key=lambda command: command.accepted)
    seen_in = [each for each in commands if each.kind == "editor"] + panes.commands + drawn
    seen = {each.in_last for each in seen_in if not each.hidden}
    seen |= {each.in_last for each in main.commands if not each.hidden}
    seen |= {each.in_last for each in panes.events if each.text != HIDDEN}
    hidden = {each for each in main.hidden if not _aside(view, alone, each[1])} | set(panes.hidden)
    hidden = {each for each in hidden if each[1] not in seen}
    events = [
        each for each in main.events if each.text != HIDDEN or not _aside(view, alone, each.in_last or 0)
    ]
    events = [each for each in [*events, *panes.events] if each.text != HIDDEN or _range(each) in hidden]
    events.sort(key=lambda event: event.t_ns)
    return Extraction(commands, events, sorted(hidden))


def _aside(view: View, alone: Sequence[Stay], byte: int) -> bool:
    """Was this byte of the input typed at a multiplexer? Its panes tell what was echoed."""
    offset = view.offset_at(view.typed_by(byte))
    return any(stay.first < offset <= stay.stop for stay in alone)


def _range(event: LineEvent) -> tuple[int | None, int | None]:
    return event.in_first, event.in_last


def _seen(view: View, alone: Sequence[Stay], first: int, stop: int) -> Iterator[Look]:
    """The looks between two offsets, without those at a multiplexer."""
    for look in looks(view, first, stop):
        if not any(stay.first < look.offset <= stay.stop for stay in alone):
            yield look
