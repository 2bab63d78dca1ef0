"""fish 3's line editor with its emacs keys (fish_default_key_bindings).

What it suggests is the newest line of the history that begins with what is typed, as far as that is known;
its completions and pagers are not modelled.
"""

from __future__ import annotations

from . import emacs, ring, walking
from .keymap import Keys
from .state import Command, State
from .stream import ESCAPE, HOLE, PASTE
from .words import ahead, behind

_APART = frozenset("/={,}'\":@ |;<>&")


def _by_words(chars: list[str]) -> int:
    """How many of the characters one step of a word takes: one of any kind, blanks, a name."""
    at, state = 0, "first"
    while at < len(chars):
        char = chars[at]
        if state == "first":
            state = "blank" if char.isspace() else "name" if char.isalnum() else "rest"
        elif state == "rest":
            if char.isspace():
                state = "last blank"
            elif char.isalnum():
                state = "name"
            else:
                return at
            continue
        elif state in ("blank", "last blank"):
            if not char.isspace():
                if state == "last blank":
                    return at
                state = "name"
                continue
        elif not char.isalnum():
            return at
        at += 1
    return at


def _by_paths(chars: list[str]) -> int:
    """One part of a path, with the separator that stands before it."""
    at = 1 if chars and _separates(chars[0]) else 0
    while at < len(chars) and chars[at].isspace():
        at += 1
    if at < len(chars) and _separates(chars[at]) and chars[at] != "/":
        while at < len(chars) and _separates(chars[at]):
            at += 1
        return at
    while at < len(chars) and chars[at] == "/":
        at += 1
    while at < len(chars) and chars[at] not in _APART and not chars[at].isspace():
        at += 1
    return at


def _separates(char: str) -> bool:
    return char in _APART and not char.isspace()


def _leftward(s: State) -> list[str]:
    return s.chars[: s.at][::-1]


def word_left(s: State) -> None:
    s.at -= _by_words(_leftward(s))


def word_right(s: State) -> None:
    if s.at == len(s.chars):
        suggestion(s, whole=False)
    else:
        s.at += _by_words(s.chars[s.at :])


def _rows(s: State) -> bool:
    return "\n" in s.chars


def kill_path(s: State) -> None:
    """C-w"""
    ring.kill(s, s.at - _by_paths(_leftward(s)), s.at, front=True, kind="kill word")


def rubout_word(s: State) -> None:
    ring.kill(s, s.at - _by_words(_leftward(s)), s.at, front=True, kind="kill word")


def kill_word(s: State) -> None:
    ring.kill(s, s.at, s.at + _by_words(s.chars[s.at :]), kind="kill next")


def kill_right(s: State) -> None:
    if _rows(s):
        s.lose("a kill among rows")
    else:
        ring.kill(s, s.at, len(s.chars), kind="kill right")


def kill_left(s: State) -> None:
    if _rows(s):
        s.lose("a kill among rows")
    else:
        ring.kill(s, 0, s.at, front=True, kind="kill left")


def home(s: State) -> None:
    s.at = behind(s.chars, s.at, lambda char: char != "\n")


def end(s: State) -> None:
    if s.at == len(s.chars) and not s.holed:
        suggestion(s, whole=True)
    else:
        s.at = ahead(s.chars, s.at, lambda char: char != "\n")


def left(s: State) -> None:
    s.at = max(s.at - 1, 0)


def right(s: State) -> None:
    if s.at == len(s.chars):
        suggestion(s, whole=True)
    else:
        s.at += 1


def suggestion(s: State, whole: bool) -> None:
    """Take what is suggested: all of it, or a word."""
    if not s.suggests or not s.chars:
        return
    text = s.text
    s.spend(4 * len(s.history) + 8)
    line = next(
        (line for line in reversed(s.history) if len(line) > len(text) and line.startswith(text)), None
    )
    if line is None or HOLE in line or "\n" in line:
        s.lose("a suggestion")
        return
    more = line[len(text) :]
    s.insert(more if whole else more[: _by_words(list(more))])
    s.used.add("suggestion")


def turn(s: State) -> None:
    """M-y turns the ring, whose older part is not known."""
    if s.last == "yank":
        s.memory.ring = ()
        s.lose("what was killed before the recording")


def rubout(s: State) -> None:
    s.delete(s.at - 1, s.at)


def delete(s: State) -> None:
    s.delete(s.at, s.at + 1)


def finish(s: State) -> None:
    """C-d"""
    if s.chars:
        delete(s)
    else:
        s.done = True


