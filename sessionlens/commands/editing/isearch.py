"""Incremental search, C-r and C-s, as readline and as zle do it."""

from __future__ import annotations

from dataclasses import dataclass

from .state import State
from .stream import ESCAPE, HOLE
from .walking import BEFORE, adrift, go, text_at

_STOPS = frozenset(map(chr, [*range(32), 127])) - {"\x07"}


@dataclass(slots=True)
class _Spot:
    """Where a search stands: the line of the history, the place in it, the sought text, the direction."""

    pos: int
    index: int
    sought: str
    step: int


def readline(s: State) -> None:
    """Search while it is typed: what is not text ends it, and is a command then."""
    if s.pos is None or s.argument is not None:
        _give_up(s, BEFORE)
        return
    s.used.add("search")
    spot = _Spot(s.pos, s.at, "", -1 if s.key == "\x12" else 1)
    begun, found, previous = s.at, s.pos, None
    while True:
        unit = s.stream.next()
        if unit in "\x12\x13":
            step = -1 if unit == "\x12" else 1
            if step != spot.step:
                spot.step = step
            elif not spot.sought:
                spot.sought = s.memory.searched
                if not spot.sought or HOLE in spot.sought:
                    _give_up(s, "what was sought before the recording")
                    return
            else:
                spot.index += step if step > 0 or spot.index >= 0 else 0
        elif unit in "\x7f\x08":
            spot.sought = spot.sought[:-1]
        elif unit == "\x07":
            s.at = begun
            return
        elif unit in "\x17\x19" or (len(unit) > 1 and unit.startswith("\x1b[")):
            _give_up(s, "a search for what stands in a line")
            return
        elif unit in _STOPS or unit[0] == "\x1b":
            break
        else:
            spot.sought += unit
        hit = _advance(s, spot, previous)
        if hit is not None:
            found, previous = spot.pos, hit
        elif spot.sought:
            _give_up(
                s, BEFORE
            )  # what is not known may have it, and the rest of the search cannot be followed
            return
    if unit not in ("\n", ESCAPE):
        s.stream.back([unit])
        s.this = "kill" if s.last == "kill" else ""  # a key is pending, so nothing is forgotten yet
    s.memory.searched = spot.sought
    if found != s.pos:
        go(s, found)
        s.at = max(min(spot.index, len(s.chars)), 0)
    else:
        s.at = min(max(spot.index, 0), len(s.chars))


def _advance(s: State, spot: _Spot, previous: str | None) -> str | None:
    """To the next match; the text of its line, or None."""
    if not spot.sought:
        return None
    line = text_at(s, spot.pos)
    while True:
        s.spend((len(line) + 8) * (1 + (len(spot.sought) >> 6)))
        index = -1
        if spot.step < 0 and spot.index >= 0:
            index = line.rfind(spot.sought, 0, spot.index + len(spot.sought))
        elif spot.step > 0:
            index = line.find(spot.sought, spot.index)
        if index >= 0:
            spot.index = index
            return line
        while True:
            s.spend(8)
            spot.pos += spot.step
            if not 0 <= spot.pos <= len(s.history):
                return None
            line = text_at(s, spot.pos)
            if line != previous and len(line) >= len(spot.sought):
                break
        spot.index = len(line) - len(spot.sought) if spot.step < 0 else 0


def _give_up(s: State, why: str) -> None:
    """Nothing is known any more, but the search still takes its keys."""
    adrift(s, why)
    s.memory.searched = HOLE
    while (unit := s.stream.next()) != "\x07":
        if len(unit) > 1 or (unit in _STOPS and unit not in "\x12\x13\x7f\x08\x16\x0c\x17\x19"):
            if unit not in ("\n", ESCAPE) or s.dialect.zle:
                s.stream.back([unit])
            return


def zle(s: State) -> None:
    """zle's: it goes to the match at once, remembers each step for Backspace, and ignores case."""
    if s.pos is None or s.holed:
        _give_up(s, BEFORE)
        return
    s.used.add("search")
    spot, spots = _Spot(s.pos, s.at, "", 1 if s.key in ("\x13", "\x18s") else -1), []
    shown = (s.pos, s.at)
    skip = False
    while True:
        if spot.sought.startswith("^") or not spot.sought.isprintable():
            _give_up(s, "a search with a pattern")
            return
        if spot.sought:
            hit = _zle_find(s, spot, skip)
            if hit:
                shown = (spot.pos, spot.index + (len(spot.sought) if spot.step > 0 else 0))
            else:
                _give_up(s, BEFORE)
                return
        skip = False
        unit = s.stream.next()
        if unit in "\x12\x13":
            spots.append((spot.pos, spot.index, spot.sought, spot.step, shown))
            step = -1 if unit == "\x12" else 1
            skip, spot.step = step == spot.step, step
            if not spot.sought:
                spot.sought = s.memory.searched
                if not spot.sought or HOLE in spot.sought:
                    _give_up(s, "what was sought before the recording")
                    return
        elif unit in "\x7f\x08":
            if spots:
                spot.pos, spot.index, spot.sought, spot.step, shown = spots.pop()
        elif unit == "\x07":
            return
        elif unit in "\x16\x0c":
            _give_up(s, "a key inside of a search")
            return
        elif len(unit) > 1 or unit in _STOPS:
            s.stream.back([unit])
            _zle_land(s, shown)
            break
        else:
            spots.append((spot.pos, spot.index, spot.sought, spot.step, shown))
            spot.sought += unit
    s.memory.searched = spot.sought or s.memory.searched


def _zle_land(s: State, shown: tuple[int, int]) -> None:
    pos, at = shown
    if pos != s.pos:
        go(s, pos)
    s.at = at


def _zle_find(s: State, spot: _Spot, skip: bool) -> bool:
    fold = s.argument is None and spot.sought == spot.sought.lower()
    line, over = text_at(s, spot.pos), False
    begun = line
    if skip:
        over = spot.index == 0 if spot.step < 0 else spot.index >= len(line) - 1
        spot.index += spot.step if not over else 0
    while True:
        s.spend((len(line) + 8) * (1 + (len(spot.sought) >> 6)))
        within = line.lower() if fold else line
        index = -1
        if not over and spot.step < 0:
            index = within.rfind(spot.sought, 0, spot.index + len(spot.sought))
        elif not over:
            index = within.find(spot.sought, spot.index)
        if index >= 0:
            spot.index = index
            return True
        spot.pos += spot.step
        if not 0 <= spot.pos <= len(s.history):
            return False
        line = text_at(s, spot.pos)
        over = line == begun
        spot.index = 0 if spot.step > 0 else len(line)
