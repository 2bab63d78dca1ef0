"""Command lines that a program hands to a shell, read where the program shows them: vi, less, more, nano.

vi(1): `:!cmd`, `:r !cmd`, `:w !cmd`, `:RANGE!cmd`, `:term cmd`, `:sh`. less(1) and more(1): `!cmd`; less
also `|Xcmd` and `#cmd`. nano(1): "Command to execute". Each stands in the row where the program asks for
commands, with the cursor in it: text of a file never does. That it was run is for inside.py to prove.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from .looks import Look
from .region import cells, full

_HIGHEST = 24  # rows that one command line may fill
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
_PAGER = re.compile(r"^[!#](?!done  \(press RETURN\)$)(?P<text>.*)$", re.S)
_MORE = re.compile(r"^:?!(?P<text>.*)$", re.S)
_NANO = re.compile(r"^Command to execute(?: in new buffer)?(?: \[[^\]]*\])?\s?: ?(?P<text>.*)$")
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


def ex_line(look: Look, anywhere: bool = False) -> str | None:
    """The command line of vi: the last rows of the screen from `:` on, with the cursor in them.

    `anywhere`: `cmdheight` may leave blank rows below; that only counts where vi says that it runs something.
    """
    bottom = len(look.rows) - 1
    while anywhere and bottom > look.y and not look.rows[bottom].text.strip():
        bottom -= 1
    text, top = look.rows[bottom].text.rstrip(), bottom
    while not text.startswith(":") and top > max(bottom - _HIGHEST, 0):
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


def less(look: Look) -> Read | None:
    """less, and what pages with it: the last row that is used."""
    return _prompted(look, _PAGER)


def more(look: Look) -> Read | None:
    """more of util-linux, which does not leave the main screen."""
    return _prompted(look, _MORE)


def _prompted(look: Look, form: re.Pattern[str]) -> Read | None:
    at, rows = look.y, look.rows
    if any(rows[y].text.strip() for y in range(at + 1, len(rows))):  # a short file leaves rows below
        return None
    text = rows[at].text
    while at > 0 and rows[at - 1].wrapped and len(rows) - at < _HIGHEST:
        text, at = full(rows[at - 1].text, look.columns, text) + text, at - 1
    match = form.match(text.rstrip())
    return Read(text.rstrip(), match["text"].strip(), nests=True) if match else None


def nano(look: Look) -> Read | None:
    """nano: the row above its two rows of help, or the last one."""
    if look.y < len(look.rows) - 4:
        return None
    match = _NANO.match(look.row)
    return Read(look.row, match["text"].strip().lstrip("|").strip(), filters=True) if match else None


Reader = Callable[[Look], Read | None]
READERS: dict[str, tuple[Reader, str]] = {
    "vi": (vi, "paste-off"),
    "less": (less, "newline"),
    "more": (more, "newline"),
    "nano": (nano, ""),
}
"""How each host's command line is read, and the kind of look that is always its last."""


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
