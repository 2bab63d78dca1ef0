"""Command lines that the screen does not show as they were run: written over, or typed where nobody looks.

Every command found is followed on the main screen until it scrolls off or the screen is cleared. What is
typed at a prompt on the alternate screen is no row of the commands, but it is told here.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from sessionlens.terminal.flags import ADDRESSED, KINDS, Flag, locate
from sessionlens.terminal.lines import groups, text_of
from sessionlens.terminal.vanished import MOVES, Around, Episode, episodes

from .hosts import is_host
from .model import HIDDEN
from .openers import opens
from .prompts import shape
from .region import LogicalLine, logical_line

if TYPE_CHECKING:
    from sessionlens.terminal import Point, Replay

    from .model import Command

CHECKS = 64  # frames that are replayed to see what scrolled off, each with up to a checkpoint interval
AGAIN = 64  # bytes between the newline and the end of bracketed paste that accept the same line
SHORT = 2  # letters and digits below which a line says nothing

_CLEARED = re.compile(rb"\x1b\[1?;?1?H\x1b\[[02]?J|\x1b\[2J|\x1bc")
_MARKS = "$#%>"
_BORDER = re.compile(r"[│|]")
_PART = re.compile(r"[\w.~/@+-]+")
_GAP = re.compile(r"(?:\s{2,}|(?<=\s)\s)(\S.*)$")
_WITHIN = re.compile(r" > (?:vim|tmux|screen) > ")
"""A context in a window of these."""


@dataclass(slots=True)
class Followed:
    """A command on the screen: its line as it stood, and how to know the text again."""

    command: Command
    line: str
    text: str
    rows: tuple[int, ...] = ()
    """The rows that had it in the last frame."""

    def place(self, line: str) -> int:
        """Where the text stands in a line, a word or more of it; -1 if it does not."""
        return _place_of(self.text, line)


def covered(commands: Sequence[Command], replay: Replay) -> list[tuple[int, Flag]]:
    """(index of the command, or -1; flag) of lines written over, or accepted on the alternate screen."""
    points = {point.offset: point for point in replay.trace.points if point.kind != "input"}
    followed: list[tuple[int, Followed]] = []
    for index, command in enumerate(commands):
        point = points.get(command.accepted)
        found = _follow(command, point, replay) if point is not None and not point.alternate else None
        if found is not None:
            followed.append((index, found))
    told = [*_rewritten(followed, replay)]
    told += _unlisted(commands, points, _elsewhere(commands, [f for _, f in followed], replay))
    return told


def undrawn(commands: Sequence[Command], replay: Replay) -> Iterator[tuple[str, str, int]]:
    """Lines taken behind a known prompt on an alternate screen that no known full-screen program draws.

    The whole line, its text, and where in the output it was taken.
    """
    points = {point.offset: point for point in replay.trace.points if point.kind != "input"}
    found = ((each, points.get(each.accepted)) for each in commands)
    main = ((each, point) for each, point in found if point is not None and not point.alternate)
    followed = [line for each, point in main if (line := _follow(each, point, replay)) is not None]
    known = [re.compile(form) for form in sorted({_prompt(each) for each in followed}) if form]
    for flag, offset in _elsewhere(commands, followed, replay):
        match = next((match for form in known if (match := form.match(flag.text))), None)
        if flag.severity == "high" and match is not None:
            yield flag.text, flag.text[match.end() :].strip(), offset


def _unlisted(
    commands: Sequence[Command], points: Mapping[int, Point], flags: Iterable[tuple[Flag, int]]
) -> Iterator[tuple[int, Flag]]:
    """The flags, with the command that a line is; without what a multiplexer or vim draws of its commands."""
    inner = [each for each in commands if (at := points.get(each.accepted)) is None or at.alternate]
    places = {id(each): at for at, each in enumerate(commands)}
    listed = sorted((each.accepted, each.text.split("\n")[-1].strip(), places[id(each)]) for each in inner)
    drawn = {row.strip() for each in inner for row in each.evidence.screen.split("\n")}
    drawn |= {(each.evidence.prompt + each.text).strip() for each in inner}  # without a right prompt
    for flag, offset in flags:
        first, stop = (bisect_left(listed, (offset + by, "", 0)) for by in (-AGAIN, AGAIN))
        of = next((at for _, text, at in listed[first:stop] if text and flag.text.endswith(text)), -1)
        again = any(part.strip() in drawn for part in _BORDER.split(flag.text))
        told = of >= 0 and _WITHIN.search(commands[of].context) and commands[of].confidence != "low"
        if not told if flag.severity != "low" else (of < 0 and not again):
            yield of, flag


def _follow(command: Command, point: Point, replay: Replay) -> Followed | None:
    """Where the command's last line stands on the screen at which it was accepted."""
    text = command.text.split("\n")[-1].strip()
    if command.kind == "exec" or command.hidden or HIDDEN in text or sum(map(str.isalnum, text)) < SHORT:
        return None
    rows = replay.trace.screen(point)
    for y in range(min(point.cursor_y, len(rows) - 1), max(point.cursor_y - 4, -1), -1):
        line: LogicalLine = logical_line(rows, y, point.columns)
        if _place_of(text, line.text) >= 0:
            return Followed(command, line.text.rstrip(), text)
    return None


