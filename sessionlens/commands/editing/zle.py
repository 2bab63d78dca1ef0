"""zsh's line editor: its emacs keys, and what is its alone (zshzle(1)).

Home, End and Delete are bound as Debian, oh-my-zsh and others bind them; zsh alone leaves them free.
"""

from __future__ import annotations

from . import emacs, isearch, ring, swapping, walking
from .keymap import Keys, typed
from .state import Command, State
from .stream import HOLE
from .words import behind, wordchar


def digit(s: State) -> None:
    """M-3, one digit at a time; M-- makes the number negative."""
    key = s.key[-1]
    if key == "-":
        s.keep["negative"] = 1
        s.argument = -1
    elif s.keep.pop("negative", 0):
        s.argument = -int(key)
    else:
        number = s.argument or 0
        s.argument = number * 10 + (int(key) if number >= 0 else -int(key))
    if abs(s.argument) > 10_000:
        s.lose("a number that is too large")
    s.this = "argument"


def last_word(s: State) -> None:
    """M-. : the last word of the line before; pressed behind it again, of the line before that."""
    s.used.add("history")
    start, size = s.keep.get("word", 0), s.keep.get("size", 0)
    again = size and start + size == s.at and s.pos is not None and s.keep.get("stamp") == _stamp(s, start)
    step = s.keep["step"] + 1 if again else 1
    if s.argument is not None or "\n" in s.chars:
        s.lose("a counted argument")
        return
    word = walking.argument(s, len(s.history) - step, None) if "lost" not in s.keep else None
    if not word:
        s.lose(walking.BEFORE)
        return
    if again:
        s.delete(start, s.at)
    s.keep.update(word=s.at, size=len(word), step=step)
    s.insert(word)
    s.keep["stamp"] = _stamp(s, s.keep["word"])


def _stamp(s: State, start: int) -> int:
    return hash("".join(s.chars[start : s.at]))


def push(s: State) -> None:
    """C-q: put the line aside; the next one begins with it."""
    if s.n < 1 or s.n > 5:
        s.lose("a counted push")
        return
    s.memory.pushed = (*s.memory.pushed, s.text, *[""] * (s.n - 1))[-100:]
    s.memory.pushed_at = s.at
    s.splice(0, len(s.chars), "")
    s.at = 0


def pull(s: State) -> None:
    """M-g: bring back what was put aside."""
    if s.memory.pushed:
        *left, text = s.memory.pushed
        s.memory.pushed = tuple(left)
        s.insert(text)


def hold(s: State) -> None:
    """M-a: take the line, and begin the next with it again."""
    s.memory.pushed, s.memory.pushed_at = (*s.memory.pushed, s.text)[-100:], s.at
    s.done = True


def next_time(s: State) -> None:
    """C-o: take the line, and begin the next with the one behind it in the history."""
    s.used.add("history")
    if s.pos is None:
        s.memory.pushed = (*s.memory.pushed, HOLE)
    elif s.pos < len(s.history):
        line = s.history[s.pos + 1] if s.pos + 1 < len(s.history) else ""
        s.memory.pushed = (*s.memory.pushed, line)[-100:]
        s.memory.preload = s.pos + 1
    s.done = True


def drop(s: State) -> None:
    """C-g: throw the line away, and begin another."""
    s.chars, s.at, s.undo, s.edits, s.lines, s.why = [], 0, [], [], {}, ""
    s.pos, s.mark = len(s.history), None
    s.keep.clear()
    begin(s)


def begin(s: State) -> None:
    """A line begins with what was put aside."""
    preload, s.memory.preload = s.memory.preload, None
    if s.memory.pushed:
        pull(s)
        at, s.memory.pushed_at = s.memory.pushed_at, -1
        s.at = min(at, s.at) if at >= 0 else s.at
    s.edits = []
    if preload is not None:
        s.pos = preload
    if s.chars:
        s.undo, s.why = [None], "a line that was put aside" if HOLE in s.chars else ""


def search_back(s: State) -> None:
    """M-p: the line before that begins with the same word."""
    _prefix(s, -1)


def search_on(s: State) -> None:
    _prefix(s, 1)


def _prefix(s: State, sense: int) -> None:
    if s.pos is None or s.n != 1:
        walking.adrift(s, walking.BEFORE)
        return
    s.used.add("search")
    text = s.text
    same = s.pos != len(s.history) and s.keep.get("hit") == s.pos and s.keep.get("hit at") == s.at
    if not (same and s.keep.get("prefix hash") == hash(text[: s.keep["size of prefix"]])):
        word, blank, _ = text.partition(" ")
        s.keep["size of prefix"] = len(word + blank)
    size = s.keep["size of prefix"]
    pos = s.pos + sense
    while 0 <= pos <= len(s.history):
        line = walking.text_at(s, pos)
        s.spend(len(line) + 8)
        if line.startswith(text[:size]) and line != text and (len(line) > size or pos == len(s.history)):
            walking.go(s, pos)
            s.keep.update({"hit": pos, "hit at": s.at, "prefix hash": hash(text[:size])})
            return
        pos += sense
    if sense < 0:
        walking.adrift(s, walking.BEFORE)


