"""Window titles that carry more than a title: text outside of the screen, where few look.

Shells and editors set titles all the time: the directory, the command that runs, a file name. What counts is
what none of them does. Titles as in xterm's ctlseqs (OSC 0, 1, 2; `ESC k` of screen and tmux).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .unseen import INVISIBLE

LONGEST = 200  # characters; a path and a command fit
MANY, WITHIN_NS = 8, 1_000_000_000  # different titles, in that time

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_SHELL = re.compile(
    r"[;&|] *[\w./~-]+ |\$\(|`|[<>]{1,2} ?[/~]|(?:^|\s)-{1,2}[A-Za-z][\w-]*(?:\s|$)|[#$%] \S+ "
)
_OUTPUT = re.compile(
    r"(?:[^:\s]*:){4}|[A-Za-z0-9+/_=-]{40}|-----BEGIN|(?:password|passwd|token|secret)\s*[=:]", re.I
)


def odd(title: str, on_screen: str) -> tuple[str, str] | None:
    """(severity, why) if no shell or editor sets such a title; `on_screen` was shown around it.

    Shells set the command that runs, fish an abbreviated one: its first half is on the screen.
    """
    if _CONTROL.search(title):
        return "medium", "a title with control characters in it"
    if INVISIBLE.search(title):
        return "medium", "a title with characters in it that do not show"
    if len(title) > LONGEST:
        return "medium", f"a title of {len(title)} characters"
    core = title.strip()
    half = core[: max(len(core) // 2, 6)]
    if half in on_screen:
        return None
    if _OUTPUT.search(title):
        return "medium", "a title that looks like output, and is not on the screen"
    if _SHELL.search(title):
        return "medium", "a title that looks like a command, and is not on the screen"
    return None


def rapid(titles: Sequence[tuple[int, int, str]]) -> Iterator[tuple[int, int]]:
    """(first, last) indices of runs of (t_ns, offset, title) in which more titles came than anyone reads."""
    changes = [
        at for at in range(len(titles)) if titles[at][2] and (not at or titles[at][2] != titles[at - 1][2])
    ]
    start = 0
    while start < len(changes):
        stop = start + 1
        while (
            stop < len(changes)
            and titles[changes[stop]][0] - titles[changes[stop - 1]][0] < WITHIN_NS // MANY
        ):
            stop += 1
        distinct = len({titles[changes[at]][2] for at in range(start, stop)})
        if stop - start >= MANY and distinct >= MANY:
            yield changes[start], changes[stop - 1]
        start = stop
