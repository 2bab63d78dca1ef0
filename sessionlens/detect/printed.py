"""What calls print, where it can be said without running them: `echo`, `printf`, `cat <<< x`, `which rm`.

Of a pipeline it follows the text from stage to stage through filters.py. It is needed for `echo … | sh`,
`$(printf …)`, `source <(echo …)` and `echo … > x; sh x`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sessionlens.commands.ansi_c import ansi_c

from .filters import MOST, filtered
from .model import Call
from .names import Known, plain
from .programs import named
from .wrappers import WRAPPERS

_SPEAKS = re.compile(
    r"echo|print|which|command|type|whereis|cat|base|yes|rev|tr\b|xxd|basename|:|true|sed|<|openssl"
)
_FORMAT = re.compile(r"%(%|[-+ #0]*\d{0,3}(?:\.\d{0,3})?([sbdiouxXcqQ]))")
_ECHOED = re.compile(r"\\(?:n|0[0-7]{1,3}|x[0-9A-Fa-f]{1,2})")
_CYCLES = 64
_STARTS = WRAPPERS | named("sh bash zsh dash ksh fish eval ssh source . read mapfile")


def may_print(text: str) -> bool:
    """Is it worth to look at what this command substitution prints?"""
    return _SPEAKS.search(text[:256]) is not None or not text.strip()


class Printed:
    """The calls of a line, as they come, by the stages of the pipelines that they stand in."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self._stages: dict[tuple[int, int], list[Call]] = {}
        self._last: dict[int, int] = {}
        self._texts: dict[tuple[int, int], bytes | None] = {}

    def add(self, call: Call) -> None:
        """One more call; what a substitution in it prints is part of its words already."""
        for number, stage in call.pipes[-_NEAR:]:
            self._last[number] = max(stage, self._last.get(number, 0))
            if not call.aside:
                self._stages.setdefault((number, stage), []).append(call)

    def given(self, call: Call) -> str | None:
        """What the call reads, where it is known; a here-document or file before the pipe."""
        for redirect in call.redirects:
            if redirect.operator in ("<<<", "<<", "<<-"):
                return redirect.target + "\n" * (redirect.operator == "<<<")
            if redirect.operator == "<" and (text := self.content(redirect.target)) is not None:
                return text
        data = self._given(call)
        return None if data is None else data.decode("utf-8", "replace")

    def content(self, path: str) -> str | None:
        """The text of a file, or of what stands in `<(…)`."""
        if path.startswith("<("):
            return self.known.evaluate(path[2:].removesuffix(")"), self.known)
        return self.known.files.get(plain(path))

    def by(self, calls: Iterable[Call]) -> str | None:
        """What these calls print together, each pipeline by its last stage; None where nothing is known."""
        parts = [self._output(call) for call in calls if not call.aside and self._ends(call, 0)]
        known = [part for part in parts if part is not None]
        return b"".join(known)[:MOST].decode("utf-8", "replace") if known else None

    def written(self, call: Call) -> str | None:
        """What this call prints into the files that it is redirected to."""
        data = self._said_or_read(call)
        return None if data is None else data.decode("utf-8", "replace")

    def _given(self, call: Call) -> bytes | None:
        at = next((pipe for pipe in reversed(call.pipes[-_NEAR:]) if pipe[1]), None)
        return self._stage(at[0], at[1] - 1) if at else None

    def _stage(self, number: int, stage: int) -> bytes | None:
        at = (number, stage)
        if at not in self._texts:
            self._texts[at] = None  # a pipeline that feeds itself ends here
            parts = [self._output(c) for c in self._stages.get(at, [])[:_CYCLES] if self._ends(c, number)]
            known = [part for part in parts if part is not None]
            self._texts[at] = b"".join(known)[:MOST] if known else None
        return self._texts[at]

    def _ends(self, call: Call, number: int) -> bool:
        """Does what the call prints leave the pipelines inside of this one?"""
        numbers = [pipe for pipe, _ in call.pipes]
        inner = call.pipes[numbers.index(number) + 1 :] if number in numbers else call.pipes
        return all(stage == self._last.get(pipe, stage) for pipe, stage in inner)

    def _output(self, call: Call) -> bytes | None:
        if any(r.operator in (">", ">>", "&>", ">|") and r.target != "/dev/stdout" for r in call.redirects):
            return None
        return self._said_or_read(call)

    def _said_or_read(self, call: Call) -> bytes | None:
        program, words = call.family, call.words
        if not words:
            return None
        if program == "command" and "-v" in words:
            return f"/usr/bin/{words[-1]}\n".encode("utf-8", "replace")
        if program in _STARTS:
            return None
        if program in (":", "true", "exit", "cd"):
            return b""
        said = _said(program, words, self.known)
        if said is not None:
            return said.encode("utf-8", "replace")[:MOST]
        text = self._read(call)
        return None if text is None else filtered(words, program, text)

    def _read(self, call: Call) -> bytes | None:
        """What a filter works on: files that it names, else what it is given."""
        named = [text for word in call.words[1:] if (text := self.content(word)) is not None]
        if named:
            return "".join(named).encode("utf-8", "replace")
        redirected = any(redirect.operator.startswith("<") for redirect in call.redirects)
        text = self.given(call) if redirected else None
        return self._given(call) if text is None else text.encode("utf-8", "replace")