def up(s: State) -> None:
    """A row up, or from the first to the line before."""
    _vertical(s, -s.n)


def down(s: State) -> None:
    _vertical(s, s.n)


def _vertical(s: State, step: int) -> None:
    s.spend(len(s.chars))
    if s.holed and (s.rows or s.dialect.vi):
        walking.adrift(s, "rows")
        return
    if "\n" not in s.chars:
        walking.move(s, step)
        return
    if abs(step) != 1 or HOLE in s.chars:
        walking.adrift(s, "rows")
        return
    start = emacs.row_start(s, s.at)
    column = s.keep["column"] if s.last == "vertical" else s.at - start
    if (step < 0 and start == 0) or (step > 0 and emacs.row_end(s, s.at) == len(s.chars)):
        walking.move(s, step)
        return
    start = emacs.row_start(s, start - 1) if step < 0 else emacs.row_end(s, s.at) + 1
    s.at = min(start + column, emacs.row_end(s, start))
    if s.mode == "command" and s.at > start and s.at == emacs.row_end(s, start):
        s.at -= 1
    s.keep["column"], s.this = column, "vertical"


def last(s: State) -> None:
    """M->: to the end of what is typed, from its last row to the line that was being typed."""
    below = emacs.row_end(s, s.at) != len(s.chars)
    if not below:
        walking.newest(s)
    s.at = len(s.chars)


def first(s: State) -> None:
    if "\n" in s.chars[: s.at]:
        s.at = 0
    else:
        walking.first(s)


def quote_line(s: State) -> None:
    """M-': the line as one quoted word."""
    s.become("'" + s.text.replace("'", "'\\''") + "'")


def literal(s: State) -> None:
    """M-Enter, M-Tab: the character without Meta."""
    s.key = "\n" if s.key[-1] == "\r" else s.key[-1]
    emacs.insert(s)


def copy_word(s: State) -> None:
    """M-C-_: the word before the cursor once more."""
    word = emacs.member(s)
    stop = behind(s.chars, s.at, lambda char: not word(char))
    start = behind(s.chars, stop, word)
    if s.n != 1:
        s.lose("a counted word")
    else:
        s.insert("".join(s.chars[start : s.at]))


def finish(s: State) -> None:
    """C-d on an empty line ends the shell; at a line's end it shows completions."""
    if not s.chars:
        s.done = True
    else:
        emacs.delete(s)


ARROWS: dict[str, Command] = {"\x1b[A \x1bOA": up, "\x1b[B \x1bOB": down}
_EMACS: dict[str, Command] = {
    **ARROWS, "\x1b[D \x1bOD \x02": emacs.left, "\x1b[C \x1bOC \x06": emacs.right,
    "\x01 \x1b[H \x1bOH": emacs.home_zle, "\x05 \x1b[F \x1bOF": emacs.end_zle, "\x1b[3~": emacs.delete,
    "\x04": finish,
    "\r \n": emacs.accept, "\x1bf \x1bF \x1b[1;5C": emacs.word_right,
    "\x1bb \x1bB \x1b[1;5D": emacs.word_left,
    "\x7f \x08": emacs.rubout, "\x0b": emacs.kill_right_zle, "\x15": emacs.kill_row,
    "\x18\x0b": emacs.kill_buffer,
    "\x17 \x1b\x7f \x1b\x08": emacs.rubout_word, "\x1bd \x1bD": emacs.kill_word, "\x19": ring.yank,
    "\x1by": ring.pop,
    "\x14": swapping.swap_zle, "\x1bt \x1bT": swapping.swap_words_zle,
    "\x1bu \x1bU": swapping.changes_case(str.upper),
    "\x1bl \x1bL": swapping.changes_case(str.lower),
    "\x1bc \x1bC": swapping.changes_case(swapping.capitals(wordchar)),
    "\x1f \x18\x15 \x18u": emacs.undo, "\x1b. \x1b_": last_word, "\x16": emacs.quoted, "\x00": emacs.set_mark,
    "\x18\x18": emacs.exchange_mark, "\x1bw \x1bW": emacs.copy_region, "\x10": up, "\x0e": down,
    "\x1b<": first, "\x1b>": last, "\x12 \x13 \x18r \x18s": isearch.zle,
    "\x1bp \x1bP": search_back, "\x1bn \x1bN": search_on, "\x0f": next_time, "\x11 \x1bq \x1bQ": push,
    "\x1bg \x1bG": pull, "\x1ba \x1bA": hold, "\x07 \x1b\x07": drop, "\x1b'": quote_line,
    "\x1b\x1f": copy_word,
    "\x1b\r \x1b\n \x1b\t": literal, "\x0c \x1b\x0c \x1b\x04 \x18=": emacs.nothing, "\t": emacs.complete,
    " ".join(f"\x1b{key}" for key in "0123456789-"): digit,
}  # fmt: skip
_HOLEPROOF = (
    first, last, up, down, isearch.zle, search_back, search_on, next_time, push, hold, drop, pull,
    digit, literal, finish,
)  # fmt: skip
EMACS = Keys(_EMACS, typed, _HOLEPROOF)
