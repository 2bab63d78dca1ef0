"""readline 8.2 as bash uses it: its emacs keys, and what is its alone (man bash, READLINE)."""

from __future__ import annotations

from . import emacs, isearch, ring, swapping, walking
from .keymap import Keys, typed
from .state import Command, State
from .stream import ESCAPE, HOLE
from .words import alnum


def digits(s: State) -> None:
    """M-3, M-- and the digits that follow: how often the next command is to run."""
    sign, number = 1, ""
    s.stream.back(s.key[1:])
    while True:
        unit = s.stream.next()
        if unit.isdigit() and unit.isascii() and len(number) < 5:
            number += unit
        elif unit == "-" and not number and sign == 1:
            sign = -1
        else:
            break
    more = s.stream.next() if unit in ("\x1b", ESCAPE) else ""
    s.stream.back([unit, more] if more else [unit])
    if more.isdigit() and more.isascii():
        s.lose("a number with Meta in its middle")
        return
    s.argument, s.this = sign * int(number or "1"), "argument"


def last_argument(s: State) -> None:
    """M-. : the last word of the line before; pressed again, of the line before that one."""
    again = s.last == "last argument"
    if not again:
        s.keep.update(skip=0, which=-9 if s.argument is None else s.argument, step=1, undo=0)
    else:
        if s.keep["undo"] and s.undo:
            change = s.undo.pop()
            if change is None:
                s.lose("undo of what is not known")
                return
            s.revert(change)
        if s.n < 0:
            s.keep["step"] = -s.keep["step"]
        s.keep["skip"] = max(s.keep["skip"] + s.keep["step"], 0)
    which = s.keep["which"]
    _argument(s, s.keep["skip"], None if which == -9 else which)
    s.this = "last argument"


def first_argument(s: State) -> None:
    """M-C-y: the first argument of the line before."""
    _argument(s, 0, 1 if s.argument is None else s.argument)


def _argument(s: State, skip: int, which: int | None) -> None:
    s.used.add("history")
    word = None if s.pos is None else walking.argument(s, s.pos - 1 - skip, which)
    if word is None:
        s.lose(walking.BEFORE)
        return
    s.keep["undo"] = int(bool(word))
    if word and s.dialect.vi:
        s.at = min(s.at + 1, len(s.chars))
        s.mode, word = "insert", " " + word
    s.insert(word)
    if len(s.edits) == 1:
        s.edits.append((s.at, "", ""))  # a change of its own, even if it is one character


def comment(s: State) -> None:
    """M-#: the line as a comment, and it is taken."""
    if s.argument is not None:
        s.lose("a counted comment")
    s.at = 0
    s.insert("#")
    s.done = True


def prompted(s: State) -> None:
    """M-p and M-n, vi's / and ?: a search string with a prompt of its own, then one search."""
    sought = ""
    while (unit := s.stream.next()) not in ("\r", "\n"):
        if unit in "\x07\x03":
            return
        if unit in "\x7f\x08":
            if not sought:
                return
            sought = sought[:-1]
        elif unit == "\x15":
            sought = ""
        elif len(unit) > 1 or unit < " ":
            walking.adrift(s, "a key inside of a search")
            return
        else:
            sought += unit
    s.memory.asked = sought or s.memory.asked
    s.memory.sense = -1 if s.key in ("\x1bp", "/") else 1
    if sought:
        s.memory.asked_at = s.pos
    search_again(s, s.memory.sense, s.memory.asked_at)


def search_again(s: State, sense: int, start: int | None) -> None:
    """To the next line of the history that has what was asked for."""
    s.used.add("search")
    sought, anchored = s.memory.asked, s.memory.asked.startswith("^")
    pattern = s.dialect.vi and any(char in "*?[\\" for char in sought)
    if start is None or not sought or HOLE in sought or pattern:
        walking.adrift(s, "a search for what is not known")
        return
    pos = start + sense
    while 0 <= pos < len(s.history):
        line = walking.text_at(s, pos)
        s.spend(len(line) + 8)
        bare = sought.removeprefix("^")
        index = line.rfind(bare) if sense < 0 and not anchored else line.find(bare)
        if index == 0 or (index > 0 and not anchored):
            _found(s, pos, line, index)
            return
        pos += sense
    walking.adrift(s, walking.BEFORE if sense < 0 else "a search that found nothing")
    s.keep["astray"] = 1


