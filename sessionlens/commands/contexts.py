"""Where a line was typed: a stack of shells, hosts and REPLs, followed by their prompts.

A prompt of a form not seen before, right behind a command that opens such a thing, is one level deeper; a
prompt of a lower level is back there. Names come from the command that opened the level, host and user from
the prompt.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field

from .prompts import shape

SHELLS = frozenset(
    {"sh", "bash", "zsh", "fish", "dash", "ash", "ksh", "mksh", "csh", "tcsh", "rbash", "pwsh", "nu"}
)
REPLS = {
    "python": "python", "python2": "python", "python3": "python", "ipython": "python",
    "ipython3": "python", "pypy3": "python", "sqlite3": "sqlite", "sqlite": "sqlite", "mysql": "mysql",
    "mariadb": "mysql", "psql": "psql", "node": "node", "nodejs": "node", "irb": "ruby",
    "ghci": "haskell", "R": "r", "lua": "lua", "luajit": "lua", "gdb": "gdb", "lldb": "lldb",
    "redis-cli": "redis", "php": "php", "bc": "bc", "ftp": "ftp", "sftp": "sftp", "lftp": "lftp",
    "mongo": "mongo", "mongosh": "mongo", "julia": "julia", "scala": "scala", "deno": "node",
    "bun": "node", "sqlcmd": "sql", "cqlsh": "sql", "clickhouse-client": "sql", "nslookup": "nslookup",
    "telnet": "telnet", "gnuplot": "gnuplot", "octave": "octave", "erl": "erlang", "iex": "elixir",
    "pdb": "python",
}  # fmt: skip
OPENERS = frozenset({
    "su", "sudo", "doas", "ssh", "mosh", "docker", "podman", "kubectl", "nerdctl", "lxc", "chroot",
    "nsenter", "unshare", "machinectl", "screen", "tmux", "script", "exec", "newgrp", "sg", "env",
    "bash-static", "busybox", "vagrant", "scp", "login", "runuser", "pkexec", "toolbox", "distrobox",
    "telnet", "rlogin", "nix-shell", "poetry", "pipenv", "conda", "virsh", "make",
})  # fmt: skip
_LOOKS = (
    (re.compile(r"^>>> $|^In \[\d+\]: $|^\(Pdb\) $|^ipdb> $"), "python"),
    (re.compile(r"^sqlite> $"), "sqlite"),
    (re.compile(r"^(?:mysql|MariaDB \[[^\]]*\])> $"), "mysql"),
    (re.compile(r"^[\w-]+=[#>] $"), "psql"),
    (re.compile(r"^irb\("), "ruby"),
    (re.compile(r"^(?:s)?ftp> $"), "ftp"),
    (re.compile(r"^\(gdb\) $"), "gdb"),
)
_WHO = re.compile(r"([A-Za-z_][\w.-]*)@([A-Za-z0-9][\w.-]*)")
_WHERE = re.compile(r"(?:^|[\s:\[(])(~[\w./+@-]*|/[\w./+@-]*)(?=[\s\])$#%>❯:]|$)")


@dataclass(slots=True)
class Level:
    """One shell, host or REPL, and the forms its prompts took."""

    name: str
    kind: str
    forms: set[tuple[str, str]] = field(default_factory=set)
    host: str | None = None
    user: str | None = None


class Contexts:
    """The stack, fed with every prompt and every command in order."""

    def __init__(self, shell: str, host: str | None, user: str | None) -> None:
        self.stack = [Level(shell, "shell", set(), host, user)]
        self.last_command = ""

    @property
    def top(self) -> Level:
        return self.stack[-1]

    @property
    def path(self) -> str:
        """`bash`, `bash > python` …"""
        return " > ".join(level.name for level in self.stack)

    def prompt(self, prompt: str) -> Level:
        """A prompt came up: which level is it?"""
        form = _form(prompt)
        depth = next((at for at in range(len(self.stack) - 1, -1, -1) if form in self.stack[at].forms), None)
        opened = program(self.last_command)
        if depth is not None:
            del self.stack[depth + 1 :]
        elif self.top.forms and (language := looks_like(prompt) or REPLS.get(opened)):
            self._open(Level(language, "repl", set(), self.top.host, self.top.user))
        elif self.top.forms and (opened in SHELLS or opened in OPENERS):
            self._open(Level(_shell_of(self.last_command), "shell", set(), self.top.host, self.top.user))
        self.top.forms.add(form)
        if who := _WHO.search(prompt):
            self.top.user, self.top.host = who[1], who[2]
        return self.top

    def _open(self, level: Level) -> None:
        if self.top.kind == "repl":  # a REPL starts no other: the one before has ended unseen
            self.stack.pop()
        self.stack.append(level)

    def ran(self, text: str) -> None:
        """A command was run at the top level."""
        self.last_command = text


def _form(prompt: str) -> tuple[str, str]:
    who = _WHO.search(prompt)
    return shape(prompt), who[0] if who else looks_like(prompt)


def looks_like(prompt: str) -> str:
    """The language of a REPL that has its own prompt; "" for anything else."""
    return next((language for pattern, language in _LOOKS if pattern.match(prompt)), "")


def directory(prompt: str) -> str | None:
    """The working directory where a prompt shows one."""
    match = _WHERE.search(prompt)
    return match[1] if match else None


def program(text: str) -> str:
    """The program that a command line starts, past assignments and sudo, without its directory."""
    words = _words(text)
    while words and (
        re.match(r"[A-Za-z_]\w*=", words[0]) or words[0] in ("sudo", "command", "exec", "env", "doas")
    ):
        if len(words) == 1 or (words[0] == "sudo" and words[1].startswith("-")):
            break
        del words[0]
    name = words[0].rsplit("/", 1)[-1] if words else ""
    return re.sub(r"^(python|pypy|lua|php|ruby)[\d.]+$", r"\1", name)


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _shell_of(text: str) -> str:
    """What to call the level that a command opened: the shell it names, else the command."""
    words = [word.rsplit("/", 1)[-1] for word in _words(text)]
    return next((word for word in words if word in SHELLS), program(text))
