"""What vi's command mode shares between readline and zle: counts, operators and changes."""

from __future__ import annotations

from . import emacs, motions
from .state import Command, State
from .words import ahead, blank

_COUNTS = "123456789"


def count(s: State) -> None:
    """The number before a command."""
    number = s.key
    while (unit := s.stream.next()).isdigit() and unit.isascii() and len(number) < 5:
        number += unit
    s.stream.back([unit])
    s.argument, s.this = int(number), "argument"


def motion(s: State, key: str, times: int, operator: str) -> int | None:
    """Where a motion goes; None where it fails. `operator` is d, c or y where one waits for it."""
    zle = s.dialect.zle
    if "\n" in s.chars:
        if key in "fFtT":
            emacs.next_char(s)
        s.lose("a motion among rows")
        return None
    chars = [*s.chars, " "] if operator and not zle else s.chars
    last = len(chars) if operator and zle else max(len(chars) - 1, 0)
    s.spend(len(chars) >> 4)
    if key in "hl ":
        at = max(s.at - times, 0) if key == "h" else max(min(s.at + times, last), min(s.at, last))
        return None if zle and at == s.at else at
    if key in "0^$|":
        ends = {"0": 0, "^": ahead(chars, 0, blank), "$": len(s.chars), "|": min(times - 1, len(chars))}
        return ends[key] if not zle or key != "$" or times == 1 else None
    if key in "wWbBeE":
        return _word(s, chars, key, times, operator)
    if key == "%":
        other = motions.bracket(chars, s.at)
        return other + 1 if other is not None and zle and operator and other >= s.at else other
    return _find(s, chars, key, times, operator)


def _word(s: State, chars: list[str], key: str, times: int, operator: str) -> int:
    big, zle = key.isupper(), s.dialect.zle
    if key in "bB":
        return motions.word_back(chars, s.at, times, big)
    if key in "wW":
        if zle:
            return motions.next_word_zle(chars, s.at, times, big, operator == "c")
        return motions.next_word(chars, s.at, times, big)
    if zle:
        at = motions.word_end_zle(chars, s.at, times, big)
        return min(at + 1, len(chars)) if operator else at
    return motions.word_end(chars, s.at, times, big)


def _find(s: State, chars: list[str], key: str, times: int, operator: str) -> int | None:
    if key in "fFtT":
        char = emacs.next_char(s)
        if not char or char < " ":
            return None
        s.memory.found = (key, char)
    if s.memory.found is None:
        s.lose("a character sought before the recording")
        return None
    kind, char = s.memory.found
    kind = motions.flipped(kind) if key == "," else kind
    start = s.at
    if s.dialect.zle and key in ";," and kind in "tT":
        step = 1 if kind == "t" else -1
        if 0 <= start + step < len(chars) and chars[start + step] == char:
            start += step
    at = motions.find(chars, start, times, kind, char, short=s.dialect.readline)
    if at is not None and operator and s.dialect.zle and kind in "ft":
        at += 1
    return at


def move(s: State) -> None:
    """A motion alone."""
    at = motion(s, s.key, s.n, "")
    if at is not None and not s.holed:
        s.at = at


def enter(s: State, at: int, mode: str = "insert") -> None:
    """Into insert mode at a place."""
    s.at, s.mode, s.floor = at, mode, at
    s.opened = len(s.undo)
    s.keep["typed"], s.keep["odd"] = at, 0
    s.used.add("vi")


def check(s: State) -> None:
    """In command mode the cursor stands on a character."""
    if s.mode == "command" and s.at and s.at >= len(s.chars):
        s.at = len(s.chars) - 1


def merge(s: State) -> None:
    """What was typed in insert mode is one change."""
    if len(s.undo) > s.opened + 1 and None not in s.undo[s.opened :]:
        changes = [change for change in s.undo[s.opened :] if change]
        edits = tuple(edit for change in changes for edit in change.edits)
        s.undo[s.opened :] = [type(changes[0])(edits, changes[0].at)]


def swap_case(s: State) -> None:
    """~"""
    stop = min(s.at + s.n, len(s.chars))
    text = "".join(s.chars[s.at : stop])
    if text != text.swapcase() or s.dialect.zle:
        s.splice(s.at, stop, text.swapcase())
    s.at = stop


def keymap(table: dict[str, Command]) -> dict[str, Command]:
    """A command keymap: motions and counts, and what the editor adds."""
    return {" ".join("hl0^$wWbBeEfFtT;,%|"): move, " ".join(_COUNTS): count, **table}


def row_left(s: State) -> None:
    s.at = max(s.at - s.n, emacs.row_start(s, s.at))


def row_right(s: State) -> None:
    s.at = min(s.at + s.n, emacs.row_end(s, s.at))


def row_home(s: State) -> None:
    s.at = emacs.row_start(s, s.at)


def row_end(s: State) -> None:
    s.at = emacs.row_end(s, s.at)
