"""Texts that a call gives to a shell: `bash -c`, `eval`, `ssh host '…'`, `echo … | sh`, an editor's `!`.

Which options and inputs of a program are command lines is in its man page. A file is read only where the
line, or one before it, wrote it from literals.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator

from .code import LANGUAGES, commands_in, programs
from .model import Call
from .options import VALUED
from .printed import Printed
from .programs import named
from .shells import SHELLS, shell_texts
from .wrappers import Start, operands

# options whose value is a command line
_OPTIONS = {
    "su": "-c --command --session-command", "runuser": "-c --command --session-command",
    "script": "-c --command",
    "sg": "-c", "newgrp": "-c", "flock": "-c --command", "vagrant": "-c --command", "gcloud": "--command",
    "env": "-S --split-string",
    "git": "-x --exec --tree-filter --index-filter --env-filter --msg-filter --upload-pack",
    "tar": "--to-command -I --use-compress-program -F --info-script --new-volume-script",
    "rsync": "-e --rsh --rsync-path",
    "man": "-P --pager", "zip": "-TT --unzip-command", "nc": "-c -e --sh-exec --exec", "ansible": "-a --args",
    "fly": "-C --command", "nix-shell": "--run --command", "capsh": "-c", "xterm": "-e",
    "nodemon": "-x --exec",
    "split": "--filter", "sort": "--compress-program", "mosh": "--ssh", "scp": "-S", "sftp": "-S",
    "entr": "-s",
    "fzf": "--preview", "wget": "--use-askpass",
}  # fmt: skip
_IN_VALUE = re.compile(
    r"^(?:exec=|ProxyCommand[= ]|LocalCommand[= ]|alias\.[^=]*=!|core\.\w+=|(?:EXEC|SYSTEM):)(.*)", re.S
)
# variables whose value a program runs
_VARIABLES = named(
    "PAGER MANPAGER GIT_PAGER EDITOR VISUAL GIT_EDITOR GIT_SSH_COMMAND GIT_EXTERNAL_DIFF SYSTEMD_PAGER "
    "BROWSER PROMPT_COMMAND LESSOPEN RSYNC_RSH SUDO_EDITOR FCEDIT precmd TAPE PERL5DB"
)
_ESCAPES = {
    "vim": ("-c", "--cmd"), "ed": (), "gdb": ("-ex", "--ex", "--eval-command", "-iex"), "sqlite3": ("-cmd",),
    "psql": ("-c", "--command"),
    "mysql": ("-e", "--execute"), "ftp": (), "lftp": ("-c", "-e"), "sftp": (), "less": (), "more": (),
    "emacs": (),
}  # fmt: skip
_ESCAPE = re.compile(
    r"^[ \t:%\d]*(?:sil\w*!?\s+|exe\w*\s+[\"'])?(?:[rw]\w*\s*)?(?:\\?!+|\.(?:shell|system)\s|shell\s)\s*(.+)",
    re.M,
)
_SED_RUNS = re.compile(
    r"(?:^|[;{}\n]|[\d$/])\s*e\s+([^\n]+)|s([^\w\s\\])(?:\\.|(?!\2).)*\2((?:\\.|(?!\2).)*)\2[gpI\d]*e", re.S
)
_CRON = re.compile(r"^[ \t]*(?:@\w+|(?:[\d*/,-]+[ \t]+){5})[ \t]*(.+)", re.M)
_RECIPE = re.compile(r"^(?:\t|[^\n:=]+:[^\n;]*;)[ \t]*[@-]*(.+)", re.M)


def reads_code(program: str) -> bool:
    """Does it read a language of its own in which commands can be started?"""
    return program in LANGUAGES or program in _ESCAPES


def handed(call: Call, printed: Printed, given: str | None) -> Iterator[Start]:
    """The texts that the call hands to a shell, `given` being what it reads."""
    program, words = call.family, call.words
    if program in SHELLS:
        yield from shell_texts(call, program, printed, given)
    elif program == "eval":
        yield Start("eval", text=" ".join(operands(words, "eval")))
    elif program in ("source", "."):
        texts = [printed.content(word) for word in words[1:2]]
        yield from (Start(program, text=text or given or "", arguments=words[1:]) for text in texts or [None])
    elif program == "trap":
        yield from (Start("trap", text=text) for text in operands(words, "trap")[:1])
    elif program == "ssh" or program in ("rsh", "mosh", "autossh"):
        yield from _remote(words, program, given)
    else:
        yield from (Start(program, text=text) for text in _texts(call, program, given) if text)
        if words[:1] and (text := printed.known.files.get(words[0].removeprefix("./"))):
            yield Start(program, text=text, arguments=words)
    yield from (Start(f"{name}=", text=value) for name, value in call.assignments if name in _VARIABLES)


def _remote(words: tuple[str, ...], program: str, given: str | None) -> Iterator[Start]:
    rest = operands(words, program)
    behind = operands(tuple(rest), program) if rest else []  # `ssh host -p 22 rm`
    yield Start(program, text=" ".join(behind) if behind else given or "")
    yield from (Start(program, text=text) for text in _in_values(words[1:]))


def _texts(call: Call, program: str, given: str | None) -> Iterator[str]:
    words = call.words
    if names := _OPTIONS.get(program):
        yield from _values(words, names.split(), VALUED.get(program, ""))
    if program in ("tar", "git", "socat", "rsync", "sudo"):
        yield from _in_values(words[1:])
    if program in LANGUAGES:
        for code in (*programs(words, program), *([given] if given else ())):
            yield from commands_in(code, program)
    if program in _ESCAPES:
        texts = [
            *_values(words, _ESCAPES[program], ""),
            *(w.lstrip("+") for w in words[1:] if w[0:1] in ("+", ".")),
        ]
        for text in (*texts, *([given] if given else ())):
            yield from (match[1] for match in _ESCAPE.finditer(text))
            yield from commands_in(text, program)
    if program == "sed":
        for text in words[1:]:
            yield from (re.sub(r"\\(.)", r"\1", m[1] or m[3] or "") for m in _SED_RUNS.finditer(text[:4096]))
    yield from _other(words, program, given)


def _other(words: tuple[str, ...], program: str, given: str | None) -> Iterator[str]:
    """The programs that have a way of their own."""
    if given and program in ("su", "at", "batch", "busybox", "sudo", "doas", "vagrant", "runuser"):
        yield given if program != "busybox" or "sh" in words[1:2] else ""
    if given and program == "crontab":
        yield from (match[1] for match in _CRON.finditer(given))
    if program == "make":
        texts = [word.removeprefix("--eval=") for word in words if word.startswith("--eval=")]
        reads = given and re.search(r"(^|\s)(-f\s*-|-f\s*/dev/stdin|--file=-)", " ".join(words))
        for text in (*texts, *([given] if given and reads else ())):
            yield from (match[1] for match in _RECIPE.finditer(text))
    if program in ("tmux", "screen") and (typed := _typed(words)):
        yield typed
    if program in ("cmd", "powershell"):
        named = [at for at, word in enumerate(words) if word.lower() in ("/c", "/k", "-c", "-command")][:1]
        yield from (" ".join(words[at + 1 :]) for at in named)
    if program == "salt" and "cmd.run" in words[:-1]:
        yield words[words.index("cmd.run") + 1]
    if program == "git" and len(words) > 3 and words[1] == "config":
        yield words[-1][1:] if words[-1].startswith("!") else ""
    if program == "git" and words[1:3] == ("submodule", "foreach"):
        yield " ".join(word for word in words[3:] if word != "--recursive")


def _typed(words: tuple[str, ...]) -> str:
    """What tmux or screen starts in a window, or types into one."""
    verb = next(
        (
            at
            for at, word in enumerate(words)
            if re.match(r"(new|split|send|run-shell|respawn|stuff|pipe)", word)
        ),
        0,
    )
    rest = (
        [word for word in operands(words[verb:], "tmux") if word not in ("Enter", "C-m", "KPEnter")]
        if verb
        else []
    )
    return " ".join(rest)


def _values(words: tuple[str, ...], names: Iterable[str], valued: str) -> Iterator[str]:
    """The values of these options: `-c X`, `--command X`, `--command=X`, and `-qec X` as a bundle."""
    letters = {name[1] for name in names if len(name) == 2 and name[0] == "-"}
    for at, word in enumerate(words[1:], 1):
        name, equals, value = word.partition("=")
        if equals and name in names:
            yield value
        elif word in names or (
            re.fullmatch(r"-[a-zA-Z]+", word) and word[-1] in letters and not set(word[1:-1]) & set(valued)
        ):
            yield from words[at + 1 : at + 2]


def _in_values(words: Iterable[str]) -> Iterator[str]:
    """Command lines inside of a value: `-o ProxyCommand=…`, `--checkpoint-action=exec=…`, `EXEC:…`."""
    for word in words:
        value = word.partition("=")[2] if word.startswith("--") else word.removeprefix("-o")
        if match := _IN_VALUE.match(value):
            yield match[1].lstrip("!")


def quoted(words: Iterable[str]) -> str:
    """Words as a text that reads as the same words."""
    return shlex.join(words)
