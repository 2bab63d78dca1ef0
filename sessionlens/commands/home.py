"""The prompt of a login shell that leaves line editing to the terminal and ends its prompt in no known mark.

`Password: ` and `Continue? [y/N] ` come back too, so coming back is not enough: it must be the first thing in
the session that anybody answered, and what was answered was echoed. What varies in it (clock, directory) is
left open.
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
_MOST = 400


class Seen(NamedTuple):
    """What stood left of the first rest on an accepted line; `paste`: its program edits lines itself."""

    text: str
    paste: bool
    echoed: bool
    """Something stood behind it when the line was accepted."""


def home(seen: Sequence[Seen]) -> re.Pattern[str] | None:
    """What every prompt of the login shell looks like, or None where it needs no such help."""
    first = seen[0] if seen else None
    if first is None or first.paste or not first.echoed or len(first.text) > _MOST:
        return None
    form = shape(first.text)
    alike = [each.text for each in seen if each.echoed and not each.paste and shape(each.text) == form]
    if len(alike) < _TIMES or first.text[-1].isalnum():
        return None
    parts = [_part(column) for column in zip(*map(_TOKEN.findall, alike), strict=False)]
    return re.compile("".join(parts)) if any(part not in (_FREE, r"\s+") for part in parts) else None


_FREE = r"\S+"


def _part(column: Sequence[str]) -> str:
    """One word of the prompt: as it always was, but for numbers and paths, or anything."""
    if column[0].isspace():
        return re.escape(column[0]) if len(set(column)) == 1 else r"\s+"
    (word, times), *_ = Counter(map(_general, column)).most_common(1)
    return word if times > len(column) // 2 else _FREE


def _general(word: str) -> str:
    pieces = [re.sub(r"\d+", lambda _: r"\d+", re.escape(piece)) for piece in _PATH.split(word)]
    return _PATH.pattern.join(pieces)
