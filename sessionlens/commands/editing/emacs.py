"""Editing commands with emacs keys that readline and zle share, each with its own idea of words and lines."""

from __future__ import annotations

from .ring import keep, kill
from .state import Command, State
from .stream import HOLE, Ended
from .words import Member, ahead, alnum, behind, forward, onward, visible, wordchar


def member(s: State) -> Member:
    return alnum if s.dialect.readline else wordchar


def row_start(s: State, at: int) -> int:
    """Where the row begins."""
    return behind(s.chars, at, lambda char: char != "\n")


def row_end(s: State, at: int) -> int:
    return ahead(s.chars, at, lambda char: char != "\n")


def insert(s: State) -> None:
    """The key itself, as often as the argument says."""
    if s.argument is not None and not s.key.isascii():
        s.lose("a counted character of more than one byte")
        return
    at, times = s.at, abs(s.n) if s.dialect.zle else max(s.n, 0)
    s.insert(s.key * times)
    s.this = "typed" if s.dialect.fish else ""
    if s.n < 0:
        s.at = at


def home(s: State) -> None:
    """readline's, whose line is one row."""
    s.at = 0


def end(s: State) -> None:
    s.at = len(s.chars)


def home_zle(s: State) -> None:
    """To the beginning of the row; once there, of the row above."""
    if s.n < 0:
        s.argument = None
        end_zle(s)
        return
    if s.at and s.chars[s.at - 1] == "\n":
        s.at -= 1
    s.at = row_start(s, s.at)


def end_zle(s: State) -> None:
    if s.n < 0:
        s.argument = None
        home_zle(s)
        return
    if s.at < len(s.chars) and s.chars[s.at] == "\n":
        s.at += 1
    s.at = row_end(s, s.at)


def left(s: State) -> None:
    s.at = min(max(s.at - s.n, 0), len(s.chars))


def right(s: State) -> None:
    s.at = min(max(s.at + s.n, 0), len(s.chars))


def word_right(s: State) -> None:
    _by_words(s, s.n)


def word_left(s: State) -> None:
    _by_words(s, -s.n)


def _by_words(s: State, count: int) -> None:
    move = forward if s.dialect.readline else onward
    s.at = move(s.chars, s.at, member(s), count)


def rubout(s: State) -> None:
    """Delete to the left; readline keeps what a counted key deleted."""
    _erase(s, -s.n)


def delete(s: State) -> None:
    _erase(s, s.n)


def _erase(s: State, count: int) -> None:
    stop = min(max(s.at + count, 0), len(s.chars))
    if s.dialect.readline and s.argument is not None:
        kill(s, min(s.at, stop), max(s.at, stop), front=stop < s.at)
    elif s.dialect.readline or count < 0 or s.at + count <= len(s.chars):
        s.delete(s.at, stop)


def kill_word(s: State) -> None:
    stop = forward(s.chars, s.at, member(s), s.n)
    kill(s, min(s.at, stop), max(s.at, stop), front=stop < s.at)


def rubout_word(s: State) -> None:
    s.argument = -s.n
    kill_word(s)


def kill_blank_word(s: State) -> None:
    """readline's C-w."""
    stop = s.at
    for _ in range(max(s.n, 1)):
        stop = behind(s.chars, behind(s.chars, stop, str.isspace), visible)
    if s.at:
        kill(s, stop, s.at, front=True)


def kill_right(s: State) -> None:
    """readline's C-k."""
    if s.n < 0:
        s.lose("a counted kill")
    else:
        kill(s, s.at, len(s.chars))


def kill_right_zle(s: State) -> None:
    """To the end of the row, or the line feed where the cursor stands on it."""
    if s.n != 1:
        s.lose("a counted kill")
        return
    stop = row_end(s, s.at)
    kill(s, s.at, stop if stop > s.at else min(s.at + 1, len(s.chars)))


def kill_left(s: State) -> None:
    """readline's C-u."""
    if s.at:
        kill(s, 0, s.at, front=True)


def kill_row(s: State) -> None:
    """zle's C-u: the whole row with its line feed."""
    last = bool(s.at) and s.at == len(s.chars)
    start = row_start(s, s.at - 1 if last else s.at)
    stop = min(row_end(s, start) + 1, len(s.chars))
    kill(s, start, stop, front=last)
    s.at = start


def kill_buffer(s: State) -> None:
    kill(s, 0, len(s.chars))


def quoted(s: State) -> None:
    """The next character as it is."""
    unit = s.stream.next()
    if len(unit) > 1:
        s.lose("a quoted key")
        return
    s.key = unit
    insert(s)


def seek(s: State) -> None:
    """C-] and M-C-]: to the next place of a character."""
    unit = s.stream.next()
    step = (1 if s.key == "\x1d" else -1) * (1 if s.n > 0 else -1)
    at = s.at
    for _ in range(abs(s.n)):
        at += step
        while 0 <= at < len(s.chars) and s.chars[at] != unit:
            at += step
        if not 0 <= at < len(s.chars):
            return
        s.at = at


def squeeze(s: State) -> None:
    """M-backslash: no blanks around the cursor."""
    start = behind(s.chars, s.at, lambda char: char in " \t")
    s.delete(start, ahead(s.chars, s.at, lambda char: char in " \t"))
    s.at = start


def set_mark(s: State) -> None:
    s.mark = s.at


def exchange_mark(s: State) -> None:
    if s.mark is None or s.mark >= len(s.chars):
        s.lose("a mark that was not set in this line")
    else:
        s.at, s.mark = min(s.mark, len(s.chars)), s.at


def copy_region(s: State) -> None:
    """zle's M-w."""
    if s.mark is None:
        keep(s, HOLE)
    else:
        mark = min(s.mark, len(s.chars))
        keep(s, "".join(s.chars[min(mark, s.at) : max(mark, s.at)]), front=mark <= s.at)
    s.this = ""


def undo(s: State) -> None:
    """Take back the last change."""
    s.used.add("undo")
    for _ in range(s.n):
        if not s.undo:
            return
        change = s.undo.pop()
        if change is None:
            s.lose("undo of what is not known")
            if not s.dialect.readline:
                s.pos = None
            return
        s.revert(change)


def revert(s: State) -> None:
    """readline's M-r: take back every change."""
    while s.undo and not s.holed:
        undo(s)


def accept(s: State) -> None:
    s.done = True


def abort(s: State) -> None:
    """readline's C-g: it jumps out before the last command is forgotten."""
    s.this = s.last


def nothing(s: State) -> None:
    """Keys that show something, and change nothing."""


def unknown(why: str) -> Command:
    def command(s: State) -> None:
        s.lose(why)

    return command


def complete(s: State) -> None:
    """Completion: what stands left of the cursor is not known; in readline what is right of it stays."""
    right = s.chars[s.at :] if s.dialect.readline else [HOLE] * (s.at < len(s.chars))
    s.lose("completion")
    s.chars[1:] = right


def next_char(s: State) -> str:
    """The character that a command asks for; "" for a key that is none."""
    try:
        unit = s.stream.next()
    except Ended:
        return ""
    return unit if len(unit) == 1 else ""