def _place_of(text: str, line: str) -> int:
    """Where it stands by itself: first, behind a blank or a prompt's mark, and before a blank or last."""
    at = line.find(text)
    while at >= 0:
        before, after = line[at - 1 : at], line[at + len(text) : at + len(text) + 1]
        if (not before or before.isspace() or before in _MARKS) and (not after or after.isspace()):
            return at
        at = line.find(text, at + 1)
    return -1


def _rewritten(followed: Sequence[tuple[int, Followed]], replay: Replay) -> Iterator[tuple[int, Flag]]:
    """Follow the lines from frame to frame."""
    around = Around(replay.timeline)
    timeline = replay.timeline
    out = replay.recording.blob("o")
    waiting = list(followed)
    open_lines: list[tuple[int, Followed]] = []
    checks = CHECKS
    before = 0  # offset of the last frame of the main screen
    size = (0, 0)
    last = 0  # that frame
    for frame, changed, scroll in timeline.walk():
        while waiting and waiting[0][1].command.accepted < frame.offset:
            open_lines.append(waiting.pop(0))
        if frame.alternate or not (open_lines and (changed or scroll)):
            continue
        resized = size not in ((0, 0), (frame.rows, frame.columns))
        size = frame.rows, frame.columns
        present = frozenset(frame.row_ids)
        staying: list[tuple[int, Followed]] = []
        missed: list[tuple[int, Followed, int]] = []
        for index, each in open_lines:
            if (each.rows and present.issuperset(each.rows)) or _stands(each, frame.row_ids, around):
                staying.append((index, each))
                continue
            start = max(before, each.command.accepted)
            change = MOVES.search(out, start, frame.offset)
            if not (resized or change is None or _CLEARED.search(out, start, frame.offset)):
                missed.append((index, each, change.start()))
        lost: list[tuple[int, Flag]] = []
        if missed and checks > 0:
            checks -= 1
            shown = _shown([each for _, each, _ in missed], replay, before, frame.offset)
            for index, each, changed_at in missed:
                if _bare(each) not in shown:
                    place, lines = _place(out, changed_at, frame.offset), around.lines(frame.index)
                    lost.append((index, _flag(each, frame.t0_ns, place, frame.offset, lines)))
        yield from _at_once(lost) if len(lost) > 1 and _replaced(around, last, frame.index) else lost
        open_lines, before, last = staying, frame.offset, frame.index


def _replaced(around: Around, last: int, index: int) -> bool:
    """Was the page filled or erased as a whole? Then what it hides is no single line."""
    before, now = around.lines(last), frozenset(around.lines(index))
    return bool(before) and 4 * sum(line in now for line in before) <= len(before)


def _at_once(lost: Sequence[tuple[int, Flag]]) -> Iterator[tuple[int, Flag]]:
    """One flag for all lines, on what was running then."""
    first = min((flag for _, flag in lost), key=lambda flag: flag.offset)
    text = "\n".join(dict.fromkeys(flag.text for _, flag in lost))
    why = f"the whole page was filled or erased, and the lines of {len(lost)} commands with it"
    yield -1, replace(first, text=text, why=why, severity="medium")


def _stands(each: Followed, ids: Sequence[int], around: Around) -> bool:
    """Is the command's text on this screen, in other rows than before?"""
    rows = around.timeline.rows
    each.rows = next((key for _, key in groups(rows, ids) if each.place(text_of(rows, key)) >= 0), ())
    return bool(each.rows)


def _shown(missed: Sequence[Followed], replay: Replay, before: int, stop: int) -> str:
    """What scrolled off since these lines stood on the page, and what is on it now, without blanks: those at
    the ends of rows do not count.
    """
    start = max(before, min(each.command.accepted for each in missed))
    return "".join("".join(row.split()) for row in replay.passed(start, stop))


