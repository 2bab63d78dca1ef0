"""What a pager asks for with `!`, read where it stands: less, what pages with it, and more.

less(1) and more(1): `!cmd`; less also `|Xcmd` and `#cmd`. It stands in the last row that is used.
"""

from __future__ import annotations

import re

from ..region import full
from .asking import HIGHEST, Read
from .looks import Look

_PAGER = re.compile(r"^[!#](?!done  \(press RETURN\)$)(?P<text>.*)$", re.S)
_MORE = re.compile(r"^:?!(?P<text>.*)$", re.S)


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
    while at > 0 and rows[at - 1].wrapped and len(rows) - at < HIGHEST:
        text, at = full(rows[at - 1].text, look.columns, text) + text, at - 1
    match = form.match(text.rstrip())
    return Read(text.rstrip(), match["text"].strip(), nests=True) if match else None
