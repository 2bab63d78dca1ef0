"""Commands at the prompt of Midnight Commander, mc(1): below its panels, or in its subshell after Ctrl-O.

Below the panels they are mc's (kind `editor`): the line stands on the alternate screen, and again on the
main one where the subshell runs it. With the panels away they are the subshell's own (kind `shell`); those
that were found as any other line are not told again. What is asked for in a box, as the filter of M-!, is
mc's too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..model import Command, Evidence
from ..output import plain
from ..prompts import is_marked
from ..region import logical_line
from ..screen import ALTERNATE, View
from .inner import AGAIN, inner
from .looks import Look
from .strokes import Confirmed, Typed, confirmed, spelled

_BORDER = "│|"
_ASKS = re.compile(r"[│|]\s*Filter command and arguments:?\s*[│|]")
_HISTORY = re.compile(r"\s*\[\^\]$")  # mc's button for earlier lines
_TITLE = b"\x1b]0;mc ["
_COLUMN = re.compile(r"\s{2,}")
_ENDS = re.compile(rb"(?:\x1b\[[\d;?]*[A-Za-z]|[\r\n])*")


class Midnight:
    """Follows one mc from look to look."""

    def __init__(self, view: View, path: str, shell: str) -> None:
        self.view, self.path, self.shell = view, path, shell
        self.prompts: set[str] = set()
        self.pending = ""  # a line below the panels
        self.bare = False  # typed there before the prompt was
        self.box: tuple[Look, str] | None = None
        self.rested = False  # at the subshell's prompt, with the panels away
        self.taken_ns = -1
        self.last = (-AGAIN, "")

    def commands(self, seen: Sequence[Look], typed: Typed, outer: Command) -> Iterator[Command]:
        """What was run inside, in the output of this command line."""
        self.typed, self.outer = typed, outer
        for look in seen:
            found = self._panels(look) if look.alternate else self._below(look)
            if found is not None:
                yield found

    def typed_below(self, command: Command) -> bool:
        """Was this line of the main screen typed below the panels?"""
        pending, self.pending = self.pending, ""
        return bool(self._text(pending)) and command.evidence.screen.rstrip().startswith(pending)

    def _panels(self, look: Look) -> Command | None:
        box, self.box = self.box, self._asked(look)
        if box is not None and self.box is None and box[1] and look.rows[0].text.startswith(box[1]):
            text = _COLUMN.split(look.rows[0].text)[0].rstrip()  # the viewer's title is what it shows
            return self._command(box[0], text, text, look.t_ns, "editor", False)
        line = _HISTORY.sub("", look.row)
        if look.y >= len(look.rows) - 3 and self.box is None:
            self.bare = self.bare or look.x == 0
            if look.x > 0 and line:
                self.pending = line
                if len(line) <= look.x and not self.bare:
                    self.prompts.add(look.left)
        return None

    def _asked(self, look: Look) -> tuple[Look, str] | None:
        """What stands in a box that asks for a command, where the cursor is."""
        if look.y < 1 or not _ASKS.search(look.rows[look.y - 1].text):
            return None
        row = look.rows[look.y].text
        begin = max(row.rfind(border, 0, look.x + 1) for border in _BORDER) + 1
        ends = [at for border in _BORDER if (at := row.find(border, look.x)) >= 0]
        return look, _HISTORY.sub("", row[begin : min(ends, default=len(row))].rstrip()).strip()

    def _below(self, look: Look) -> Command | None:
        """The main screen: the subshell runs what was typed below the panels, or is typed to itself."""
        at = max(min(look.y, len(look.rows) - 1) - (look.kind == "paste-off" and look.x == 0), 0)
        line = logical_line(look.rows, at, look.columns).text.rstrip()
        if look.kind in ("input", "rest") and look.left.startswith(tuple(self.prompts)):
            self.rested, self.pending = True, ""
        elif look.kind in ("newline", "paste-off") and not self._again(look, line):
            below = bool(self.pending) and line.startswith(self.pending)
            half = self._text(self.pending) == line.strip()  # typed on without the prompt drawn again
            prompt = line.removesuffix(self.pending)
            if self.bare and prompt != line and is_marked(prompt):
                self.prompts.add(prompt)
                below = True
            text = line.strip() if half else self._spelled(line, look.t_ns) or self._text(line)
            if text and (self.rested or below or half):
                kind = "editor" if below else "shell"
                self.last, self.pending, self.rested, self.bare = (look.offset, line), "", False, False
                return self._command(look, text, line, look.t_ns, kind, True)
        return None

    def _spelled(self, line: str, by_ns: int) -> str:
        """What the keys say of a line that was typed before its prompt was seen."""
        below = line.startswith(self.pending) if self.pending else self.rested
        lines = self.typed.lines(self.taken_ns, by_ns) if below else ()
        return next((text for each in lines if (text := spelled(each, line))), "")

    def _again(self, look: Look, line: str) -> bool:
        return look.offset - self.last[0] < AGAIN and line == self.last[1]

    def _text(self, line: str) -> str:
        """What stands behind the shortest of the prompts seen that the line begins with."""
        prompt = min((each for each in self.prompts if line.startswith(each)), key=len, default=line)
        return line[len(prompt) :].strip()

    def _command(
        self, look: Look, text: str, line: str, by_ns: int, kind: str, prints: bool
    ) -> Command | None:
        keyed = self._keyed(text, by_ns)
        if keyed is None or (kind == "shell" and self.typed.has_input and keyed.confidence == "low"):
            return None
        self.taken_ns = keyed.t_ns
        match = _ENDS.match(self.view.out, look.offset)
        begin = match.end() if match and prints else look.offset
        back = [on for name in ALTERNATE if (on := self.view.next_on(name, look.offset)) is not None]
        stop = min([self.outer.out_last or look.offset, *back]) if prints else look.offset
        shown = begin < stop
        return replace(
            inner(self.outer),
            start_ns=keyed.t_ns,
            taken_ns=look.t_ns,
            end_ns=self.view.time_of(stop) if shown else None,
            text=text,
            kind=kind,
            context=self.path if kind == "editor" else f"{self.path} > {self.shell}",
            source="screen",
            confidence=keyed.confidence,
            accepted=look.offset,
            in_first=keyed.first,
            in_last=keyed.last,
            out_first=begin if shown else None,
            out_last=stop - 1 if shown else None,
            output=self._said(begin, stop) if shown else "",
            evidence=Evidence(line.removesuffix(text), line, keyed.model, keyed.reason),
        )

    def _said(self, begin: int, stop: int) -> str:
        said, _, last = plain(bytes(self.view.out[begin:stop])).rpartition("\n")
        return said if any(last == each.rstrip() for each in self.prompts) else f"{said}\n{last}".strip("\n")

    def _keyed(self, text: str, by_ns: int) -> Confirmed | None:
        if not self.typed.has_input:
            reason = "the screen alone: the line stood at mc's prompt, and was run"
            return Confirmed("medium", reason, None, None, None, by_ns)
        lines = self.typed.lines(self.taken_ns, by_ns)
        found = (confirmed(line, [text], "!", bare=True) for line in lines)
        return next((keyed for keyed in found if keyed is not None), None)


def comes_back(view: View, offset: int, stop: int) -> bool:
    """Are the panels shown again between these offsets?"""
    return view.out.find(_TITLE, offset, stop) >= 0
