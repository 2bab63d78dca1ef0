"""The marks: what a command line does that an investigator wants to see, each with a severity and a reason.

A mark says what the line *says*, not what came of it: a pointer for a person, not a verdict. This is the only
such list in the project.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from .code import decodes
from .deleting import deletes_file, deletes_found, deletes_tree, emptied, empties, wipes
from .model import Call, targets
from .options import arguments
from .pipes import Line
from .shells import SHELLS
from .use import Use

_LOG = re.compile(
    r"^/var/(log|adm)/|^/run/log/|(^|/)(wtmp|btmp|utmp|lastlog|syslog|auth\.log|messages|secure)$|\.log$"
)
_SYSTEM_LOG = re.compile(r"^/var/(log|adm)(/|$)|^/run/log/|(^|/)(wtmp|btmp|utmp|lastlog|syslog|auth\.log)$")
_HISTORY = re.compile(
    r"(^|/)\.?(bash|zsh|sh|ash|fish|python|mysql|psql|sqlite|node_repl|less)_?_?hist(ory|file)?$|HISTFILE"
)
_REMOTE = re.compile(r"^(?:[\w.-]+@)?(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])::?(?!\\)|^(scp|sftp|rsync|ftps?)://")
_CLOUD = re.compile(r"^(s3|gs|az|b2|wasbs?|https?)://|^[\w-]+:")
_SENDERS = frozenset(
    [
        "ssh",
        "nc",
        "ncat",
        "netcat",
        "socat",
        "telnet",
        "curl",
        "wget",
        "ftp",
        "lftp",
        "openssl",
        "mail",
        "mailx",
        "mutt",
    ]
)
_LOGGERS = re.compile(
    r"^(auditd|rsyslog|syslog(-ng)?|systemd-journald|sysstat|osqueryd|falcon-sensor|wazuh-agent)"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A row of the table: a name, how grave, why a person should look, and when it applies."""

    name: str
    severity: str
    why: str
    applies: Callable[[Use], bool]


def _tampers_with_logs(use: Use) -> bool:
    call = use.call
    if any(_LOG.search(target) for target in emptied(use)):
        return True
    if use.program in ("rm", "shred", "unlink", "srm", "wipe", "mv", "utmpdump"):
        return any(_SYSTEM_LOG.search(operand) for operand in use.given.operands)
    if use.program == "sed":
        return use.given.has("i", "in-place") and any(_LOG.search(operand) for operand in use.given.operands)
    if use.program == "journalctl":
        return any(name.startswith("vacuum") for name in use.given.names)
    if use.program in ("systemctl", "service", "rc-service"):
        stops = {"stop", "disable", "mask", "kill"} & set(call.words)
        return bool(stops) and any(_LOGGERS.match(word) for word in call.words[1:])
    return (use.program == "auditctl" and use.given.has("D", "e")) or (
        use.program == "setenforce" and "0" in call.words
    )


def _hides_history(use: Use) -> bool:
    call = use.call
    if any(name in ("HISTFILE", "HISTSIZE", "HISTFILESIZE", "SAVEHIST") for name, _ in call.assignments):
        return any(value in ("", "0", "/dev/null") for name, value in call.assignments if "HIST" in name)
    if use.program == "history":
        return use.given.has("c", "d", "clear", "delete") or bool({"clear", "delete"} & set(call.words))
    if use.program in ("unset", "export", "declare", "typeset", "set"):
        rest = " ".join(call.words[1:])
        return bool(
            re.search(r"HISTFILE($|\s|=(\s|$|/dev/null))|HISTSIZE=0|HISTFILESIZE=0|SAVEHIST=0", rest)
        ) or (
            use.program == "set" and bool(re.search(r"\+o\s+history|(-eg|-e|-g|-Ux|-x)\s+fish_history", rest))
        )
    touched = use.program in ("rm", "shred", "ln", "mv", "truncate", "unlink", "srm", "cp", "sed", "dd")
    named = [*(use.given.operands if touched else ()), *emptied(use)]
    return any(_HISTORY.search(word.removeprefix("of=")) for word in named)


def _backdates(use: Use) -> bool:
    if use.program == "touch":
        return use.given.has("d", "t", "r", "date", "reference")
    if use.program == "date":
        return use.given.has("s", "set")
    return (use.program == "timedatectl" and "set-time" in use.call.words) or (
        use.program == "debugfs" and any(re.search(r"set_inode_field|sif ", word) for word in use.call.words)
    )


