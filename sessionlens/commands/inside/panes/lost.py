"""Lines that a shell in a pane was handed over and that nothing drawn there tells: they came and went unseen.

The cursor stood at its prompt, for all that was seen, when Enter was pressed, and no row tells what was
handed over: it was recalled and run before the multiplexer drew it, or all of it scrolled away. What is
typed to a program, an empty line, and lines that were seen are no such lines.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ...editor import KeyLine
from ...hosts import is_host
from ...stdin import leaves_input
from .layout import Rect
from .standing import Standing
from .told import Told

if TYPE_CHECKING:
    from .lines import PaneLines


_SOONER = 0.8  # of the shortest time in which anything came back


def unaccounted(
    panes: PaneLines, told: Sequence[Told]
) -> Iterator[tuple[KeyLine, tuple[Rect, Standing] | None]]:
    """The keys of what was entered and no row tells, in order, with the prompt at which it was, if any."""
    taken = panes.used | set(_accounted(told))
    keyless = {id(each.place.handed.standing) for each in told if each.line.key_line is None}
    asking = _Asking(panes, told)
    for key_line in panes.typed:
        if key_line.ender != "enter" or key_line.first in taken or _empty(key_line):
            continue
        found = asking.at(key_line.end_ns)
        yield key_line, found if found is not None and id(found[1]) not in keyless else None


def lost(panes: PaneLines, told: Sequence[Told]) -> Iterator[KeyLine]:
    """The keys of each line that a shell was handed over and no row tells."""
    return (key_line for key_line, place in unaccounted(panes, told) if place is not None)


class _Asking:
    """Where a prompt stood when a key was pressed, or came up so soon that the key cannot have been why, or
    where what ran last is known to leave its input for the shell.
    """

    def __init__(self, panes: PaneLines, told: Sequence[Told]) -> None:
        self.panes = panes
        every = (
            (rect, each) for rect, of in panes.watch.followers.items() for one in of for each in one.rested
        )
        self._came = sorted(
            ((each.first.t_ns, at, rect, each) for at, (rect, each) in enumerate(every) if self._asks(each)),
        )
        seen = ((each.line.key_line, each.place.handed) for each in told if not each.place.handed.gone)
        back = (handed.look.t_ns - key_line.end_ns for key_line, handed in seen if key_line is not None)
        self._ran: dict[Rect, list[Told]] = {}
        for each in sorted(told, key=lambda each: each.line.t_ns):
            if each.line.outcome == "run":
                self._ran.setdefault(each.place.rect, []).append(each)
        self._soon = int(_SOONER * min((t_ns for t_ns in back if t_ns > 0), default=0))

    def at(self, t_ns: int) -> tuple[Rect, Standing] | None:
        found = self.panes.watch.keyed_at(t_ns)
        if found is not None and self._asks(found[1]):
            return found
        at = bisect_right(self._came, t_ns, key=lambda each: each[0])
        came = self._came[at] if at < len(self._came) else None
        if came is not None and came[0] < t_ns + self._soon:
            return came[2:]
        return (found[0], free) if found is not None and (free := self._free(found[0], t_ns)) else None

    def _free(self, rect: Rect, t_ns: int) -> Standing | None:
        """The line that was run last in a pane, if nothing that it started can have read the keys."""
        ran = self._ran.get(rect, [])
        at = bisect_left(ran, t_ns, key=lambda each: each.line.t_ns)
        last = ran[at - 1] if at else None
        if last is None or not leaves_input(last.line.text) or is_host(last.line.text):
            return None
        return last.place.handed.standing

    def _asks(self, standing: Standing) -> bool:
        """Is it at a prompt, with something typed behind it where the screen was late?"""
        if self.panes.asks(standing):
            return True
        left = standing.rests[0].left if standing.rests and standing.clear and not standing.covered else ""
        return bool(left) and any(
            self.panes.prompts.split(left, paste) is not None for paste in (True, False)
        )


def _empty(key_line: KeyLine) -> bool:
    said = key_line.readings[0]
    return said.certain and not said.text.strip()


def _accounted(told: Iterable[Told]) -> Iterator[int]:
    """The keys of lines that were seen; a row that was gone at once need not have been as empty as it was."""
    for each in told:
        line = each.line
        if line.key_line is not None and not (line.outcome == "empty" and each.place.handed.gone):
            yield line.key_line.first
