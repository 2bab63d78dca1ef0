"""readline's vi mode: bash after `set -o vi`."""

from __future__ import annotations

from . import emacs, isearch, readline, ring, swapping, vi, walking
from .keymap import Keys, typed
from .ring import kill
from .state import Command, State
from .stream import ESCAPE, HOLE
from .words import blank

_SHORT = {"d": " l|h^0bBFT", "c": " l|hwW^0bBFT", "y": " l|h^0%bBFT"}


def escape(s: State) -> None:
    """To command mode. What was typed is the last change, as far as readline remembers it."""
    if s.memory.changed and s.memory.changed[0] in "iaIAc" and "typed" in s.keep:
        text = "".join(s.chars[s.keep["typed"] : s.at])
        whole = not s.keep["odd"] and 0 < len(text.encode("utf-8", "replace")) <= 20 and text.isascii()
        s.memory.inserted = text if whole else HOLE
    elif s.memory.changed:
        s.memory.inserted = HOLE
    if "commanded" not in s.keep:
        s.undo = []  # the first Esc of a line is as far as u goes
    else:
        vi.merge(s)
    s.keep["commanded"] = 1
    s.at, s.mode = max(s.at - 1, 0), "command"


def _last(s: State, key: str, motion: str = "") -> None:
    s.memory.changed = (key, motion, str(s.n))


def operate(s: State) -> None:
    """d, c or y and a motion."""
    operator, times = s.key, s.n
    key = s.stream.next()
    number = ""
    while key.isdigit() and key.isascii() and (number or key != "0") and len(number) < 5:
        number, key = number + key, s.stream.next()
    times *= int(number or 1)
    _apply(s, operator, key, times)


def _apply(s: State, operator: str, key: str, times: int) -> None:
    s.used.add("vi")
    start = s.at
    if key == operator:
        _take(s, operator, 0, len(s.chars))
        s.at = start if operator == "y" else s.at
    elif key not in "hl^$0fFtT;,%wWbBeE| " or len(key) > 1:
        return
    else:
        at = vi.motion(s, key, times, operator)
        if s.holed:
            return
        at = start if at is None else min(at, len(s.chars))
        if at == start and operator != "c":
            return  # but c goes on, even where its motion failed
        one, two = _span(s, operator, key, start, at)
        _take(s, operator, one, two)
        s.at = min(start, len(s.chars)) if operator == "y" else s.at
    _last(s, operator, key)


def _span(s: State, operator: str, key: str, start: int, at: int) -> tuple[int, int]:
    """From where to where: readline looks again at what the motion gave it."""
    if key in "wW" and start < at < len(s.chars) and not blank(s.chars[at]):
        at -= 1
    if operator == "c" and key in "wW" and at >= start:
        while at > start and (at >= len(s.chars) or blank(s.chars[at])) and _blank_at(s, at):
            at -= 1
        if at == start or (at < len(s.chars) - 1 and not blank(s.chars[at])):
            at = min(at + 1, len(s.chars))
    one, two = min(start, at), max(start, at)
    if key not in _SHORT[operator] and one >= start and two < len(s.chars):
        two += 1
    return one, two


def _blank_at(s: State, at: int) -> bool:
    return at < len(s.chars) and blank(s.chars[at])


def _take(s: State, operator: str, one: int, two: int) -> None:
    if operator == "y":
        if one != two:
            ring.keep(s, "".join(s.chars[one:two]))
        return
    kill(s, one, two)
    if operator == "c":
        opened = len(s.undo)
        vi.enter(s, one)
        s.opened = opened


def to_end(s: State) -> None:
    """D, C and Y."""
    operator = s.key.lower()
    _apply(s, operator, "$", 1)
    _last(s, s.key, "$")


def substitute(s: State) -> None:
    """s and S."""
    _apply(s, "c", "l" if s.key == "s" else "c", s.n)


def erase(s: State) -> None:
    """x and X."""
    stop = s.at + s.n if s.key == "x" else max(s.at - s.n, 0)
    if s.chars and (s.key == "x" or s.at):
        kill(s, min(s.at, stop), min(max(s.at, stop), len(s.chars)))
    _last(s, s.key)


def put(s: State) -> None:
    """p and P."""
    if not s.memory.ring:
        s.lose("what was killed before the recording")
        return
    s.used |= {"kill", "vi"}
    s.at = min(s.at + (s.key == "p"), len(s.chars))
    s.spend(len(s.memory.ring[s.memory.turned]) * min(s.n, 1000))
    s.insert(s.memory.ring[s.memory.turned] * min(s.n, 1000))
    s.at = max(s.at - 1, 0)
    _last(s, s.key)


def replace_char(s: State) -> None:
    """r: characters become another."""
    char = emacs.next_char(s)
    if not char or char in "\x1b\x03\r\n":
        s.lose("an odd replacement")
        return
    _replace(s, char)


def _replace(s: State, char: str) -> None:
    stop = min(s.at + s.n, len(s.chars))
    if stop > s.at:
        ring.keep(s, s.chars[stop - 1])  # each is killed in its turn
    s.splice(s.at, stop, char * (stop - s.at))
    s.at = max(stop - 1, 0)
    _last(s, "r", char)


def case(s: State) -> None:
    changed = [char for char in s.chars[s.at : s.at + s.n] if char != char.swapcase()]
    if changed:
        ring.keep(s, changed[-1])
    vi.swap_case(s)
    _last(s, "~")


