"""A recording -> its commands: prompts are learned from all of it first, then every accepted line is decided.

Only Trace, Timeline and the recording's bytes are read. What the method cannot see is in docs/commands.md.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from .accept import Candidate, candidates
from .contexts import Contexts, directory
from .editor import KeyLine, key_lines
from .ending import last_end, output_end
from .entries import Entry, entries
from .expansion import expanded
from .keys import keys
from .lines import Line, LineReader
from .marks import Marks
from .model import HIDDEN, Command, Extraction, LineEvent
from .output import plain
from .piped import fed, shell_fed
from .prompts import Prompts, guessed, shape
from .recovery import recovered
from .screen import View
from .secrets import unechoed
from .shells import login_shell

if TYPE_CHECKING:
    from sessionlens.recording import Recording
    from sessionlens.terminal import Replay


_END_OF_LINE = re.compile(rb"(?:\x1b\[\?2004l|\x1b\[[\d;]*m|\x1b\(B|[\r\n])*")
_FULL_SCREEN = re.compile(rb"\x1b\[\?1h.{0,64}?\x1b\[H\x1b\[2?J", re.S)


def extract(recording: Recording, replay: Replay) -> Extraction:
    """The commands, line events and hidden input ranges of one recording.

    An exec request is a command, and what was typed in its terminal, where it has one, follows it.
    """
    info = recording.info
    request = [_exec(recording)] if info.kind == "exec" and info.command is not None else []
    shell = shell_fed(recording)
    if shell is not None:
        commands, events, hidden = fed(recording, shell)
        events += _other_events(recording)
        return Extraction(request + commands, sorted(events, key=lambda event: event.t_ns), hidden)
    if not request:
        return _terminal(recording, replay)
    if info.columns is None:  # no pty and no shell: its input is data
        return Extraction(request, list(_other_events(recording)), [])
    inside = _terminal(recording, replay)
    return Extraction([*request, *inside.commands], inside.events, inside.hidden)


def _terminal(recording: Recording, replay: Replay) -> Extraction:
    """What was typed in a terminal."""
    view = View(recording, replay)
    found = list(candidates(view))
    prompts, fresh = learn(found)
    typed: list[KeyLine] = []
    elsewhere: list[KeyLine] = []
    for each in key_lines(keys(recording), fresh):
        (elsewhere if view.alternate(view.offset_at(each.last_event)) else typed).append(each)
    lines = list(LineReader(view, prompts, typed, elsewhere).lines(found))
    used = {line.key_line.first for line in lines if line.key_line}
    lines += recovered(view, prompts, found, lines, [each for each in typed if each.first not in used])
    lines.sort(key=lambda line: line.candidate.point.offset)
    joined, events = entries(view, lines)
    commands = list(_commands(view, recording, joined, lines))
    taken = {line.key_line.first for line in lines if line.key_line}
    secret = list(unechoed(view, (each for each in typed if each.first not in taken)))
    hidden = [(each.first, each.last) for each in secret]
    hidden += [(line.key_line.first, line.key_line.last) for line in lines if line.hidden and line.key_line]
    events += [LineEvent(each.end_ns, "hidden input", HIDDEN, each.first, each.last) for each in secret]
    events += _other_events(recording)
    return Extraction(commands, sorted(events, key=lambda event: event.t_ns), sorted(hidden))


def learn(found: Sequence[Candidate]) -> tuple[Prompts, frozenset[int]]:
    """The prompts of a recording, and the input events that found one with nothing typed behind it.

    Where the cursor never rested (a program typed, or a paste) what looks like a prompt counts if it comes
    back.
    """
    seen: list[tuple[str, bool]] = []
    fresh: list[tuple[int, str, bool]] = []
    guesses: list[str] = []
    for candidate in found:
        opening = candidate.opening()
        if opening is None and candidate.paste and candidate.fresh:
            guesses += guessed(candidate.lines[-1].text)
        elif opening is not None:
            rest = opening[1]
            seen.append((rest.left, candidate.paste))
            if rest.event >= 0:
                fresh.append((rest.event, rest.left, candidate.paste))
    often = Counter(map(shape, guesses))
    seen += [(guess, True) for guess in guesses if often[shape(guess)] > 1]
    prompts = Prompts(seen)
    return prompts, frozenset(event for event, left, paste in fresh if prompts.trusted(left, paste))


def _commands(
    view: View, recording: Recording, joined: Sequence[Entry], lines: Sequence[Line]
) -> Iterator[Command]:
    info, marks = recording.info, Marks(view)
    contexts = Contexts(login_shell(view, lines, info.shell), info.target, info.account)
    at_last = {entry.last.candidate.after: entry for entry in joined}
    first_of = {entry.lines[0].candidate.after for entry in joined}
    for index, line in enumerate(lines):
        if line.candidate.after in first_of or line.outcome == "empty":
            contexts.prompt(line.prompt)
        entry = at_last.get(line.candidate.after)
        if entry is not None:
            following = lines[index + 1] if index + 1 < len(lines) else None
            command = _command(view, marks, contexts, entry, following)
            if command.text.strip():
                contexts.ran(command.text)
                yield command


def _command(view: View, marks: Marks, contexts: Contexts, entry: Entry, following: Line | None) -> Command:
    line, text = entry.last, entry.text
    after = line.candidate.point.offset
    end = following.candidate.point.offset if following else _end(view)
    stop = output_end(view, following) if following else last_end(view, after, end)
    source, confidence = line.source, entry.confidence
    told = marks.command_line(after, stop)
    if told is not None and "".join(told.split()) == "".join(text.split()):
        text, source, confidence = told.rstrip(), "marks", "high"
    done = marks.exit(after, end)
    if done is not None:
        stop = min(stop, done[0])
    match = _END_OF_LINE.match(view.out, after)
    begin = match.end() if match else after
    data = bytes(view.out[begin:stop])
    output = plain(data)
    if line.key_line and line.key_line.ender == "edit":  # an editor wrote it, and the shell shows it
        text, confidence = output.partition("\n")[0] or text, "medium"
    elif text != (full := expanded(text, output)):
        text, confidence = full, "medium"
    level = contexts.top
    host, place = marks.place(after)
    return Command(
        start_ns=line.t_ns,
        end_ns=max(view.time_of(stop), line.candidate.t_ns) if following or done else None,
        text=text,
        kind=level.kind,
        context=contexts.path,
        host=level.host or host,
        user=level.user,
        cwd=place or directory(entry.lines[0].prompt),
        exit_code=done[1] if done else None,
        source=source,
        confidence=confidence,
        accepted=after,
        in_first=entry.lines[0].key_line.first if entry.lines[0].key_line else None,
        in_last=line.key_line.last if line.key_line else None,
        out_first=begin if stop > begin else None,
        out_last=stop - 1 if stop > begin else None,
        output=output,
        fullscreen=view.used_alternate(begin, stop) or bool(_FULL_SCREEN.search(data)),
        hidden=any(each.hidden for each in entry.lines),
    )


def _end(view: View) -> int:
    events = [i for i, stream in enumerate(view.recording.stream.tolist()) if stream == ord("o")]
    return int(view.recording.offset[events[-1]] + view.recording.size[events[-1]]) if events else 0


def _exec(recording: Recording) -> Command:
    info = recording.info
    view_end = len(recording)
    outputs = [i for i in range(view_end) if recording.stream[i] == ord("o")]
    begin = int(recording.offset[outputs[0]]) if outputs else None
    last = int(recording.offset[outputs[-1]] + recording.size[outputs[-1]]) - 1 if outputs else None
    data = bytes(recording.blob("o")[begin : last + 1]) if begin is not None and last is not None else b""
    return Command(
        start_ns=info.opened_ns,
        end_ns=recording.duration_ns,
        text=info.command or "",
        kind="exec",
        context="exec",
        host=info.target,
        user=info.account,
        cwd=None,
        exit_code=info.exit_code,
        source="exec",
        confidence="high",
        accepted=recording.blob("o").find(b"\n") + 1 if begin is None else begin,
        in_first=None,
        in_last=None,
        out_first=begin,
        out_last=last,
        output=plain(data),
        fullscreen=False,
        hidden=False,
    )


def _other_events(recording: Recording) -> Iterator[LineEvent]:
    for i, stream in enumerate(recording.stream.tolist()):
        t_ns = int(recording.t_ns[i])
        if stream == ord("r"):
            yield LineEvent(
                t_ns, "resize", f"{int(recording.offset[i])}x{int(recording.size[i])}", None, None
            )
        elif stream == ord("s"):
            yield LineEvent(t_ns, "signal", recording.notes[int(recording.offset[i])], None, None)
