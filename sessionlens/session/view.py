"""One channel of a session, worked out once and on demand: recording, replay, commands, tables."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from sessionlens import commands, detect, terminal
from sessionlens.formats import Channel
from sessionlens.recording import Recording
from sessionlens.tables import build
from sessionlens.tables.schema import conform


class ChannelView:
    """What is known of one recorded channel; everything is computed at its first use and kept."""

    def __init__(self, channel: Channel, path: str) -> None:
        self.channel = channel
        self.path = path

    @cached_property
    def recording(self) -> Recording:
        """Its bytes and times."""
        return self.channel.load()

    @cached_property
    def replay(self) -> terminal.Replay:
        """The single replay: timeline, trace, checkpoints."""
        return terminal.replay(self.recording)

    @cached_property
    def extraction(self) -> commands.Extraction:
        """Commands, line events and hidden input."""
        return commands.extract(self.recording, self.replay)

    @cached_property
    def findings(self) -> list[detect.Finding]:
        """The marks on its commands."""
        return detect.findings(self.extraction.commands)

    @cached_property
    def origin(self) -> build.Origin:
        """What its rows have in common."""
        return build.Origin.of(self.recording.info, self.path)

    @cached_property
    def lines(self) -> pd.DataFrame:
        """The table `lines`."""
        return build.lines_table(self.origin, self.replay.timeline)

    @cached_property
    def events(self) -> pd.DataFrame:
        """The table `events`."""
        return build.events_table(self.origin, self.recording, self.extraction)

    @property
    def gaps(self) -> pd.DataFrame:
        """The table `gaps`."""
        return (
            build.gaps_table(self.origin, self.recording.gaps) if self.recording.gaps else conform({}, "gaps")
        )

    def commands_from(self, first_n: int) -> pd.DataFrame:
        """The table `commands`, numbered from `first_n` on."""
        found = self.extraction.commands
        marks = [
            ", ".join(f.mark for f in self.findings if f.command_index == index)
            for index in range(len(found))
        ]
        return build.commands_table(self.origin, found, first_n, marks)
