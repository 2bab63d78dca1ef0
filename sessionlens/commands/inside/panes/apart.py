"""The keys of a pane that no row tells: typed without echo, an answer, or a line that came and went unseen.

A line that a shell was handed over at its prompt is never nothing: where it cannot be read it is `unread`.
What was typed to a program that draws the whole pane is the program's own.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from ...editor import KeyLine
from ...model import HIDDEN, LineEvent
from ...screen import View
from ...secrets import unechoed
from .lines import PaneLines
from .lost import lost


class Apart:
    """Goes through the keys of one stay; `hidden` are the byte ranges that are shown nowhere."""

    def __init__(self, view: View, panes: PaneLines) -> None:
        self.view, self.panes = view, panes
        self.vim = panes.watch.family == "vim"  # whose own keys most are
        self.hidden: list[tuple[int, int]] = []
        self.lost = {key_line.first for key_line in lost(panes, panes.told)}
        self._asked = sorted(each.place.handed.standing.first.t_ns for each in panes.told)
        looks = panes.watch.looks.values()
        self._rows = {look.event: look.left for seen in looks for look in seen}
        self._keyless = {each.line.text.strip() for each in panes.told if each.line.key_line is None}

    def events(self) -> Iterator[LineEvent]:
        """What no row tells, in no order; also what was typed before the prompt of a line came up."""
        panes = self.panes
        taken = panes.used | {each.line.key_line.first for each in panes.told if each.line.key_line}
        early = [each.early for each in panes.typed if each.first in taken]
        left = [each for each in panes.typed if each.first in self.lost or self._left(each, taken)]
        own = left if not self.vim else [each for each in left if each.first in self.lost]
        secret = list(unechoed(self.view, [*own, *(each for each in early if each is not None)]))
        self.hidden += ((each.first, each.last) for each in secret)
        for each in secret:
            if each.first in self.lost or not self._drawn(each):
                kind = "unread" if each.first in self.lost else "hidden input"
                yield LineEvent(each.end_ns, kind, HIDDEN, each.first, each.last)
        unseen = {each.first for each in secret}
        for each in left:
            if each.first not in unseen:
                yield from self._seen(each)

    def _left(self, key_line: KeyLine, taken: set[int]) -> bool:
        return key_line.first not in taken and not self._drawn(key_line)

    def _seen(self, key_line: KeyLine) -> Iterator[LineEvent]:
        """What was typed is no secret; what a shell was handed over is unknown where it was not seen."""
        typed, row = key_line.best.typed.strip(), self._rows.get(key_line.last_event, "")
        if key_line.first in self.lost and (not typed or typed not in row):
            self.hidden.append((key_line.first, key_line.last))
            yield LineEvent(key_line.end_ns, "unread", HIDDEN, key_line.first, key_line.last)
        else:
            yield from self._echoed(key_line)

    def _echoed(self, key_line: KeyLine) -> Iterator[LineEvent]:
        """A line that was echoed and that no row tells: maybe an answer, but nobody can say that nothing ran.

        In vim most is text; there only those at a known prompt.
        """
        typed, row = key_line.best.typed.strip(), self._rows.get(key_line.last_event, "").rstrip()
        if key_line.ender != "enter" or not typed:
            return
        if any(text and row.endswith(text) for text in self._keyless):
            return
        asked = any(self.panes.prompts.inside(row, paste) for paste in (True, False))
        if asked or not self.vim:
            yield LineEvent(key_line.end_ns, "unread", row, key_line.first, key_line.last)

    def _drawn(self, key_line: KeyLine) -> bool:
        """Was a program at work that draws the whole pane? Not once a prompt came up again, with which the
        pane may have been drawn anew a last time.
        """
        at = bisect_right(self._asked, key_line.end_ns)
        return self.panes.drawn(None, self._asked[at - 1] + 1 if at else -1, key_line.end_ns)
