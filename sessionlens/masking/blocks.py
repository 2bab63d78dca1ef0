"""Private keys over several lines: PEM, OpenSSH, PuTTY, also where only a part of one is on the screen.

`bodies` tells the lines of keys in lines that stood below each other. What stands between a first and a last
line is a key's, however it is indented or numbered. Where one of the two is not there, its neighbours are as
long as they are nothing but base64.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|Private-Lines: \d+")
END = re.compile(r"-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|Private-MAC:")
HINTS = ("PRIVATE KEY", "Private-Lines:", "Private-MAC:")
_HEADER = re.compile(r"\s*(?:(?:Proc-Type|DEK-Info|Version|Comment|Hash): .*)?")
_BODY = re.compile(r"[\s|+>\d:.-]{0,12}([A-Za-z0-9+/]{1,76}={0,2})\s*[\s|\"',\\n]*")
_FULL = re.compile(r"[A-Za-z0-9+/]{40,76}={0,2}")
MOST = 400  # lines of a key
LEAST = 24  # characters of a line that no other text has by chance


def bodies(lines: Sequence[str]) -> Iterator[int]:
    """The indices of lines that belong to a private key, its first and last line not counted."""
    at = 0
    while at < len(lines):
        if BEGIN.search(lines[at]) and not END.search(lines[at]):
            last = _end(lines, at)
            yield from range(at + 1, last)
            at = max(last, at + 1)
            continue
        if END.search(lines[at]):
            above = at - 1
            while above >= 0 and at - above < MOST and _is_body(lines[above]):
                yield above
                above -= 1
        at += 1


def beside(lines: Sequence[str], known: Collection[str]) -> Iterator[int]:
    """The indices of lines that stand in a row with a known line of a key, and are nothing but base64."""
    at = 0
    while at < len(lines):
        first = at
        while at < len(lines) and _is_body(lines[at]):
            at += 1
        if at > first and any(line.strip() in known for line in lines[first:at]):
            yield from range(first, at)
        at = max(at, first + 1)


def _end(lines: Sequence[str], begin: int) -> int:
    """The index behind a key's last line of base64, for the key that begins there."""
    for at in range(begin + 1, min(begin + MOST, len(lines))):
        if END.search(lines[at]):
            return at
        if BEGIN.search(lines[at]):
            break
    at = begin + 1
    while at < len(lines) and at - begin < MOST and (_is_body(lines[at]) or _HEADER.fullmatch(lines[at])):
        at += 1
    return at


def _is_body(line: str) -> bool:
    return _BODY.fullmatch(line) is not None


def is_near(line: str) -> bool:
    """Is this a sign of a key: its first or last line, or a long one of base64?"""
    return any(hint in line for hint in HINTS) or (len(line) >= LEAST and _is_body(line))


def core(line: str) -> str:
    """The base64 of a line of a key; "" where it has none."""
    found = max(re.findall(r"[A-Za-z0-9+/]+={0,2}", line), key=len, default="")
    return str(found)


def is_full(line: str) -> bool:
    """Is it a whole line of base64, as keys are made of?"""
    bare = line.strip()
    return (
        _FULL.fullmatch(bare) is not None
        and not bare.isdigit()
        and re.search("[a-z]", bare) is not None
        and re.search("[A-Z]", bare) is not None
    )
