"""Accept candidates: the moments at which a line was handed over, and the rests of the cursor that came
before.

Where the program edits its line itself (bracketed paste on: bash, zsh, fish, most REPLs) that is the
switch-off of bracketed paste; elsewhere it is a CR LF. Whether the line is a command is decided later, once
prompts are learned.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .early import Early
from .prompts import is_marked
from .region import LogicalLine, before_cursor, logical_line
from .screen import PASTE, Rest, Shown, View

if TYPE_CHECKING:
    from sessionlens.terminal import Point


_NEAR = 24
_TAKEN = re.compile(rb"\x1b\[\?2004l[\r\n]*")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that may have been handed over.

    `lines` are the logical lines down to it, as far up as a prompt printed since the last candidate can
    stand; `fresh` is False where not even the lowest can be new. `left` is what stands left of the cursor on
    its line, `below` the lines under it.
    """

    point: Point
    paste: bool
    rests: tuple[Rest, ...]
    lines: tuple[LogicalLine, ...]
    columns: int
    after: int
    left: str
    fresh: bool
    below: tuple[str, ...] = ()

    @property
    def t_ns(self) -> int:
        return self.point.t_ns

    @property
    def bare(self) -> Rest | None:
        """The first rest in a line editor, if nothing stood left of the cursor: no prompt is in its row."""
        first = next((rest for rest in self.rests if rest.paste), None) if self.paste else None
        return first if first is not None and not first.left else None

    def opening(self) -> tuple[int, Rest] | None:
        """The lowest line that begins as the cursor's line did at a rest: its index, and the shortest such
        rest.
        """
        at, rests = self.openings()
        return (at, rests[0]) if rests else None

    def openings(self) -> tuple[int, list[Rest]]:
        """The lowest line that begins as the cursor's line did at rests, and these, the shortest first.

        A rest that ends in a prompt's mark comes before those that do not: they may be further rows.
        """
        first = any(rest.left.startswith(">>>") for rest in self.rests)
        wanted = [rest for rest in self.rests if rest.left.strip() and rest.paste == self.paste]
        if first:  # Python's own editor shows further rows of one line behind "..."
            wanted = [rest for rest in wanted if not rest.left.startswith("...")]
        wanted.sort(key=lambda rest: len(rest.left))
        marked = [rest for rest in wanted if is_marked(rest.drawn)]
        for some in (marked, wanted) if marked else (wanted,):
            for at in range(len(self.lines) - 1, -1, -1) if some else ():
                text = self.lines[at].text.ljust(self.columns)
                if any(text.startswith(rest.left) for rest in some):
                    return at, [rest for rest in wanted if text.startswith(rest.left)]
        return 0, []


def candidates(view: View) -> Iterator[Candidate]:
    """Every accept candidate on the main screen, in order, with the rests since the one before."""
    rests: list[Rest] = []
    points = view.trace.points.on_main(view.undrawn)
    last, begun, glued, seen = 0, 0, 0, None
    early = Early(view)
    for at, point in enumerate(points):
        if point.kind == "input":
            if not _typing_on(view, seen, point):
                rests.append(early.rest(view.rest(point)))
            seen = point
            continue
        if _wraps(view, point):
            glued += 1
            continue
        candidate = _candidate(view, points, at, last, begun, rests, glued)
        if candidate is not None:
            yield candidate
            last, rests, glued, seen = candidate.after, [], 0, None
            taken = _TAKEN.match(view.out, last) if candidate.paste else None
            begun = taken.end() if taken else last


def _wraps(view: View, point: Point) -> bool:
    """Did an editor go on in the next row by itself (busybox does, at the last column)? Nobody accepts so."""
    full = point.kind == "newline" and point.cursor_x == point.columns
    return full and view.out.startswith(b"\r\r\n", point.offset)


def _keys_alone(view: View, rests: list[Rest], text: str) -> bool:
    """Is all of this line the echo of keys that began in an empty row? Then nothing in it is a prompt."""
    began = max((at for at, rest in enumerate(rests) if not rest.left and rest.event >= 0), default=None)
    if began is None or len(rests) < 2:
        return False
    echoed = b""
    for rest, following in zip(rests[began:], rests[began + 1 :], strict=False):
        echoed += view.recording.data(rest.event)
        if following.left != echoed.decode("utf-8", "replace"):
            return False
    return began + 1 < len(rests) and text.startswith(rests[-1].left)


