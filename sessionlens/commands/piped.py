"""What was fed to a shell without a terminal (`ssh host bash`, `ssh -T host`): each line is a command.

Nothing echoes there, so a line that was not echoed is no secret; what answers a password prompt in the output
is. What follows a command that may read one (`sudo -S`) is listed without its text. For programs other than
shells the input is data and no command. Decision 0043.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .grammar import incomplete
from .model import HIDDEN, Command, Evidence, LineEvent
from .openers import SHELLS, opens
from .output import plain

if TYPE_CHECKING:
    from sessionlens.recording import Recording

_MOST = 200
_READS_SECRET = re.compile(
    r"\bsudo\b[^\n;|&]*\s(?:-[a-zA-Z]*S|--stdin)\b|\bsu\b\s*(?:-|\w|$)|\bread\b[^\n;|&]*\s-\w*s|-stdin\b|stdin\b$"
    r"|\b(?:passwd|chpasswd|htpasswd|smbpasswd|vncpasswd|cryptsetup|gpg2?|openssl|vault|ssh-add|ssh-keygen|doas|kinit"
    r"|smbclient|getpass|mysql|mariadb|psql|ldap\w+|ansible-vault|keytool|pass|secret-tool|sshpass)\b"
    r"|\bstty\b[^\n;|&]*-echo"
)
_ASKS_SECRET = re.compile(r"(?:pass\w*|secret|token|pin|otp|code|key)\b[^\n]{0,80}[:?>#$]\s*$", re.I)


def shell_fed(recording: Recording) -> str | None:
    """The shell that reads this channel's input as its script, or None."""
    info = recording.info
    if info.columns is not None or not recording.has_input:
        return None
    if info.command is not None:
        return reads_commands(info.command)
    return (info.shell or "sh").rsplit("/", 1)[-1] if info.source_format == "bundle" else None


def reads_commands(command: str) -> str | None:
    """The shell that this command line starts to read its standard input, or None."""
    opened = opens(command)
    if opened is None or not opened.surely or opened.host is not None:
        return None
    return opened.name if opened.name in SHELLS else "sh"


@dataclass(frozen=True, slots=True)
class Fed:
    """One line of the input: its bytes (inclusive), when it was complete, and what was printed by then."""

    text: str
    first: int
    last: int
    t_ns: int
    begun: int
    done: int


def fed_lines(recording: Recording) -> list[Fed]:
    """The input cut at line feeds."""
    streams = recording.stream.tolist()
    inputs = [i for i, stream in enumerate(streams) if stream == ord("i")]
    if not inputs:
        return []
    offsets = [int(recording.offset[i]) for i in inputs]
    end = offsets[-1] + int(recording.size[inputs[-1]])
    data, found, first = bytes(recording.blob("i")[:end]), [], offsets[0]
    printed = _printed(recording)
    while first < end:
        newline = data.find(b"\n", first)
        last = newline if newline >= 0 else end - 1
        begun, done = (inputs[bisect_right(offsets, at) - 1] for at in (first, last))
        text = data[first : last + 1].decode("utf-8", "replace").rstrip("\r\n")
        found.append(Fed(text, first, last, int(recording.t_ns[done]), printed[begun], printed[done]))
        first = last + 1
    return found


def _printed(recording: Recording) -> list[int]:
    """For each event how far the output had come."""
    reached, at = [], recording.blob("o").find(b"\n") + 1
    for i, stream in enumerate(recording.stream.tolist()):
        if stream == ord("o"):
            at = int(recording.offset[i]) + int(recording.size[i])
        reached.append(at)
    return reached


def fed(recording: Recording, shell: str) -> tuple[list[Command], list[LineEvent], list[tuple[int, int]]]:
    """The commands, the hidden lines as events, and their byte ranges."""
    lines = fed_lines(recording)
    doubted = dict(_secrets(recording, lines))
    secret = {at for at, proven in doubted.items() if proven}
    events = [
        LineEvent(each.t_ns, "hidden input", HIDDEN, each.first, each.last)
        for at, each in enumerate(lines)
        if at in secret
    ]
    open_lines = [
        replace(each, text=HIDDEN) if at in doubted else each
        for at, each in enumerate(lines)
        if at not in secret
    ]
    entries = list(_joined(open_lines))
    end = _printed(recording)[-1] if len(recording) else 0
    stops = [entry[-1].done for entry in entries[1:]] + [end]
    commands = [
        _command(recording, shell, entry, stop) for entry, stop in zip(entries, stops, strict=True) if entry
    ]
    return commands, events, [(lines[at].first, lines[at].last) for at in sorted(doubted)]


def _secrets(recording: Recording, lines: list[Fed]) -> Iterator[tuple[int, bool]]:
    """Which lines are secret, each with whether a prompt asked for it or a command only may have read it."""
    out, told = recording.blob("o"), recording.info.command or ""
    for at, line in enumerate(lines):
        tail = plain(bytes(out[max(line.begun - 512, 0) : line.begun])).rsplit("\n", 1)[-1]
        open_row = bytes(out[max(line.begun - 1, 0) : line.begun]) not in (b"\n", b"")
        asked = open_row and _ASKS_SECRET.search(tail) is not None
        if asked or _READS_SECRET.search(told):
            said = bytes(out[line.begun : line.done + 512])
            yield at, asked or b"assword" in said
            told = ""
        else:
            told = line.text


def _joined(lines: list[Fed]) -> Iterator[list[Fed]]:
    """Lines joined as far as the grammar calls them unfinished; where it never closes, each on its own."""
    at = 0
    while at < len(lines):
        stop, text = at + 1, lines[at].text
        while text != HIDDEN and incomplete(text) and stop < min(len(lines), at + _MOST):
            text += "\n" + lines[stop].text
            stop += 1
        if stop > at + 1 and incomplete(text):
            stop = at + 1
        if lines[at].text.strip():
            yield lines[at:stop]
        at = stop


def _command(recording: Recording, shell: str, entry: list[Fed], stop: int) -> Command:
    info, last = recording.info, entry[-1]
    data = bytes(recording.blob("o")[last.done : stop])
    return Command(
        start_ns=last.t_ns,
        taken_ns=last.t_ns,
        end_ns=None,
        text="\n".join(line.text for line in entry),
        kind="shell",
        context=f"exec > {shell}" if info.command is not None else shell,
        host=info.target,
        user=info.account,
        cwd=None,
        exit_code=None,
        source="keys",
        confidence="low",
        accepted=last.done,
        in_first=entry[0].first,
        in_last=last.last,
        out_first=last.done if data else None,
        out_last=stop - 1 if data else None,
        output=plain(data),
        fullscreen=False,
        hidden=entry[0].text == HIDDEN,
        evidence=Evidence(reason="fed to a shell without a terminal: only the input tells it"),
    )
