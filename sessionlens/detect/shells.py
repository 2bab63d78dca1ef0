"""What a shell is told to read: `-c TEXT`, a file that is known, `<(…)`, its input. By bash(1), "OPTIONS"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .model import Call
from .printed import Printed
from .programs import named
from .wrappers import Start

SHELLS = named("sh bash zsh dash ash ksh mksh fish rbash csh tcsh yash nu elvish xonsh")
_VALUED = named("--rcfile --init-file -o +o -O +O")
_COMMAND = named("--command --init-command")
_INPUT = named("/dev/stdin /proc/self/fd/0 /dev/fd/0 -")


def shell_texts(call: Call, program: str, printed: Printed, given: str | None) -> Iterator[Start]:
    """The texts that this shell reads; none where `-n` says that it only checks them."""
    options, rest = _options(call.words[1:])
    flags = "".join(option for option in options if option[:1] == "-" and option[:2] != "--")
    commands = [option.partition("=")[2] for option in options if option.partition("=")[0] in _COMMAND]
    if "n" in flags and not any("n" in option for option in options if option[:1] == "+"):
        return
    if "c" in flags or commands:
        texts = [*commands, *(rest[:1] if "c" in flags else ())]
        yield from (Start(f"{program} -c", text=text, arguments=rest[1:]) for text in texts)
    elif rest and "s" not in flags and rest[0] not in _INPUT:
        yield Start(program, text=printed.content(rest[0]) or "", arguments=rest)
    else:
        yield Start(f"| {program}", text=given or "", arguments=(program, *rest) if rest else ())


def _options(words: tuple[str, ...]) -> tuple[list[str], tuple[str, ...]]:
    """(the options, what follows them); the value of `--command X` is joined to it with `=`."""
    options: list[str] = []
    at = 0
    while at < len(words) and words[at][:1] in ("-", "+") and len(words[at]) > 1:
        word = words[at]
        at += 1
        if word == "--":
            break
        if word in _COMMAND:
            word = f"{word}={''.join(words[at : at + 1])}"
            at += 1
        elif word in _VALUED or re.fullmatch(r"[-+][A-Za-z]+[oO]", word):
            at += 1
            word = word.rstrip("oO")
        options.append(re.sub(r"^([-+])[oO].*", r"\1", word))
    return options, words[at:]
