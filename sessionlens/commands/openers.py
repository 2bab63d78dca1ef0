"""What a command line opens: a nested shell, another user, another host, a container, a REPL.

Only words are read, as ssh(1), su(1), sudo(8), docker-exec(1) and kubectl-exec(1) take theirs; whether it
really opened is told by the prompt that follows (contexts.py).
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from .splitting import LONGEST

SHELLS = frozenset(
    {"sh", "bash", "zsh", "fish", "dash", "ash", "ksh", "ksh93", "mksh", "csh", "tcsh", "rbash", "pwsh", "nu"}
    | {"elvish", "xonsh", "yash", "oksh", "loksh", "posh"}
)
REPLS = {
    "python": "python", "python2": "python", "python3": "python", "ipython": "python",
    "ipython3": "python", "pypy": "python", "pypy3": "python", "sqlite3": "sqlite", "sqlite": "sqlite",
    "mysql": "mysql", "mariadb": "mysql", "psql": "psql", "node": "node", "nodejs": "node", "irb": "ruby",
    "ghci": "haskell", "R": "r", "lua": "lua", "luajit": "lua", "gdb": "gdb", "lldb": "lldb",
    "redis-cli": "redis", "php": "php", "bc": "bc", "ftp": "ftp", "sftp": "sftp", "lftp": "lftp",
    "mongo": "mongo", "mongosh": "mongo", "julia": "julia", "scala": "scala", "deno": "node",
    "bun": "node", "sqlcmd": "sql", "cqlsh": "sql", "clickhouse-client": "sql", "nslookup": "nslookup",
    "telnet": "telnet", "gnuplot": "gnuplot", "octave": "octave", "erl": "erlang", "iex": "elixir",
    "pdb": "python", "pdb3": "python", "tclsh": "tcl", "guile": "scheme", "ocaml": "ocaml", "perl": "perl",
    "virsh": "virsh", "bluetoothctl": "bluetoothctl", "fdisk": "fdisk", "parted": "parted", "ed": "ed",
    "rabbitmqadmin": "rabbitmq", "vtysh": "vtysh", "birdc": "bird", "smbclient": "smb",
}  # fmt: skip
WRAPPERS = {
    "env": "CSu", "nice": "n", "nohup": "", "time": "", "timeout": "ks", "stdbuf": "eio", "setsid": "",
    "ionice": "cn", "command": "", "exec": "a", "builtin": "", "strace": "eopsS", "unshare": "",
    "nsenter": "t",
    "dbus-run-session": "", "faketime": "", "firejail": "", "catchsegv": "", "rlwrap": "", "winpty": "",
    "systemd-run": "p", "bwrap": "",
}  # fmt: skip
"""Programs that run the words behind their own options, and which letters take a value."""
_CONTAINERS = frozenset(
    {"docker", "podman", "nerdctl", "kubectl", "oc", "lxc", "incus", "crictl", "docker-compose"}
)
_CONTAINER_TAKES = re.compile(
    r"-[euwcnlvpm]|--(?:env|user|workdir|env-file|container|namespace|name|volume|publish|network|entrypoint"
    r"|context|kubeconfig|label|memory|hostname|mount|index|cwd|mode|detach-keys)"
)
_ENTERS = frozenset({
    "screen", "tmux", "byobu", "script", "newgrp", "sg", "login", "nix-shell", "poetry", "pipenv", "conda",
    "toolbox", "distrobox", "vagrant", "machinectl", "chroot", "schroot", "pct", "virsh", "asciinema", "make",
    "busybox", "toybox", "rlogin", "telnet", "pkexec", "runuser", "mosh-client", "adb", "ddev", "lando",
    "systemd-nspawn", "proot", "fakeroot", "guix", "nix", "devbox", "vcluster", "flatpak", "snap", "wsl",
})  # fmt: skip
_SSH_TAKES = "BbcDEeFIiJLlmOopQRSWw"
_SUDO_TAKES = "ugpCDhRTUr"
_ASSIGNS = re.compile(r"[A-Za-z_]\w*\+?=")
_PART = re.compile(r"""'[^']*'|"(?:[^"\\]|\\.)*"|\\.|(?P<between>;|&&|\|\||\n)""", re.S)


@dataclass(frozen=True, slots=True)
class Opened:
    """What is one level deeper. `surely`: the line says that it reads what is typed next."""

    name: str
    kind: str = "shell"
    host: str | None = None
    user: str | None = None
    surely: bool = False


