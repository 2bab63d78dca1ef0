"""Options of one command in one spelling: bundled, separate, long, abbreviated, as getopt_long(3) reads them.

Only what the marks and `ran` ask about is in the tables: which options take a value, and which long option is
which short one. A program that is not listed is read by the general rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .programs import named, without_unknown

# programs whose options are words after a single dash
WORD_OPTIONS = frozenset(
    {"find", "java", "openssl", "ffmpeg", "terraform", "gcloud", "qemu-system-x86_64", "bfs"}
)

# words of find that take a value; those after which a command stands, up to ; or +
_FIND_VALUED = named(
    "name iname path ipath wholename lname regex iregex type xtype size newer anewer cnewer mtime atime "
    "ctime mmin amin cmin perm user group uid gid links inum fstype maxdepth mindepth printf fprintf fls "
    "fprint samefile regextype"
)
_FIND_STARTS = named("exec execdir ok okdir")

# short options that take a value
VALUED = {
    "curl": "ACDEFHKLPQTUXYbcdehmortuwxyz",
    "dd": "",
    "doas": "Cu",
    "env": "CSu",
    "head": "cn",
    "ionice": "cnpPu",
    "nc": "BIMPTVXXiIlOpqsTwx",
    "ncat": "cegmiopswx",
    "netcat": "Iiopqsw",
    "nice": "n",
    "rsync": "Befm",
    "scp": "DFJPSXcilo",
    "sftp": "BDFJPRSXbcilos",
    "ssh": "BDEFIJLOPQRSWbceilmopw",
    "stdbuf": "eio",
    "su": "CGgsTw",
    "sudo": "CDRTUgprtu",
    "tail": "cns",
    "tar": "bCfgHKLNTVX",
    "timeout": "ks",
    "touch": "drt",
    "truncate": "sr",
    "wget": "ABDIOPQRTUXaeiolopt",
    "xargs": "EIJLPRSadns",
    "zip": "bntiPxsO", "strace": "abeoOpPsSuUXIE", "ltrace": "oepsuaAlnDFx", "perf": "oepCtIDr",
    "chrt": "TPD",
    "numactl": "CNmip", "systemd-run": "pEHMu", "nsenter": "tSGW", "unshare": "RwSG", "flock": "wE",
    "runuser": "ugGsw",
    "sshpass": "pfdP", "pdsh": "wxlutfR", "pssh": "hHlptoeOX", "parallel-ssh": "hHlptoeOX", "clush": "wxglof",
    "exec": "a", "time": "fo", "watch": "n", "cpulimit": "lpPe", "fakeroot": "slbi",
    "systemd-nspawn": "DiMup", "chpst": "ubenlLmdopfcrtv/", "machinectl": "HMnop", "lxc-attach": "nafLPsuv",
    "parallel": "jnNIdaLCS", "screen": "SceshptT", "tmux": "tcfnsxySLelp", "script": "EIOoBTmt",
    "cut": "dfcb", "sed": "ef", "trickle": "du", "cgexec": "g", "proot": "rbwk", "rsh": "l",
    "kubectl": "ncf", "prlimit": "p", "hyperfine": "wrp",
}  # fmt: skip

# long options that take a value and have no letter, or none in the tables
LONG_VALUED = {
    "sudo": named("host prompt chdir chroot close-from command-timeout role type other-user user group"),
    "env": named("unset chdir"),
    "nice": frozenset({"adjustment"}),
    "timeout": named("signal kill-after"),
    "xargs": named("arg-file delimiter max-args max-procs max-chars process-slot-var"),
    "stdbuf": named("input output error"),
    "ionice": named("class classdata"),
    "watch": frozenset({"interval"}),
    "systemd-run": named(
        "unit property description slice uid gid nice working-directory setenv host machine on-active"
    ),
    "nsenter": named("target setuid setgid"),
    "flock": named("timeout conflict-exit-code"),
    "pkexec": frozenset({"user"}),
    "runuser": named("user group supp-group shell"),
    "setpriv": named("reuid regid ruid euid groups inh-caps bounding-set ambient-caps"),
    "bwrap": named("dev proc tmpfs dir chdir unsetenv uid gid hostname bind ro-bind dev-bind symlink setenv"),
    "chroot": named("userspec groups"),
    "systemd-nspawn": named("directory image user machine bind setenv"),
    "parallel": named("jobs sshlogin delimiter max-args arg-file colsep workdir wd tagstring delay env rpl"),
    "machinectl": named("uid setenv host machine"),
}

LONG = {
    "rm": {"recursive": "r", "force": "f", "dir": "d", "verbose": "v"},
    "cp": {"recursive": "r", "archive": "a", "force": "f", "target-directory": "t"},
    "ls": {"all": "a", "recursive": "R", "reverse": "r", "human-readable": "h"},
    "ln": {"symbolic": "s", "force": "f"},
    "shred": {"remove": "u", "zero": "z", "force": "f", "iterations": "n"},
    "truncate": {"size": "s", "reference": "r", "no-create": "c"},
    "touch": {"date": "d", "reference": "r", "no-create": "c", "time": "t"},
    "tar": {
        "create": "c",
        "extract": "x",
        "file": "f",
        "gzip": "z",
        "list": "t",
        "append": "r",
        "update": "u",
    },
    "zip": {"recurse-paths": "r", "encrypt": "e", "move": "m"},
    "curl": {
        "upload-file": "T",
        "form": "F",
        "data": "d",
        "data-binary": "d",
        "data-raw": "d",
        "data-urlencode": "d",
        "output": "o",
        "request": "X",
        "form-string": "F",
    },
    "wget": {"output-document": "O", "quiet": "q"},
    "base64": {"decode": "d", "ignore-garbage": "i", "wrap": "w"},
    "chmod": {"recursive": "R", "changes": "c", "silent": "f", "quiet": "f", "verbose": "v"},
    "sudo": {"user": "u", "group": "g", "login": "i", "shell": "s", "preserve-env": "E", "stdin": "S"},
    "env": {"ignore-environment": "i", "unset": "u", "chdir": "C", "split-string": "S"},
    "xargs": {"null": "0", "max-args": "n", "replace": "I", "max-procs": "P", "no-run-if-empty": "r"},
    "su": {"command": "c", "login": "l", "shell": "s"},
    "date": {"set": "s", "date": "d", "utc": "u"},
    "sed": {"in-place": "i", "expression": "e"},
    "rsync": {"archive": "a", "recursive": "r", "rsh": "e", "files-from": "", "compress": "z", "exclude": ""},
    "gzip": {"decompress": "d", "uncompress": "d", "stdout": "c"},
    "xxd": {"revert": "r", "plain": "p", "postscript": "p"},
}

# single letters that mean the same
SAME = {"rm": {"R": "r"}, "cp": {"R": "r"}, "base64": {"D": "d"}, "scp": {}}


@dataclass(frozen=True, slots=True)
class Arguments:
    """The words after the program: single-letter options, all options as names, their values, operands."""

    letters: frozenset[str]
    names: frozenset[str]
    values: tuple[tuple[str, str], ...]
    operands: tuple[str, ...]

    def value(self, *names: str) -> str | None:
        """The value given to the first of `names` that was given one."""
        return next((value for name, value in self.values if name in names), None)

    def has(self, *names: str) -> bool:
        """Is any of these options there? A name is a letter, a long option, or find's word."""
        return any(name in self.letters or name in self.names for name in names)


