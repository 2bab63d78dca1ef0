"""Programs that start another one from their own words: sudo, env, xargs, find -exec, docker exec, nsenter …

Only tables and how each program's words are laid out, by their man pages; texts that are handed to a shell
are in scripts.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from .model import Call
from .options import LONG_VALUED, VALUED, arguments, short
from .programs import named

_MOST = 64  # words that come from what a program reads


@dataclass(frozen=True, slots=True)
class Start:
    """What a call starts: words, or a text that a shell reads with `arguments` as $0, $1 …"""

    via: str
    words: tuple[str, ...] = ()
    text: str = ""
    arguments: tuple[str, ...] = ()


# programs that run the words after their own options; how many operands come before the command
PREFIXED = {
    **dict.fromkeys((
        "and", "bfs", "builtin", "busybox", "bwrap", "catchsegv", "caffeinate", "ccache", "cgexec", "chpst",
        "chronic",
        "clush", "command", "coreutils", "cpulimit", "daemonize", "dbus-run-session", "doas", "dumb-init",
        "eatmydata",
        "entr", "env", "exec", "fakechroot", "fakeroot", "firejail", "hyperfine", "ifne", "ionice", "linux32",
        "linux64", "ltrace", "nice", "nocorrect", "noglob", "nohup", "nsenter", "numactl", "not", "or",
        "pdsh",
        "perf", "pkexec", "prlimit", "proot", "proxychains", "proxychains4", "pssh", "retry", "rlwrap", "rr",
        "run-one", "runuser", "setarch", "setpriv", "setsid", "softlimit", "sshpass", "stdbuf", "strace",
        "sudo",
        "systemd-inhibit", "systemd-nspawn", "systemd-run", "time", "tini", "torify", "torsocks", "toybox",
        "trickle",
        "tsocks", "unbuffer", "unshare", "valgrind", "watch", "watchexec", "winpty", "xvfb-run", "xterm",
        "rxvt",
        "npx", "parallel-ssh", "x-terminal-emulator", "konsole", "gnome-terminal", "alacritty", "kitty",
        "foot",
    ), 0),
    **dict.fromkeys((
        "chroot", "chrt", "envdir", "faketime", "flock", "gosu", "s6-setuidgid", "setlock", "setuidgid",
        "su-exec",
        "taskset", "timeout", "rsh", "lxc-attach", "repeat",
    ), 1),
}  # fmt: skip
_ASKS = {"command": "vV", "sudo": "lveK", "type": "", "busybox": "", "flock": "c"}
_SUBCOMMANDS = {
    "perf": ("stat", "record", "trace"),
    "setarch": ("x86_64", "i686", "i386", "aarch64", "linux32"),
}
# programs with a word for "run this"
_RUNNERS = {
    **dict.fromkeys(("uv", "poetry", "pipenv", "pdm", "hatch", "rye", "conda", "mamba", "nix"), "run"),
    **dict.fromkeys(("bundle", "npm", "pnpm", "yarn", "mise", "asdf", "rbenv", "pyenv"), "exec"),
}
_FLAGS_OF_RUN = named(
    "detach init interactive no-healthcheck oom-kill-disable privileged publish-all quiet read-only rm "
    "sig-proxy tty no-deps service-ports use-aliases build remove-orphans latest"
)
_TWO_VALUES = named("bind ro-bind dev-bind bind-try ro-bind-try dev-bind-try symlink setenv chmod")
_LOADER = re.compile(r"ld(?:-linux[\w.-]*|-musl[\w.-]*)?\.so[\w.]*$")
_DRY = frozenset({"--dry-run", "--dryrun"})
_EXEC = frozenset({"-exec", "-execdir", "-ok", "-okdir", "-x", "-X", "--exec", "--exec-batch"})


def wrapped(call: Call, given: str | None) -> Iterator[Start]:
    """What the call starts from its words; `given` is what it reads, where that is known."""
    program = call.family
    special = _SPECIAL.get(program)
    if special is not None:
        found = special(call, given)
    elif program in PREFIXED:
        found = iter((_behind(call, program),))
    elif program in _RUNNERS and _RUNNERS[program] in call.words[1:3]:
        found = iter((operands(call.words[call.words.index(_RUNNERS[program]) :], "env"),))
    elif program in (".", "&") and re.match(r"[A-Z]\w*-\w+$", "".join(call.words[1:2])):
        found = iter((list(call.words[1:]),))
    elif _LOADER.match(program):
        found = iter((operands(call.words, program),))
    elif call.words and call.words[0].startswith("$") and call.program == call.words[0]:
        found, program = iter((list(call.words[1:]),)), call.words[0][:32]  # `$SUDO rm`, `$x rm`
    else:
        return
    for words in found:
        if len(words) == 1 and re.search(r"\s", words[0]):
            yield Start(program, text=words[0])  # `watch 'rm -rf x'`
        elif words:
            yield Start(program, tuple(words))


def _behind(call: Call, program: str) -> list[str]:
    """The words behind a wrapper's options and operands."""
    if program in _ASKS and arguments(call.words, program).letters & set(_ASKS[program]) & _own(
        call, program
    ):
        return []
    for word in call.words[1:2]:
        if word.startswith("--coreutils-prog="):
            return [word.partition("=")[2], *call.words[2:]]
    rest = operands(call.words, program)
    if rest and rest[0] in _SUBCOMMANDS.get(program, ()):
        rest = operands(tuple(rest), program)
    rest = rest[PREFIXED[program] :]
    if program in ("sudo", "env", "doas", "xargs", "pkexec"):
        while rest and re.match(r"[A-Za-z_]\w*=", rest[0]):
            del rest[0]
    return rest[1:] if rest[:1] == ["--"] else rest