_LANGUAGES = {"python", "node", "ruby", "lua", "php", "perl", "julia"}
_ASKING_MODULES = {"pdb", "code", "IPython", "asyncio", "ptpython", "bpython", "sqlite3"}
_OPENED_ON = frozenset({
    "vi", "vim", "nvim", "view", "vimdiff", "ex", "nano", "pico", "joe", "jed", "micro", "helix", "hx", "kak",
    "emacs", "mg", "ne", "tilde", "mcedit", "mcview", "less", "more", "most", "lv", "man", "info", "bat",
    "mc", "ranger", "nnn", "lf", "vifm", "hexedit", "tig",
})  # fmt: skip


def words_of(text: str) -> list[str]:
    """The words of the last command on a line; blanks alone split where the quotes do not close."""
    return list(_words_of(text.strip()[-LONGEST:]))


@lru_cache(256)  # a line is asked about again and again while it is looked at
def _words_of(text: str) -> list[str]:
    last = text[max((part.end() for part in _PART.finditer(text) if part["between"]), default=0) :]
    try:
        return shlex.split(last)
    except ValueError:
        return last.split()


def program(text: str) -> str:
    """The program that the last command of a line starts, past assignments, sudo and other wrappers."""
    return base(past_wrappers(words_of(text)))


def operands(text: str) -> str | None:
    """What an editor or pager was started on: its words that are no options; None for other programs."""
    words = past_wrappers(words_of(text))
    rest = words[1:] if base(words) in _OPENED_ON else []
    return " ".join(word for word in rest if not word.startswith(("-", "+"))) or None


def base(words: list[str]) -> str:
    """The name of a program without its directory, version and the dash of a login shell."""
    name = words[0].rsplit("/", 1)[-1].lstrip("-") if words else ""
    return re.sub(r"^(python|pypy|lua|php|ruby|pdb)[\d.]+$", r"\1", name)


def runs_script(text: str) -> bool:
    """Does an interpreter run a script here, or is it a file that nobody knows? Either may ask anything."""
    words = past_wrappers(words_of(text))
    name = base(words)
    if name not in SHELLS and REPLS.get(name) not in _LANGUAGES:
        return bool(words) and "/" in words[0] and name not in REPLS
    rest = words[1:]
    modules = {after for word, after in pairwise(rest) if word == "-m"}
    if name in SHELLS or "-i" in rest or modules & _ASKING_MODULES:
        return name in SHELLS and not reads_typing(rest)
    return any(not word.startswith("-") or re.fullmatch(r"-[ce]|-\w*c|--eval.*", word) for word in rest)


def opens(text: str) -> Opened | None:
    """What this command line opens, as far as its words say; None for what opens nothing we know."""
    return _opens(words_of(text), 0)


def opens_words(words: list[str]) -> Opened | None:
    """The same of one command's words."""
    return _opens(words, 0)


def _opens(words: list[str], depth: int) -> Opened | None:
    words = _past_assignments(words)
    name = base(words)
    if not name or depth > 8:
        return None
    if name in ("sudo", "doas"):
        return _sudo(words, depth)
    if name in ("su", "runuser"):
        return _su(words, depth)
    if name in ("ssh", "mosh", "slogin", "autossh"):
        return _ssh(words, name, depth)
    if name in _CONTAINERS:
        return _container(words, name, depth)
    if name in SHELLS:
        return Opened(name, surely=True) if reads_typing(words[1:]) else None
    if name in WRAPPERS:
        return _opens(_after_options(words, WRAPPERS[name], name == "timeout"), depth + 1)
    if name in REPLS and not runs_script(shlex.join(words)):
        return Opened(REPLS[name], "repl")
    if name in ("busybox", "toybox", "chroot") and len(words) > 1 + (name == "chroot"):
        return _opens(words[1 + (name == "chroot") :], depth + 1) or Opened(name)
    return Opened(name) if name in _ENTERS else None


def _past_assignments(words: list[str]) -> list[str]:
    at = next((at for at, word in enumerate(words) if not _ASSIGNS.match(word)), len(words))
    return words[at:]


def past_wrappers(words: list[str]) -> list[str]:
    """The words from the program on that assignments, sudo and other wrappers start."""
    for _ in range(8):
        words = _past_assignments(words)
        name = base(words)
        takes = _SUDO_TAKES if name in ("sudo", "doas") else WRAPPERS.get(name)
        if takes is None or not (rest := _after_options(words, takes, name == "timeout")):
            break
        words = rest
    return words


