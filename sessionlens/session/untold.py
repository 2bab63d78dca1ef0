"""What was handed over to a shell and no row of the commands tells whole: "not there" must not forget it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from sessionlens.commands import HIDDEN, partly, program
from sessionlens.times import format_elapsed

if TYPE_CHECKING:
    from sessionlens.session.view import ChannelView

_PANES = {"tmux", "screen", "byobu", "zellij", "dvtm"}


def untold(
    commands: pd.DataFrame, events: pd.DataFrame, flags: pd.DataFrame, views: Iterable[ChannelView]
) -> tuple[str, ...]:
    """The places, `1f2e3d4c at 00:03:12.000`, in order of time: lines taken but not read (event `unread`),
    lines on the alternate screen that no command tells (flag `line-elsewhere`), multiplexers whose keystrokes
    were not recorded, and commands that may have held other words than are listed.
    """
    ends = tuple(text.split("\n")[-1].strip() for text in commands["command"] if text.strip())
    seen = flags[flags["kind"] == "line-elsewhere"]
    missing = [not text.rstrip().endswith(ends) for text in seen["text"]]
    times = [t for t, lacks in zip(seen["t"], missing, strict=True) if lacks]
    times += list(events.loc[events["kind"] == "unread", "t"])
    for view in views:
        for each in view.extraction.commands:
            drawn = each.fullscreen and program(each.text) in _PANES and not view.recording.has_input
            times += [pd.Timedelta(each.start_ns, "ns")] if drawn or partly(each) else []
    session = next(iter([*commands["session"], *events["session"]]), "")
    return tuple(f"{session} at {format_elapsed(int(t.value))}" for t in sorted(times))


def hidden(views: Iterable[ChannelView]) -> int:
    """How much was typed without echo, of which no table has the text."""
    found = [view.extraction for view in views]
    alone = sum(event.text == HIDDEN for each in found for event in each.events)
    return alone + sum(HIDDEN in command.text for each in found for command in each.commands)
