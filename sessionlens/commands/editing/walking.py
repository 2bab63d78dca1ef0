"""Up and down in the history, with what was edited on each line kept until the line is taken."""

from __future__ import annotations

from .state import State
from .stream import HOLE
from .words import arguments

BEFORE = "history from before the recording"


def go(s: State, pos: int | None) -> None:
    """Make a line of the history the current one; before its beginning nothing is known."""
    if s.pos is not None:
        s.lines[s.pos] = (s.chars, s.undo)
    s.used.add("history")
    s.edits, s.mark, s.rows, s.floor = [], None, False, 0
    if pos is None or pos < 0:
        s.pos, s.chars, s.undo, s.why = None, [HOLE, HOLE], [None], BEFORE
        s.at = 1
        return
    default = list(s.history[pos]) if pos < len(s.history) else []
    s.chars, s.undo = s.lines.get(pos, (default, [None] if pos in s.memory.unsure else []))
    s.pos = pos
    s.spend(len(s.chars) + 1)
    s.why = BEFORE if HOLE in s.chars else ""
    s.at = len(s.chars)
    if s.dialect.zle:
        s.undo = [None]  # undoing would go back to the line before
    if s.dialect.vi and s.mode == "command":
        s.at = 0 if s.dialect.readline and pos < len(s.history) else max(s.at - 1, 0)


def adrift(s: State, why: str) -> None:
    """Neither the line is known from here on, nor which of the history it is."""
    if s.pos is not None:
        s.lines[s.pos] = (list(s.chars), s.undo)
    if s.dialect.readline and s.pos is not None and s.pos < len(s.history):
        s.lines[s.pos], s.history[s.pos] = ([HOLE], [None]), HOLE  # what is edited there stays
    s.lose(why)
    s.pos = None


def move(s: State, step: int) -> None:
    """Some lines up (negative) or down."""
    if s.pos is None:
        go(s, None)
    elif step < 0:
        go(s, s.pos + step)
    elif s.dialect.readline:
        if s.pos < len(s.history):
            go(s, min(s.pos + step, len(s.history)))
        elif s.chars:  # readline has nothing to bring back then
            s.at = len(s.chars) if "saved" in s.keep else s.at
    elif s.pos + step <= len(s.history):
        go(s, s.pos + step)


def up(s: State) -> None:
    move(s, -s.n)


def down(s: State) -> None:
    move(s, s.n)


def first(s: State) -> None:
    """The oldest line: it may be older than the recording."""
    go(s, None)


def newest(s: State) -> None:
    """Back to the line that was being typed."""
    if "astray" in s.keep:
        adrift(s, "a search that readline mixed up")
    elif s.pos != len(s.history):
        go(s, len(s.history))


def text_at(s: State, pos: int) -> str:
    """A line of the history as it stands, with what was edited in it."""
    if pos == s.pos:
        return s.text
    if pos in s.lines:
        return "".join(s.lines[pos][0])
    return s.history[pos] if pos < len(s.history) else ""


def argument(s: State, pos: int, which: int | None) -> str | None:
    """A word of a line of the history, the last for None; "" where there is none, None where nobody knows."""
    if pos < 0:
        return None
    words = arguments(text_at(s, pos) if s.dialect.readline else s.history[pos])
    if words is None:
        return None
    if which is None:
        return words[-1] if words else ""
    return words[which] if -len(words) <= which < len(words) else ""
