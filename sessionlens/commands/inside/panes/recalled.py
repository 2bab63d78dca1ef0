"""What a line was that came and went unseen, where it was one of the pane's own history.

The models of the line editors say which line Up or a search brings, given those that were run before in the
pane. What shell it was and what else its history held nobody knows: such a row is `low`, and `medium` where
the line was drawn after all. Only lines that were seen are told: what else was typed may be a secret.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ...editor import KeyLine
from ...line import ANOTHER, UNSEEN, Line
from ...predicting import Models
from ...region import LogicalLine
from ...secrets import unanswered
from ..looks import Look
from .layout import Rect
from .lost import unaccounted
from .standing import Handover, Standing
from .told import Told
from .watching import Place

if TYPE_CHECKING:
    from .lines import PaneLines

_SEEN = "run before it was drawn: it was seen when it had scrolled, and the keys explain it"


class Recalled:
    """The history of every pane, as far as rows tell it."""

    def __init__(self, panes: PaneLines, told: Sequence[Told]) -> None:
        self.panes, self.told = panes, told
        self._models: dict[Rect, Models] = {}
        self._left = Models().left  # the work that all of them may still do
        self._ran: dict[Rect, set[str]] = {}
        self._places: dict[Rect, list[Place]] = {}
        for place in sorted(panes.watch.handed, key=lambda each: each.handed.look.t_ns):
            self._places.setdefault(place.rect, []).append(place)

    def lines(self) -> Iterator[Told]:
        """All that were handed over, as far as they can be told."""
        ran = sorted(self.told, key=lambda each: each.line.t_ns)
        at = 0
        for key_line, place in unaccounted(self.panes, self.told):
            behind = bisect_right(ran, key_line.end_ns, lo=at, key=lambda each: each.line.t_ns)
            yield from map(self._heard, ran[at:behind])
            at = behind
            found = self._told(key_line, *place) if place is not None else None
            if found is not None:
                yield found
            else:  # some shell may know more from now on
                self._models.clear()
        yield from map(self._heard, ran[at:])

    def _heard(self, told: Told) -> Told:
        """The line again, doubted where nothing of it was drawn before Enter and the models know another."""
        line, rect = told.line, told.place.rect
        keyed = line.key_line
        if line.outcome != "run" or line.hidden:
            return told
        if (
            keyed is not None
            and keyed.edited
            and line.confidence != "low"
            and unanswered(self.panes.view, keyed)
        ):
            said = self._say(keyed, rect, line.prompt)
            if line.text not in said and said & self._ran.get(rect, set()):
                told = replace(told, line=replace(line, confidence="low", reason=ANOTHER))
        self._run(rect, line.prompt, line.text)
        return told

    def _told(self, key_line: KeyLine, rect: Rect, standing: Standing) -> Told | None:
        prompt = self._prompt(standing)
        drawn = {line.text.rstrip() for line in self._came(rect, key_line.end_ns)}
        text = self._text(key_line, rect, prompt, drawn)
        if not text:
            return None
        self._run(rect, prompt, text)
        return self._line(key_line, rect, standing, prompt, text, (prompt + text).rstrip() in drawn)

    def _run(self, rect: Rect, prompt: str, text: str) -> None:
        if rect not in self._models:
            self._models[rect] = Models()
        self._models[rect].ran(prompt, text)
        self._ran.setdefault(rect, set()).add(text)

    def _prompt(self, standing: Standing) -> str:
        left, split = standing.rests[0].left, self.panes.prompts.split
        return next((prompt for paste in (True, False) if (prompt := split(left, paste)) is not None), left)

    def _text(self, key_line: KeyLine, rect: Rect, prompt: str, drawn: set[str]) -> str:
        """The line, drawn as the keys spell it, or run before and the one that models know."""
        keyed = key_line.best
        if keyed.certain:
            text = keyed.text.rstrip()
            return text if prompt + text in drawn else ""
        said = self._ran.get(rect, set()) & self._say(key_line, rect, prompt)
        text = said.pop() if len(said) == 1 else ""
        return text if keyed.typed in text else ""

    def _say(self, key_line: KeyLine, rect: Rect, prompt: str) -> set[str]:
        models = self._models.get(rect)
        if models is None:
            return set()
        models.left = self._left
        said = set(models.say(prompt, "", key_line.edited))
        self._left = models.left
        return said

    def _line(
        self, key_line: KeyLine, rect: Rect, standing: Standing, prompt: str, text: str, drawn: bool
    ) -> Told:
        seen, stood = self.panes.watch.looks[rect], self.panes.view.offset_at(key_line.last_event)
        at = min(bisect_right(seen, stood, key=lambda look: look.offset), len(seen) - 1)
        before, row = seen[max(at - 1, 0)], (prompt + text).rstrip()
        back = [look for look in _until_key(seen, at) if look.left.rstrip() == prompt.rstrip()]
        for look in back[-1:]:  # maybe in the row in which it was before
            self.panes.came_up(rect, replace(standing, first=look, look=look))
        shown = LogicalLine(row, 0, 0)
        handed = Handover(replace(standing, look=before), (shown,), row, "", seen[at], (), gone=True)
        place = Place(rect, self._before(rect, key_line.end_ns), handed)
        candidate = self.panes.candidate(handed, (shown,), standing.rests[:1], standing.rests[0].paste)
        how, why = ("medium", _SEEN) if drawn else ("low", UNSEEN)
        return Told(Line(candidate, prompt, text, "run", "keys", how, key_line, False, why), place)

    def _before(self, rect: Rect, t_ns: int) -> int:
        """The place that was left last by then."""
        places, at = self._behind(rect, t_ns)
        return places[at - 1].at if at else 0

    def _came(self, rect: Rect, t_ns: int) -> Sequence[LogicalLine]:
        """What was seen to come in the pane when the cursor had left the line in which Enter was pressed."""
        places, at = self._behind(rect, t_ns)
        return places[at].handed.between if at < len(places) else ()

    def _behind(self, rect: Rect, t_ns: int) -> tuple[list[Place], int]:
        """The places of a pane, and the first that was left after this."""
        places = self._places.get(rect, [])
        return places, bisect_right(places, t_ns, key=lambda each: each.handed.look.t_ns)


def _until_key(seen: Sequence[Look], at: int) -> Iterator[Look]:
    """The looks from there on, up to the next at which a key was pressed."""
    for n in range(at, len(seen)):
        yield seen[n]
        if seen[n].kind == "input":
            return
