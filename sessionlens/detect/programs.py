"""Which program is meant: one name for its versions, its copies of GNU, and a glob that matches it."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import lru_cache

_VERSION = re.compile(r"^(python|pypy|perl|ruby|lua|luajit|php|node|tclsh|mawk|R)(?:js)?[\d.]+$")
# the same program under another name
_COPIES = {
    "grm": "rm", "zf_rm": "rm", "gfind": "find", "gshred": "shred", "gxargs": "xargs", "gdd": "dd",
    "gtruncate": "truncate", "gsed": "sed", "gtar": "tar", "nodejs": "node", "gmake": "make",
}  # fmt: skip
# another program that is written and read like this one
_LIKE = {
    "pypy": "python", "ipython": "python", "bun": "node", "gawk": "awk", "mawk": "awk", "nawk": "awk",
    "original-awk": "awk", "bfs": "find", "fdfind": "fd", "vi": "vim", "view": "vim", "nvim": "vim",
    "vimdiff": "vim", "ex": "vim", "rvim": "vim", "gvim": "vim", "red": "ed", "mariadb": "mysql",
    "sqlite": "sqlite3", "bsdtar": "tar", "podman": "docker", "nerdctl": "docker", "docker-compose": "docker",
    "oc": "kubectl", "netcat": "nc", "ncat": "nc", "Rscript": "R", "incus": "lxc", "pwsh": "powershell",
    "powershell.exe": "powershell", "cmd.exe": "cmd", "7za": "7z", "7zr": "7z", "7zz": "7z",
}  # fmt: skip
_GLOBBED = (
    "rm", "sh", "bash", "dash", "zsh", "find", "shred", "unlink", "dd", "env", "sudo", "xargs", "python",
    "python3", "perl", "base64", "busybox", "truncate", "chmod", "curl", "wget", "nc", "cat",
)  # fmt: skip


_UNKNOWN = re.compile(r"\$(?:[A-Za-z_]\w*|[0-9@*#?!-]|\{\w*\})", re.A)


def named(names: str) -> frozenset[str]:
    """The names of a table, written with blanks between them."""
    return frozenset(names.split())


def without_unknown(word: str) -> str:
    """`r${x}m` as `rm`: what is not known is read as nothing, unless there is nothing else."""
    return _UNKNOWN.sub("", word) or word if "$" in word else word


@lru_cache(maxsize=1 << 12)
def family(program: str) -> str:
    """The name under which the tables have a program."""
    if any(char in program for char in "*?["):
        program = next((name for name in _GLOBBED if globbed(program, name)), program)
    program = same(program)
    return "Remove-Item" if program.lower() == "remove-item" else _LIKE.get(program, program)


def same(program: str) -> str:
    """The program without its version, and for GNU's or zsh's copy of it the original."""
    match = _VERSION.match(program)
    return match[1] if match else _COPIES.get(program, program)


def globbed(pattern: str, name: str) -> bool:
    """May a glob in place of a program be this one? Only if most of its name is there: not `r*`."""
    literal = len(pattern) - sum(pattern.count(char) for char in "*?")
    return (
        ("*" not in pattern or 2 * literal > len(name))
        and pattern.strip("*?[]") != ""
        and fnmatchcase(name, pattern)
    )
