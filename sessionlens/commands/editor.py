"""A small line editor driven by the keystrokes: what was typed at a line, as far as keys alone can tell.

It knows the emacs keys that every shell means alike. After others (words, yanks, completion, history,
searches) the line is no longer `certain`, and only tells which characters were typed in which order; what
each shell's own editor makes of them is asked later, when it is known what was run before (predicting.py).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from .keys import Key
from .splitting import LONGEST

_PLAIN = frozenset({"text", "paste", "backspace", "enter", "interrupt"})
ENDERS = {"enter": "enter", "enter-next": "enter", "interrupt": "interrupt", "edit": "edit"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a line editor makes of some keys: the line, the characters typed, and whether the keys tell all of
    it.
    """

    text: str
    typed: str
    certain: bool
    erased: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyLine:
    """The keys up to and with the one that ended a line. `ender` is enter, interrupt, eof, or "" where none
    came. `begun` is the first byte since the last prompt, `before_event` the last event before it.

    `readings` holds the line since the last ender and, where a prompt came up in between (a pager was left
    with `q`), the line since that prompt. `edited` are the keys of that, where there are others than text,
    Backspace and Enter.
    """

    readings: tuple[Reading, ...]
    pasted: bool
    ender: str
    start_ns: int
    end_ns: int
    first_event: int
    last_event: int
    first: int
    last: int
    begun: int
    before_event: int
    edited: tuple[Key, ...] = ()

    @property
    def early(self) -> KeyLine | None:
        """What was typed before a prompt came up, as a line of its own that nothing ended."""
        if self.begun == self.first:
            return None
        whole, since = self.readings[0], self.best
        typed = whole.typed.removesuffix(since.typed)
        reading = Reading(typed, typed, False)
        last, event = self.begun - 1, self.before_event
        return KeyLine(
            (reading,), False, "", self.start_ns, self.start_ns, self.first_event, event, self.first, last,
            self.first, event,
        )  # fmt: skip

    @property
    def whole(self) -> KeyLine:
        """The same keys as one line, whatever prompt came up in between."""
        return replace(self, readings=self.readings[:1], begun=self.first, before_event=self.first_event)

    @property
    def best(self) -> Reading:
        """The reading since the last prompt."""
        return self.readings[-1]


@dataclass(slots=True)
class LineEditor:
    """The buffer, the cursor, what was killed, and whether the keys still tell the whole line."""

    buffer: str = ""
    cursor: int = 0
    killed: str = ""
    certain: bool = True
    typed: list[str] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)

    def press(self, key: Key) -> None:
        """Apply one key."""
        if key.name in ("text", "paste", "newline"):
            text = key.text if key.name != "newline" else "\n"
            self.typed.append(text)
            self._insert(text)
        elif key.name not in ("reply", "redraw"):
            action = getattr(self, "_" + key.name.replace("-", "_"), None)
            if action is None:
                self.certain = False
            else:
                action()

    def searched(self) -> None:
        """A search of the history ended, and brought a line that the keys do not tell."""
        self.certain = False
        self.typed.clear()

    def _insert(self, text: str) -> None:
        self.buffer = self.buffer[: self.cursor] + text + self.buffer[self.cursor :]
        self.cursor += len(text)

    def _cut(self, start: int, stop: int) -> str:
        cut = self.buffer[start:stop]
        self.buffer = self.buffer[:start] + self.buffer[stop:]
        self.cursor = start
        return cut

    def _backspace(self) -> None:
        if self.typed and self.cursor == len(self.buffer):
            self.typed[-1] = self.typed[-1][:-1]
            self.typed = [text for text in self.typed if text]
        self._cut(max(self.cursor - 1, 0), self.cursor)

    def _delete(self) -> None:
        self._cut(self.cursor, self.cursor + 1)

    _eof = _delete

    def _left(self) -> None:
        self.cursor = max(self.cursor - 1, 0)

    def _right(self) -> None:
        self.certain &= self.cursor < len(self.buffer)  # else it may accept a suggestion
        self.cursor = min(self.cursor + 1, len(self.buffer))

    def _home(self) -> None:
        self.cursor = self.buffer.rfind("\n", 0, self.cursor) + 1

    def _end(self) -> None:
        self.certain &= self.cursor < len(self.buffer)
        self.cursor = len(self.buffer)

    def _kill_end(self) -> None:
        self.killed = self._cut(self.cursor, len(self.buffer))

    def _kill_line(self) -> None:
        self.certain &= self.cursor == len(
            self.buffer
        )  # zsh takes the whole line, bash what is left of the cursor
        self.killed = self._cut(0, self.cursor)
        if self.killed.strip() and not self.buffer:
            self.erased.append(self.killed)

    def _kill_word(self) -> None:
        match = re.search(r"\S+\s*$|\s+$", self.buffer[: self.cursor])
        if match:
            self.certain &= match[0].strip().isalnum()  # shells differ in what a word is
            self.killed = self._cut(match.start(), self.cursor)

    def _yank(self) -> None:
        self.certain = False  # kills in a row are joined, and shells differ in how
        if len(self.buffer) <= LONGEST:  # what is killed and brought back doubles
            self._insert(self.killed)

    def _word_left(self) -> None:
        self.certain = False  # shells differ in what a word is, and where the cursor stops
        match = re.search(r"\w+\W*$|\W+$", self.buffer[: self.cursor])
        self.cursor = match.start() if match else 0

    def _word_right(self) -> None:
        self.certain = False
        match = re.compile(r"\W*\w+|\W+").match(self.buffer, self.cursor)
        self.cursor = match.end() if match else self.cursor

    def _delete_word(self) -> None:
        self.certain = False
        match = re.compile(r"\W*\w+|\W+").match(self.buffer, self.cursor)
        if match:
            self.killed = self._cut(self.cursor, match.end())

    def _rubout_word(self) -> None:
        stop = self.cursor
        self._word_left()
        self.killed = self._cut(self.cursor, stop)

    def _swap(self) -> None:
        at = min(self.cursor, len(self.buffer) - 1)
        if at > 0:
            chars = list(self.buffer)
            chars[at - 1], chars[at] = chars[at], chars[at - 1]
            self.buffer, self.cursor = "".join(chars), at + 1


