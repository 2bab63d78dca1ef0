"""Shell-integration marks: what OSC 133 and OSC 633 say about a command, and how far they may be believed.

Any file can hold such marks, and `cat` prints them. So a mark counts only in its place: a command line
directly behind an accepted line, with nothing printed in between, and an exit code as the last one before the
next prompt. References: the FinalTerm protocol, kitty's and fish's `cmdline`, VS Code's OSC 633.
"""

from __future__ import annotations

import re
import shlex
from bisect import bisect_left, bisect_right
from urllib.parse import unquote

from .contexts import Told, titled
from .screen import View
from .splitting import LONGEST

_NEAR = 1 << 14
_PLACE = re.compile(r"(?:file|kitty-shell-cwd)://([^/]*)(/.*)", re.S)
_SEPARATOR = re.compile(r"\\(x[0-9a-fA-F]{2}|\\)")


class Marks:
    """The marks of one recording by output offset."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.done: list[tuple[int, int | None]] = []
        self.lines: list[tuple[int, str]] = []
        self.places: list[tuple[int, str]] = []
        self.titles: list[tuple[int, str]] = []
        for _, offset, kind, payload in view.trace.marks:
            letter, _, rest = payload.partition(";")
            if kind in ("133", "633") and letter == "D":
                self.done.append((offset, _code(rest)))
            elif kind in ("133", "633") and letter in ("C", "E"):
                text = _command_line(letter, rest)
                if text:
                    self.lines.append((offset, text))
            elif kind == "7":
                self.places.append((offset, payload))
            elif kind == "title":
                self.titles.append((offset, payload))

    def command_line(self, after: int, before: int) -> str | None:
        """The command line told right behind the accept at `after`, or just before it (fish, 633;E)."""
        at = bisect_left(self.lines, (after, ""))
        for offset, text in self.lines[max(at - 1, 0) : at + 1]:
            between = sorted((after, offset))
            if after - _NEAR < offset < before and not self.view.printed(*between):
                return text
        return None

    def exit(self, after: int, before: int) -> tuple[int, int | None] | None:
        """The last D mark between an accept and the next prompt: its offset and the exit code."""
        at = bisect_right(self.done, (before, 1 << 30)) - 1
        return self.done[at] if at >= 0 and self.done[at][0] >= after else None

    def told(self, after: int, before: int) -> Told | None:
        """Host, user and directory as the last OSC 7 between two offsets says, else the last title."""
        first, stop = bisect_left(self.places, (after, "")), bisect_left(self.places, (before, ""))
        if first < stop and (match := _PLACE.match(self.places[stop - 1][1])):
            return Told(unquote(match[1]) or None, None, unquote(match[2]) or None)
        first, stop = bisect_left(self.titles, (after, "")), bisect_left(self.titles, (before, ""))
        return titled(self.titles[stop - 1][1]) if first < stop else None


def _code(payload: str) -> int | None:
    first = payload.split(";")[0]
    return int(first) if re.fullmatch(r"-?\d{1,5}", first) else None


def _command_line(letter: str, payload: str) -> str:
    if letter == "E":
        return _SEPARATOR.sub(
            lambda m: chr(int(m[1][1:], 16)) if m[1] != "\\" else "\\", payload.split(";")[0]
        )
    for part in payload.split(";"):
        name, _, value = part.partition("=")
        if name == "cmdline_url":
            return unquote(value)
        if name == "cmdline":
            try:
                return " ".join(shlex.split(value)) if len(value) <= LONGEST else value
            except ValueError:
                return value
    return ""
