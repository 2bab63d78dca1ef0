"""From what a viewer could have missed to the commands that it concerns: marks for a person to see.

Not how it was noticed (terminal/flags.py, commands/covered.py): here a flag is only a place, a kind and a
severity.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from .findings import Finding
from .marks import LINE_HIDDEN, OUTPUT_HIDDEN, Mark

LINE_REWRITTEN, LINE_ELSEWHERE = "line-rewritten", "line-elsewhere"
IN_LINE = frozenset(
    {"concealed", "same-colours", "dark", "invisible-characters", "line-drawing", "cut-off"}
    | {LINE_REWRITTEN, LINE_ELSEWHERE}
)


class FlagLike(Protocol):
    """What is needed of a flag; `sessionlens.terminal.Flag` is one."""

    @property
    def offset(self) -> int: ...
    @property
    def last(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def severity(self) -> str: ...


class PlaceLike(Protocol):
    """Where a command and its output are in `out`; `sessionlens.commands.Command` is one."""

    @property
    def accepted(self) -> int: ...
    @property
    def out_last(self) -> int | None: ...


F = TypeVar("F", bound=FlagLike)


def placed(
    commands: Sequence[PlaceLike], flags: Sequence[F], known: Mapping[F, int]
) -> list[tuple[int | None, bool]]:
    """(index of the command, whether in its line) of each flag; `known` has those of which it is known."""
    accepted = [command.accepted for command in commands]
    ends = _ends(commands)
    around = _around(accepted, ends)
    found: list[tuple[int | None, bool]] = []
    for flag in flags:
        at = bisect_left(accepted, flag.offset)
        inside = at - 1
        while inside >= 0 and ends[inside] < flag.offset:
            inside = around[inside]
        index = known.get(flag)
        if index is not None and index >= 0:
            found.append((index, True))
        elif index is not None:
            found.append((at - 1 if at else None, False))
        elif inside >= 0:
            found.append((inside, False))
        else:
            found.append((at, True) if at < len(commands) else (at - 1 if at else None, False))
    return found


def hidden_findings(
    commands: Sequence[PlaceLike], flags: Sequence[F], known: Mapping[F, int]
) -> Iterator[Finding]:
    """The marks that flags put on commands, each once a command; what is minor puts none."""
    told: set[tuple[int, str]] = set()
    accepted, ends = [command.accepted for command in commands], _ends(commands)
    for flag, (index, in_line) in zip(flags, placed(commands, flags, known), strict=True):
        marks: list[tuple[int | None, Mark]] = []
        if not in_line and flag.severity != "low":
            marks.append((index, OUTPUT_HIDDEN))
        if flag.kind in IN_LINE:
            lines = [index] if in_line else []
            marks += [(line, LINE_HIDDEN) for line in lines + _reached(accepted, ends, flag)]
        for at, mark in marks:
            if at is not None and (at, mark.name) not in told:
                told.add((at, mark.name))
                yield Finding(at, mark.name, mark.severity, f"{mark.why} ({flag.kind}, see flags)")


def _around(accepted: Sequence[int], ends: Sequence[int]) -> list[int]:
    """For each command the one in whose output it was run (`:!ls` in vim, a line in tmux); else -1."""
    around: list[int] = []
    open_ones: list[int] = []
    for at, offset in enumerate(accepted):
        while open_ones and ends[open_ones[-1]] < offset:
            open_ones.pop()
        around.append(open_ones[-1] if open_ones else -1)
        open_ones.append(at)
    return around


def _ends(commands: Sequence[PlaceLike]) -> list[int]:
    """The last byte of each command's output."""
    return [c.accepted if c.out_last is None else max(c.out_last, c.accepted) for c in commands]


def _reached(accepted: Sequence[int], ends: Sequence[int], flag: FlagLike) -> list[int | None]:
    """The commands after the first whose lines a flag goes on into."""
    if flag.kind in (LINE_REWRITTEN, LINE_ELSEWHERE):
        return []
    first, last = bisect_left(accepted, flag.offset), bisect_left(accepted, flag.last)
    return [at for at in range(first, min(last + 1, len(accepted))) if not at or flag.last > ends[at - 1]]