def _sends_out(use: Use) -> bool:
    call, program = use.call, use.program
    operands = use.given.operands
    if program in ("scp", "rsync"):
        return len(operands) > 1 and bool(_REMOTE.match(operands[-1])) and not _REMOTE.match(operands[0])
    if program == "curl":
        sent = [value for name, value in use.given.values if name.startswith(("F", "d", "data", "form"))]
        return use.given.has("T", "upload-file") or any(re.search(r"(^|=)[@<]", value) for value in sent)
    if program == "wget":
        return use.given.has("post-file", "body-file")
    if program in ("aws", "gsutil", "rclone", "azcopy", "mc", "s3cmd", "b2"):
        return bool({"cp", "sync", "mv", "put", "copy", "upload"} & set(operands)) and bool(
            _CLOUD.match(operands[-1])
        )
    if program in _SENDERS and program not in SHELLS:
        return use.is_fed and not any(word in ("--help", "-l", "-lvnp") for word in call.words[1:])
    return any(
        target.startswith(("/dev/tcp/", "/dev/udp/")) for target in targets(call, ">", ">>", ">|", "<>", "&>")
    )


def _packs(use: Use) -> bool:
    if use.program in ("tar", "bsdtar", "gtar"):
        return use.given.has("c", "create")
    if use.program in ("7z", "7za", "rar", "7zr"):
        return "a" in use.given.operands[:1]
    return use.program == "zip" or (
        use.program == "git" and use.given.operands[:1] in (("bundle",), ("archive",))
    )


def _runs_decoded(use: Use) -> bool:
    into = use.program in SHELLS or use.program in ("python", "perl", "ruby", "source", ".")
    if decodes(use.program, use.text):
        return True
    if not into or len(use.call.words) > 3:
        return use.program == "eval" and bool(re.search(r"base64|xxd|curl|wget", use.text))
    return use.line.feeds_unseen(use.call)


def _sets_uid(use: Use) -> bool:
    if use.program == "setcap":
        return True
    modes = [
        *use.given.operands[:1],
        *(w for w in use.call.words[1:] if re.fullmatch(r"[ugoa]*[+=][rwxXst]*s[rwxXst]*", w)),
    ]
    return use.program == "chmod" and any(re.search(r"^0?[2-7]\d{3}$|[+=][rwxXt]*s", mode) for mode in modes)


def _hides_typing(use: Use) -> bool:
    return use.program == "stty" and "-echo" in use.call.words


def _by_the_screen(use: Use) -> bool:
    """Never by the words: hidden.py gives these marks, from what the screen showed."""
    return False


LINE_HIDDEN = Mark(
    "line-hidden",
    "high",
    "its own line was concealed, disguised or written over, so that a viewer would not see it",
    _by_the_screen,
)
OUTPUT_HIDDEN = Mark(
    "output-hidden",
    "medium",
    "what it printed holds text that a viewer would not see, or hides what was there",
    _by_the_screen,
)

MARKS = (
    Mark("delete-tree", "high", "deletes a directory, volume or bucket with everything in it", deletes_tree),
    Mark("delete-found", "high", "deletes every file that a search finds", deletes_found),
    Mark("delete-file", "low", "deletes files by name", deletes_file),
    Mark("wipe", "high", "overwrites data so that it cannot be brought back", wipes),
    Mark("empty-file", "medium", "empties a file but leaves it in place", empties),
    Mark(
        "log-tampering",
        "high",
        "removes, empties or edits logs, or stops what writes them",
        _tampers_with_logs,
    ),
    Mark("history", "high", "clears the shell's history or stops it from being kept", _hides_history),
    Mark("backdate", "medium", "sets a file's time or the clock to something else", _backdates),
    Mark("send-out", "high", "sends files or data to another machine", _sends_out),
    Mark("pack", "low", "packs files into an archive, as one does before taking them away", _packs),
    Mark(
        "run-hidden",
        "high",
        "runs text that was downloaded or decoded, so that the line does not show what ran",
        _runs_decoded,
    ),
    Mark("setuid", "high", "lets a program run with its owner's rights", _sets_uid),
    Mark(
        "echo-off", "medium", "turns the terminal's echo off: what is typed next does not show", _hides_typing
    ),
    LINE_HIDDEN,
    OUTPUT_HIDDEN,
)


def code_marks(repl: Call) -> list[Mark]:
    """The marks on a line of a REPL, by its own language: what deletes, as in `shutil.rmtree`."""
    use = Use(repl, arguments(repl.words, repl.family), Line([repl]))
    return [mark for mark in MARKS if mark.name.startswith("delete-") and mark.applies(use)]
