"""An Enter that hands nothing over: it ends a search of the history, which vi keys begin with `/` or `?`.

readline shows what is looked for behind the prompt, zsh in a row of its own below the line (`?sought_`). Only
where the screen shows that, and no line was taken until the next key, the line goes on.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter
from typing import TYPE_CHECKING

from .accept import Candidate
from .keys import Key
from .region import before_cursor
from .screen import PASTE, View

if TYPE_CHECKING:
    from sessionlens.terminal import Point

_BEGUN = re.compile(rb"\x1b(?=[^\x1b\[O])(?!.*\x1b)(.*)\r", re.S)
_LONGEST = 512  # bytes behind the last Esc
_RUBBED_OUT = re.compile("[^\x7f\x08][\x7f\x08]")
_FOUND = re.compile(r"\((?:failed )?(?:reverse-)?i-search\)`.*?': (.+)")
MINIBUFFER = re.compile(r"[/?](.*)_")
"""zsh's row below the line."""


def found(candidate: Candidate, text: str) -> str:
    """What a search of readline's had found when Ctrl-C threw it away; its ^C stands over that by now."""
    last = candidate.rests[-1] if candidate.rests else None
    match = _FOUND.fullmatch((last.left + last.right).rstrip()) if last is not None else None
    return match[1] if match and "i-search)`" in text else text


class Searches:
    """Tells which Enters of one recording only ended a search."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._points = view.trace.points.of("input")

    def ended(self, line: Sequence[Key], ender: Key | None) -> bool:
        """Did the last of these keys, an Enter, end a search? `ender` is the next key that ends a line."""
        if ender is None or line[-1].raw != b"\r":
            return False
        data = b"".join(key.raw for key in line[-_LONGEST:])[-_LONGEST:]
        begun = _BEGUN.search(data)
        sought = {text for text in _sought(begun[1]) if text} if begun else set()
        return bool(sought) and self._stays(line[-1], ender) and self._shown(line, ender, sought)

    def _stays(self, enter: Key, ender: Key) -> bool:
        """Did the editor draw something, and take no line, until the next line was ended?"""
        start, stop = self.view.offset_at(enter.event), self.view.offset_at(ender.event)
        opened = self.view.since(PASTE, start)
        if start == stop or opened != self.view.since(PASTE, stop):
            return False
        return opened is not None or b"\n" not in self.view.out[start:stop]

    def _shown(self, line: Sequence[Key], ender: Key, sought: set[str]) -> bool:
        """Does a row show at the Enter what is looked for, as a search shows it, and no more at the next?"""
        shown, later, first = (self._point(key) for key in (line[-1], ender, line[0]))
        if shown is None or later is None or first is None:
            return False
        below = {text[1:] for text in sought}
        if self._below(shown) & below:
            return not self._below(later) & below
        prompt = self._left(first)[0]
        beside = {each + text for text in sought for each in (prompt, "")}
        left, right = self._left(shown)
        return not right.strip() and left in beside and self._left(later)[0] not in beside

    def _point(self, key: Key) -> Point | None:
        """The screen as it stood when a key came, if anything had been shown since the key before."""
        at = bisect_left(self._points, key.event, key=attrgetter("event"))
        found = self._points[at] if at < len(self._points) else None
        return found if found is not None and found.event == key.event else None

    def _below(self, point: Point) -> set[str]:
        rows = self.view.screen(point)
        return {match[1] for row in rows if (match := MINIBUFFER.fullmatch(row.text.rstrip()))}

    def _left(self, point: Point) -> tuple[str, str]:
        rows = self.view.screen(point)
        return before_cursor(rows, point.cursor_x, point.cursor_y, point.columns)


def _sought(keys: bytes) -> list[str]:
    """What may have been looked for, each from a `/` or `?` on: others of these are what is looked for."""
    text = keys.decode("utf-8", "replace")
    while (shorter := _RUBBED_OUT.sub("", text)) != text:
        text = shorter
    found = [text[match.start() :] for match in re.finditer("[/?]", text)]
    return [each for each in found if each.isprintable()]
