"""The tables of a session, over all its channels; each is made when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import pandas as pd

from sessionlens.catalog.search import count
from sessionlens.catalog.unread import notes
from sessionlens.formats import Source
from sessionlens.session.view import ChannelView
from sessionlens.tables import build
from sessionlens.tables.nothing import or_nothing
from sessionlens.tables.schema import join
from sessionlens.tables.transfers import transfers_table


class Tables:
    """What a session is as pandas; docs/tables.md tells of each column."""

    source: Source
    path: Path
    views: list[ChannelView]

    @cached_property
    def channels(self) -> pd.DataFrame:
        """The table `channels`: all of them, also those without a recorded stream."""
        loaded = {v.channel.number: v.recording.info for v in self.views}
        return build.channels_table(self.source, [loaded.get(c.number) for c in self.source.channels])

    @cached_property
    def commands(self) -> pd.DataFrame:
        """The table `commands` over all channels, numbered in the order in which they were taken."""
        table = join((v.commands_from(1) for v in self.views), "commands")
        order = table.groupby("channel", dropna=False)["taken"].cummax()  # a channel's stay in their order
        table = table.iloc[order.argsort(kind="stable")].reset_index(drop=True)
        table["n"] = pd.array(range(1, len(table) + 1), dtype="Int64")
        return table

    @cached_property
    def events(self) -> pd.DataFrame:
        """The table `events`: every recorded event, requests and refusals, and lines that were not run."""
        origin = build.Origin.of(self.source.info, str(self.path))
        said = (build.channel_events(origin, c) for c in self.source.channels)
        table = join([*(v.events for v in self.views), *said], "events")
        return table.sort_values("t", kind="stable", ignore_index=True)

    @cached_property
    def lines(self) -> pd.DataFrame:
        """The table `lines`: every logical line that was ever on a screen."""
        return join((v.lines for v in self.views), "lines").sort_values(
            "start", kind="stable", ignore_index=True
        )

    @cached_property
    def transfers(self) -> pd.DataFrame:
        """The table `transfers`: what passed by sftp and scp, and what was done to files with them."""
        origin = build.Origin.of(self.source.info, str(self.path))
        parts = (transfers_table(origin, c) for c in self.source.channels if c.files)
        table = join(parts, "transfers").sort_values("start", kind="stable", ignore_index=True)
        where = count(len(self.source.channels), "channel")
        return or_nothing(table, f"no transfers: no file passed by sftp or scp in {where}{self._unread()}")

    @cached_property
    def findings(self) -> pd.DataFrame:
        """The table `findings`: marks on commands; a reason to look, not a verdict."""
        parts = []
        for view in self.views:
            own = self.commands[self.commands["channel"] == view.channel.number]
            parts.append(build.findings_table(own, view.findings))
        table = join(parts, "findings").sort_values("start", kind="stable", ignore_index=True)
        looked = count(len(self.commands), "command")
        return or_nothing(table, f"no findings: no mark on any of {looked}{self._unread()}")

    @cached_property
    def flags(self) -> pd.DataFrame:
        """The table `flags`: what a viewer could have missed, with time, bytes and reason."""
        parts = []
        for view in self.views:
            own = self.commands[self.commands["channel"] == view.channel.number]
            parts.append(view.flags_of(own))
        table = join(parts, "flags").sort_values("t", kind="stable", ignore_index=True)
        looked = count(sum(len(v.recording.blob("o")) for v in self.views), "byte")
        missed = "nothing that a viewer could have missed"
        return or_nothing(table, f"no flags: {missed} in {looked} of output{self._unread()}")

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """The table `gaps`: what cannot be read or trusted. Empty is what you want."""
        whole = build.Origin(self.source.session, str(self.path), None, None, None)
        table = join([build.gaps_table(whole, self.source.gaps), *(v.gaps for v in self.views)], "gaps")
        return or_nothing(table, "no gaps: what was recorded could be read whole")

    def _unread(self) -> str:
        """What limits an answer that says no."""
        return "".join(f"; {text}" for text in notes(self.gaps))