def swap(s: State) -> None:
    if len(s.chars) < 2:
        return
    s.at = min(s.at, len(s.chars) - 1)
    if s.at:
        s.splice(s.at - 1, s.at + 1, s.chars[s.at] + s.chars[s.at - 1])
        s.at += 1


def _cases(text: str, kind: str) -> str:
    if kind != "c":
        return text.upper() if kind == "u" else text.lower()
    first = next((at for at, char in enumerate(text) if char.isalnum()), len(text))
    return text[:first].lower() + text[first : first + 1].upper() + text[first + 1 :].lower()


def case(s: State) -> None:
    """M-u and M-c."""
    stop = s.at + _by_words(s.chars[s.at :])
    s.splice(s.at, stop, _cases("".join(s.chars[s.at : stop]), s.key[-1]))
    s.at = stop


def up(s: State) -> None:
    """What was typed is sought anywhere in the lines of the history; small letters find large ones too."""
    _walk(s, -1)


def down(s: State) -> None:
    _walk(s, 1)


def _walk(s: State, step: int) -> None:
    if _rows(s) or s.pos is None or s.holed:
        walking.adrift(s, "rows")
        return
    if step > 0 and s.last != "search":
        if "hits" in s.keep:
            walking.adrift(s, "a search that was left")
        return
    if s.last != "search" and s.memory.ghost:
        walking.adrift(s, "a line that fish remembers only once")
        return
    if s.last != "search":
        s.pos, s.memory.asked = len(s.history), s.text
        s.keep["hits"] = 0
    sought = s.memory.asked
    fold = sought == sought.lower()
    s.used.add("search" if sought else "history")
    pos = s.pos + step
    seen = {walking.text_at(s, at) for at in range(s.pos, len(s.history))} if step < 0 else set()
    s.spend(64 * (len(s.history) - s.pos) + 8)
    while 0 <= pos < len(s.history):
        line = s.history[pos]
        s.spend(len(line) + 8)
        if (sought in (line.lower() if fold else line)) and line != sought and _newest(s, pos, line, seen):
            break
        pos += step
    if pos < 0:
        walking.adrift(s, walking.BEFORE)
        return
    if pos != s.pos:
        s.become(s.history[pos] if pos < len(s.history) else sought)
    s.pos, s.this = min(pos, len(s.history)), "search"


def _newest(s: State, pos: int, line: str, seen: set[str]) -> bool:
    """A line that came several times counts where it came last."""
    s.spend(len(s.history) - pos)
    return line not in seen and line not in s.history[pos + 1 :]


def newline(s: State) -> None:
    """M-Enter"""
    s.insert("\n")


def paste(s: State) -> None:
    """A paste is text; blanks at the line's beginning are left out."""
    text = s.key[len(PASTE) :]
    s.used.add("paste")
    if s.at == 0:
        text = text.lstrip(" ")
    if "'" in s.text or "\x1b" in text or any(char < " " and char not in "\n\t" for char in text):
        s.lose("a paste between quotes")
    else:
        s.insert(text)


def drop(s: State) -> None:
    """C-c: the line is thrown away."""
    s.done = True


def _other(s: State, key: str) -> Command | None:
    if key.startswith(PASTE):
        return paste
    return emacs.insert if len(key) == 1 and key >= " " and key != "\x7f" else None


KEYMAP = Keys({
    "\r \n": emacs.accept, "\x03": drop, "\x04": finish, "\x01 \x1b[H \x1bOH \x1b[1~": home,
    "\x05 \x1b[F \x1bOF \x1b[4~": end, "\x02 \x1b[D \x1bOD": left, "\x06 \x1b[C \x1bOC": right,
    "\x1bb \x1b[1;5D \x1b[1;3D": word_left, "\x1bf \x1b[1;5C \x1b[1;3C": word_right, "\x7f \x08": rubout,
    "\x1b[3~": delete, "\x0b": kill_right, "\x15": kill_left, "\x17": kill_path,
    "\x1b\x7f \x1b\x08": rubout_word,
    "\x1bd": kill_word, "\x19": ring.yank, "\x1by": turn, "\x14": swap, "\x1bu \x1bc": case,
    "\x1f \x1a": emacs.undo, "\x1b[A \x1bOA \x10": up, "\x1b[B \x1bOB \x0e": down, "\x1b\r \x1b\n": newline,
    "\t": emacs.complete, "\x12": emacs.unknown("the history pager"),
    "\x1b. \x1b[1;3A": emacs.unknown("a token sought"),
    "\x0c": emacs.nothing, ESCAPE: emacs.nothing,
}, _other, (home, kill_left, kill_right, newline, finish, drop, paste))  # fmt: skip
