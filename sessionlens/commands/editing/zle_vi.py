"""zle's vi mode: zsh after `bindkey -v`."""

from __future__ import annotations

from . import emacs, ring, vi, walking, zle
from .keymap import Keys, blindly, typed
from .state import Command, State
from .stream import ESCAPE, HOLE, PASTE
from .words import ahead, behind, blank, ident, rest


def escape(s: State) -> None:
    """To command mode; what was typed is one change, and can be done again."""
    vi.merge(s)
    _recorded(s)
    if s.at > emacs.row_start(s, s.at):
        s.at -= 1
    s.mode = "command"


def _record(s: State) -> None:
    """From here on the keys are a change that `.` repeats."""
    if not s.keep.get("again"):
        s.stream.taken = [*(str(s.argument) if s.argument is not None else ""), *s.key]


def _recorded(s: State) -> None:
    if s.stream.taken is not None:
        taken = s.stream.taken
        s.memory.changed = tuple(taken) if len(taken) < 5000 else (HOLE,)
    s.stream.taken = None
    s.keep["again"] = 0


def change(command: Command) -> Command:
    """A command that `.` repeats."""

    def pressed(s: State) -> None:
        if "\n" in s.chars and command is not begin:
            s.lose("a change among rows")
            blindly(s)
            return
        s.used.add("vi")
        _record(s)
        command(s)
        if s.mode == "command":
            _recorded(s)

    return pressed


def operate(s: State) -> None:
    """d, c or y and a motion, or the same key for the whole row."""
    operator, times, start = s.key, s.n, s.at
    key, number = s.stream.next(), ""
    while key.isdigit() and key.isascii() and (number or key != "0") and len(number) < 5:
        number, key = number + key, s.stream.next()
    times *= int(number or 1)
    if key == operator:
        _rows(s, operator, times)
    elif len(key) == 1 and key in "hl^$0fFtT;,%wWbBeE| ":
        at = vi.motion(s, key, times, operator)
        if at is None or at == start or s.holed:
            return
        one, two = min(start, at), min(max(start, at), len(s.chars))
        two += key == "%" and at < start
        _take(s, operator, one, min(two, len(s.chars)))
    elif key not in (ESCAPE, "\x1b"):
        s.lose("a motion that is not modelled")


def _rows(s: State, operator: str, times: int) -> None:
    if times != 1 or "\n" in s.chars:
        s.lose("several rows")
        return
    start = s.at
    _take(s, operator, 0, len(s.chars))
    s.memory.rows = True
    if operator == "y":
        s.at = start


def _take(s: State, operator: str, one: int, two: int) -> None:
    if operator == "y":
        ring.keep(s, "".join(s.chars[one:two]))
        s.this, s.at = "", one
    else:
        ring.kill(s, one, two)
        s.at = one
    s.memory.rows = False
    if operator == "c":
        s.this = ""
        opened = len(s.undo)
        vi.enter(s, one)
        s.opened = opened


def erase(s: State) -> None:
    """x and X"""
    stop = min(s.at + s.n, len(s.chars)) if s.key != "X" else max(s.at - s.n, 0)
    if stop != s.at:
        _keep_apart(s, min(s.at, stop), max(s.at, stop), s.key == "X")


def _keep_apart(s: State, one: int, two: int, front: bool = False) -> None:
    ring.kill(s, one, two, front)
    s.this, s.memory.rows = "", False


def kill_end(s: State) -> None:
    """D, and C."""
    if s.key == "C":
        opened = len(s.undo)
        _keep_apart(s, s.at, len(s.chars))
        vi.enter(s, s.at)
        s.opened = opened
    elif s.at < len(s.chars):
        ring.kill(s, s.at, len(s.chars))
        s.memory.rows = False


def substitute(s: State) -> None:
    """s and S."""
    if s.key == "s" and s.at >= len(s.chars):
        return
    one = s.at if s.key == "s" else ahead(s.chars, 0, blank)
    opened = len(s.undo)
    _keep_apart(s, one, min(one + s.n, len(s.chars)) if s.key == "s" else len(s.chars))
    vi.enter(s, one)
    s.opened = opened


def copy_rows(s: State) -> None:
    """Y"""
    _rows(s, "y", s.n)


def put(s: State) -> None:
    """p and P; whole rows become rows of their own."""
    if not s.memory.ring or "\n" in s.chars:
        s.lose("what was killed before the recording")
        return
    text = s.memory.ring[-1]
    s.used |= {"kill", "vi"}
    if s.memory.rows:
        if s.n != 1:
            s.lose("several rows")
            return
        start = s.at = emacs.row_end(s, s.at) if s.key == "p" else emacs.row_start(s, s.at)
        s.insert("\n" + text if s.key == "p" else text + "\n")
        start += s.key == "p"
        s.at = ahead(s.chars, start, blank)
        return
    s.at = min(s.at + (s.key == "p"), len(s.chars))
    s.spend(len(text) * min(s.n, 1000))
    s.insert(text * min(s.n, 1000))
    s.at = max(s.at - 1, 0)


def replace_char(s: State) -> None:
    """r"""
    if s.at + s.n > len(s.chars):
        if s.keep.get("again"):
            s.stream.next()
        return
    char = emacs.next_char(s)
    if not char or char < " ":
        s.lose("an odd replacement")
        return
    s.splice(s.at, s.at + s.n, char * s.n)
    s.at += s.n - 1


