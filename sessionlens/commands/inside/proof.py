"""Does a program show that it ran a command line, and not only that it asked for one?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..screen import View
from .asking import Asked
from .looks import Look

_LEAVES = re.compile(rb"(?:\x1b\[[\d;?]*[A-Za-ln-z]|[\r\n])*?\x1b(?:\[\?1l|\[\?1049l|>)")
RETURNS = {"vi": b"Press ENTER", "less": b"done  (press RETURN)", "more": b"\n------------------------\r\n"}
_SAYS = re.compile(
    r"Press ENTER|shell returned|\d+ (?:more|fewer) lines|line less|lines? (?:filtered|[<>=!]ed)|--No lines"
)
_FAILED = re.compile(r"^E\d+:")
_NANO_RAN = re.compile(r"^\s*\[ (?:Exec|Read )")
FOLLOWS = 40  # looks after a command line in which the program shows that it ran something


def stale(each: Asked, seen: Sequence[Look]) -> bool:
    """Did this very line stand there before, while the cursor was elsewhere?"""
    before = seen[each.before] if each.before >= 0 else None
    return before is None or before.rows[-1].text.rstrip() == seen[each.at].rows[-1].text.rstrip()


def shows(view: View, family: str, each: Asked, seen: Sequence[Look], until: int) -> bool:
    """Does the program show that it ran something?"""
    look, follows = seen[each.at], seen[each.at + 1 : each.at + FOLLOWS]
    if look.kind == "paste-off" and family == "vi":
        return True
    if family in ("less", "more"):
        told = view.out.find(RETURNS[family], look.offset, until) >= 0
        return told or (family == "less" and bool(_LEAVES.match(view.out, look.offset)))
    if family == "nano":
        return bool(follows) and bool(_NANO_RAN.search(follows[0].rows[look.y].text))
    if look.alternate and follows and not follows[0].alternate:
        return True
    bottoms = [text for after in follows for text in (after.rows[-1].text, after.row)]
    if not bottoms or _FAILED.match(bottoms[0]):
        return False
    return any(_SAYS.search(bottom) for bottom in bottoms)