_NEAR = 8  # pipelines around a call that are looked at


def _said(program: str, words: tuple[str, ...], known: Known) -> str | None:
    """What a program prints that reads nothing."""
    if program == "echo":
        return _echo(words[1:])
    if program == "print":  # zsh, ksh
        return ansi_c(" ".join(word for word in words[1:] if not word.startswith("-"))) + "\n"
    if program == "printf":
        return formatted(words[1:])
    if program == "yes":
        return " ".join(words[1:]) + "\n"
    names = [word for word in words[1:] if not word.startswith("-")]
    if program == "whereis" and names:
        return f"{names[0]}: /usr/bin/{names[0]}\n"
    if (program == "which" or (program == "type" and len(words) > 2)) and names and len(names[-1]) < 64:
        return f"/usr/bin/{names[-1]}\n"
    return names[0].rstrip("/").rsplit("/", 1)[-1] + "\n" if program == "basename" and names else None


def _echo(words: tuple[str, ...]) -> str:
    flags = ""
    while words and re.fullmatch(r"-[neE]+", words[0]):
        flags, words = flags + words[0], words[1:]
    text = " ".join(words)
    # without -e it depends on the shell; what `\r` in `\rm` is, does not
    text = ansi_c(re.sub(r"\\0([0-7]{1,3})", r"\\\1", text)) if "e" in flags else _ECHOED.sub(_echoed, text)
    return text if "n" in flags else text + "\n"


def _echoed(match: re.Match[str]) -> str:
    return ansi_c(match[0].replace("\\0", "\\", 1))


def formatted(words: tuple[str, ...]) -> str:
    """What printf makes of its format and arguments."""
    if words[:1] == ("-v",):
        words = words[2:]
    if words[:1] == ("--",):
        words = words[1:]
    if not words:
        return ""
    form, rest = ansi_c(words[0]), list(words[1:])
    out = ""
    for _ in range(_CYCLES):
        before = len(rest)
        out += _FORMAT.sub(lambda match: _formatted(match, rest), form)
        if not rest or len(rest) == before or len(out) > MOST:
            break
    return out


def _formatted(match: re.Match[str], rest: list[str]) -> str:
    if match[1] == "%":
        return "%"
    value = rest.pop(0) if rest else ""
    kind = match[2]
    if kind in "diouxX":
        try:
            number = ord(value[1]) if value[:1] in "'\"" and len(value) > 1 else int(value or "0", 0)
        except ValueError:
            return value
        return (
            format(number, {"d": "d", "i": "d", "u": "d"}.get(kind, kind)) if abs(number) < 1 << 64 else value
        )
    return ansi_c(value) if kind == "b" else value[:1] if kind == "c" else value
