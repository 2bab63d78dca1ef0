"""A recording -> its commands: prompts are learned from all of it first, then every accepted line is decided.

Only Trace, Timeline and the recording's bytes are read. What the method cannot see is in docs/commands.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .accept import Candidate, candidates
from .contexts import Contexts, directory
from .editor import key_lines
from .expansion import expanded
from .grammar import incomplete
from .keys import keys
from .lines import Line, LineReader
from .marks import Marks
from .model import HIDDEN, Command, Extraction, LineEvent
from .output import plain
from .prompts import Prompts, continues, surely_continues
from .recovery import recovered
from .screen import PASTE, View
from .secrets import unechoed

if TYPE_CHECKING:
    from sessionlens.recording import Recording
    from sessionlens.terminal import Replay


_END_OF_LINE = re.compile(rb"(?:\x1b\[\?2004l|\x1b\[[\d;]*m|\x1b\(B|[\r\n])*")
_FULL_SCREEN = re.compile(rb"\x1b\[\?1h.{0,64}?\x1b\[H\x1b\[2?J", re.S)


@dataclass(slots=True)
class Entry:
    """One command while it is put together: its lines, and where its output begins."""

    lines: list[Line] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines).rstrip()

    @property
    def last(self) -> Line:
        return self.lines[-1]


def extract(recording: Recording, replay: Replay) -> Extraction:
    """The commands, line events and hidden input ranges of one recording."""
    if recording.info.kind == "exec" and recording.info.command is not None:
        return Extraction([_exec(recording)], list(_other_events(recording)), [])
    view = View(recording, replay)
    found = list(candidates(view))
    prompts, fresh = learn(found)
    typed = [
        line
        for line in key_lines(keys(recording), fresh)
        if not view.alternate(view.offset_at(line.last_event))
    ]
    lines = list(LineReader(view, prompts, typed).lines(found))
    used = {line.key_line.first for line in lines if line.key_line}
    lines += recovered(view, prompts, found, lines, [each for each in typed if each.first not in used])
    lines.sort(key=lambda line: line.candidate.point.offset)
    entries, events = _entries(view, lines)
    commands = list(_commands(view, recording, entries, lines))
    taken = {line.key_line.first for line in lines if line.key_line}
    secret = list(unechoed(view, (each for each in typed if each.first not in taken)))
    hidden = [(each.first, each.last) for each in secret]
    hidden += [(line.key_line.first, line.key_line.last) for line in lines if line.hidden and line.key_line]
    events += [LineEvent(each.end_ns, "hidden input", HIDDEN, each.first, each.last) for each in secret]
    events += _other_events(recording)
    return Extraction(commands, sorted(events, key=lambda event: event.t_ns), sorted(hidden))


def learn(found: Sequence[Candidate]) -> tuple[Prompts, frozenset[int]]:
    """The prompts of a recording, and the input events that found one with nothing typed behind it."""
    seen: list[tuple[str, bool]] = []
    fresh: list[tuple[int, str, bool]] = []
    for candidate in found:
        opening = candidate.opening()
        if opening is not None:
            rest = opening[1]
            seen.append((rest.left, candidate.paste))
            if rest.event >= 0:
                fresh.append((rest.event, rest.left, candidate.paste))
    prompts = Prompts(seen)
    return prompts, frozenset(event for event, left, paste in fresh if prompts.trusted(left, paste))


def _entries(view: View, lines: Sequence[Line]) -> tuple[list[Entry], list[LineEvent]]:
    """Lines joined over continuation prompts; what was thrown away goes to the events."""
    entries: list[Entry] = []
    events: list[LineEvent] = []
    open_entry: Entry | None = None
    primary = ""
    for line in lines:
        joins = open_entry is not None and _goes_on(view, open_entry, line, primary)
        if open_entry is not None and not joins:
            entries.append(open_entry)
            open_entry = None
        if line.outcome == "cancelled":
            thrown = [*(open_entry.lines if open_entry else []), line]
            events += _cancelled(thrown)
            open_entry = None
        elif joins and open_entry is not None:
            open_entry.lines.append(line)
        elif line.outcome == "run":
            open_entry, primary = Entry([line]), line.prompt
    if open_entry is not None:
        entries.append(open_entry)
    return entries, events


def _goes_on(view: View, entry: Entry, line: Line, primary: str) -> bool:
    """Is this line more of the same command? Nothing was printed in between, and the prompt says so."""
    if not continues(line.prompt) or (line.prompt == primary and not incomplete(entry.text)):
        return False
    if not surely_continues(line.prompt) and not incomplete(entry.text):
        return False
    before = view.out[entry.last.candidate.after : line.candidate.point.offset]
    return plain(bytes(before)).split("\n")[0].startswith(line.prompt.rstrip())


def _cancelled(thrown: Sequence[Line]) -> list[LineEvent]:
    keys_behind = [line.key_line for line in thrown if line.key_line]
    text = "\n".join(HIDDEN if line.hidden else line.text for line in thrown)
    if not text.strip():
        return []
    first = keys_behind[0].first if keys_behind else None
    last = keys_behind[-1].last if keys_behind else None
    return [LineEvent(thrown[-1].t_ns, "cancelled", text, first, last)]


def _commands(
    view: View, recording: Recording, entries: Sequence[Entry], lines: Sequence[Line]
) -> Iterator[Command]:
    info, marks = recording.info, Marks(view)
    contexts = Contexts(_shell(view, lines, info.shell), info.target, info.account)
    at_last = {entry.last.candidate.after: entry for entry in entries}
    first_of = {entry.lines[0].candidate.after for entry in entries}
    for index, line in enumerate(lines):
        if line.candidate.after in first_of or line.outcome == "empty":
            contexts.prompt(line.prompt)
        entry = at_last.get(line.candidate.after)
        if entry is not None:
            following = lines[index + 1] if index + 1 < len(lines) else None
            command = _command(view, marks, contexts, entry, following)
            contexts.ran(command.text)
            yield command


def _command(view: View, marks: Marks, contexts: Contexts, entry: Entry, following: Line | None) -> Command:
    line, text = entry.last, entry.text
    after = line.candidate.point.offset
    stop = _prompt_offset(view, following) if following else _end(view)
    source, confidence = line.source, _lowest(entry)
    told = marks.command_line(after, stop)
    if told is not None and "".join(told.split()) == "".join(text.split()):
        text, source, confidence = told.rstrip(), "marks", "high"
    done = marks.exit(after, following.candidate.point.offset if following else stop)
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
        end_ns=view.time_of(stop) if following or done else None,
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


def _lowest(entry: Entry) -> str:
    found = {line.confidence for line in entry.lines}
    return next(level for level in ("low", "medium", "high") if level in found)


def _prompt_offset(view: View, line: Line) -> int:
    """Where in the output the prompt of this line begins: nothing before it is the prompt's."""
    point = line.candidate.point
    opened = view.since(PASTE, point.offset) if line.candidate.paste else None
    rests = [rest.offset for rest in line.candidate.rests if rest.left == line.prompt]
    drawn = min([*rests, point.offset])
    limit = min(drawn, opened) if opened is not None else drawn
    start = bytes(view.out[max(limit - 4096, 0) : limit]).rfind(b"\n")
    newline = max(limit - 4096, 0) + start + 1 if start >= 0 else limit
    return opened if opened is not None and opened <= drawn and not view.printed(newline, opened) else newline


def _end(view: View) -> int:
    events = [i for i, stream in enumerate(view.recording.stream.tolist()) if stream == ord("o")]
    return int(view.recording.offset[events[-1]] + view.recording.size[events[-1]]) if events else 0


def _shell(view: View, lines: Sequence[Line], told: str | None) -> str:
    """The login shell by how it ends a line: fish tells its command lines, zsh leaves paste mode before the
    CR LF.
    """
    if any(
        b"133;C;cmdline_url=" in bytes(view.out[line.candidate.after : line.candidate.after + 64])
        or b"133;C;cmdline_url=" in bytes(view.out[max(line.candidate.after - 512, 0) : line.candidate.after])
        for line in lines[:3]
        if line.candidate.paste
    ):
        return "fish"
    paste = [line for line in lines if line.candidate.paste]
    if paste:
        return "zsh" if paste[0].candidate.point.cursor_x > 0 and not paste[0].hidden else "bash"
    return (told or "sh").rsplit("/", 1)[-1]


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
