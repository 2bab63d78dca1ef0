"""The prompt of a login shell that leaves line editing to the terminal and ends its prompt in no known mark.

`Password: ` and `Continue? [y/N] ` come back too, so coming back is not enough: it must be the first thing in
the session that anybody answered, and what was answered was echoed. What varies in it (clock, path) is left
open; the name of a directory is whatever stood in its place right behind a `cd`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from .prompts import shape

_TIMES = 3
_TOKEN = re.compile(r"\s+|\S+")
_PATH = re.compile(r"[~/][^\s\])}>:]*")
_BLANK = re.compile(r"(?:\\?\s)+")
_MOST = 400
_MOVES = re.compile(r"(?:^|[;&|])\s*(?:cd|chdir|pushd|popd)\b[^;&|]*$")


class Seen(NamedTuple):
    """What stood left of the first rest on an accepted line; `paste`: its program edits lines itself."""

    text: str
    paste: bool
    behind: str
    """What stood behind it when the line was accepted."""

    @property
    def echoed(self) -> bool:
        """Was anything typed there, and shown?"""
        return bool(self.behind)


def home(seen: Sequence[Seen]) -> re.Pattern[str] | None:
    """What every prompt of the login shell looks like, or None where it needs no such help."""
    first = seen[0] if seen else None
    if first is None or first.paste or not first.echoed or len(first.text) > _MOST:
        return None
    form = shape(first.text)
    alike = [each for each in seen if each.echoed and not each.paste and shape(each.text) == form]
    if len(alike) < _TIMES or first.text[-1].isalnum():
        return None
    rows = [tuple(map(_general, _TOKEN.findall(each.text))) for each in alike]
    moved = {0, *(at + 1 for at, each in enumerate(alike[:-1]) if _MOVES.search(each.behind))}
    parts = [_part(column, {column[at] for at in moved}) for column in zip(*rows, strict=False)]
    return re.compile("".join(parts)) if any(part not in (_FREE, r"\s+") for part in parts) else None


_FREE = r"\S+"


def _part(column: Sequence[str], moved: set[str]) -> str:
    """One word of the prompt, or blanks: as it was first, mostly, or right behind a `cd`, else anything."""
    counts = Counter(column)
    if _BLANK.fullmatch(column[0]):
        return column[0] if len(counts) == 1 else r"\s+"
    (word, times), *_ = counts.most_common(1)
    words = moved | ({word} if times > len(column) // 2 else set())
    known = sum(counts[each] for each in words)
    return f"(?:{'|'.join(sorted(words))})" if known > len(column) // 2 else _FREE


def _general(word: str) -> str:
    """A pattern for a word: numbers and paths vary."""
    pieces = [re.sub(r"\d+", lambda _: r"\d+", re.escape(piece)) for piece in _PATH.split(word)]
    return _PATH.pattern.join(pieces)
