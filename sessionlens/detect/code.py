"""Commands that other languages run: `os.system("…")`, `subprocess.run(["…"])`, perl's qx, awk's system().

Not an interpreter: string literals right behind the name of a function that runs commands, put together
where `+` or `.` stands between them; what is computed in any other way is not known.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from sessionlens.commands.ansi_c import ansi_c

from .filters import unbase64

_MOST = 8192  # characters of code that are looked at
_LITERAL = (
    r"""(?:[rbfuq]{0,2}(?:\"\"\"(?:[^\\]|\\.)*?\"\"\"|\'\'\'(?:[^\\]|\\.)*?\'\'\'"""
    r"""|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'))"""
)
_RUNNER = (
    r"(?<!->)(?<!/\.)\b(?:system\w*|popen\w*|Popen|exec\w*|spawn\w*|shell_exec|passthru|proc_open|execute|run|call"
    r"|check_call|check_output|getoutput|getstatusoutput|capture[23e]*|shell-command(?:-to-string)?|call-process"
    r"|start-process|open[23]|sh|Command|job_start|termopen)\s*!?\s*[({\[]*\s*(?:[rw+-]*\s*,\s*)?[\[({]*\s*"
)
_RUNS = re.compile(rf"{_RUNNER}(?P<given>{_LITERAL}(?:[\s,+.\[\]]*{_LITERAL})*)", re.S)
_RUNS_NAMED = re.compile(rf"{_RUNNER}\$?(?P<name>\w+)", re.S)
_ASSIGNED = re.compile(rf"\b(\w+)\s*=\s*({_LITERAL})", re.S)
_DECODED = re.compile(
    rf"(?:b64decode|atob|base64_decode|decode_base64|Buffer\.from)\s*\(\s*({_LITERAL})", re.S
)
_QUOTED = re.compile(_LITERAL, re.S)
_BACKTICKS = re.compile(r"`([^`]+)`")
_WRITTEN = re.compile(
    r"(?:%x|\bqx)\s*(?:\(([^)]*)\)|\{([^}]*)\}|\[([^\]]*)\]|<([^>]*)>|([^\s\w])(.*?)\5)|\bqw\s*\W([^)}\]/|]*)",
    re.S,
)
_PIPED = re.compile(
    rf"({_LITERAL})\s*\|\s*(?:getline|&)|print[^;}}]{{0,40}}?({_LITERAL})\s*\|\s*\"(?:/bin/)?(?:ba|z|da)?sh\""
)
_RUNS_DECODED = re.compile(
    r"(?:exec|eval|system|popen|run|call)\w*\b.{0,80}?(?:b\d+decode|unhexlify|fromhex|decode_base64|unpack\b|atob|Buffer\.from"
    r"|base64_decode|gzinflate|marshal\.loads|decompress|urlopen|requests\.get)",
    re.S,
)
_BARE = re.compile(r"(?m)(?:^|[;\[{])\s*(?:!|(?:spawn|exec)\s)\s*(?!qw\b)([^\n;\]}]+)")


LANGUAGES = {
    "python": ("-c",), "perl": ("-e", "-E"), "ruby": ("-e",), "node": ("-e", "-p", "--eval", "--print"),
    "php": ("-r", "--run"), "lua": ("-e",), "tclsh": ("-c",), "expect": ("-c",),
    "emacs": ("--eval", "-eval", "--execute"),
    "deno": ("eval",), "julia": ("-e", "-E"), "R": ("-e",), "osascript": ("-e",), "jrunscript": ("-e",),
    "awk": (),
    "scala": ("-e",), "groovy": ("-e",), "elixir": ("-e",), "swipl": ("-g",), "guile": ("-c",),
}  # fmt: skip


def language_of(program: str) -> str:
    """The language that a program reads from its command line or input; "" for none."""
    return program if program in LANGUAGES or program in ("vim", "powershell") else ""


def decodes(program: str, code: str) -> bool:
    """Does code run what it decodes first?"""
    return program in LANGUAGES and bool(_RUNS_DECODED.search(code[:_MOST]))


def decoded(code: str) -> Iterator[str]:
    """What the base64 literals in code stand for."""
    yield from (_base64(_text(match[1])) for match in _DECODED.finditer(code[:_MOST]))


def commands_in(code: str, language: str) -> Iterator[str]:
    """The texts that a shell would read, or lists of words as such a text."""
    code = code[:_MOST].replace("\\\n", "")
    for match in _RUNS.finditer(code):
        yield from _together(match["given"])
    if values := {match[1]: _text(match[2]) for match in _ASSIGNED.finditer(code)}:
        names = dict.fromkeys(match["name"] for match in _RUNS_NAMED.finditer(code))
        yield from (values[name] for name in names if name in values)
    yield from decoded(code)
    if language in ("perl", "ruby", "php"):
        yield from (match[1] for match in _BACKTICKS.finditer(code))
        yield from (next(filter(None, match.groups()[::-1]), "") for match in _WRITTEN.finditer(code))
    if language == "awk":
        yield from (ansi_c((match[1] or match[2])[1:-1]) for match in _PIPED.finditer(code))
    if language in ("tclsh", "expect", "wish", "python"):
        yield from (match[1] for match in _BARE.finditer(code))


def _together(given: str) -> Iterator[str]:
    """`"rm", "-rf"` is a list of words, and maybe a command each; `"r" + "m"` is one."""
    words: list[str] = []
    at = 0
    for match in _QUOTED.finditer(given):
        text = _text(match[0])
        if words and "," not in given[at : match.start()]:
            words[-1] += text
        else:
            words.append(text)
        at = match.end()
    yield words[0] if re.search(r"\s", words[0]) else shlex.join(words)
    if len(words) > 2 and words[0].rsplit("/", 1)[-1] == words[1].rsplit("/", 1)[-1]:
        yield shlex.join(words[1:])  # execvp("rm", ["rm", …])


def _text(literal: str) -> str:
    """What stands between the quotes of a literal."""
    body = literal.lstrip("rbfuq")
    return ansi_c(body[3:-3] if body[:3] in ('"""', "'''") and len(body) > 5 else body[1:-1])


def _base64(text: str) -> str:
    return unbase64(text.encode("utf-8", "replace")).decode("utf-8", "replace")


def programs(words: tuple[str, ...], program: str) -> Iterator[str]:
    """The code on an interpreter's own command line: `-c CODE`, `-cCODE`, `-ne CODE`, `--eval=CODE`."""
    options = LANGUAGES[program]
    letters = "".join(option[1] for option in options if len(option) == 2)
    if not options:
        yield from words[1:]
    for at, word in enumerate(words[1:], 1):
        name, equals, value = word.partition("=")
        if equals and name.startswith("--") and name in options:
            yield value
        elif word in options or (letters and re.fullmatch(rf"-[A-Za-z0-9]*[{letters}]", word)):
            yield from words[at + 1 : at + 2]
        elif letters and re.match(rf"-[{letters}].", word):
            yield word[2:]
