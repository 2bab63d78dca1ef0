"""An Enter that hands nothing over: it ends a search of the history, which vi keys begin with `/` or `?`.

readline shows what is looked for behind the prompt, zsh in a row of its own below the line (`?sought_`). Only
where the screen shows that, and no line was taken until the next key, the line goes on.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter

from .keys import Key
from .region import before_cursor
from .screen import PASTE, View

_BEGUN = re.compile(rb"\x1b(?=[^\x1b\[O])(?!.*\x1b)(.*)\r", re.S)
_LONGEST = 512  # bytes behind the last Esc
_RUBBED_OUT = re.compile("[^\x7f\x08][\x7f\x08]")
MINIBUFFER = re.compile(r"[/?](.*)_")
"""zsh's row below the line."""


class Searches:
    """Tells which Enters of one recording only ended a search."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._points = view.trace.points.of("input")

    def ended(self, line: Sequence[Key], following: Key | None) -> bool:
        """Did the last of these keys, an Enter, end a search? `following` is the key after it."""
        if following is None or line[-1].raw != b"\r":
            return False
        data = b"".join(key.raw for key in line[-_LONGEST:])[-_LONGEST:]
        begun = _BEGUN.search(data)
        sought = {text for text in _sought(begun[1]) if text} if begun else set()
        return bool(sought) and self._stays(line[-1], following) and self._shown(line, sought)

    def _stays(self, enter: Key, following: Key) -> bool:
        """Did the editor draw something, and take no line, before the next key?"""
        start, stop = self.view.offset_at(enter.event), self.view.offset_at(following.event)
        opened = self.view.since(PASTE, start)
        if start == stop or opened != self.view.since(PASTE, stop):
            return False
        return opened is not None or b"\n" not in self.view.out[start:stop]

    def _shown(self, line: Sequence[Key], sought: set[str]) -> bool:
        """Does a row show at the Enter what is looked for, where a search shows it?"""
        at = bisect_left(self._points, line[-1].event, key=attrgetter("event"))
        if at == len(self._points) or self._points[at].event != line[-1].event:
            return False
        point = self._points[at]
        rows = self.view.screen(point)
        below = (MINIBUFFER.fullmatch(row.text.rstrip()) for row in rows)
        if any(match is not None and match[1] in {text[1:] for text in sought} for match in below):
            return True
        left, right = before_cursor(rows, point.cursor_x, point.cursor_y, point.columns)
        begun = bisect_left(self._points, line[0].event, key=attrgetter("event"))
        first = self._points[begun]
        prompt, _ = before_cursor(self.view.screen(first), first.cursor_x, first.cursor_y, first.columns)
        return not right.strip() and left in {each + text for text in sought for each in (prompt, "")}


def _sought(keys: bytes) -> list[str]:
    """What may have been looked for, each from a `/` or `?` on: others of these are what is looked for."""
    text = keys.decode("utf-8", "replace")
    while (shorter := _RUBBED_OUT.sub("", text)) != text:
        text = shorter
    found = [text[match.start() :] for match in re.finditer("[/?]", text)]
    return [each for each in found if each.isprintable()]
