"""History expansion (`!!`, `!$`, `^a^b`): the shell prints the line it really ran before running it.

bash(1) "HISTORY EXPANSION". The printed line is taken only where it is the typed one with each designator
replaced.
"""

from __future__ import annotations

import re

_DESIGNATOR = re.compile(r"![!$^*:#?\w-][\w$^*:?!/&%-]*|!\?[^?]*\??|!\{[^}]*\}")
_QUICK = re.compile(r"^\^[^^]+\^")


def expanded(text: str, output: str) -> str:
    """The line that ran, where the first line of output shows it; else `text`."""
    first, _, _ = output.partition("\n")
    if not first or ("!" not in text and not text.startswith("^")):
        return text
    if _QUICK.match(text):
        return first
    parts = _DESIGNATOR.split(text)
    if (
        len(parts) > 1
        and first != text
        and re.fullmatch(".+?".join(map(re.escape, parts)), first.rstrip(), re.S)
    ):
        return first.rstrip()
    return text