def _bare(each: Followed) -> str:
    """Its text without blanks."""
    return "".join(each.text.split())


def _place(out: bytes, start: int, stop: int) -> int:
    """The first sequence that goes up or home, which is how a past line is reached; else the first change."""
    up = re.compile(rb"\x1b(?:\[[0-9;]*[AFHdfLMST]|M|8|\[u)").search(out, start, stop)
    return up.start() if up else start


def _flag(each: Followed, t_ns: int, offset: int, end: int, lines: Sequence[str]) -> Flag:
    prompt = each.line[: max(each.line.find(each.command.text.split("\n")[-1].strip()), 0)].strip()
    now = next((line for line in lines if prompt and line.startswith(prompt) and line != each.line), "")
    why = KINDS["line-rewritten"]
    return Flag(
        t_ns, offset, max(end - 1, offset), "line-rewritten", each.line, why, "high" if now else "medium"
    )


def _elsewhere(
    commands: Sequence[Command], followed: Iterable[Followed], replay: Replay
) -> Iterator[tuple[Flag, int]]:
    """Lines at known prompts that were handed over on the alternate screen, and where."""
    followed = list(followed)
    prompts, rights = {_prompt(each) for each in followed}, {_right(each) for each in followed}
    known = [re.compile(form) for form in sorted(prompts) if form]
    if not known:
        return
    out = replay.recording.blob("o")
    offsets = replay.timeline.offset
    stays = episodes(replay.trace, replay.timeline.end_ns, offsets[-1] if offsets else 0)
    starts = [stay.first for stay in stays]
    drawing: dict[int, int] = {}
    told = (-1, "")
    for point in replay.trace.points:
        if not point.alternate or not (
            point.kind == "paste-off" or (point.kind == "newline" and point.first)
        ):
            continue
        rows = replay.trace.screen(point)
        y = point.cursor_y - (point.kind == "paste-off" and point.cursor_x == 0 and point.cursor_y > 0)
        line = logical_line(rows, min(y, len(rows) - 1), point.columns).text.rstrip()
        match = next((found for form in known if (found := form.match(line))), None)
        if match is not None and (gap := _GAP.search(line, match.end())) and shape(gap[1]) in rights:
            line = line[: gap.start()].rstrip()
        if match is None or sum(map(str.isalnum, line[match.end() :])) < SHORT:
            continue
        at = bisect_right(starts, point.offset) - 1
        if at < 0 or (point.offset - told[0] < AGAIN and line == told[1]):
            continue
        told = point.offset, line
        begin = max(out.rfind(b"\n", 0, point.offset) + 1, stays[at].first)
        if at not in drawing:
            drawing[at] = _drawing(out, stays[at])
        drawn = drawing[at] <= point.offset
        drawn = drawn and _draws(commands, stays[at].first)
        why = KINDS["line-elsewhere"] + ("; inside a full-screen program, such as tmux" if drawn else "")
        text_at = locate(out, line[match.end() :], begin, point.offset)
        begin = begin if text_at is None else text_at
        last, severity = max(point.offset, begin), "low" if drawn else "high"
        yield Flag(point.t_ns, begin, last, "line-elsewhere", line, why, severity), point.offset


def _draws(commands: Sequence[Command], first: int) -> bool:
    """Is it known of the command that runs at this offset that it draws a screen?"""
    running = [command.text for command in commands if command.accepted <= first][-1:]
    return not running or is_host(running[0]) or opens(running[0]) is not None


def _drawing(out: bytes, stay: Episode) -> int:
    """From where on the program of this stay draws its screen: the end of its second address."""
    second = next(islice(ADDRESSED.finditer(out, stay.first, stay.stop), 1, None), None)
    return len(out) if second is None else second.end()


def _right(each: Followed) -> str:
    """The right prompt beside this command, as prompts are compared; "" where there is none."""
    at = each.place(each.line)
    gap = _GAP.match(each.line, at + len(each.text)) if at >= 0 else None
    return shape(gap[1]) if gap else ""


def _prompt(each: Followed) -> str:
    """A pattern for the prompts like the one before this command; "" where there is none."""
    prompt = each.line[: max(each.place(each.line), 0)]
    if not re.search(r"[^\w\s]\s*$", prompt):
        return ""
    pieces = _PART.split(prompt)
    return _PART.pattern.join(re.escape(piece) for piece in pieces)
