"""A recording whose input is cut: keystrokes and screen up to there, the screen alone for the rest."""

from __future__ import annotations

from dataclasses import replace

from .model import Command, Extraction


def cut(whole: Extraction, shown: Extraction, ends_ns: int) -> Extraction:
    """What was taken before the cut as `whole` has it, then as `shown`, which was read without input.

    A line that was typed before and taken after it is as `whole` has it if the screen says the same.
    """
    twins = {each.accepted: each for each in shown.commands}
    commands = [
        _ended(each, twins.get(each.accepted), ends_ns) for each in whole.commands if each.taken_ns < ends_ns
    ]
    typed = {(each.accepted, each.text): each for each in whole.commands if each.start_ns < ends_ns}
    for later in shown.commands:
        if later.taken_ns >= ends_ns:
            same = typed.get((later.accepted, later.text))
            commands.append(_ended(same, later, ends_ns) if same else later)
    events = [each for each in whole.events if each.t_ns < ends_ns]
    events += [each for each in shown.events if each.t_ns >= ends_ns]
    return Extraction(commands, events, whole.hidden)


def _ended(command: Command, twin: Command | None, ends_ns: int) -> Command:
    """Without keystrokes no later prompt counts, so that it seems to go on: the screen knows better."""
    if twin is None or (command.end_ns is not None and command.end_ns < ends_ns):
        return command
    return replace(
        command, end_ns=twin.end_ns, out_first=twin.out_first, out_last=twin.out_last, output=twin.output
    )
