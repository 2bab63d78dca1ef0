"""At which times a recording is looked at: when each command ended, and at the last frame, unless told
otherwise.

A rule is a text, which the golden keeps: `commands`, `last`, `every 5s` and plain times, commas between them.
The times themselves stand in the golden too, and `check` looks at those: what learns to read commands better
moves no golden.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from sessionlens.errors import UsageError
from sessionlens.times import format_elapsed, parse_time

if TYPE_CHECKING:
    from sessionlens.session.view import ChannelView

COMMANDS, LAST, EVERY = "commands", "last", "every "
DEFAULT = "commands, last"
MOST = 10_000
HELP = "commands, last, every 5s, times such as 00:00:12, commas between them; or @FILE with one a line"


def rule_of(text: str) -> str:
    """The rule that was asked for, a file's lines joined. Raises UsageError for what is none."""
    if text.startswith("@"):
        lines = (line.partition("#")[0].strip() for line in Path(text[1:]).read_text("utf-8").splitlines())
        text = ",".join(line for line in lines if line)
    parts = [part.strip() for part in text.split(",")]
    for part in parts:
        if part not in (COMMANDS, LAST):
            _check(part)
    return ", ".join(parts)


def _check(part: str) -> None:
    try:
        t_ns = parse_time(part.removeprefix(EVERY), 0)
    except UsageError as error:
        raise UsageError(f"times {part!r}: none of {HELP}") from error
    if t_ns < part.startswith(EVERY):
        raise UsageError(f"times {part!r}: a step is longer than nothing, and no time lies before the start")


def chosen(rule: str, view: ChannelView) -> list[int]:
    """The times of a channel that a rule names, in order, one for each frame."""
    timeline = view.replay.timeline
    found: dict[int, int] = {}
    for t_ns in sorted({t_ns for part in rule.split(", ") for t_ns in _named(part, view)}):
        found.setdefault(timeline.at(t_ns).index, t_ns)
    if len(found) > MOST:
        raise UsageError(
            f"{view.path}: {len(found)} screens are too many for a golden; choose fewer ({HELP})"
        )
    return list(found.values())


def _named(part: str, view: ChannelView) -> Iterable[int]:
    end_ns = view.recording.duration_ns
    if part == COMMANDS:
        return (c.end_ns for c in view.extraction.commands if c.end_ns is not None)
    if part == LAST:
        return (int(view.replay.timeline.t0_ns[-1]),)
    if part.startswith(EVERY):
        step = parse_time(part.removeprefix(EVERY))
        if end_ns // step > 100 * MOST:
            raise UsageError(f"{view.path}: {part} is too often for {format_elapsed(end_ns)}")
        return range(0, end_ns + 1, step)
    t_ns = parse_time(part, view.recording.info.started_ns)
    if not 0 <= t_ns <= end_ns:
        raise UsageError(
            f"{view.path}: {part} is outside of the session, which lasts {format_elapsed(end_ns)}"
        )
    return (t_ns,)
