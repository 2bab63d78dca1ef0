"""A recording -> its commands: prompts are learned from all of it first, then every accepted line is decided.

Only Trace, Timeline and the recording's bytes are read. What the method cannot see is in docs/commands.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sessionlens.terminal import replay as again

from .accept import Candidate, candidates
from .ahead import Ahead, typed_ahead
from .assembling import Assembler
from .continuing import continuations
from .cutoff import cut
from .echoed import Echoed
from .editor import KeyLine, key_lines
from .entries import entries
from .flushing import thrown_away
from .home import Seen, home
from .inside import within
from .keys import keys
from .lines import LineReader
from .meanings import doubted
from .model import HIDDEN, Command, Evidence, Extraction, LineEvent, in_time
from .output import plain
from .piped import fed, shell_fed
from .prompts import Prompts, guessed, is_marked, shape
from .recovery import recovered
from .refused import refused
from .screen import View
from .searching import Searches
from .secrets import unanswered, unechoed
from .unprompted import unprompted
from .unproved import Unproved

if TYPE_CHECKING:
    from sessionlens.recording import Recording
    from sessionlens.terminal import Replay


def extract(recording: Recording, replay: Replay) -> Extraction:
    """The commands, line events and hidden input ranges of one recording.

    An exec request is a command, and what was typed in its terminal, where it has one, follows it. Where what
    was typed is cut, the screen alone tells what came after that.
    """
    found = _extract(recording, replay)
    if recording.input_ends_ns is not None:
        shown = recording.without_input()
        found = cut(found, _extract(shown, again(shown, reflow=replay.reflow)), recording.input_ends_ns)
    return replace(found, commands=[in_time(refused(command)) for command in doubted(found.commands)])


def _extract(recording: Recording, replay: Replay) -> Extraction:
    info = recording.info
    request = [_exec(recording)] if info.kind == "exec" and info.command is not None else []
    shell = shell_fed(recording)
    if shell is not None:
        commands, hidden = fed(recording, shell)
        return Extraction(request + commands, list(_other_events(recording)), hidden)
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
    prompts, fresh = learn(view, found, alone=recording.info.kind != "exec")
    typed: list[KeyLine] = []
    elsewhere: list[KeyLine] = []
    for each in key_lines(keys(recording), fresh, Searches(view).ended):
        (elsewhere if view.aside(view.offset_at(each.last_event)) else typed).append(each)
    reader = LineReader(view, prompts, typed, elsewhere)
    lines = list(reader.lines(found))
    used = {line.key_line.first for line in lines if line.key_line}
    left = [each for each in typed if each.first not in used]
    lines += recovered(view, prompts, found, lines, left)
    used = {line.key_line.first for line in lines if line.key_line}
    lines += typed_ahead(view, prompts, found, lines, [each for each in left if each.first not in used])
    used = {line.key_line.first for line in lines if line.key_line}
    lines += unprompted(view, found, lines, [each for each in left if each.first not in used])
    used = {line.key_line.first for line in lines if line.key_line}
    echoed = Echoed(view, found, lines)
    lines += echoed.read([each for each in typed if each.first not in used])
    lines = [reader.doubts.judged(line) for line in lines]
    lines.sort(key=lambda line: line.candidate.point.offset)
    unread = [*reader.unread, *echoed.unread]
    joined, events = entries(view, prompts, lines, unread)
    events += unread
    commands = list(Assembler(view, lines).commands(joined))
    taken = {line.key_line.first for line in lines if line.key_line}
    early = [early for each in typed if each.first in taken and (early := each.early) is not None]
    unseen = {
        line.key_line.first
        for line in lines
        if line.outcome == "empty" and line.key_line and unanswered(view, line.key_line)
    }
    taken_and_seen = taken - unseen
    left = [each for each in [*typed, *elsewhere] if each.first not in taken_and_seen]
    secret = list(unechoed(view, [*left, *early]))
    hidden = [(each.first, each.last) for each in secret]
    hidden += [(line.key_line.first, line.key_line.last) for line in lines if line.hidden and line.key_line]
    kept = {each.first for each in secret} | taken
    events += thrown_away(each for each in typed if each.first not in kept)
    ahead, unproved = Ahead(view, lines), Unproved(view, prompts, lines, reader.unseen.ahead)
    events += [
        LineEvent(
            each.end_ns,
            "unread" if unproved.holds(each) or ahead.read(each) else "hidden input",
            HIDDEN,
            each.first,
            each.last,
        )
        for each in secret
        if not view.aside(view.offset_at(each.last_event)) or len(each.readings[0].typed.strip()) > 1
    ]
    events += _other_events(recording)
    main = Extraction(commands, sorted(events, key=lambda event: event.t_ns), sorted(hidden))
    return within(view, replay, lines, main)


def learn(view: View, found: Sequence[Candidate], alone: bool = True) -> tuple[Prompts, frozenset[int]]:
    """The prompts of a recording, and the input events that found one with nothing typed behind it.

    Where the cursor never rested (a program typed, or a paste) what looks like a prompt counts if it comes
    back. `alone`: a login shell was asked for, and no other program.
    """
    seen: list[Seen] = []
    opened = [opening[1] for each in found if (opening := each.opening()) is not None]
    settled = {shape(rest.drawn) for rest in opened if rest.early == ""}
    fresh: list[tuple[int, str, bool]] = []
    guesses: list[str] = []
    bare = edited = 0
    for candidate in found:
        opening = candidate.opening()
        edited += candidate.paste
        bare += candidate.bare is not None
        if opening is None and candidate.paste and candidate.fresh:
            guesses += guessed(candidate.lines[-1].text)
        elif opening is not None:
            at, rest = opening
            if rest.early is None and not (is_marked(rest.drawn) or shape(rest.drawn) in settled):
                continue  # what was typed before may stand in it
            behind = candidate.lines[at].text[len(rest.left) :].strip()
            seen.append(Seen(rest.drawn, candidate.paste, behind))
            if rest.event >= 0 and not rest.early:
                fresh.append((rest.event, rest.drawn, candidate.paste))
    often = Counter(map(shape, guesses))
    seen += [Seen(guess, True, guess) for guess in guesses if often[shape(guess)] > 1]
    texts = ((each.text, each.paste) for each in seen)
    prompts = Prompts(
        texts,
        home(seen) if alone else None,
        empty=bare > 2 and 2 * bare > edited,
        continuing=continuations(view, found),
        keyed=view.recording.has_input,
    )
    rested = frozenset(event for event, left, paste in fresh if prompts.trusted(left, paste))
    empty = (each.bare.event for each in found if each.bare is not None) if prompts.empty else ()
    return prompts, rested | frozenset(empty)


def _exec(recording: Recording) -> Command:
    info = recording.info
    view_end = len(recording)
    outputs = [i for i in range(view_end) if recording.stream[i] == ord("o")]
    begin = int(recording.offset[outputs[0]]) if outputs else None
    last = int(recording.offset[outputs[-1]] + recording.size[outputs[-1]]) - 1 if outputs else None
    data = bytes(recording.blob("o")[begin : last + 1]) if begin is not None and last is not None else b""
    return Command(
        start_ns=info.opened_ns,
        taken_ns=info.opened_ns,
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
        evidence=Evidence(reason="the request of the client, as it was sent"),
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
