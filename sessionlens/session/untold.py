"""What was handed over to a shell and is no row of the commands: an answer "not there" must not forget it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sessionlens.commands import program

if TYPE_CHECKING:
    import pandas as pd

    from sessionlens.session.view import ChannelView

_PANES = {"tmux", "screen", "byobu", "zellij", "dvtm"}


def untold(
    commands: pd.DataFrame, events: pd.DataFrame, flags: pd.DataFrame, views: Iterable[ChannelView]
) -> int:
    """How many places: lines taken but not read (event `unread`), lines on the alternate screen that
    no command tells (flag `line-elsewhere`), and multiplexers whose keystrokes were not recorded.
    """
    unread = int((events["kind"] == "unread").sum())
    ends = tuple(text.split("\n")[-1].strip() for text in commands["command"] if text.strip())
    seen = flags.loc[flags["kind"] == "line-elsewhere", "text"]
    elsewhere = sum(not text.rstrip().endswith(ends) for text in seen)
    keyless = {view.channel.number for view in views if not view.recording.has_input}
    drawn = commands[commands["fullscreen"] & commands["channel"].isin(keyless)]
    return unread + elsewhere + sum(program(text) in _PANES for text in drawn["command"])