def _after_options(words: list[str], takes: str, operand: bool = False) -> list[str]:
    """What follows a program's own options, and one operand where it takes one."""
    at = 1
    while at < len(words) and len(words[at]) > 1 and words[at].startswith("-"):
        word = words[at]
        at += 1
        if word == "--":
            break
        if not word.startswith("--") and word[-1] in takes and not any(c in takes for c in word[1:-1]):
            at += 1
    return words[at + operand :]


def _options(words: list[str], rest: list[str]) -> list[str]:
    return words[1 : len(words) - len(rest)]


def _value(options: list[str], letter: str, long: str) -> str | None:
    """The value of `-u x`, `-ux`, `--user x` or `--user=x`."""
    for at, word in enumerate(options):
        if word in (f"-{letter}", f"--{long}") and at + 1 < len(options):
            return options[at + 1]
        if word.startswith(f"--{long}="):
            return word.partition("=")[2]
        if re.fullmatch(rf"-{letter}.+", word):
            return word[2:]
    return None


def _sudo(words: list[str], depth: int) -> Opened | None:
    rest = _after_options(words, _SUDO_TAKES)
    options = _options(words, rest)
    user = _value(options, "u", "user") or "root"
    if not _past_assignments(rest):
        shell = any(re.fullmatch(r"-[A-Za-z]*[is]|--login|--shell", word) for word in options)
        return Opened("sudo", user=user, surely=True) if shell else None
    found = _opens(rest, depth + 1)
    return replace(found, user=found.user or user) if found is not None and found.host is None else found


def _su(words: list[str], depth: int) -> Opened | None:
    if any(re.fullmatch(r"-[a-zA-Z]*c|--command(=.*)?|-c.+", word) for word in words[1:]):
        return None
    rest = [word for word in _after_options(words, "sgGwu") if word != "-"]
    told = _value(_options(words, rest), "u", "user")
    if told is not None:  # runuser -u USER COMMAND
        found = _opens(rest, depth + 1)
        return replace(found, user=told) if found else None
    return Opened("su", user=rest[0] if rest else "root", surely=True)


def _ssh(words: list[str], name: str, depth: int) -> Opened | None:
    rest = _after_options(words, _SSH_TAKES)
    options = _options(words, rest)
    if not rest or any(re.fullmatch(r"-[A-Za-z]*[NfWGQV].*", word) for word in options):
        return None
    user, _, host = rest[0].removeprefix("ssh://").rpartition("@")
    where = Opened(
        "ssh", host=host.split("/")[0] or None, user=user or _value(options, "l", "login"), surely=True
    )
    command = _after_options(rest, "")  # ssh takes options behind the destination too
    if not command:
        return where
    found = _opens(command if name != "mosh" else [w for w in command if w != "--"], depth + 1)
    return replace(found, host=where.host, user=found.user or where.user) if found is not None else None


def _container(words: list[str], name: str, depth: int) -> Opened | None:
    """`docker exec -it NAME bash`, `docker compose exec SERVICE sh`, `kubectl exec -it POD -c C -- bash`."""
    at = next(
        (at for at, word in enumerate(words) if word in ("exec", "run", "shell", "attach", "rsh", "debug")), 0
    )
    if not at:
        return None
    rest = words[at + 1 :]
    operands: list[str] = []
    while rest:
        word = rest.pop(0)
        if word == "--":
            break
        if word.startswith("-") and not operands:
            if _CONTAINER_TAKES.fullmatch(word):
                del rest[:1]
        elif word in ("-c", "-n") and name in ("kubectl", "oc"):
            del rest[:1]
        elif operands and not (word.startswith("-") and name in ("kubectl", "oc")):
            rest.insert(0, word)
            break
        elif not word.startswith("-"):
            operands.append(word)
    host = operands[0] if operands else None
    found = _opens(rest, depth + 1) if rest else Opened(name, surely=words[at] != "exec")
    return replace(found, host=found.host or host) if found is not None else None


def reads_typing(arguments: list[str]) -> bool:
    """Is neither a script nor `-c` among a shell's arguments, so that it reads what comes in?"""
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if re.fullmatch(r"[0-9]*[<>]+.*", word):
            return word.startswith((">", "1", "2"))
        if word in ("-o", "+o", "-O", "+O", "--rcfile", "--init-file"):
            del rest[:1]
        elif word.startswith("--"):
            continue
        elif word.startswith(("-", "+")) and len(word) > 1:
            if "c" in word[1:]:
                return False
            if "s" in word[1:]:
                return True
        elif word != "-":
            return False
    return True