def _found(s: State, pos: int, line: str, index: int) -> None:
    s.memory.asked_at = pos
    if s.dialect.vi:
        s.pos, index = pos, 0
    else:
        if s.pos is not None and s.pos < len(s.history):
            s.history[s.pos] = HOLE
        s.pos, s.keep["astray"] = (
            None,
            1,
        )  # readline 8.2 mixes up its lines when one moves from here, and may crash
    s.become(line, index)
    s.undo, s.edits, s.mark = [None], [], None


def next_time(s: State) -> None:
    """C-o: take the line, and begin the next with the one behind it in the history."""
    s.used.add("history")
    if s.pos != len(s.history):
        s.memory.preload = -1 if s.pos is None else s.pos + 1
    s.done = True


_UP, _DOWN = "\x1b[A \x1bOA", "\x1b[B \x1bOB"
_LEFT, _RIGHT = "\x1b[D \x1bOD", "\x1b[C \x1bOC"
ARROWS: dict[str, Command] = {
    _UP: walking.up, _DOWN: walking.down, _LEFT: emacs.left, _RIGHT: emacs.right,
    "\x1b[H \x1bOH": emacs.home, "\x1b[F \x1bOF": emacs.end, "\x1b[3~": emacs.delete,
    "\x1b[1;5C \x1b[1;3C": emacs.word_right, "\x1b[1;5D \x1b[1;3D": emacs.word_left,
    "\x1b[3;5~": emacs.kill_word,
}  # fmt: skip
_EMACS: dict[str, Command] = {
    **ARROWS,
    "\r \n": emacs.accept, "\x01 \x1b[1~": emacs.home, "\x05 \x1b[4~": emacs.end, "\x02": emacs.left,
    "\x06": emacs.right, "\x1bf \x1b\x1b[C \x1b[5C": emacs.word_right,
    "\x1bb \x1b\x1b[D \x1b[5D": emacs.word_left,
    "\x7f \x08": emacs.rubout, "\x04": emacs.delete, "\x0b": emacs.kill_right,
    "\x18\x7f": emacs.kill_left, "\x15": emacs.kill_left, "\x17": emacs.kill_blank_word,
    "\x1bd": emacs.kill_word, "\x1b\x7f \x1b\x08": emacs.rubout_word, "\x19": ring.yank, "\x1by": ring.pop,
    "\x14": swapping.swap, "\x1bt": swapping.swap_words, "\x1bu": swapping.changes_case(str.upper),
    "\x1bl": swapping.changes_case(str.lower), "\x1bc": swapping.changes_case(swapping.capitals(alnum)),
    "\x1f \x18\x15": emacs.undo, "\x1br \x1b\x12": emacs.revert, "\x1b. \x1b_": last_argument,
    "\x1b\x19": first_argument, "\x16 \x11": emacs.quoted, "\x1d \x1b\x1d": emacs.seek,
    "\x1b\\": emacs.squeeze,
    "\x00": emacs.set_mark, "\x18\x18": emacs.exchange_mark, "\x1b#": comment,
    "\x10": walking.up, "\x0e": walking.down, "\x1b<": walking.first, "\x1b>": walking.newest,
    "\x12 \x13": isearch.readline, "\x1bp \x1bn": prompted, "\x0f": next_time,
    "\x07 \x18\x07 \x1b\x07": emacs.abort, "\x0c \x1b\x0c \x1b? \x1b= \x18\x16": emacs.nothing,
    "\t \x1b/ \x1b! \x1b@ \x1b{ \x1b~ \x1b$ \x1bg \x1b* \x1b\t": emacs.complete,
    " ".join(f"\x1b{digit}" for digit in "0123456789-"): digits,
}  # fmt: skip
EMACS = Keys(_EMACS, typed, (isearch.readline, prompted, next_time, digits, comment))
EMACS.bound["\x1b "] = emacs.set_mark
