"""Who reads the input that a command line shares with its shell: which programs are known to leave it alone.

What is typed next may be read by any other. Only words are read, as the man pages have it; a name that was
given another meaning (an alias, a function, PATH) is not followed.
"""

from __future__ import annotations

import re
from itertools import pairwise

from .openers import REPLS, SHELLS, base, past_wrappers
from .plainly import code
from .splitting import LONGEST, split

_LEAVE = frozenset({
    ":", "[", "[[", "alias", "apropos", "basename", "bg", "break", "cal", "cd", "chgrp", "chmod",
    "chown", "clear", "cmp", "continue", "cp", "date", "declare", "df", "diff", "dig", "dirname",
    "dirs", "dmesg", "du", "echo", "exit", "export", "false", "file", "find", "free", "getent",
    "getfacl", "groups", "hash", "history", "host", "hostname", "hostnamectl", "id", "ifconfig", "ip",
    "jobs", "journalctl", "kill", "killall", "last", "let", "ln", "local", "locale", "logger",
    "logname", "ls", "lsattr", "lsblk", "lscpu", "lsmod", "lsof", "lspci", "lsusb", "mkdir", "mkfifo",
    "mktemp", "mv", "netstat", "nproc", "pgrep", "pidof", "ping", "pkill", "popd", "printenv", "printf",
    "ps", "pstree", "pushd", "pwd", "readlink", "readonly", "realpath", "return", "rm", "rmdir", "seq",
    "set", "setfacl", "shift", "shopt", "shred", "sleep", "ss", "stat", "stty", "sync", "systemctl",
    "test", "timedatectl", "touch", "tree", "true", "truncate", "tty", "type", "ulimit", "umask",
    "umount", "unalias", "uname", "unlink", "unset", "uptime", "w", "wait", "whatis", "whereis",
    "which", "who", "whoami", "yes",
})  # fmt: skip
FILTERS = dict.fromkeys((
    "base64", "bzip2", "cat", "column", "comm", "cut", "expand", "fold", "gunzip", "gzip", "head",
    "hexdump", "join", "less", "md5sum", "more", "nl", "od", "paste", "rev", "sha1sum", "sha256sum",
    "sha512sum", "shuf", "sort", "split", "strings", "tac", "tail", "uniq", "wc", "xxd", "xz", "zcat",
), 1) | dict.fromkeys(
    ("awk", "egrep", "fgrep", "gawk", "grep", "jq", "mawk", "sed", "zgrep"), 2
)  # fmt: skip
"""How many operands it takes before these leave the input alone."""
_ALL_OF_IT = frozenset({
    "base64", "cat", "column", "cut", "hexdump", "md5sum", "nl", "od", "rev", "sha1sum", "sha256sum",
    "sha512sum", "shuf", "sort", "tac", "tee", "tr", "uniq", "wc", "xxd",
})  # fmt: skip
_TAKES = {
    "grep": "ABCDdefm", "egrep": "ABCDdefm", "fgrep": "ABCDdefm", "zgrep": "ABCDdefm", "head": "cn",
    "tail": "cns", "sort": "kotST", "sed": "efl", "cut": "bcdf", "uniq": "fsw", "od": "AjNtSw", "paste": "d",
    "xxd": "closg", "awk": "fFv", "gawk": "fFv", "mawk": "fFv", "join": "12tavoje", "split": "abln",
    "fold": "w", "base64": "w", "nl": "bdfhilnsvw", "wc": "", "cat": "", "md5sum": "",
    "sha256sum": "", "tac": "",
}  # fmt: skip
"""Which letters of theirs take a value; of others any may."""
_GIT_ASKS = frozenset(
    {"clone", "commit", "credential", "fetch", "pull", "push", "remote", "submodule", "am", "rebase"}
)
_KEEP = {*_LEAVE, *FILTERS, *_ALL_OF_IT}
"""They do not run what they read."""

_ASK_FIRST = frozenset({"cp", "ln", "mv", "rm"})
WORDS_OF_SHELLS = frozenset({
    "!", "{", "}", "(", ")", "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done",
    "case", "esac", "in", "time",
})  # fmt: skip
_INNER = re.compile(r"\$\(([^()]*)\)|`([^`]*)`")
_FROM = re.compile(r"<<?-?|<<<|<&")
_ITSELF = re.compile(r"-|/dev/(?:stdin|tty|fd/0)|/proc/self/fd/0")
_BETWEEN = re.compile(r"[;&|()\n]+")
_SYNTAX = re.compile(r"--?[A-Za-z][\w-]*(?:=.*)?|&&|\|\|?|[12]?>>?|<")
_GOES_ON = re.compile(r"(\|\|?|&&)\s*\n|\\\n")
_RUNS_MORE = re.compile(r"^-(?:exec|ok)|system|getline")
_PATTERN = re.compile(r"-[A-Za-z]*[ef].*")  # of grep, sed, awk: then all operands are files
_DEEPEST = 8