def _own(call: Call, program: str) -> set[str]:
    """The letters in the wrapper's own options, before what it starts."""
    own = len(call.words) - len(operands(call.words, program))
    return {letter for word in call.words[1:own] if not word.startswith("--") for letter in word[1:]}


def operands(words: tuple[str, ...], program: str) -> list[str]:
    """What follows the wrapper's own options."""
    valued, named = VALUED.get(program, ""), LONG_VALUED.get(program, frozenset())
    at = 1
    while at < len(words) and words[at].startswith(("-", "+")) and len(words[at]) > 1:
        word = words[at]
        at += 1
        if word == "--":
            break
        if word.startswith("--"):
            name = word[2:]
            letter = short(program, name)
            at += 2 * (program == "bwrap" and name in _TWO_VALUES) or int(
                name in named or bool(letter and letter in valued)
            )
        elif word[-1] in valued and not any(c in valued for c in word[1:-1]):
            at += 1
    return list(words[at:])


def _find(call: Call, given: str | None) -> Iterator[list[str]]:
    """The commands behind find's -exec, -execdir, -ok, -okdir and fd's -x, -X."""
    words, at = call.words, 0
    while at < len(words):
        if words[at] in _EXEC:
            end = at + 1
            while end < len(words) and words[end] not in (";", "+"):
                end += 1
            yield list(words[at + 1 : end])
            at = end
        at += 1


def _xargs(call: Call, given: str | None) -> Iterator[list[str]]:
    """What it reads becomes words, in place of `{}` or at the end."""
    rest = operands(call.words, "xargs")
    read = [word for word in re.split(r"[\s\0]+", given or "") if word][:_MOST]
    place = arguments(call.words[: len(call.words) - len(rest)], "xargs").value("I", "i", "replace")
    if place or any(word in ("-i", "--replace") for word in call.words[1:]):
        lines = [line for line in re.split(r"[\n\0]", given or "") if line][:8]
        place = place or "{}"
        if any(place in word for word in rest) and lines:
            yield from ([word.replace(place, line) for word in rest] for line in lines)
            return
    yield [*rest, *read] if rest else []


