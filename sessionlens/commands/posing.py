"""A program that shows the shell's own prompt and reads what is typed behind it: which can, and for how long?

`read -e -p "$PS1"`, `cat FILE -` where the file ends in the prompt, a line of Python, nc. Nothing that it
shows tells it from the shell, so what is typed meanwhile is doubted, never dropped. Scripts and programs that
nobody knows are not judged here (running.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from .openers import REPLS, SHELLS, base, past_wrappers
from .stdin import FILTERS, leaves, pipelines, runnable

READS = re.compile(
    r"""(?:(?:^|[;&|(){'"]|\b(?:do|then|else|while|until|if|in|builtin|command)\s|\w=(?:(?!\w=)\S)*\s)\s*"""
    r"|\n[^\S\n]*)(?:read|select|vared)(?![\w=-])"
)
"""Like all patterns here it goes through a line once: hostile ones are long."""

_POSES = re.compile(
    READS.pattern.replace("|select|", "|select(?=\\s+\\w+(?:\\s+in\\b|(?:\\s*;|[^\\S\\n]*\\n)\\s*do\\b))|")
)
_FED = re.compile(
    r"\|\s*(?:(?:while|until|\{|\()\s+)?(?:\w+=[^\s|]*\s+)*read\b|\bdone\s*<\s*[^&\s(]"
    r"|\bread\b(?:(?!\bread\b)[^\n;|&<])*<(?![&(])\s*(?!/dev/(?:tty|stdin|fd)|/proc)|<<<"
)
_SAYS = re.compile(r"""-\w*p\s*(?:'([^']*)'|"([^"$`\\]*)")|\b(select)\s""")
_SHOWS_NOTHING = re.compile(r"\s*read(?:\s+-[rs]+)*(?:\s+\w+)*\s*")
_LOOPS = re.compile(
    r"\b(?:while|until|for|select|repeat|function|def|lambda|map|iter|trap)\b|\binput\b(?!\()"
    r"|\(\)(?![).,\]+]|['\"](?:[\s;|&)]|$)|\s*$)"
)
"""`f() …` makes a function, `input()` calls one."""

_RUNS_MORE = re.compile(
    r"exec|eval|import__|getattr|system|popen|subprocess|\bpty\b|\bimport\s+(?!(?:base64|datetime|getpass|hashlib|json"
    r"|math|os|random|re|secrets|string|sys|time)\s*(?:;|\n|$))",
    re.I,
)
"""What may run code that is not in the line; then any call may."""

_CODE_READS = re.compile(
    r"\binput\b|stdin|<>|readline|\bgets\b|\bread\(0|os\.read|open\(0|/dev/tty|exec|eval|import__|getattr|system|popen"
    r"|subprocess|\bpty\b",
    re.I,
)
_DEAF = re.compile(r"\b(?:trap|signal|except|catch|rescue|intr|isig)\b|SIG")
_ANYTHING = frozenset({"nc", "ncat", "netcat", "socat", "telnet", "expect"})
_STRING = re.compile(r"(?<!\w)(?:'[^'\\{%]*'|\"[^\"\\{%]*\")")
_SIMPLE_CODE = re.compile(
    r"(?:[\s():,;+<>=!\[\]]|\d++|\b(?:print|input|int|str|len|range|for|in|if|else|while|True|False|None|not|and"
    r"|or|break|pass|i|_)\b)*+"
)
_EXPANDED = re.compile(r"[`\\]|\$[\w({!?#@*$'\"-]")
_DEEPEST = 4
ENDLESS = 1 << 30


@dataclass(slots=True)
class Posing:
    """What may read lines at a prompt of its own: how many still, and how many Ctrl-D surely end it."""

    lines: int = 0
    ends: int = 0
    deaf: bool = False
    """Ctrl-C need not end it."""

    says: tuple[str, ...] = ()
    """How what it shows ends, where that is known; else anything."""

    plain: bool = False
    """It cannot switch bracketed paste, as a line editor does, unless the sequence is typed to it."""

    def may_show(self, prompt: str) -> bool:
        """May it read one more line, behind this prompt?"""
        return self.lines > 0 and (not self.says or prompt.rstrip().endswith(self.says))

    def read(self) -> None:
        """It may have read one."""
        self.lines = max(self.lines - 1, 0)

    def ended(self) -> None:
        """Ctrl-D was pressed at an empty line."""
        self.ends -= 1
        self.lines = 0 if self.ends <= 0 else max(self.lines - 1, 0)

    def interrupted(self) -> None:
        """Ctrl-C was pressed."""
        self.lines = self.lines if self.deaf else 0


def asks(text: str, words: re.Pattern[str] = READS) -> int:
    """How often the shell itself reads a line from the terminal in it (`read`), if it comes there."""
    text = runnable(text)
    return max(len(words.findall(text)) - len(_FED.findall(text)), 0)


def posing(text: str) -> Posing:
    """What this command line may do, as far as its words say."""
    text = runnable(text)
    reads = 0 if _SHOWS_NOTHING.fullmatch(text) else asks(text, _POSES)
    lines, ends = _posing(text, 0)
    if not reads + lines:
        return Posing()
    said = [single or double or "#?" for single, double, _ in _SAYS.findall(text)]
    says = tuple(each.rstrip() for each in said) if not lines and len(said) == reads else ()
    if _LOOPS.search(text) or ("()" in text and _RUNS_MORE.search(text)):
        lines, ends, reads = ENDLESS, ENDLESS, 0
    return Posing(lines + reads, ends + reads, deaf(text), says, _plain(text))


def _plain(text: str) -> bool:
    """Is it one program whose words say all that it can print: cat, or Python code of the simplest kind?"""
    found = pipelines(text)
    if len(found) != 1 or len(found[0]) != 1 or _EXPANDED.search(text.replace("$ ", "")):
        return False
    name, *rest = found[0][0]
    if name == "cat":  # it prints nothing between an Enter and what was typed before it
        return True
    code = _STRING.sub("", rest[1]) if len(rest) == 2 and rest[0] == "-c" else None
    return name in ("python", "python3") and code is not None and _SIMPLE_CODE.fullmatch(code) is not None


def deaf(text: str) -> bool:
    """Does Ctrl-C mean something else where this was run?"""
    return bool(_DEAF.search(text))


def _posing(text: str, depth: int) -> tuple[int, int]:
    """How many lines the programs read that can show what they like, and how many Ctrl-D they take."""
    found = pipelines(text)
    several = sum(map(len, found)) > 1
    first = [pipeline[0] for pipeline in found]
    can = [_can(words, several, depth) for words in first if not leaves(past_wrappers(words))]  # past sudo
    return sum(lines for lines, _ in can), sum(ends for _, ends in can)


def _can(words: list[str], several: bool, depth: int) -> tuple[int, int]:
    words = past_wrappers(words)
    name, rest = base(words), words[1:]
    if name in _ANYTHING:
        return ENDLESS, 1
    code = [word for option, word in pairwise(rest) if re.fullmatch(r"-\w*[ceE]", option)]
    if name in SHELLS or name == "eval":
        inner = " ".join(rest) if name == "eval" else "\n".join(code)
        return _posing(inner, depth + 1) if depth < _DEEPEST else (ENDLESS, ENDLESS)
    if name.endswith("awk"):
        return (ENDLESS, 1) if "printf" in " ".join(rest) else (0, 0)
    if name in REPLS:
        reads = sum(len(_CODE_READS.findall(each)) for each in code)
        return reads, reads
    files = [word for word in rest if not word.startswith(("-", ">")) or word == "-"]
    prints = several or len(files) > 1
    if prints and name not in ("less", "more") and (name in FILTERS or name in ("tee", "dd")):
        return ENDLESS, max(files.count("-"), 1)
    return 0, 0
