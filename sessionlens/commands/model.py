"""The records of this room: what was run, what else happened at a prompt, and which input stays hidden.

A command is what a shell, REPL or editor ran. What was typed and thrown away is a `LineEvent`, never a
command.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

HIDDEN = "[hidden input]"
TIERS = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the text of a command rests on.

    `screen` are the rows of its line when it was taken, `prompt` what of them is the prompt, `model` the line
    that a line editor makes of the keystrokes alone (None: they cannot tell, or there are none), `reason` why
    source and confidence are what they are. Nothing here was typed without echo.
    """

    prompt: str = ""
    screen: str = ""
    model: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """One command. Times are ns since the session began; byte ranges are inclusive file offsets.

    `start_ns` is the submission (the Enter that ended it), `taken_ns` when the shell took the line (later
    where it was typed ahead), `end_ns` when the next prompt came. `source` says how the text is known:
    screen, marks (agreeing with the screen), keys (the screen lost it) or exec. `accepted` is where `out`
    showed that the line was taken; `in_first`/`in_last` are the keystrokes behind it, `out_first`/`out_last`
    what it printed. `hidden`: typed with the echo off.
    """

    start_ns: int
    taken_ns: int
    end_ns: int | None
    text: str
    kind: str
    context: str
    host: str | None
    user: str | None
    cwd: str | None
    exit_code: int | None
    source: str
    confidence: str
    accepted: int
    in_first: int | None
    in_last: int | None
    out_first: int | None
    out_last: int | None
    output: str
    fullscreen: bool
    hidden: bool
    evidence: Evidence = Evidence()
    typed: str | None = None
    """The line as it was typed and echoed, where the shell or the editor replaced something in it."""


def in_time(command: Command) -> Command:
    """The command, submitted before it was taken and taken before it ended, whatever each was told by.

    The screen is only seen now and then: a line may have been gone from it before its Enter is known.
    """
    taken = max(command.start_ns, command.taken_ns)
    end = None if command.end_ns is None else max(taken, command.end_ns)
    if (taken, end) == (command.taken_ns, command.end_ns):
        return command
    return replace(command, taken_ns=taken, end_ns=end)


@dataclass(frozen=True, slots=True)
class LineEvent:
    """Something at a prompt or to a program that is not a command. `text` never holds a secret."""

    t_ns: int
    kind: str
    text: str
    in_first: int | None
    in_last: int | None


@dataclass(frozen=True, slots=True)
class Extraction:
    """Everything that one recording says about what was run, in order of time.

    `hidden` are byte ranges of `in` (first, last; inclusive) that were typed without echo and are shown
    nowhere.
    """

    commands: list[Command]
    events: list[LineEvent]
    hidden: list[tuple[int, int]]
