"""Lines, joined -> commands: where each ran, what it printed, how it ended, and what its text rests on.

Which lines there are is decided before (lines.py, entries.py).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .beginning import without_beginning
from .contexts import Contexts
from .correcting import answered, corrected, refused
from .ending import last_end, output_end
from .entries import Entry
from .expansion import expanded, failed, may_differ
from .line import Line
from .marks import Marks
from .model import HIDDEN, TIERS, Command, Evidence
from .more import unfinished
from .output import plain, without_echo
from .prompts import continues
from .screen import View
from .shells import login_shell
from .witness import Witness

_END_OF_LINE = re.compile(rb"(?:\x1b\[\?2004l|\x1b\[[\d;]*m|\x1b\(B|[\r\n])*")
_FULL_SCREEN = re.compile(rb"\x1b\[\?1h.{0,64}?\x1b\[H\x1b\[2?J", re.S)
_AHEAD, _FAR = 64, 1 << 16  # lines typed ahead of one command, and bytes between a key and its line's echo
_SILENT = frozenset({"tcsh", "csh", "ksh", "mksh", "yash", "xonsh"})  # no ^C is shown where they end a line
_SAID = 4096  # bytes before a prompt that tell what it follows


class Read(NamedTuple):
    """What is known of one command: its text, what was typed if that differs, how sure, why, its output."""

    text: str
    typed: str | None
    confidence: str
    reason: str
    output: str


class Assembler:
    """Goes through the lines of one recording in order, and keeps the context."""

    def __init__(self, view: View, lines: Sequence[Line]) -> None:
        self.view, self.lines, self.marks = view, lines, Marks(view)
        info = view.recording.info
        self.contexts = Contexts(
            login_shell(view, lines, info.shell, info.command), info.target, info.account
        )
        self.witness = Witness()
        self.before = 0  # where the line before this one was taken

    def commands(self, joined: Sequence[Entry]) -> Iterator[Command]:
        """One command for each entry."""
        at_last = {entry.last.candidate.after: entry for entry in joined}
        goes_on = {line.candidate.after for entry in joined for line in entry.lines[1:]}
        for index, line in enumerate(self.lines):
            if line.candidate.after not in goes_on:
                self._prompt(line)
            entry = at_last.get(line.candidate.after)
            if entry is not None:
                entry = self.witness.heard(entry)
                following = self.lines[index + 1] if index + 1 < len(self.lines) else None
                command = self._command(entry, following)
                self.witness.ran(entry.lines[0].prompt, command.text, command.confidence)
                if command.text.strip():
                    self.contexts.ran(command.text)
                    yield command
            self.before = line.candidate.after

    def _prompt(self, line: Line) -> None:
        said, after = "", line.candidate.after
        if self.contexts.awaits or len(self.contexts.stack) > 1:
            stop = output_end(self.view, line)
            said = plain(bytes(self.view.out[max(self.before, stop - _SAID) : stop]))
        self.contexts.prompt(line.prompt, said, self.marks.told(self.before, after))

    def _command(self, entry: Entry, following: Line | None) -> Command:
        view, line, text = self.view, entry.last, entry.text
        after = line.candidate.point.offset
        end = following.candidate.point.offset if following else view.end
        stop = output_end(view, following) if following else last_end(view, after, end)
        source, confidence, reason = line.source, entry.confidence, entry.reason
        told = self.marks.command_line(after, stop)
        if told is not None and confidence != "high" and "".join(told.split()) == "".join(text.split()):
            if view.recording.has_input and told.rstrip() == text:  # any file can print a mark
                confidence = "high"
            text, source = told.rstrip(), "marks"
            reason = "the shell's own mark says what the screen shows"
        done = self.marks.exit(after, end)
        if done is not None and any(map(str.isalnum, plain(bytes(view.out[done[0] : stop])))):
            done = None  # a program printed this mark, and went on
        if done is not None:
            stop = min(stop, done[0])
        match = _END_OF_LINE.match(view.out, after)
        begin = match.end() if match else after
        data = bytes(view.out[begin:stop])
        output = plain(without_beginning(view, following, begin, stop))
        read = self._as_run(line, Read(text, None, confidence, reason, output))
        text, typed, confidence, reason, output = read
        if (
            not following
            and entry.typed.open
            and continues(plain(bytes(view.out[after:end])).rpartition("\n")[2])
        ):
            confidence, reason = "low", "it was not complete when the recording ended"
        level = self.contexts.top
        output = without_echo(output, self._typed_ahead(begin, stop))
        ended = following is not None or done is not None or self._came_back(stop, end)
        own_row = line.candidate.paste and line.candidate.left  # zsh
        if not output and not view.recording.has_input and (own_row or level.name in _SILENT):
            confidence, reason = "low", "without keys a line that was thrown away (Ctrl-C) looks the same"
        return Command(
            start_ns=line.t_ns,
            taken_ns=line.candidate.t_ns,
            end_ns=max(view.time_of(stop), line.candidate.t_ns) if ended else None,
            text=text,
            kind=level.kind,
            context=self.contexts.path,
            host=level.host,
            user=level.user,
            cwd=level.cwd,
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
            evidence=evidence(entry, reason),
            typed=typed,
        )

    def _as_run(self, line: Line, read: Read) -> Read:
        """The text that the shell says it ran, where that is not what was handed over to it."""
        text, output, shell = read.text, read.output, self.contexts.top
        sure = read.confidence == "high" and shell.kind == "shell"
        if line.key_line and line.key_line.ender == "edit":  # an editor wrote it, and the shell shows it
            return read._replace(text=output.partition("\n")[0] or text, confidence="medium")
        if text != (full := expanded(text, output)):
            rest = output[output.find(full) + len(full) :].removeprefix("\n")
            return Read(full, text, "medium", "history expansion: the shell printed the line it ran", rest)
        asked = shell.name == "zsh" and self._answered(line, output)
        if asked and text != (right := corrected(text, output)):
            how = min(read.confidence, "medium", key=TIERS.index)
            return Read(right, text, how, "zsh asked whether to correct it, and was told to", output)
        if asked and refused(output):
            why = "refused? zsh asked whether to correct it, and was told not to run it"
            return read._replace(confidence="low", reason=why)
        if failed(text, output):
            why = "refused? The output says that history has no such event"
            return read._replace(confidence="low", reason=why)
        if sure and may_differ(text):
            why = "history may have replaced something without showing it"
            return read._replace(confidence="medium", reason=why)
        if sure and unfinished(text):
            why = "it is not complete: more of it may have been read elsewhere"
            return read._replace(confidence="medium", reason=why)
        return read

    def _answered(self, line: Line, output: str) -> bool:
        """Did somebody answer a question of zsh's, as far as keys were recorded?"""
        if line.key_line is None:
            return not self.view.recording.has_input
        at = line.key_line.last + 1
        return answered(output, self.view.recording.blob("i")[at : at + 1])

    def _came_back(self, stop: int, end: int) -> bool:
        """Does the recording end at a prompt that was seen before, where nobody ran anything?"""
        shown = plain(bytes(self.view.out[stop:end])).rpartition("\n")[2].rstrip()
        prompts = {line.prompt.rstrip() for line in self.lines} - {""}
        return any(shown.startswith(prompt) for prompt in prompts)

    def _typed_ahead(self, begin: int, stop: int) -> Iterator[str]:
        """Lines typed for the shell meanwhile, which the terminal echoed as rows among what was printed."""
        view, at = self.view, self._at(begin)
        for line in self.lines[at : at + _AHEAD]:
            keyed = line.key_line
            if keyed is None or (first := view.offset_at(keyed.first_event)) >= stop:
                return
            text = keyed.readings[0].text.rstrip()
            echo = text.encode("utf-8", "surrogatepass") + b"\r\n"
            echoed = text and not line.hidden and view.out.find(echo, first, min(stop, first + _FAR)) >= 0
            if begin <= first and echoed:
                yield text

    def _at(self, offset: int) -> int:
        """The first line that was taken at an offset or behind it."""
        return bisect_left(self.lines, offset, key=lambda line: line.candidate.point.offset)


def evidence(entry: Entry, reason: str) -> Evidence:
    """What stood on the screen, and what the keystrokes say; of a line typed blind nothing."""
    if any(line.hidden for line in entry.lines):
        return Evidence(entry.lines[0].prompt, HIDDEN, None, reason)
    models = [_model(line) for line in entry.lines]
    return Evidence(
        entry.lines[0].prompt,
        "\n".join(_shown(line) for line in entry.lines),
        None if None in models else "\n".join(text for text in models if text is not None),
        reason,
    )


def _model(line: Line) -> str | None:
    """The line as a model of its editor has it, where one knows."""
    if line.model is not None or line.key_line is None:
        return line.model
    return line.key_line.best.text if line.key_line.best.certain else None


def _shown(line: Line) -> str:
    """The rows of a line at the moment it was taken, from its prompt on."""
    rows = [each.text.rstrip() for each in line.candidate.lines]
    begins = (at for at in range(len(rows) - 1, -1, -1) if line.prompt.strip() in rows[at])
    return "\n".join(rows[next(begins, 0) :]) if rows else line.prompt + line.text
