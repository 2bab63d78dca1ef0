"""Everything that a command line starts: through sudo, env, xargs, find -exec, `bash -c`, eval, ssh, `| sh`.

A wrapper counts as a call itself, and what it starts follows with `via` saying through what. Scripts and
aliases are not opened: only what stands on the line is known. Text inside of text is read as far as _INSIDE
goes, so that shells which feed each other come to an end.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from .options import VALUED
from .syntax import Call, Redirect, simple_commands, under

SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ash", "ksh", "mksh", "fish", "rbash"})
_MAX_DEPTH = 6
_INSIDE = 65_536  # characters of the texts that a line gives to shells, all of them together
_EACH = 32  # what reading one such text costs at least

# programs that run the words after their own options; how many operands come before the command
_PREFIXED = {
    "sudo": 0, "doas": 0, "env": 0, "nice": 0, "nohup": 0, "time": 0, "timeout": 1, "xargs": 0, "exec": 0,
    "command": 0, "builtin": 0, "busybox": 0, "toybox": 0, "setsid": 0, "stdbuf": 0, "ionice": 0, "chroot": 1,
    "watch": 0, "parallel": 0, "unshare": 0, "strace": 0, "flock": 1, "runuser": 0, "pkexec": 0, "taskset": 1,
    "systemd-run": 0, "firejail": 0, "proxychains": 0, "torsocks": 0, "script": 0, "caffeinate": 0,
    "noglob": 0, "nocorrect": 0, "faketime": 1, "and": 0, "or": 0, "not": 0,
}  # fmt: skip


def calls(text: str) -> list[Call]:
    """Every call of a command line, wrappers and what they start included."""
    return list(_expand(simple_commands(text), 0, _Inside()))


class _Inside:
    """Reads the texts inside of one line, while there is something left of _INSIDE."""

    def __init__(self) -> None:
        self.left = _INSIDE

    def read(self, text: str) -> list[Call]:
        text = text[: max(self.left, 0)]
        self.left -= len(text) + _EACH
        return simple_commands(text) if text else []


def _expand(found: list[Call], depth: int, inside: _Inside) -> Iterator[Call]:
    speakers = [call for call in found if call.pipes and call.program in ("echo", "printf", "base64")]
    for call in found:
        yield call
        if depth >= _MAX_DEPTH:
            continue
        for wrapper, inner in _started(call, speakers, inside):
            yield from _expand([under(each, call, wrapper) for each in inner], depth + 1, inside)


def _started(call: Call, speakers: list[Call], inside: _Inside) -> Iterator[tuple[str, list[Call]]]:
    program = call.program
    if program in ("find", "bfs", "fd", "fdfind"):
        yield from ((program, [Call(words)]) for words in _exec_of(call.words))
    elif program in SHELLS:
        yield from ((f"{program} -c", inside.read(text)) for text in _scripts(call))
        if inside.left > 0:
            yield from ((f"| {program}", inside.read(text)) for text in _fed(call, speakers))
    elif program == "eval":
        yield "eval", inside.read(" ".join(call.words[1:]))
    elif program in ("su", "runuser", "script") and _after(call.words, ("-c", "--command")):
        yield program, inside.read(_after(call.words, ("-c", "--command")) or "")
    elif program in ("ssh", "mosh"):
        rest = _operands(call.words, program)[1:]
        if rest:
            yield program, inside.read(" ".join(rest))
    elif program in _PREFIXED:
        rest = _operands(call.words, program)[_PREFIXED[program] :]
        while program in ("sudo", "env", "doas") and rest and "=" in rest[0]:
            rest = rest[1:]
        if rest:
            yield program, [Call(tuple(rest))]
        split = _after(call.words, ("-S", "--split-string")) if program == "env" else None
        if split:
            yield program, inside.read(split)


def _operands(words: tuple[str, ...], program: str) -> list[str]:
    """What follows the wrapper's own options."""
    valued = VALUED.get(program, "")
    at = 1
    while at < len(words) and words[at].startswith("-") and len(words[at]) > 1:
        word = words[at]
        at += 1
        if word == "--":
            break
        if not word.startswith("--") and word[-1] in valued and not any(c in valued for c in word[1:-1]):
            at += 1
    return list(words[at:])


def _after(words: tuple[str, ...], options: tuple[str, ...]) -> str | None:
    for at, word in enumerate(words[:-1]):
        if word in options:
            return words[at + 1]
    return next((w.partition("=")[2] for w in words if w.partition("=")[0] in options and "=" in w), None)


def _scripts(call: Call) -> Iterator[str]:
    """`bash -c TEXT`, `bash -lc TEXT`, `bash <<< TEXT`, `bash <<X`."""
    for at, word in enumerate(call.words[1:-1], 1):
        if word.startswith("-") and not word.startswith("--") and "c" in word:
            yield call.words[at + 1]
            break
    yield from (redirect.target for redirect in call.redirects if redirect.operator in ("<<<", "<<"))


def _fed(call: Call, speakers: list[Call]) -> Iterator[str]:
    """What `echo` and `printf`, maybe through `base64 -d`, pipe into a shell."""
    feeding = [other for other in speakers if other.feeds(call)]
    decoded = any(other.program == "base64" for other in feeding)
    for source in (other for other in feeding if other.program != "base64"):
        text = " ".join(word for word in source.words[1:] if word not in ("-n", "-e", "-en", "-ne"))
        yield _decode(text) if decoded else text.replace("\\n", "\n")


def _decode(text: str) -> str:
    try:
        return base64.b64decode(text.split()[0] if text.split() else "", validate=False).decode(
            "utf-8", "replace"
        )
    except (binascii.Error, ValueError):
        return ""


def _exec_of(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The commands behind find's -exec, -execdir, -ok, -okdir and fd's -x, -X."""
    at = 0
    while at < len(words):
        if words[at] in ("-exec", "-execdir", "-ok", "-okdir", "-x", "-X", "--exec", "--exec-batch"):
            end = at + 1
            while end < len(words) and words[end] not in (";", "+"):
                end += 1
            if words[at + 1 : end]:
                yield words[at + 1 : end]
            at = end
        at += 1


def targets(call: Call, *operators: str) -> list[str]:
    """The files that this call's redirections with these operators go to."""
    return [redirect.target for redirect in call.redirects if redirect.operator in operators]


__all__ = ["SHELLS", "Call", "Redirect", "calls", "targets"]
