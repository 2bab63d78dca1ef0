"""What was fed to a shell without a terminal (`ssh host bash`, `ssh -T host`): each line is a command.

Nothing echoes there, so a line that was not echoed is no secret. What a program may have asked for is listed
without its text (answers.py). For programs other than shells the input is data and no command. Decision 0043.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from .answers import Answers
from .model import HIDDEN, Command, Evidence
from .more import Unfinished
from .openers import SHELLS, opens
from .output import plain

if TYPE_CHECKING:
    from sessionlens.recording import Recording

_MOST = 200
FED = "fed to a shell without a terminal: only the input tells it"
MAY_ANSWER = "fed to a shell without a terminal: a program may have asked for it"


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


def fed(recording: Recording, shell: str) -> tuple[list[Command], list[tuple[int, int]]]:
    """The commands, and the byte ranges of those whose text may be a secret."""
    lines = fed_lines(recording)
    entries = list(_entries(lines, Answers(recording.blob("o"), recording.info.command or "")))
    end = _printed(recording)[-1] if len(recording) else 0
    stops = [entry[-1].done for entry in entries[1:]] + [end]
    commands = [_command(recording, shell, entry, stop) for entry, stop in zip(entries, stops, strict=True)]
    return commands, [(line.first, line.last) for entry in entries for line in entry if line.text == HIDDEN]


def _entries(lines: Sequence[Fed], answers: Answers) -> Iterator[list[Fed]]:
    """The lines of each command; one that may be an answer stands alone, without its text."""
    at, until = 0, answers.end
    untils = [until]
    for line, following in pairwise(reversed(lines)):
        until = line.begun if line.begun > following.begun else until
        untils.append(until)
    untils.reverse()
    while at < len(lines):
        if answers.may_be(lines[at], untils[at]):
            entry = [replace(lines[at], text=HIDDEN)]
        else:
            entry = _joined(lines, at)
            entry[1:] = [replace(line, text=HIDDEN) if answers.asked(line) else line for line in entry[1:]]
            if lines[at].text.strip():
                answers.ran("\n".join(line.text for line in entry))
        if any(line.text.strip() for line in entry):
            yield entry
        at += len(entry)


def _joined(lines: Sequence[Fed], at: int) -> list[Fed]:
    """The lines from here on as far as the grammar calls them unfinished; where it never closes, one."""
    typed, stop = Unfinished(lines[at].text), at + 1
    while typed.open and stop < min(len(lines), at + _MOST):
        typed.add(lines[stop].text)
        stop += 1
    return list(lines[at : at + 1 if typed.open else stop])


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
        hidden=any(line.text == HIDDEN for line in entry),
        evidence=Evidence(reason=MAY_ANSWER if entry[0].text == HIDDEN else FED),
    )
