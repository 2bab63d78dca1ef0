"""One channel of a session, worked out once and on demand: recording, replay, commands, tables."""

from __future__ import annotations

import re
from functools import cached_property

import pandas as pd

from sessionlens import commands, detect, terminal
from sessionlens.catalog.folding import find
from sessionlens.formats import Channel
from sessionlens.recording import Recording
from sessionlens.tables import build
from sessionlens.tables.schema import conform
from sessionlens.tables.unprinted import bytes_table


class ChannelView:
    """What is known of one recorded channel; everything is computed at its first use and kept."""

    def __init__(self, channel: Channel, path: str, reflow: bool = True) -> None:
        self.channel = channel
        self.path = path
        self.reflow = reflow

    @cached_property
    def recording(self) -> Recording:
        """Its bytes and times."""
        return self.channel.load()

    @cached_property
    def replay(self) -> terminal.Replay:
        """The single replay: timeline, trace, checkpoints."""
        return terminal.replay(self.recording, reflow=self.reflow)

    @cached_property
    def extraction(self) -> commands.Extraction:
        """Commands, line events and hidden input."""
        return commands.extract(self.recording, self.replay)

    @cached_property
    def findings(self) -> list[detect.Finding]:
        """The marks on its commands: by their words, and by what the screen hid of them."""
        found = self.extraction.commands
        hidden = detect.hidden_findings(found, self.flags, dict(self.covered))
        return sorted([*detect.findings(found), *hidden], key=lambda finding: finding.command_index)

    @cached_property
    def covered(self) -> list[tuple[terminal.Flag, int]]:
        """Flags on command lines, each with the index of its command (-1: it is none of the commands)."""
        return [(flag, at) for at, flag in commands.covered(self.extraction.commands, self.replay)]

    @cached_property
    def flags(self) -> list[terminal.Flag]:
        """What a viewer could have missed, in the order of its bytes."""
        found = [*terminal.flags(self.replay), *(flag for flag, _ in self.covered)]
        return sorted(found, key=lambda flag: (flag.offset, flag.kind))

    @cached_property
    def origin(self) -> build.Origin:
        """What its rows have in common."""
        return build.Origin.of(self.recording.info, self.path)

    @cached_property
    def lines(self) -> pd.DataFrame:
        """The table `lines`."""
        return build.lines_table(self.origin, self.replay, self.flags)

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

    def in_bytes(self, wanted: re.Pattern[str]) -> pd.DataFrame:
        """The table `lines` of output bytes that match, as text without sequences."""
        return bytes_table(self.origin, self.recording, lambda text: find(wanted, text) is not None)

    def flags_of(self, own: pd.DataFrame) -> pd.DataFrame:
        """The table `flags`; `own` are the rows of `commands` of this channel."""
        places = detect.placed(self.extraction.commands, self.flags, dict(self.covered))
        return build.flags_table(self.origin, self.flags, own, [index for index, _ in places])

    def commands_from(self, first_n: int) -> pd.DataFrame:
        """The table `commands`, numbered from `first_n` on."""
        found = self.extraction.commands
        marks: list[list[str]] = [[] for _ in found]
        for finding in self.findings:
            marks[finding.command_index].append(finding.mark)
        return build.commands_table(self.origin, found, first_n, [", ".join(each) for each in marks])
