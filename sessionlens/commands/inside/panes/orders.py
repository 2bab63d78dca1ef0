"""Command lines of a multiplexer itself (`Ctrl-B :`): what they start, and whether in a pane of its own.

tmux(1), "Windows and panes": `split-window [-options] [shell-command]` and its like; screen(1): `:screen sh`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_OPENS = {  # as getopt(3) has them
    "split-window": "bc:de:fF:hIl:p:Pt:vZ", "new-window": "abc:de:F:kn:PSt:", "screen": "Mt:TafLlh:s:n:",
    "new-session": "Ac:dDe:Ef:F:n:Ps:t:x:Xy:",
}  # fmt: skip
_RUNS = {
    **_OPENS, "respawn-pane": "c:e:kt:", "respawn-window": "c:e:kt:", "run-shell": "bCd:t:",
    "pipe-pane": "IOot:", "display-popup": "BCc:d:e:Eb:h:s:S:t:T:w:x:y:",
}  # fmt: skip
_SHORT = {
    "splitw": "split-window", "neww": "new-window", "new": "new-session", "respawnp": "respawn-pane",
    "respawnw": "respawn-window", "run": "run-shell", "pipep": "pipe-pane", "popup": "display-popup",
}  # fmt: skip
_WORD = re.compile(r"""(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+""")


def started(text: str) -> str | None:
    """The shell command that such a line starts; None where it starts none, or not surely."""
    name, rest, _ = _read(text)
    return rest or None if name in _RUNS else None


def opens_pane(text: str) -> str | None:
    """What runs in the pane that such a line opens and goes to; "" is the usual shell, None is no pane."""
    name, rest, options = _read(text)
    return rest if name in _OPENS and "d" not in options else None


def _read(text: str) -> tuple[str, str, set[str]]:
    """The command's long name, what it is to run, and its options."""
    words = list(_WORD.finditer(text))
    if not words:
        return "", "", set()
    name = _SHORT.get(words[0][0], words[0][0])
    options: set[str] = set()
    left = iter(words[1:])
    for word in left:
        if not word[0].startswith("-") or word[0] == "-":
            return name, _unquoted(text[word.start() :].strip()), options
        options |= set(_letters(word[0], _RUNS.get(name, ""), left))
    return name, "", options


def _letters(word: str, known: str, left: Iterator[re.Match[str]]) -> Iterator[str]:
    """The options in one word; the last may take the next word with it."""
    for at, letter in enumerate(word[1:], 1):
        yield letter
        if f"{letter}:" in known:
            if at + 1 == len(word):
                next(left, None)
            return


def _unquoted(text: str) -> str:
    quoted = re.fullmatch(r"""(["'])(.*)\1""", text)
    return quoted[2] if quoted and quoted[1] not in quoted[2] else text