def begin(s: State) -> None:
    """i, a, I and A."""
    bol = ahead(s.chars, emacs.row_start(s, s.at), blank)
    eol = emacs.row_end(s, s.at)
    at = {"i": s.at, "a": min(s.at + 1, eol), "I": bol, "A": eol, "o": eol, "O": emacs.row_start(s, s.at)}[
        s.key
    ]
    opened = len(s.undo)
    if s.key in "oO":
        s.splice(at, at, "\n")
        at += s.key == "o"
    vi.enter(s, at)
    s.opened = opened


def start(s: State) -> None:
    """A line begins in insert mode, and what is typed is a change that `.` repeats on a row of its own."""
    s.stream.taken = ["o"]


def again(s: State) -> None:
    """The last change once more: its keys are read again."""
    changed = list(s.memory.changed)
    if not changed or HOLE in changed:
        s.lose("a change before the recording")
        return
    if s.argument is not None:
        while changed[0].isdigit() and len(changed) > 1:
            del changed[0]
        changed[:0] = str(s.argument)
    s.spend(len(changed) * 64)
    s.keep["again"] = 1
    s.stream.push(changed)


def rubout(s: State) -> None:
    """Backspace: not over what stood there before."""
    if s.at > 0 and s.at - s.n >= s.floor:
        _keep_apart(s, s.at - s.n, s.at, front=True)


def word_rubout(s: State) -> None:
    """C-w: not over what stood there before."""
    at = max(behind(s.chars, s.at, blank), s.floor)
    if at > s.floor:
        at = max(behind(s.chars, at, ident if ident(s.chars[at - 1]) else rest), s.floor)
    ring.kill(s, min(at, s.at), s.at, front=True)
    s.memory.rows = False


def kill_typed(s: State) -> None:
    """C-u: what was typed since insertion began."""
    if s.floor <= s.at:
        s.delete(s.floor, s.at)
    s.this = "kill"


def search(s: State) -> None:
    """/ and ?: a search string with a prompt of its own."""
    sought = ""
    while (unit := s.stream.next()) not in ("\r", "\n", "\x1b", ESCAPE):
        if unit in "\x7f\x08":
            if not sought:
                return
            sought = sought[:-1]
        elif len(unit) > 1 or unit < " ":
            walking.adrift(s, "a key inside of a search")
            return
        else:
            sought += unit
    s.memory.asked, s.memory.sense = sought or s.memory.asked, -1 if s.key == "/" else 1
    _search(s, s.memory.sense)


def search_again(s: State) -> None:
    """n and N"""
    _search(s, s.memory.sense if s.key == "n" else -s.memory.sense)


def _search(s: State, sense: int) -> None:
    s.used.add("search")
    sought = s.memory.asked
    if s.pos is None or not sought or s.n != 1:
        walking.adrift(s, walking.BEFORE)
        return
    pos, text = s.pos + sense, s.text
    while 0 <= pos <= len(s.history):
        line = walking.text_at(s, pos)
        s.spend(len(line) + 8)
        if line != text and (line.startswith(sought[1:]) if sought[0] == "^" else sought in line):
            walking.go(s, pos)
            return
        pos += sense
    if sense < 0:
        walking.adrift(s, walking.BEFORE)


def _inserted(s: State, key: str) -> Command | None:
    """In insert mode most control keys insert themselves."""
    if len(key) == 1 and key < " " and key not in "\x00\x03\x04\x07\x1a\x1b":
        return emacs.insert
    return typed(s, key) if not key.startswith(PASTE) or s.mode == "insert" else None


_BEGIN = change(begin)
_HOLEPROOF = (_BEGIN, escape, search, search_again, vi.count, vi.row_home, vi.row_end, zle.up, zle.down)
_MOVES: dict[str, Command] = {
    "\x1b[D \x1bOD": vi.row_left, "\x1b[C \x1bOC": vi.row_right, "\x1b[H \x1bOH": vi.row_home,
    "\x1b[F \x1bOF": vi.row_end,
    "\x1b[A \x1bOA": zle.up, "\x1b[B \x1bOB": zle.down, "\x1b[3~": change(erase), "\r \n": emacs.accept,
}  # fmt: skip
COMMAND = Keys(vi.keymap({
    **_MOVES, "d c y": change(operate), "D C": change(kill_end), "s S": change(substitute),
    "x X": change(erase),
    "Y": change(copy_rows), "p P": put, "r": change(replace_char), "~": change(vi.swap_case),
    "i a I A o O": _BEGIN, ".": again, "u": emacs.undo, "/ ?": search, "n N": search_again,
    "k": zle.up, "j": zle.down, "\x10": walking.up, "\x0e": walking.down, "\x08 \x7f": vi.row_left,
    "\x1b": emacs.nothing, ESCAPE: emacs.nothing, "\x0c": emacs.nothing,
}), lambda s, key: None, _HOLEPROOF)  # fmt: skip
INSERT = Keys({
    **_MOVES, "\x1b": escape, ESCAPE: escape, "\x7f \x08": rubout, "\x17": word_rubout, "\x15": kill_typed,
    "\x16 \x11": emacs.quoted, "\t": emacs.complete, "\x04 \x0c \x12 \x07": emacs.nothing,
}, _inserted, _HOLEPROOF)  # fmt: skip