def key_lines(
    keys: Iterable[Key],
    fresh: frozenset[int],
    searched: Callable[[Sequence[Key], Key | None], bool] = lambda line, following: False,
) -> Iterator[KeyLine]:
    """The keys cut into lines. `fresh` are the events that found an empty prompt on the screen, `searched`
    says of the keys of a line, with the next one that ends a line, whether its Enter only ended a search.
    """
    editors, killed = [LineEditor()], ""
    line: list[Key] = []
    begun = 0  # of the line, where its last reading begins
    pressed = [key for key in keys if key.name != "reply"]
    enders = [at for at, key in enumerate(pressed) if key.name in ENDERS or key.name == "eof"]
    for at, key in enumerate(pressed):
        if key.event in fresh and line and line[-1].event != key.event:
            editors, begun = [editors[0], LineEditor(killed=killed)], len(line)
        line.append(key)
        empty = not editors[-1].buffer and editors[-1].certain
        ender = ENDERS.get(key.name, "eof" if key.name == "eof" and empty else "")
        if ender == "enter" and searched(line, _next(pressed, enders, at)):
            for editor in editors:
                editor.searched()
        elif ender:
            yield _line(editors, line, ender, begun)
            killed = editors[-1].killed or killed
            editors, line, begun = [LineEditor(killed=killed)], [], 0
        else:
            for editor in editors:
                editor.press(key)
    if line:
        yield _line(editors, line, "", begun)


def _next(pressed: Sequence[Key], places: Sequence[int], at: int) -> Key | None:
    """The key at the first of these places that is behind `at`."""
    behind = bisect_right(places, at)
    return pressed[places[behind]] if behind < len(places) else None


def _line(editors: list[LineEditor], keys: list[Key], ender: str, begun: int) -> KeyLine:
    first, last = keys[0], keys[-1]
    readings = tuple(
        Reading(editor.buffer, "".join(editor.typed), editor.certain, tuple(editor.erased))
        for editor in editors
    )
    pasted = any(key.name == "paste" for key in keys)
    before = keys[begun - 1] if begun else first
    since = keys[begun:]
    edited = () if _PLAIN.issuperset(key.name for key in since) else tuple(since)
    return KeyLine(
        readings, pasted, ender, first.t_ns, last.t_ns, first.event, last.event, first.first, last.last,
        keys[begun].first, before.event, edited,
    )  # fmt: skip
