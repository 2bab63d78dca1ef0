"""A program that asks for a command line: what stood there, and that it was there and then was not.

How each program asks is told in a file of its own (vim.py, pager.py, nano.py). That the line was run is for
programs.py to prove.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from .looks import Look

HIGHEST = 24  # rows that one command line may fill
NOTHING = ""


@dataclass(frozen=True, slots=True)
class Read:
    """A command line as it stood: the whole line, what the shell gets of it, whether a shell is left open.

    `filters`: its output goes into the text that is edited, not to the screen.
    """

    line: str
    text: str
    nests: bool = False
    filters: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A command line that was there and then was not: which look was its last, and which stood before it.

    `grew`: it was seen to be typed, for it stood there before, shorter, or for a while.
    """

    read: Read
    at: int
    before: int
    grew: bool


Reader = Callable[[Look], Read | None]


def asked(seen: Sequence[Look], reader: Reader, final: str) -> Iterator[Asked]:
    """Every command line that came and went."""
    last: Asked | None = None
    done = ""  # the line that was run, as long as it stays there
    for at, look in enumerate(seen):
        read = reader(look)
        if last is not None and (read is None or seen[last.at].kind == final):
            done = last.read.line if seen[last.at].kind == final else ""
            yield last
            last = None
        if read is None or read.line != done:
            done = ""
        if read is not None and not done:
            drawn = look.kind in ("input", "frame", "rest")  # a moment that somebody could see
            grew = last is not None and (last.grew or (drawn and last.read.line != read.line))
            grew = grew or look.kind == "rest"
            last = Asked(read, at, at - 1 if last is None else last.before, grew)
    if last is not None:
        yield last