def _typing_on(view: View, before: Point | None, point: Point) -> bool:
    """Has the cursor only gone on along its row since the last input? Its first rest there tells enough."""
    if before is None or before.cursor_y != point.cursor_y or before.cursor_x >= point.cursor_x:
        return False
    opened = view.since(PASTE, point.offset)
    return opened is not None and opened == view.since(PASTE, before.offset)


def _candidate(
    view: View, points: Sequence[Point], at: int, last: int, begun: int, rests: list[Rest], glued: int
) -> Candidate | None:
    """`last` is where the candidate before this one was taken, `begun` where what came after it begins."""
    point = points[at]
    opened = view.since(PASTE, point.offset)
    if point.kind == "paste-off":
        if opened is None or not (view.printed(opened, point.offset) or view.printed(last, point.offset)):
            return None
        left = view.last_left_alternate(point.offset)
        if left > opened and not view.printed(left, point.offset):
            return None  # a program that had the alternate screen puts its mode back
        if not rests and not view.printed(opened, point.offset):
            return None
        bottom = point.cursor_y - 1 if point.cursor_x == 0 and point.cursor_y > 0 else _bottom(points, at)
        return _at(view, point, begun, rests, bottom)
    if point.kind != "newline" or opened is not None or not view.printed(last, point.offset):
        return None
    return _at(view, point, begun, rests, None, glued)


def _bottom(points: Sequence[Point], at: int) -> int:
    """zsh leaves paste mode first and then goes to the last row of the line: the CR LF that follows tells
    which.
    """
    point = points[at]
    for later in points[at + 1 : at + 3]:
        if later.kind == "newline" and later.offset - point.offset <= _NEAR:
            return max(later.cursor_y, point.cursor_y)
    return point.cursor_y


def _at(
    view: View, point: Point, begun: int, rests: list[Rest], bottom: int | None, glued: int = 0
) -> Candidate:
    """`bottom` is the lowest row of a line edited by its program, None where the cursor's line counts, with
    `glued` rows above it.
    """
    rows = view.screen(point)
    y = min(point.cursor_y if bottom is None else bottom, len(rows) - 1)
    highest = point.cursor_y - view.out.count(b"\n", begun, point.offset)
    lines = [logical_line(rows, y, point.columns)] if y >= 0 else []
    while bottom is not None and lines and lines[-1].top > max(highest, 0):
        lines.append(logical_line(rows, lines[-1].top - 1, point.columns))
    for _ in range(glued if lines else 0):
        lines[0] = _glue(rows, lines[0], point.columns)
    left = ""
    if point.cursor_x > 0 and point.cursor_y <= y:
        left, _ = before_cursor(rows, point.cursor_x, point.cursor_y, point.columns)
    fresh = bool(lines) and lines[0].bottom >= highest
    if bottom is None and lines and _keys_alone(view, rests, lines[0].text):
        fresh = False
    lines.reverse()
    paste = bottom is not None
    below = tuple(_below(rows, y, point.columns)) if paste else ()
    return Candidate(
        point, paste, tuple(rests), tuple(lines), point.columns, point.offset, left, fresh, below
    )


def _glue(rows: Sequence[Shown], line: LogicalLine, columns: int) -> LogicalLine:
    """The line with the row above it, which it goes on from."""
    if line.top == 0:
        return line
    above = logical_line(rows, line.top - 1, columns)
    return LogicalLine(above.text.ljust(columns) + line.text, above.top, line.bottom)


def _below(rows: Sequence[Shown], y: int, columns: int) -> Iterator[str]:
    """The lines below, down to an empty row: zsh may take a line with the cursor in the middle of it."""
    at = y + 1
    while at < len(rows) and rows[at].text.strip():
        line = logical_line(rows, at, columns)
        yield line.text
        at = line.bottom + 1
