"""The command line of vi, vim and nvim, read where it stands: what of it goes to a shell.

vi(1): `:!cmd`, `:r !cmd`, `:w !cmd`, `:RANGE!cmd`, `:term cmd`, `:sh`. It stands in the last rows of the
screen, with the cursor in it: text of a file never does.
"""

from __future__ import annotations

import re

from ..region import cells, full
from .asking import HIGHEST, NOTHING, Read
from .looks import Look

_RANGE = r"(?:[%*.$,;\s\d+-]|'[\w<>\[\]]|/(?:\\.|[^/\\])*+/|\?(?:\\.|[^?\\])*+\?|\\[/?&])*+"
_BEFORE = (  # what may stand before a command: silent, vertical, windo, g/pattern/
    r"^:[:\s]*+(?:(?:(?:sil(?:ent)?!?|verb(?:ose)?|noa\w*|keep\w+|vert\w*|bel\w*|abo\w*|lefta\w*|rightb\w*"
    r"|to\w*|bo\w*|tab|hor\w*|bufdo|windo|tabdo|argdo|[cl]f?do)(?=\s)"
    r"|g(?:lobal)?!?(?P<d>[^\w\s\"|\\])(?:\\.|(?!(?P=d)).)*+(?P=d))\s*+)*+"
)
_EX = re.compile(
    rf"{_BEFORE}{_RANGE}(?P<how>r(?:e(?:ad?)?)?\s*+|w(?:r(?:i(?:te?)?)?)?\s++)?!(?P<text>.*)$", re.S
)
_EXECUTE = re.compile(r"^:\s*exe(?:c(?:u(?:te?)?)?)?\s+([\"'])\s*:?(?P<ex>!.*)\1\s*$", re.S)
_TERM = re.compile(
    rf"{_BEFORE}{_RANGE}te(?:r(?:m(?:i(?:n(?:al?)?)?)?)?)?!?(?P<text>(?:\s++\+\+\S+)*+(?:\s.*)?)$", re.S
)
_SHELL = re.compile(r"^:[:\s]*sh(?:e(?:ll?)?)?\s*$")


def ex_line(look: Look, anywhere: bool = False) -> str | None:
    """The command line of vi: the last rows of the screen from `:` on, with the cursor in them.

    `anywhere`: `cmdheight` may leave blank rows below; that only counts where vi says that it runs something.
    """
    bottom = len(look.rows) - 1
    while anywhere and bottom > look.y and not look.rows[bottom].text.strip():
        bottom -= 1
    text, top = look.rows[bottom].text.rstrip(), bottom
    while not text.startswith(":") and top > max(bottom - HIGHEST, 0):
        above = look.rows[top - 1].text
        if cells(above) < look.columns - 1 or cells(above.rstrip()) < look.columns - 1:
            return None
        text, top = full(above, look.columns, text) + text, top - 1
    return text if text.startswith(":") and top <= look.y <= bottom else None


def vi(look: Look) -> Read | None:
    """vi, vim, nvim."""
    line = ex_line(look, look.kind == "paste-off")
    if line is None:
        return None
    match = _EX.match(line) or ((nested := _EXECUTE.match(line)) and _EX.match(":" + nested["ex"]))
    if match:
        text = match["text"].strip()
        filters = (match["how"] is not None and match["how"].strip()[:1] == "r") or _filters(line, match)
        return Read(line, text, nests=True, filters=filters)
    if _SHELL.match(line):
        return Read(line, NOTHING, nests=True)
    if match := _TERM.match(line):
        words = [word for word in match["text"].split(" ") if not word.startswith("++")]
        return Read(line, " ".join(words).strip(), filters=True)
    return Read(line, NOTHING)


def _filters(line: str, match: re.Match[str]) -> bool:
    """Does a range stand before the `!`, so that the lines of it go through the command?"""
    before = line[1 : match.start("text") - 1]
    return match["how"] is None and bool(re.search(r"[%.$\d'/?*]", before))
