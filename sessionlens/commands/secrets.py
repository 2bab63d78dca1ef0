"""What was typed without echo: passwords, passphrases, `read -s`. It is hidden, text and length.

A keystroke is secret until the screen proves otherwise: what was typed grew at the cursor meanwhile, or stood
there when the line ended. What was rubbed out again counts too, stars are no echo, and it makes no difference
which screen was shown. Lines that a shell took at its prompt are commands, decided in `lines`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING

from .editor import KeyLine
from .region import before_cursor
from .screen import View
from .searching import MINIBUFFER

if TYPE_CHECKING:
    from sessionlens.terminal import Point


_LOOK_AHEAD = 6
_MOST = 2000  # points of one line
_PROOF = 2  # characters that must be seen to come
_STARS = frozenset("*•●∙·⚫⬤#")
_CONTROL = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|O[ -~]|[^\x1b])?|[\x00-\x1f\x7f]")
_NEVER_KEPT = re.compile(rb"[\x03\x04\x08\n\r\x15\x17\x1a\x1c\x7f]")  # termios(3): no line ever holds them
_NAMED = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|O[ -~])")  # arrows and the like


def unanswered(view: View, key_line: KeyLine) -> bool:
    """Did nothing at all come back between the first key of a line and its Enter?"""
    return view.offset_at(key_line.first_event) == view.offset_at(key_line.last_event)


def starred(text: str) -> bool:
    """Is it what a program shows for a secret, one star a character?"""
    bare = text.strip()
    return len(bare) > 1 and set(bare) <= _STARS


class Echoes:
    """Tells whether what was typed came back, line by line; asked about few lines, so nothing is prepared."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._points = view.trace.points.of("input", "newline", "paste-off")

    def came(self, key_line: KeyLine, whole: bool = True) -> bool:
        """Was this line echoed, to its last character? True where nothing was typed that could be secret.

        Not `whole`: was enough of it to know that it was typed here?
        """
        data = self.view.recording.blob("i")[key_line.first : key_line.last + 1]
        typed = _CONTROL.sub(b"", data).decode("utf-8", "replace").strip()
        if not typed:
            return not whole or self._odd_came(key_line, data)
        points, typing = self._while_typed(key_line)
        lefts = [self._left(point) for point in points]
        seen, at = _grown(lefts[:typing], typed)
        enough = seen * 2 >= len(typed) and at == len(typed) if whole else seen >= min(_PROOF, len(typed))
        if enough or self._searched(points[:typing], typed, whole):
            return True
        stood = "".join(lefts[0].split()) if lefts and points[0].event == key_line.first_event else None
        least = (len(typed) + 1) // 2 if whole else 1  # what is left of a line proves no more than itself
        return self._stands(lefts[max(typing - 3, 0) :], stood, key_line, typed, least)

    def _odd_came(self, key_line: KeyLine, data: bytes) -> bool:
        """The same of blanks, Alt and control keys alone; a terminal echoes them as blanks, `^[x`, `^A`."""
        kept = _NEVER_KEPT.sub(b"", data)
        if not _NAMED.sub(b"", kept):
            return not kept or not unanswered(self.view, key_line)
        points = self._while_typed(key_line)[0]
        known = bool(points) and points[0].event == key_line.first_event  # no output, no point
        begun = self._left(points[0]) if known else ""
        lefts = map(self._left, points[known:])
        return any(left.startswith(begun) and _caret(kept, left[len(begun) :]) for left in lefts)

    def _while_typed(self, key_line: KeyLine) -> tuple[Sequence[Point], int]:
        """From the first key to a little behind the last, and how many of these are the typing."""
        first, last = (
            bisect_left(self._points, event, key=attrgetter("event"))
            for event in (key_line.first_event, key_line.last_event)
        )
        return self._points[first : min(last, first + _MOST) + _LOOK_AHEAD], last - first + 2

    def _left(self, point: Point) -> str:
        rows = self.view.screen(point)
        if point.cursor_y >= len(rows):
            return ""
        return before_cursor(rows, point.cursor_x, point.cursor_y, point.columns)[0]

    def _searched(self, points: Sequence[Point], typed: str, whole: bool) -> bool:
        """Was it typed into a search of the history, which is shown beside or below the line?"""
        rows = [{row.text for row in self.view.screen(point)} for point in points]
        new = [row for later in rows[1:] for row in later - rows[0]]
        below = (match[1] for row in new if (match := MINIBUFFER.fullmatch(row.rstrip())))
        least = max(len(typed.lstrip("/?")), 1) if whole else _PROOF
        if any(len(sought) >= least and sought in typed for sought in below):
            return True
        beside = (row.rpartition("i-search") for row in new)
        return any(typed[-_PROOF:] in searched for _, search, searched in beside if search)

    def _stands(
        self, lefts: Sequence[str], stood: str | None, key_line: KeyLine, typed: str, least: int
    ) -> bool:
        """Does all that was typed stand left of the cursor when the line ends, where it did not before?"""
        texts = {"".join(reading.text.split()) for reading in key_line.readings} | {"".join(typed.split())}
        texts |= {"".join(words) for reading in key_line.readings if (words := reading.typed.split())}
        ends = ("".join(left.split()) for left in lefts)
        new = [end for end in ends if end != stood]
        return any(
            end.endswith(text) for end in new for text in texts if len(text) >= least and not starred(text)
        )


def _caret(kept: bytes, shown: str) -> bool:
    """Is this how a terminal echoes these bytes (ECHOCTL)?"""
    spelled = re.sub(rb"[\x00-\x08\x0a-\x1f]", lambda match: b"^%c" % (match[0][0] + 64), kept)
    parts = (re.escape(part) for part in spelled.decode("utf-8", "replace").split("\t"))
    return re.fullmatch(" +".join(parts), shown) is not None


def _grown(lefts: Sequence[str], typed: str) -> tuple[int, int]:
    """How many typed characters came in order at the cursor, and how far into the typed they reach."""
    seen = at = 0
    for before, after in pairwise(lefts):
        grown = _inserted(before, after).strip()
        if grown and (found := typed.find(grown, at)) >= 0 and not set(grown) <= _STARS:
            seen, at = seen + len(grown), found + len(grown)
    return seen, at


def _inserted(before: str, after: str) -> str:
    """What came into a text, if nothing else changed."""
    same = next((at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(before))
    behind = before[same:]
    return after[same : len(after) - len(behind)] if after[same:].endswith(behind) else ""


def unechoed(view: View, key_lines: Iterable[KeyLine]) -> Iterator[KeyLine]:
    """Of lines that no prompt took, those whose characters never showed."""
    echoes = Echoes(view)
    return (key_line for key_line in key_lines if not echoes.came(key_line))
