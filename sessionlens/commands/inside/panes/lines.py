"""One stay in a multiplexer -> the lines that were handed over at prompts in its panes.

Which line is a command is decided as anywhere else, by prompts that are learned and by the keystrokes
(..lines). More is asked for here, since an editor in a pane looks like anything: nothing stood below the
prompt, and after a program that drew the whole pane only a prompt that is known counts.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sessionlens.terminal import Point

from ...accept import Candidate
from ...cutting import Option
from ...editor import KeyLine, key_lines
from ...line import Line
from ...lines import LineReader
from ...matching import tidy
from ...model import HIDDEN
from ...prompts import Prompts, is_marked, shape
from ...readings import Readings
from ...region import LogicalLine
from ...running import Asking, Running
from ...screen import Rest, View
from .layout import Rect
from .recalled import Recalled
from .standing import Handover, Standing
from .told import Told
from .watching import Place, Watch

Pair = tuple[Candidate, Place]
_NEAR = 5  # lines that may be the rest of one
_SEARCHED = re.compile(r"\((?:reverse-|failed |forward-)?(?:i-)?search\)`[^']*': (.+)")


class _Shown(Readings):
    """Lines as they stand there: the bytes in between are of all panes, and of no editor alone.

    What runs is another thing in each pane, and nothing where one was opened just now.
    """

    def __init__(self, view: View, reader: LineReader, panes: PaneLines, places: dict[int, Place]) -> None:
        super().__init__(view, panes.prompts, reader.cutter, reader.asking, reader.models.knows)
        self.reader, self.panes, self.places = reader, panes, places
        self.forms, self.doubted = reader.asking.forms, reader.asking.doubted
        self.of: dict[Rect, Asking] = {}

    def options(self, candidate: Candidate) -> Iterator[Option]:
        opened, rect = self.panes.opened.get(id(candidate)), self.places[id(candidate)].rect
        if opened is not None or rect not in self.of:
            before = self.asking.running if opened is None else None
            running = Running.of(opened) if opened else before
            self.of[rect] = Asking(self.prompts, running, bool(opened), self.forms, self.doubted)
        self.asking = self.reader.asking = self.of[rect]
        return super().options(candidate)

    def alone(self, candidate: Candidate, options: list[Option]) -> list[Option]:
        return []


class PaneLines:
    """The lines of one stay. `known` are shapes of prompts, `asked` prompts, both from elsewhere too; what is
    learned is added.
    """

    def __init__(self, view: View, watch: Watch, known: set[str], asked: list[tuple[str, bool]]) -> None:
        self.view, self.watch, self.known = view, watch, known
        self.has_input = view.recording.has_input
        self.used: set[int] = set()  # lines of keys that are rows of another
        self._offsets: set[int] = set()
        pairs = sorted(self._candidates(), key=_order)
        self.prompts, fresh = self._learn(pairs, asked)
        found = (each for run in watch.runs for each in key_lines(run, fresh))
        self.typed: list[KeyLine] = sorted(found, key=lambda each: each.end_ns)
        self._asking = {rect: self._prompts_in(rect) for rect in watch.followers}
        spans = watch.followers.items()
        self._drawn = {rect: sorted(t for each in of for t in each.drawn) for rect, of in spans}
        self._drawn_any = sorted(t for times in self._drawn.values() for t in times)
        self.told = self._lines(pairs)

    def _lines(self, pairs: Sequence[Pair]) -> list[Told]:
        """The lines, in order."""
        pairs = self._with_more([pair for pair in pairs if _prompted(pair[0], self.prompts)])
        places = {id(candidate): place for candidate, place in pairs}
        self.opened = dict(self._first_in(pairs))
        reader = LineReader(self.view, self.prompts, self.typed, pane=True)
        reader.readings = _Shown(self.view, reader, self, places)
        lines = reader.lines([each for each, _ in pairs])
        read = [self._told(line, places[id(line.candidate)]) for line in lines]
        told = [each for each in read if self._believed(each)]
        told = [each for at, each in enumerate(told) if not self._half(each, told[at + 1 : at + _NEAR])]
        told += self._overwritten(pairs, told)
        told = list(Recalled(self, told).lines())
        return sorted(told, key=lambda each: (each.line.candidate.t_ns, each.line.candidate.after))

    def _first_in(self, pairs: Sequence[Pair]) -> Iterator[tuple[int, str]]:
        """The first line in each pane that keys opened, and with what it was opened."""
        began = sorted((place.handed.standing.first.t_ns, id(candidate)) for candidate, place in pairs)
        for t_ns, text in self.watch.prefix.opened:
            at = bisect_left(began, (t_ns, 0))
            if at < len(began):
                yield began[at][1], text

    def _told(self, line: Line, place: Place) -> Told:
        """A line that is gone was not seen to its end; without keys nobody knows whether it was run."""
        late = self.watch.family == "vim" and self.has_input  # which draws when it has time for it
        if not place.handed.gone and not late:
            return Told(line, place)
        if not self.has_input:
            reason = "it was gone at once: a program that draws the whole pane, or another window"
            return Told(replace(line, confidence="low", reason=reason), place)
        rests = place.handed.standing.rests
        keyed = line.key_line or (self._typed_since(rests[0], place.handed.look.t_ns) if rests else None)
        if keyed is None or not keyed.best.certain or 2 * len(line.text) < len(keyed.best.text):
            return Told(line, place)
        text = keyed.best.text
        if not text.startswith(line.text) or text == line.text:
            return Told(line, place)
        reason = "the pane was drawn anew before all of it came back: the keystrokes are taken"
        line = replace(line, text=text, source="keys", confidence="medium", key_line=keyed, reason=reason)
        return Told(line, place)

    def _half(self, told: Told, following: Sequence[Told]) -> bool:
        """Is it what stood there of a line that was still being typed when the pane was redrawn (Ctrl-L)?"""
        line = told.line
        if line.key_line is not None or not self.has_input:
            return False
        same = (each.line for each in following if each.place.rect == told.place.rect)
        keyed = (each.key_line for each in same if each.key_line and each.text.startswith(line.text))
        return any(each.start_ns <= line.candidate.t_ns < each.end_ns for each in keyed)

    def _overwritten(self, pairs: Sequence[Pair], told: Sequence[Told]) -> Iterator[Told]:
        """Lines that ran over their own prompt, since the shell is wrong about its width: the keystrokes."""
        done = {id(each.line.candidate) for each in told}
        used = {each.line.key_line.first for each in told if each.line.key_line}
        for candidate, place in pairs:
            first = candidate.rests[0] if candidate.rests else None
            if (
                first is None
                or id(candidate) in done
                or not self.prompts.trusted(first.left, candidate.paste)
            ):
                continue
            if place.handed.standing.covered or candidate.lines[0].text.startswith(first.left.rstrip()):
                continue
            keyed = self._typed_since(first, candidate.t_ns)
            text = keyed.best.text.rstrip() if keyed is not None else ""
            if keyed is not None and keyed.first not in used and text and candidate.left.endswith(text[-2:]):
                used.add(keyed.first)
                reason = "the line ran over its own prompt: the keystrokes are taken"
                line = Line(candidate, first.left, text, "run", "keys", "medium", keyed, False, reason)
                yield Told(line, place)

    def _typed_since(self, rest: Rest, by_ns: int) -> KeyLine | None:
        """The line of keys that began when the cursor rested there, if they tell all of it."""
        at = bisect_left(self.typed, rest.t_ns, key=lambda each: each.end_ns)
        found = self.typed[at] if at < len(self.typed) else None
        if found is None or found.ender != "enter" or not found.best.certain or found.end_ns > by_ns:
            return None
        return found

    def _believed(self, told: Told) -> bool:
        """Is it a line at a prompt of a shell, and no answer, and no text in an editor?"""
        line, standing = told.line, told.place.handed.standing
        if self.prompts.split(line.prompt + " x", line.candidate.paste) is None:
            return False
        if line.hidden and line.text == HIDDEN:
            return False
        if standing.covered and shape(line.prompt) not in self.known:
            return False
        return bool(line.candidate.rests) or line.confidence == "high"

    # ---- candidates

    def _candidates(self) -> Iterator[Pair]:
        """Every line that was left in a pane where a prompt may have been."""
        every = (rest for place in self.watch.handed for rest in place.handed.standing.rests)
        edited = {rest.left for rest in every if rest.paste}
        for place in self.watch.handed:
            standing = place.handed.standing
            if standing.rests and standing.clear and not self._only_left(place.handed):
                text = place.handed.lines[0].text  # a pager's last row may have been there before
                rests = [rest for rest in standing.rests if text.startswith(rest.left.rstrip())]
                rests = rests or standing.rests
                paste = rests[0].paste or rests[0].left in edited
                own = [replace(rest, paste=paste) for rest in rests]
                yield self.candidate(place.handed, place.handed.lines, own, paste), place

    def _only_left(self, handed: Handover) -> bool:
        """Is it an empty prompt that keys for another pane led away from? No Enter was for it."""
        left = handed.standing.rests[0].left  # a recalled line may stand there whole when a key comes
        bare = is_marked(left) and handed.last == left.rstrip()
        return bare and bool(self.watch.moved(handed.look.t_ns))

    def candidate(
        self, handed: Handover, lines: Sequence[LogicalLine], rests: Sequence[Rest], paste: bool
    ) -> Candidate:
        """A line that was handed over, as a candidate."""
        look, after = handed.standing.look, handed.standing.look.offset
        while after in self._offsets:  # a reference names one command
            after += 1
        self._offsets.add(after)
        t_ns, size = handed.look.t_ns, len(look.rows)
        point = Point(-1, t_ns, -1, after, "newline", look.x, look.y, True, look.columns, size)
        return Candidate(point, paste, tuple(rests), tuple(lines), look.columns, after, look.left, True)

    def _learn(self, pairs: Sequence[Pair], asked: list[tuple[str, bool]]) -> tuple[Prompts, frozenset[int]]:
        """The prompts of the panes, and the input events that found one with nothing typed behind it."""
        opened = [(opening[1], each, place) for each, place in pairs if (opening := each.opening())]
        for rest, each, place in opened:
            looks_so = is_marked(rest.left) or shape(rest.left) in self.known
            if looks_so and not place.handed.standing.covered:
                asked.append((rest.left, each.paste))
        prompts = Prompts(asked)
        self.known |= {shape(left) for left, paste in asked if prompts.trusted(left, paste)}
        fresh = (rest.event for rest, each, _ in opened if prompts.trusted(rest.left, each.paste))
        return prompts, frozenset(event for event in fresh if event >= 0)

    def _with_more(self, pairs: Sequence[Pair]) -> list[Pair]:
        """With those that came and went between two looks, where keystrokes or a search say the same."""
        said = {
            tidy(each.best.text).strip() for each in self.typed if each.ender == "enter" and each.best.certain
        }
        more = list(pairs)
        for place in self.watch.handed:
            searched = _SEARCHED.match(place.handed.lines[0].text)
            wanted = said | {tidy(searched[1]).strip()} if searched else said
            found = list(self._passed(place.handed, wanted))
            for paste, line in found[-1:] if searched else found:
                rests = place.handed.standing.rests if searched else ()
                own = replace(place, handed=replace(place.handed, lines=(line,), last=line.text.rstrip()))
                more.append((self.candidate(own.handed, own.handed.lines, rests, paste), own))
        return sorted(more, key=_order)

    def _passed(self, handed: Handover, said: set[str]) -> Iterator[tuple[bool, LogicalLine]]:
        """Lines seen behind a line that was left which are a known prompt with just this text."""
        for line in handed.between:
            found = ((paste, self.prompts.split(line.text, paste)) for paste in (True, False))
            paste = next((paste for paste, prompt in found if _typed_at(prompt, line, said)), None)
            if paste is not None:
                yield paste, line

    # ---- what came after

    def asked(self, rect: Rect, since_ns: int) -> Standing | None:
        """The next line of a pane at which a prompt stood."""
        asking = self._asking[rect]
        at = bisect_left(asking, since_ns, key=lambda each: each.first.t_ns)
        return asking[at] if at < len(asking) else None

    def came_up(self, rect: Rect, standing: Standing) -> None:
        """A prompt stood there, though no key tells that the line before was left."""
        insort(self._asking[rect], standing, key=lambda each: each.first.t_ns)

    def _prompts_in(self, rect: Rect) -> list[Standing]:
        rested = (each for follower in self.watch.followers[rect] for each in follower.rested)
        return sorted((each for each in rested if self.asks(each)), key=lambda each: each.first.t_ns)

    def asks(self, standing: Standing) -> bool:
        """Does the cursor stand at a known prompt, and nothing below it?"""
        if not standing.rests:
            return False
        left = standing.rests[0].left
        ends = {shape(self.prompts.known_end(left, paste)) for paste in (True, False)}
        return standing.clear and not ends.isdisjoint(self.known)

    def drawn(self, rect: Rect | None, since_ns: int, by_ns: int) -> bool:
        """Was a whole pane (this one, or any) drawn anew in this time?"""
        times = self._drawn_any if rect is None else self._drawn[rect]
        return bisect_left(times, since_ns) < bisect_right(times, by_ns)


def _order(pair: Pair) -> tuple[int, int]:
    return pair[0].t_ns, pair[0].after


def _prompted(candidate: Candidate, prompts: Prompts) -> bool:
    """Does a known prompt stand there? What was typed elsewhere is not to take the keys of another line."""
    paste = candidate.paste
    rested = any(prompts.trusted(rest.left, paste) for rest in candidate.rests)
    lines = (line.text for line in candidate.lines)
    return rested or any(
        prompts.split(line, paste) is not None or prompts.inside(line, paste) for line in lines
    )


def _typed_at(prompt: str | None, line: LogicalLine, said: set[str]) -> bool:
    return prompt is not None and line.text[len(prompt) :].strip() in said - {""}
