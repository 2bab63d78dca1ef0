"""Lines that a shell took on an alternate screen which is drawn by a program that nobody knows.

Any program can print a prompt, so this may be an answer to it; but a program can also draw a screen to have a
shell run behind it. The prompt is the shell's own, the cursor stood behind it when the first key was pressed,
and the keystrokes say the same line: it is listed, never more than `low`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sessionlens.terminal import Replay

from ..covered import undrawn
from ..hosts import families
from ..model import Command, Evidence
from ..screen import View
from .inner import AGAIN, inner
from .looks import Look, looks
from .opening import opened_with
from .strokes import Confirmed, well_typed


def elsewhere(view: View, replay: Replay, commands: Sequence[Command]) -> Iterator[Command]:
    """The lines, each in the context of the command that was running."""
    if not view.recording.has_input:
        return
    listed = [(each.accepted, each.text) for each in commands]
    last_ns = 0
    for line, text, offset in undrawn(commands, replay):
        if any(abs(offset - at) < AGAIN and text == ran for at, ran in listed):
            continue
        before = [each for each in commands if each.accepted < offset]
        outer = before[-1] if before else opened_with(view)
        stop = view.end if outer.out_last is None else outer.out_last + 1
        if families(view, outer.text, outer.accepted, stop):
            continue  # what is typed to vim may look like anything
        seen = [
            look for look in looks(view, outer.accepted, offset) if look.kind == "input" and look.alternate
        ]
        prompt = line[: len(line) - len(text)]
        if not any(_behind(look, prompt) for look in seen):
            continue
        at_ns = view.time_of(offset)
        keyed = well_typed(view.recording, text, outer.start_ns, at_ns, max(outer.start_ns, last_ns))
        if keyed is not None:
            last_ns = keyed.t_ns
            yield _command(outer, line, text, offset, at_ns, keyed)


def _command(outer: Command, line: str, text: str, offset: int, at_ns: int, keyed: Confirmed) -> Command:
    reason = "taken on a screen that a program draws which nobody knows: it may be an answer to it"
    return replace(
        inner(outer),
        start_ns=keyed.t_ns,
        taken_ns=at_ns,
        text=text,
        kind="shell",
        source="screen",
        confidence="low",
        accepted=offset,
        in_first=keyed.first,
        in_last=keyed.last,
        evidence=Evidence(line.removesuffix(text), line, keyed.model, reason),
    )


def _behind(look: Look, prompt: str) -> bool:
    """Was a key pressed with the cursor behind the prompt, and nothing typed yet?"""
    return look.left.rstrip() == prompt.rstrip()
