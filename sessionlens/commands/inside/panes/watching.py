"""One stay in a multiplexer, watched: its panes look by look, the lines left in them, the keys they got.

layout.py finds the pane of a look, following.py its lines, prefix.py takes the multiplexer's own keys out.
Which line is a command is not decided here (lines.py).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from ...keys import Key
from ...region import logical_line
from ...screen import View
from ..looks import REST_NS, Look, looks
from .following import Follower
from .layout import Panes, Rect, copying
from .prefix import Prefix, Sight, prefixes
from .standing import Handover, Standing

_DIGITS = re.compile(r"\d+")
_DOUBTS = 2  # looks for which a smaller pane inside the one before is taken for a drawing
_SWITCH_NS = 2_000_000_000  # within which another window is shown after the keys for it


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where a line stood: in which pane, the how manyth of all, and how it was left."""

    rect: Rect
    at: int
    handed: Handover


class Layout:
    """Which pane has the cursor, past what is only drawn like a border and screens that are half drawn."""

    def __init__(self) -> None:
        self.current: Rect | None = None
        self.sure = False
        self.doubted = 0

    def rect(self, look: Look, found: Rect, moved: bool) -> Rect | None:
        """The pane of this look; `moved`: the keys, or their absence, allow for another than before."""
        current, stable = self.current, look.kind in ("input", "rest")
        if current is None or found == current:
            self.sure = self.sure or stable
        elif not stable:
            x = min(look.x, look.columns - 1)
            inside = current.top <= look.y <= current.bottom and current.left <= x <= current.right
            return current if inside else None
        elif self.sure and current.contains(found) and not moved and self.doubted < _DOUBTS:
            self.doubted += 1
            return current
        self.current, self.doubted = found, 0
        return found


class Watch:
    """What went on between two offsets, while a multiplexer had the terminal."""

    def __init__(self, view: View, family: str, first: int, stop: int, pressed: Sequence[Key]) -> None:
        self.view, self.family = view, family
        self.has_input, self.ends_ns = view.recording.has_input, view.time_of(stop)
        seen = [look for look in looks(view, first, stop) if look.alternate]
        self.panes = Panes(view, family, seen)
        self.seen = [(look, self.panes.pane(look)) for look in seen]
        self.prefix, self.runs = self._keys(pressed)
        self.looks: dict[Rect, list[Look]] = {}
        self.followers: dict[Rect, list[Follower]] = {}
        self._keyed: list[tuple[int, Rect | None, Standing | None]] = []
        self.handed = [Place(rect, at, handed) for at, (rect, handed) in enumerate(self._follow())]

    # ---- keys

    def _keys(self, pressed: Sequence[Key]) -> tuple[Prefix, list[list[Key]]]:
        sights = {look.event: self._sight(look, pane) for look, pane in self.seen if look.event >= 0}
        raw = self.view.recording.blob("i")
        prefix = Prefix(self.family, raw, sights, prefixes(self.family, pressed, raw, sights))
        return prefix, list(prefix.runs(pressed))

    def _sight(self, look: Look, pane: tuple[Rect, Look] | None) -> Sight:
        if pane is None:
            return Sight(outside=True, layout=tuple(look.rows.ids))
        rect, inner = pane
        return Sight(False, copying(inner), inner.left, (rect, _DIGITS.sub("", look.rows[-1].text)))

    # ---- panes

    def _follow(self) -> Iterator[tuple[Rect, Handover]]:
        """Feed every pane with its looks."""
        pressed = [key for run in self.runs for key in run]
        layout = Layout()
        shown: dict[Rect, Follower] = {}
        for (look, pane), following in zip_longest(self.seen, self.seen[1:]):
            if pane is None or self.prefix.away(look.t_ns) or (self.family == "tmux" and copying(pane[1])):
                if look.kind == "input":
                    self._keyed.append((look.t_ns, None, None))
                continue
            moved = self.moved(look.t_ns)
            rect = layout.rect(look, pane[0], bool(moved) or not self.has_input)
            if rect is None:
                continue
            inner = pane[1] if rect == pane[0] else self.panes.within(look, rect)
            if rect not in shown:
                for each in [each for each in shown if each.overlaps(rect)]:
                    yield from ((each, handed) for handed in shown.pop(each).end(look.t_ns))
                shown[rect] = Follower(self.view, pressed, self.family == "vim")
                self.followers.setdefault(rect, []).append(shown[rect])
            follower = shown[rect]
            if look.kind in ("newline", "mark") and not _in_line(follower, inner):
                continue
            if moved and self.has_input:
                follower.excuse(moved + _SWITCH_NS)
            at_once = following is not None and following[0].t_ns - look.t_ns < REST_NS
            passing = look.kind == "frame" and at_once
            self.looks.setdefault(rect, []).append(inner)
            yield from ((rect, handed) for handed in follower.feed(inner, passing))
            if look.kind == "input":
                self._keyed.append((look.t_ns, rect, follower.standing))
        for rect, follower in shown.items():
            yield from ((rect, handed) for handed in follower.end(self.ends_ns))

    def keyed_at(self, t_ns: int) -> tuple[Rect, Standing] | None:
        """The pane and the line in which the cursor stood for all that was seen when a key was pressed."""
        at = bisect_right(self._keyed, t_ns, key=lambda each: each[0]) - 1
        rect, standing = self._keyed[at][1:] if at >= 0 else (None, None)
        return (rect, standing) if rect is not None and standing is not None else None

    def moved(self, t_ns: int) -> int:
        """When keys for another window or layout were pressed shortly before, else 0."""
        at = bisect_right(self.prefix.moves, t_ns)
        recent = bool(at) and t_ns - self.prefix.moves[at - 1] < _SWITCH_NS
        return self.prefix.moves[at - 1] if recent else 0


def _in_line(follower: Follower, look: Look) -> bool:
    """Is this still the line that stands there? A screen half drawn is none to go by."""
    standing = follower.standing
    if standing is None or not standing.rests or look.y < standing.top:
        return False
    line = logical_line(look.rows, standing.top, look.columns)
    near = look.y <= line.bottom + standing.more + 1
    return near and line.text.startswith(standing.rests[0].left.rstrip())
