"""What progress displays show too briefly to be read: shares, amounts, counts, and words of a line's state.

Such a flash is a flag as any other, of low severity. What is called progress here is told by its form alone,
never by the program; a line that could be read with other numbers in it is no flash at all (vanished.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

LEAST = 3  # counts in turn that make a display, letters and digits that make the beginning of a line
LONGEST = 24  # characters of a state

_AMOUNT = re.compile(r"[^%]{0,24}\b0%.{0,60}|.{0,24}\b0 0 [kMGT]?i?B\b.{0,60}")  # of a skeleton
_COUNT = re.compile(r"\D{0,40}(\d{1,9})(?: of |/| / )(\d{1,9})\b.{0,60}", re.A)
_STATE = re.compile(r"[^\W\d_]+(?: [^\W\d_]+){0,2}(?:\.{3}|\u2026)?")


def amounts(skeletons: Sequence[str]) -> bool:
    """Is it a share or an amount of a whole, line by line?"""
    return all(_AMOUNT.fullmatch(each) for each in skeletons)


def counted(texts: Sequence[str]) -> bool:
    """Is it `3 of 15` and what is done with it, in turn: one more each time, of the same whole?"""
    found = [_COUNT.fullmatch(text) for text in texts]
    pairs = [(int(each[1]), int(each[2])) for each in found if each is not None]
    if len(pairs) < max(len(texts), LEAST) or len({whole for _, whole in pairs}) > 1:
        return False
    return all(one < other for (one, _), (other, _) in pairwise(pairs)) and pairs[-1][0] <= pairs[0][1]


def state(line: str, gone: str, beginnings: Sequence[str]) -> bool:
    """Is what is gone only how a line ended that still begins as it did: `layer a: waiting`?"""
    line = line.strip()
    kept = line[: -len(gone)].rstrip()
    if not line.endswith(gone) or len(gone) > LONGEST or not _STATE.fullmatch(gone):
        return False
    return sum(map(str.isalnum, kept)) >= LEAST and any(each.startswith(kept) for each in beginnings)
