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
from ...line import UNSEEN, Line
from ...predicting import Models
from ...region import LogicalLine
from .following import Handover, Standing
from .layout import Rect
from .lost import unaccounted
from .watching import Place

if TYPE_CHECKING:
    from .lines import PaneLines, Told

_SEEN = "run before it was drawn: it was seen when it had scrolled, and the keys explain it"


class Recalled:
    """The history of every pane, as far as rows tell it."""

    def __init__(self, panes: PaneLines, told: Sequence[Told]) -> None:
        self.panes, self.told = panes, told
        self._models: dict[Rect, Models] = {}
        self._ran: dict[Rect, set[str]] = {}

    def lines(self) -> Iterator[tuple[Line, Place]]:
        """Those that can be told, in the order of their Enters."""
        ran = sorted(
            (each for each in self.told if each.line.outcome == "run"), key=lambda each: each.line.t_ns
        )
        at = 0
        for key_line, place in unaccounted(self.panes, self.told):
            while at < len(ran) and ran[at].line.t_ns <= key_line.end_ns:
                self._run(ran[at].place.rect, ran[at].line.prompt, ran[at].line.text)
                at += 1
            found = self._told(key_line, *place) if place is not None else None
            if found is not None:
                yield found
            else:  # some shell may know more from now on
                self._models.clear()

    def _told(self, key_line: KeyLine, rect: Rect, standing: Standing) -> tuple[Line, Place] | None:
        prompt = self._prompt(standing)
        drawn = {line.text.rstrip() for line in self._came(rect, key_line.end_ns)}
        text = self._text(key_line, rect, prompt, drawn)
        if not text:
            return None
        self._run(rect, prompt, text)
        return self._line(key_line, rect, standing, prompt, text, (prompt + text).rstrip() in drawn)

    def _run(self, rect: Rect, prompt: str, text: str) -> None:
        self._models.setdefault(rect, Models()).ran(prompt, text)
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
        models, ran = self._models.get(rect), self._ran.get(rect, set[str]())
        said = ran & set(models.say(prompt, "", key_line.edited)) if models is not None else ran - ran
        text = said.pop() if len(said) == 1 else ""
        return text if keyed.typed in text else ""

    def _line(
        self, key_line: KeyLine, rect: Rect, standing: Standing, prompt: str, text: str, drawn: bool
    ) -> tuple[Line, Place]:
        seen, stood = self.panes.watch.looks[rect], self.panes.view.offset_at(key_line.last_event)
        at = min(bisect_right(seen, stood, key=lambda look: look.offset), len(seen) - 1)
        before, row = seen[max(at - 1, 0)], (prompt + text).rstrip()
        until = next((n for n, look in enumerate(seen[at:], at + 1) if look.kind == "input"), len(seen))
        back = [look for look in seen[at:until] if look.left.rstrip() == prompt.rstrip()]
        for look in back[-1:]:  # maybe in the row in which it was before
            self.panes.came_up(rect, replace(standing, first=look, look=look))
        shown = LogicalLine(row, 0, 0)
        handed = Handover(replace(standing, look=before), (shown,), row, "", seen[at], (), gone=True)
        place = Place(rect, self._before(rect, key_line.end_ns), handed)
        candidate = self.panes.candidate(handed, (shown,), standing.rests[:1], standing.rests[0].paste)
        how, why = ("medium", _SEEN) if drawn else ("low", UNSEEN)
        return Line(candidate, prompt, text, "run", "keys", how, key_line, False, why), place

    def _before(self, rect: Rect, t_ns: int) -> int:
        """The place that was left last."""
        places = self.panes.watch.handed
        return max(
            (each.at for each in places if each.rect == rect and each.handed.look.t_ns <= t_ns), default=0
        )

    def _came(self, rect: Rect, t_ns: int) -> Iterator[LogicalLine]:
        """What was seen to come in the pane when the cursor had left the line in which Enter was pressed."""
        for place in self.panes.watch.handed:
            if place.rect == rect and place.handed.look.t_ns > t_ns:
                yield from place.handed.between
                return