def _parallel(call: Call, given: str | None) -> Iterator[list[str]]:
    """`parallel rm ::: a b`, `parallel ::: 'rm a'`, `echo 'rm a' | parallel`."""
    rest = operands(call.words, "parallel")
    cut = next((at for at, word in enumerate(rest) if word.startswith(":::")), len(rest))
    command, inputs = rest[:cut], [*rest[cut + 1 :], *(given or "").splitlines()][:_MOST]
    if _DRY & set(call.words):
        return
    if not command:
        yield from ([line] if len(line.split()) > 1 else line.split() for line in inputs)
    elif any("{}" in word for word in command) and inputs:
        yield from ([word.replace("{}", line) for word in command] for line in inputs[:8])
    else:
        yield [*command, *inputs]


def _docker(call: Call, given: str | None) -> Iterator[list[str]]:
    words = [word for word in call.words[1:] if word not in ("compose", "container")]
    verb = next((at for at, word in enumerate(words) if word in ("exec", "run", "unshare")), None)
    if verb is None:
        return
    at, entry = verb + 1, []
    while at < len(words) and words[at].startswith("-"):
        name, equals, value = words[at].lstrip("-").partition("=")
        if words[at].startswith("--"):
            valued = not equals and name not in _FLAGS_OF_RUN
        else:
            valued = name[-1:] in "eupvwhlmac" and name != "l" and not (name == "a" and words[verb] == "exec")
        if name == "entrypoint":
            entry = [value or "".join(words[at + 1 : at + 2])]
        at += 1 + valued
    names = 0 if words[verb] == "unshare" or {"-l", "--latest"} & set(words[verb:at]) else 1
    yield [*entry, *words[at + names :]]


def _behind_dashes(call: Call, given: str | None) -> Iterator[list[str]]:
    """kubectl, lxc, mosh: the command stands behind `--`, or behind `exec NAME` and `rsh NAME`."""
    words = list(call.words)
    if "--" in words:
        yield words[words.index("--") + 1 :]
    elif verb := next((at for at, word in enumerate(words) if word in ("exec", "rsh")), 0):
        yield operands(tuple(words[verb:]), call.family)[1:]


def _machinectl(call: Call, given: str | None) -> Iterator[list[str]]:
    rest = operands(call.words, "machinectl")
    yield operands(tuple(rest), "machinectl")[1:] if rest[:1] == ["shell"] else []


def _start_stop(call: Call, given: str | None) -> Iterator[list[str]]:
    names = ("-x", "--exec", "-a", "--startas")
    program = [call.words[at + 1] for at, word in enumerate(call.words[:-1]) if word in names][:1]
    yield [*program, *chain(call.words[call.words.index("--") + 1 :] if "--" in call.words else ())]


def _screen(call: Call, given: str | None) -> Iterator[list[str]]:
    """`screen -dmS x rm`; what `-X stuff` types is in scripts.py."""
    yield [] if "-X" in call.words else operands(call.words, "screen")


def _git(call: Call, given: str | None) -> Iterator[list[str]]:
    rest = list(call.words[1:])
    yield rest[rest.index("run") + 1 :] if rest[:1] == ["bisect"] and "run" in rest else []


_Layout = Callable[[Call, str | None], Iterator[list[str]]]
_SPECIAL: dict[str, _Layout] = {
    "find": _find, "fd": _find, "xargs": _xargs, "parallel": _parallel, "docker": _docker,
    "kubectl": _behind_dashes, "lxc": _behind_dashes, "lxc-attach": _behind_dashes, "mosh": _behind_dashes,
    "machinectl": _machinectl, "start-stop-daemon": _start_stop, "screen": _screen, "git": _git,
}  # fmt: skip
WRAPPERS = frozenset({*PREFIXED, *_SPECIAL} - {"git"})