def leaves_input(text: str) -> bool:
    """Is it known that nothing in this command line reads the input of its shell?"""
    text = runnable(text)
    if len(text) > LONGEST:
        return False
    for _ in range(_DEEPEST):
        found = _INNER.search(text)
        if found is None:
            break
        if not leaves_input(found[1] or found[2] or ""):
            return False
        text = text[: found.start()] + "w" + text[found.end() :]
    first = [pipeline[0] for pipeline in pipelines(text) if pipeline]
    hidden = any(part in text for part in ("$(", "`", "<(", "/dev/tty"))
    return not hidden and bool(first) and all(map(leaves, first))


def reads_all(text: str) -> bool:
    """Does what reads the input in this command line read on until it ends (Ctrl-D)?"""
    reading = [pipeline[0] for pipeline in pipelines(text) if not leaves(pipeline[0])]
    return bool(reading) and all(base(past_wrappers(words)) in _ALL_OF_IT for words in reading)


def runnable(text: str) -> str:
    """What of a text may be run: what here-documents hold only where more than known programs may read it."""
    bare = code(text)
    if bare is text:
        return text
    programs = {base(past_wrappers(words)) for pipeline in pipelines(bare) for words in pipeline}
    return bare if programs <= _KEEP else text


def pipelines(text: str) -> list[list[list[str]]]:
    """The commands of a line as words, those of one pipe together; redirections are words of their own."""
    text = _GOES_ON.sub(r"\1 ", text).replace("\n", ";")
    words = split(text)
    if words is None:
        return [[["'"]]]  # a quote that does not close: no program has that name
    found: list[list[list[str]]] = [[[]]]
    for word in words:
        if not _BETWEEN.fullmatch(word):
            found[-1][-1].append(word)
        elif word in ("|", "|&"):
            if found[-1] == [[]] and len(found) > 1:  # behind `)`: the group's last command goes on
                found.pop()
            found[-1].append([])
        else:
            found.append([[]])
    return [[words for words in pipeline if words] for pipeline in found if any(pipeline)]


def leaves(words: list[str]) -> bool:
    """Does this one command leave its input alone?"""
    while words and words[0] in WORDS_OF_SHELLS:
        if words[0] in ("for", "case", "in"):
            return True  # words, no command
        words = words[1:]
    came = [words[at + 1] for at, word in enumerate(words[:-1]) if _FROM.fullmatch(word)]
    if came:
        return not _ITSELF.fullmatch(came[-1]) and "<&" not in words
    asks = any(base([word]) in ("sudo", "doas") for word in words[:_DEEPEST])
    words = past_wrappers(words)
    name, rest = base(words), words[1:]
    if asks or any(_ITSELF.fullmatch(word) for word in rest):
        return False
    if name in ("", "env") or {"--version", "--help"} & set(rest):
        return True  # assignments, a redirection
    if name in _ASK_FIRST and any(re.fullmatch(r"-(?=\w*[iI])\w*|--interactive.*", word) for word in rest):
        return False
    if any(map(_RUNS_MORE.search, rest)):
        return False
    if name in FILTERS:
        return len(_operands(name, rest)) >= FILTERS[name] - any(map(_PATTERN.fullmatch, rest))
    if name == "git":
        return not {"-c", *_GIT_ASKS} & set(rest)
    return name in _LEAVE


def _operands(name: str, rest: list[str]) -> list[str]:
    """The words that are no options, and no values of short ones."""
    found = []
    letters = _TAKES.get(name, "A-Za-z")
    takes = re.compile(rf"-[A-Za-z]*[{letters}]" if letters else r"(?!)")
    for before, word in pairwise(["", *rest]):
        if word.startswith((">", "<")):
            break
        if not word.startswith("-") and not takes.fullmatch(before):
            found.append(word)
    return found


def evident(text: str) -> bool:
    """Is this a command line and hardly a password: some words, with a known program, options, a pipe?"""
    words = text.split()
    name = base(past_wrappers(words))
    known = name in _LEAVE or name in FILTERS or name in REPLS or name in SHELLS or name in WORDS_OF_SHELLS
    return len(words) > 1 and (known or words[0].startswith("./") or any(map(_SYNTAX.fullmatch, words[1:])))