def begin(s: State) -> None:
    """i, a, I and A."""
    at = {"i": s.at, "a": min(s.at + 1, len(s.chars)), "I": 0, "A": len(s.chars)}[s.key]
    key = s.key
    s.argument = None
    vi.enter(s, at)
    _last(s, key)


def overtype(s: State) -> None:
    """R"""
    vi.enter(s, s.at, "replace")
    _last(s, "R")


def redo(s: State) -> None:
    """The last change once more."""
    if not s.memory.changed:
        s.lose("a change before the recording")
        return
    key, detail, times = s.memory.changed
    s.argument = s.argument if s.argument is not None else int(times)
    if key in "iaIAcCR" and (not s.memory.inserted or HOLE in s.memory.inserted or key in "CR"):
        s.lose("an insertion that readline does not remember whole")
    elif key in "iaIA":
        s.at = {"i": s.at, "a": min(s.at + 1, len(s.chars)), "I": 0, "A": len(s.chars)}[key]
        s.insert(s.memory.inserted * min(s.n, 1000))
        s.at = max(s.at - 1, 0)
    elif key in "dcy":
        _again(s, key, detail)
    elif key == "r":
        _replace(s, detail)
    else:
        s.key = key
        _SIMPLE[key](s)


def _again(s: State, operator: str, key: str) -> None:
    if key in "fFtT":
        s.lose("a search of a character once more")
        return
    ringed, last = s.memory.ring, s.memory.changed
    _apply(s, operator, key, s.n)
    s.memory.changed = last
    if operator == "c" and s.mode == "insert":
        s.memory.ring, s.memory.turned = ringed, len(ringed) - 1  # what is changed again is not kept
        s.insert(s.memory.inserted)
        s.mode = "command"


def word_rubout(s: State) -> None:
    """C-w: over names, or over punctuation and blanks."""
    if not s.at:
        return
    chars, at = [*s.chars, "\0"], s.at
    if chars[at] == "\0" and blank(chars[at - 1]):
        at -= 1
        while at > 0 and blank(chars[at]):
            at -= 1
    if at > 0 and not _boundary(chars[at]) and _boundary(chars[at - 1]):
        at -= 1
    same = _boundary(chars[at])
    while at > 0 and _boundary(chars[at - 1]) == same:
        at -= 1
    s.keep["odd"] = 1
    kill(s, at, s.at, front=True)


def _boundary(char: str) -> bool:
    return char in " \t" or (char.isascii() and char.isprintable() and not char.isalnum())


def odd(command: Command) -> Command:
    """What is typed with this in between is not remembered whole."""

    def pressed(s: State) -> None:
        s.keep["odd"] = 1
        command(s)

    return pressed


def again(s: State) -> None:
    """n and N"""
    readline.search_again(s, -1 if s.key == "n" else 1, s.memory.asked_at)


def revert(s: State) -> None:
    """U"""
    emacs.revert(s)
    s.at = 0 if not s.holed else s.at


_SIMPLE: dict[str, Command] = {
    "x": erase, "X": erase, "p": put, "P": put, "~": case, "D": to_end, "Y": to_end,
}  # fmt: skip
_HOLEPROOF = (begin, escape, again, vi.count, isearch.readline, readline.prompted, readline.comment)
_UP, _DOWN = "\x1b[A \x1bOA", "\x1b[B \x1bOB"
COMMAND = Keys(vi.keymap({
    **_SIMPLE, "d c y": operate, "C": to_end, "s S": substitute, "r": replace_char, "i a I A": begin,
    "R": overtype,
    ".": redo, "u \x1f": emacs.undo, "U": revert, "_": readline.last_argument, "/ ?": readline.prompted,
    "n N": again,
    "k - \x10 " + _UP: walking.up, "j + \x0e " + _DOWN: walking.down, "#": readline.comment,
    "\r \n \x04": emacs.accept, ESCAPE: emacs.nothing, "\x1b": emacs.nothing, "\x0c \x07": emacs.nothing,
    "\x1b[D \x1bOD \x08": emacs.left, "\x1b[H \x1bOH": emacs.home, "\x1b[3~": emacs.delete,
    "\x17": word_rubout, "\x15": emacs.kill_left, "\x0b": emacs.kill_right,
}), lambda s, key: None, _HOLEPROOF)  # fmt: skip
INSERT = Keys({
    _UP: walking.up, _DOWN: walking.down, "\x1b[D \x1bOD": odd(emacs.left), "\x1b[C \x1bOC": odd(emacs.right),
    "\x1b[H \x1bOH": odd(emacs.home), "\x1b[F \x1bOF": odd(emacs.end), "\x1b[3~": odd(emacs.delete),
    "\x1b": escape, ESCAPE: escape, "\r \n \x04": emacs.accept, "\x7f \x08": odd(emacs.rubout),
    "\x17": word_rubout, "\x15": odd(emacs.kill_left), "\x19": odd(ring.yank), "\x16": odd(emacs.quoted),
    "\x14": odd(swapping.swap), "\x1f": emacs.unknown("undo while inserting"), "\x12 \x13": isearch.readline,
    "\t \x0e \x10": emacs.complete,
}, typed, _HOLEPROOF)  # fmt: skip


def _overtyped(s: State, key: str) -> Command | None:
    return overtyped if len(key) == 1 and key >= " " and key != "\x7f" else None


def overtyped(s: State) -> None:
    """A character in the place of another."""
    s.splice(s.at, min(s.at + 1, len(s.chars)), s.key)
    s.at += 1


REPLACE = Keys({"\x1b": escape, ESCAPE: escape, "\r \n": emacs.accept}, _overtyped, _HOLEPROOF)