def arguments(words: tuple[str, ...], program: str) -> Arguments:
    """Read the words of a call, `words[0]` being the program."""
    letters: set[str] = set()
    names: set[str] = set()
    values: list[tuple[str, str]] = []
    operands: list[str] = []
    rest = list(words[1:])
    if program == "tar" and rest and not rest[0].startswith("-"):
        rest[0] = "-" + rest[0]
    while rest:
        word = rest.pop(0)
        if named := _powershell(word, program):
            letters.add(named)
            continue
        if word.startswith("-"):
            word = without_unknown(word)
        if word == "--":
            operands += rest
            break
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            names.add(name)
            letter = short(program, name)
            if letter:
                letters.add(letter)
                if not equals and letter in VALUED.get(program, "") and rest:
                    value = rest.pop(0)
            values += [(key, value) for key in (name, letter) if key and value]
        elif word.startswith("-") and len(word) > 1:
            if program in WORD_OPTIONS:
                names.add(word[1:])
                if program in ("find", "bfs"):
                    _skip(word[1:], rest)
                continue
            for letter, given in _bundle(word[1:], program, rest):
                letters.add(letter)
                if given is not None:
                    values.append((letter, given))
        else:
            operands.append(word)
    return Arguments(frozenset(letters), frozenset(names), tuple(values), tuple(operands))


def short(program: str, name: str) -> str:
    """The letter of a long option, which may be abbreviated; "" where there is none."""
    table = LONG.get(program, {})
    if name in table:
        return table[name]
    letters = {letter for long, letter in table.items() if name and long.startswith(name)}
    return letters.pop() if len(letters) == 1 else ""


def _skip(name: str, rest: list[str]) -> None:
    """The value of a word of find, or the command that it starts."""
    if name in _FIND_VALUED:
        del rest[:1]
    elif name in _FIND_STARTS:
        end = next((at for at, word in enumerate(rest) if word in (";", "+")), len(rest))
        del rest[: end + 1]


def _powershell(word: str, program: str) -> str:
    """`rm -Recurse -Force`, `-Rec`, `-fo:$true`: one word after one dash, of any case."""
    word, _, value = word.partition(":")
    if (
        program not in ("rm", "Remove-Item", "ri", "rmdir", "rd", "del", "erase")
        or len(word) < 3
        or value == "$false"
    ):
        return ""
    return next((name[0] for name in ("recurse", "force") if name.startswith(word[1:].lower())), "")


def _bundle(word: str, program: str, rest: list[str]) -> Iterator[tuple[str, str | None]]:
    same = SAME.get(program, {})
    for at, letter in enumerate(word):
        letter = same.get(letter, letter)
        if letter in VALUED.get(program, ""):
            yield letter, word[at + 1 :] or (rest.pop(0) if rest else None)
            return
        yield letter, None
