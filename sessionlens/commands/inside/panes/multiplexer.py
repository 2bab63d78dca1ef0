"""Commands typed in tmux(1), GNU screen(1) and byobu(1): when one of them had the terminal.

Each pane is followed like a terminal of its own (lines.py), and its lines are told as commands
(commands.py). Where a multiplexer does not use the alternate screen, it is seen as one terminal.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...hosts import called, families
from ...keys import keys
from ...line import Line
from ...model import Command
from ...openers import base, words_of
from ...prompts import shape
from ...screen import ALTERNATE, View
from ..opening import opened_with
from .commands import Found, PaneCommands
from .layout import RUNNING
from .lines import PaneLines
from .unaccepted import unaccepted
from .watching import Watch

_TMUX = re.compile(rb"\x1b\[\?1000l\x1b\[\?1002l(?:\x1b\[\?\d+l)+")
_SCREEN = re.compile(rb"\x1b\[!p\x1b\[\?3;4l\x1b\[4l\x1b>\x1b\[\?1049h")
_SAYS = re.compile(
    rb"(?:\x1b\[[\d;?]*[A-Za-z]|\x1b[=>]|[\r\n ])*\[(?:"
    rb"(?P<screen>detached from \d|screen is terminating|(?:remote|power) detached)"
    rb"|detached|exited|server exited|lost (?:server|tty))"
)
_NEAR = 512
_COMMANDS = re.compile(r"&&|\|\||[;|&\n]")


@dataclass(frozen=True, slots=True)
class Stay:
    """A time that a multiplexer had the terminal: offsets of the output, and which one."""

    first: int
    stop: int
    family: str


def stays(view: View, commands: Sequence[Command]) -> Iterator[Stay]:
    """The times that the alternate screen was a multiplexer's."""
    accepted = [command.accepted for command in commands]
    for first, stop in _episodes(view):
        at = bisect_right(accepted, first) - 1
        if family := _family(view, commands[at].text if at >= 0 else "", first, stop):
            yield Stay(first, stop, family)


def terminals(view: View, commands: Sequence[Command]) -> Iterator[Stay]:
    """The times that vim had the alternate screen, and a shell in a window of it (`:terminal`)."""
    accepted = [command.accepted for command in commands]
    for first, stop in _episodes(view):
        at = bisect_right(accepted, first) - 1
        text = commands[at].text if at >= 0 else ""
        if view.out.find(RUNNING, first, stop) >= 0 and "vi" in families(view, text, first, stop):
            yield Stay(first, stop, "vim")


def _episodes(view: View) -> Iterator[tuple[int, int]]:
    """From where to where in the output the alternate screen was shown."""
    switches = [(offset, on) for _, offset, name, on in view.trace.modes if name in ALTERNATE]
    begun: int | None = None
    for offset, on in [*switches, (view.end, False)]:
        if on and begun is None:
            begun = offset
        elif not on and begun is not None:
            yield begun, offset
            begun = None


def _family(view: View, text: str, first: int, stop: int) -> str | None:
    """`tmux` or `screen`, as it says itself when it comes or goes; screen also by its name alone."""
    if _TMUX.search(view.out, first, first + _NEAR):
        return "tmux"
    said = _SAYS.match(view.out, view.out.find(b"l", stop) + 1)
    if said is not None:
        return "screen" if said["screen"] else "tmux"
    if _SCREEN.search(view.out, max(first - 64, 0), first + 16):
        return "screen"
    return "screen" if len(_COMMANDS.split(text)) == 1 and base(words_of(text)) == "screen" else None


def multiplexed(
    view: View, lines: Sequence[Line], commands: Sequence[Command], alone: Sequence[Stay]
) -> Found:
    """Everything that was typed in panes; `lines` and `commands` are those of the main screen."""
    found = Found()
    if not alone:
        return found
    known, seen = {shape(line.prompt) for line in lines}, list[tuple[str, bool]]()
    accepted = [command.accepted for command in commands]
    pressed = list(keys(view.recording))
    offsets = [view.offset_at(key.event) for key in pressed]
    for stay in alone:
        at = bisect_right(accepted, stay.first) - 1
        outer = commands[at] if at >= 0 else opened_with(view)
        vim = stay.family == "vim"
        if not vim and (lost := unaccepted(view, lines, outer, stay.first)) is not None:
            found.commands.append(lost)
            outer = lost
        begin, end = bisect_right(offsets, stay.first), bisect_right(offsets, stay.stop)
        if outer.in_last is not None:  # typed ahead, before it came up
            begin = min(begin, bisect_right(pressed, outer.in_last, key=lambda key: key.first))
        watch = Watch(view, stay.family, stay.first, stay.stop, pressed[begin:end])
        panes = PaneLines(view, watch, known, seen)
        name = called("vi", outer.text) if vim else stay.family
        PaneCommands(view, name, stay.stop, outer, panes).into(found)
    return found
