"""A pane followed from look to look: where the cursor's line is, and when it was handed over.

A multiplexer draws what its programs print when it likes, and says nothing of their modes. So a line counts
as handed over when the cursor is seen below it, or when it is gone. What it is, prompt or answer, is
decided as anywhere else (lines.py); here it is only told whether a shell can have asked: nothing stands
below its prompt, and the pane was not taken over by a program that draws all of it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ...keys import Key
from ...prompts import continues, shape
from ...region import LogicalLine, cells, logical_line
from ...screen import PASTE, Rest, View
from ..looks import Look
from .standing import Handover, Standing

_NEIGHBOURS = 3  # rows above a line that must have moved with it
_MOST_RESTS = 64
_TELLS = 4  # characters by which the last row of a wrapped line is known again
ENDS = frozenset({"exit", "logout"})
_BEGINS = 3  # characters in which one prompt is like another


class Follower:
    """One pane: fed with its looks in order."""

    def __init__(self, view: View, pressed: Sequence[Key], late: bool = False) -> None:
        self.view, self.pressed = view, pressed
        self.enters = [key.t_ns for key in pressed if key.name == "enter"]
        self.late = late  # keys come before the screen shows what the last Enter did
        self.drawn: list[int] = []  # when the whole pane was drawn anew
        self.rested: list[Standing] = []  # lines in which the cursor rested
        self.standing: Standing | None = None
        self.anchor = ""
        self.covered = False  # is the pane drawn by a program of its own, for all that is known?
        self.forms: set[str] = set()  # of what stood left of the cursor in lines that were run
        self.asked = -1  # how long keys for another window can be why everything is replaced
        self.excused = -1  # the same, until something was done in the pane since
        self.replaced = False  # it was

    def excuse(self, until_ns: int) -> None:
        """Another window, or another layout, may be shown from now on."""
        if until_ns > self.asked:
            self.asked = self.excused = until_ns
            self.replaced = False

    def feed(self, look: Look, passing: bool) -> Iterator[Handover]:
        """The line that was left, if one was. `passing`: the next screen came at once, this may be a part."""
        line = logical_line(look.rows, look.y, look.columns)
        standing = self.standing
        if standing is None:
            self._begin(look, line)
            return
        at = self._find(standing, look, line)
        if at is not None and at == line.top and self._asks_behind(standing, look):
            self._begin(look, line)
            return
        if at is not None and (line.top <= at or self._goes_on(standing, look, at, line)):
            self._stay(standing, look, at, line)
            return
        if at is None and passing and standing.rests:
            return
        yield self._hand_over(standing, look, at, line)
        if at is not None:
            self.excused = -1
        elif self.anchor and not self._anchored(look, len(look.rows)) and not self._excuses(look):
            self.covered = True
            self.drawn.append(look.t_ns)
        self._begin(look, line)

    def end(self, t_ns: int) -> Iterator[Handover]:
        """The pane is there no more: the line that ended it is handed over, if Enter was pressed in it."""
        standing = self.standing
        if standing is None or not standing.rests:
            return
        left = standing.rests[0].left.rstrip()
        typed = standing.text[len(left) :].strip() if standing.text.startswith(left) else ""
        if typed in ENDS or (typed and self._entered(standing.pressed_ns, t_ns)):
            last = replace(standing.look, t_ns=max(t_ns, standing.look.t_ns))
            yield self._hand_over(standing, last, None, logical_line(last.rows, last.y, last.columns))

    def _excuses(self, look: Look) -> bool:
        """Is it another window? It may be drawn in several steps, until a key finds it there."""
        if look.t_ns > self.excused or (self.replaced and look.kind == "input"):
            return False
        self.replaced = True
        return True

    def _goes_on(self, standing: Standing, look: Look, at: int, line: LogicalLine) -> bool:
        """Is the cursor in a further row of the same edit? Nobody pressed Enter, and this is no prompt.

        So it is with rows from history, and where the shell is wrong about the width of its prompt.
        """
        if not standing.rests or self._another(standing, look.left):
            return False
        if line.top <= at + standing.more:
            return True
        if not self.view.recording.has_input or self._entered(standing.pressed_ns, look.t_ns):
            return False
        if self._wraps(look, line):
            standing.blank.add(line.top - at)
            return True
        if look.kind != "input" or self._entered(standing.rests[0].t_ns, look.t_ns):
            return False
        text, left, first = line.text.rstrip(), look.left, standing.rests[0]
        edits = standing.clear and first.paste and self.view.is_on(PASTE, look.offset)
        whole = all(row.text.strip() for row in look.rows[standing.top : line.top])
        ends = bool(text) and left.rstrip() == text
        return edits and whole and ends and not (continues(left) or continues(first.left))

    def _wraps(self, look: Look, line: LogicalLine) -> bool:
        """Is it the row above that goes on, its last cell a blank? A pane does not tell that it is no end."""
        above = look.rows[line.top - 1].text.rstrip() if line.top else ""
        begins = bool(line.text[:1].strip()) or (look.x == 0 and not line.text.strip())
        return cells(above) == look.columns - 1 and begins

    def _another(self, standing: Standing, left: str) -> bool:
        """Does another prompt stand there?"""
        first = standing.rests[0].left
        forms = [shape(first), *self.forms]
        return left.startswith(first[:_BEGINS]) or any(shape(left).startswith(f.rstrip()) for f in forms)

    def _asks_behind(self, standing: Standing, look: Look) -> bool:
        """Did a prompt come up in the row of a question that was answered without a line feed? Nobody typed
        it, and what stood there is no prompt, or Enter was pressed since.
        """
        before, left = standing.look.left, look.left
        if standing.covered or not standing.rests or len(left) <= len(before) or not left.startswith(before):
            return False
        came = left[len(before) :]
        if not any(shape(came).endswith(form) for form in self.forms):
            return False
        since, asked = standing.rests[-1].t_ns, shape(standing.rests[0].left)
        first, last = (bisect_left(self.pressed, t, key=lambda key: key.t_ns) for t in (since, look.t_ns + 1))
        typed = "".join(key.text for key in self.pressed[first:last])
        return came.strip() not in typed and (asked not in self.forms or self._entered(since, look.t_ns))

    # ---- the standing line

    def _begin(self, look: Look, line: LogicalLine) -> None:
        if self._anchored(look, line.top):
            self.covered = False
        text = line.text.rstrip()
        self.standing = Standing(look, look, line.top, text, self.covered, pressed_ns=look.t_ns)
        self._rest(self.standing, look, line)

    def _anchored(self, look: Look, stop: int) -> bool:
        """Does the last line that was run stand above this row?"""
        return bool(self.anchor) and any(row.text.rstrip() == self.anchor for row in look.rows[:stop])

    def _stay(self, standing: Standing, look: Look, at: int, line: LogicalLine) -> None:
        standing.look, standing.top = look, at
        standing.more = max(standing.more, line.bottom - at if line.top > at else 0)
        standing.text = logical_line(look.rows, at, look.columns).text.rstrip()
        self._rest(standing, look, line)

    def _rest(self, standing: Standing, look: Look, line: LogicalLine) -> None:
        if look.kind != ("input" if self.view.recording.has_input else "rest"):
            return
        standing.pressed_ns, left = look.t_ns, look.left
        paste = self.view.is_on(PASTE, look.offset)
        if standing.rests and not standing.rests[-1].left.strip():
            standing.rests.pop()  # the prompt was still to come
            self.rested = [each for each in self.rested if each is not standing]
        if not standing.rests:
            self.rested.append(standing)
            standing.clear = not _below(look, line.bottom)
            cleared = line.top == 0 and bool(left.strip())
            if standing.covered and standing.clear and (cleared or shape(left) in self.forms):
                self.covered = standing.covered = False  # only cleared, or scrolled at once
                if cleared:
                    self.drawn.pop()
        elif len(standing.rests) >= _MOST_RESTS or left.startswith(standing.rests[-1].left):
            if paste and not standing.rests[-1].paste:  # the mode came behind the prompt
                standing.rests[-1] = replace(standing.rests[-1], paste=True)
            if len(left) > len(standing.rests[-1].left) and not self.replaced:
                self.excused = -1
            return  # typed on: the first rest there tells enough
        right = line.text[len(left) :] if line.text.startswith(left) else ""
        standing.rests.append(Rest(look.t_ns, look.offset, look.event, left, right, paste, left))

    # ---- where it went

    def _find(self, standing: Standing, look: Look, line: LogicalLine) -> int | None:
        """The row on which the line stands now: higher than before if the pane scrolled."""
        left = standing.rests[0].left.rstrip() if standing.rests else standing.text
        top, text = min(standing.top, len(look.rows) - 1), standing.text
        here = logical_line(look.rows, top, look.columns)
        same = here.text.rstrip()
        if same == text and (text or look.y >= top):
            return here.top
        if len(text) > len(left):
            up = self._scrolled(standing, look, text) if self.late and standing.top else None
            if up is not None and look.y > up:
                return up  # a key may have come before the screen showed that it was handed over
            if look.y <= here.bottom and (same.startswith(text) or self._edited(standing, look, same, left)):
                return here.top
            if same.startswith(left) and len(same) > len(left) and self._moved(standing, look, top, top):
                return top
            for begins in (text, left) if standing.top else ():  # edited in between, it still begins so
                at = self._scrolled(standing, look, begins)
                if at is not None and (begins == text or (at and look.y > at)):
                    return at
        shorter = len(same) < len(text) and self._entered(standing.pressed_ns, look.t_ns)
        if shorter and (top == 0 or not self._moved(standing, look, top)):
            return None  # cleared, or scrolled away: another prompt stands in its place
        if left and same.startswith(left) and (look.y <= top or self._moved(standing, look, top)):
            return top
        return (
            top if line.top == top and self._moved(standing, look, top) else None
        )  # drawn anew in its place

    def _edited(self, standing: Standing, look: Look, now: str, left: str) -> bool:
        """Is the line only another one behind its prompt, since nobody pressed Enter?"""
        entered = self._entered(standing.pressed_ns, look.t_ns)
        return now.startswith(left) and len(now) > len(left) and not entered

    def _scrolled(self, standing: Standing, look: Look, begins: str) -> int | None:
        """Where a line that begins so is if it went up, with the rows above it: the pane is full then."""
        first, last = begins[: look.columns].rstrip(), len(look.rows) - 1
        full = look.y == last or bool(look.rows[last].text.strip()) or last != len(standing.look.rows) - 1
        for at in range(min(standing.top, last + 1) - 1, -1, -1):
            if not look.rows[at].text.startswith(first) or not (
                full or (at == 0 and begins == standing.text)
            ):
                continue
            if self._moved(standing, look, at, _NEIGHBOURS if begins == standing.text else at):
                line = logical_line(look.rows, at, look.columns)
                if line.top == at and line.text.startswith(begins):
                    return at
        return None

    def _entered(self, after_ns: int, by_ns: int) -> bool:
        at = bisect_left(self.enters, after_ns)
        return at < len(self.enters) and self.enters[at] < by_ns

    def _moved(self, standing: Standing, look: Look, at: int, deep: int = _NEIGHBOURS) -> bool:
        """Did the rows above it move as it did?"""
        before, now = standing.look.rows, look.rows
        span = range(1, min(deep, at, standing.top) + 1)
        return all(before[standing.top - up].text.rstrip() == now[at - up].text.rstrip() for up in span)

    def _hand_over(self, standing: Standing, look: Look, at: int | None, line: LogicalLine) -> Handover:
        seen, top = (look, at) if at is not None else (standing.look, standing.top)
        lines = [logical_line(seen.rows, top, seen.columns)]
        limit = line.top if at is not None else len(seen.rows)
        bottom, last = min(top + standing.more, limit - 1), lines[0].text.rstrip()
        while lines[-1].bottom < bottom:
            below = logical_line(seen.rows, lines[-1].bottom + 1, seen.columns)
            last = below.text.rstrip()
            if below.top - top in standing.blank:
                before = lines.pop()
                below = LogicalLine(f"{before.text.rstrip()} {below.text}", before.top, below.bottom)
            lines.append(below)
        above = logical_line(seen.rows, top - 1, seen.columns).text.rstrip() if top > 0 else ""
        begin = lines[-1].bottom + 1 if at is not None and standing.rests else self._behind(look, line.top)
        if standing.text and not self.covered:
            row = seen.rows[lines[-1].bottom].text.rstrip()
            self.anchor = row if len(row) >= _TELLS else last
            if standing.rests and standing.clear and at is not None:
                self.forms.add(shape(standing.rests[0].left))
        between = tuple(lines_of(look, begin, line.top))
        return Handover(standing, tuple(lines), last, above, look, between, at is None)

    def _behind(self, look: Look, stop: int) -> int:
        """The first row behind the last line that was run, as far as it is seen."""
        texts = (look.rows[at].text.rstrip() == self.anchor for at in range(stop - 1, -1, -1))
        return next((stop - back for back, found in enumerate(texts) if found), 0)


def lines_of(look: Look, begin: int, stop: int) -> Iterator[LogicalLine]:
    """The lines from one row to before another."""
    while begin < stop:
        line = logical_line(look.rows, begin, look.columns)
        yield line
        begin = line.bottom + 1


def _below(look: Look, bottom: int) -> bool:
    """Does anything stand below this row?"""
    return any(look.rows[y].text.strip() for y in range(bottom + 1, len(look.rows)))
