"""Following a recording that grows: each command once it is sure, in the order in which it is known.

The files are looked at several times a second; what is new is replayed, and commands are looked for again in
all of it. The longer that takes the longer is the pause: following takes a fifth of one processor at most.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pandas as pd

from sessionlens import commands, detect
from sessionlens.formats import Channel, Identities, Identity, Source, open_source
from sessionlens.session.growth import POLL_S, grows, sizes
from sessionlens.session.opening import named, only
from sessionlens.tables import build
from sessionlens.terminal import Replaying

SHARE = 4  # times as long as a look took nothing is done


class Growing:
    """One channel, replayed as far as it goes."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.told: dict[tuple[int, int], str] = {}
        self._replaying: Replaying | None = None

    def news(self, channel: Channel, *, ended: bool) -> pd.DataFrame:
        """The rows of the table `commands` that are sure and new; `corrects`: it was told differently."""
        recording = channel.load()
        if self._replaying is None or not self._replaying.goes_on(recording):
            self._replaying = Replaying(recording)
        found = commands.extract(recording, self._replaying.advance(recording)).commands
        marks: list[list[str]] = [[] for _ in found]
        for finding in detect.findings(found):
            marks[finding.command_index].append(finding.mark)
        origin = build.Origin.of(recording.info, self.path)
        table = build.commands_table(origin, found, 1, [", ".join(each) for each in marks])
        sure = {_place(found, at): at for at in range(len(found)) if ended or commands.is_sure(found, at)}
        new = {place: at for place, at in sure.items() if self.told.get(place) != found[at].text}
        news = table.iloc[list(new.values())].copy()
        news["corrects"] = [place in self.told for place in new]
        self.told |= {place: found[at].text for place, at in new.items()}
        return news


def _place(found: Sequence[commands.Command], at: int) -> tuple[int, int]:
    """Where a command was taken, and which of several that were taken there."""
    first = at
    while first > 0 and found[first - 1].accepted == found[at].accepted:
        first -= 1
    return found[at].accepted, at - first


def follow(
    path: str | Path,
    *,
    wait: Callable[[float], None] = time.sleep,
    identity: Identity | None = None,
) -> Iterator[pd.DataFrame]:
    """The commands of a growing recording, a table of new rows at a time, until it has ended.

    growth.py says when that is. `identity` as in `open`, whose errors this raises.
    """
    place = only(named(path))
    identities = None if identity is None else Identities.read(identity)
    open_source(place, identities)  # says what is wrong with the path, before anything is waited for
    channels: dict[int, Growing] = {}
    seen = -1
    while True:
        ended = not grows(place)
        size = sum(sizes(place).values())
        if size != seen or ended:
            seen, began = size, time.monotonic()
            for channel in _channels(open_source(place, identities)):
                own = channels.setdefault(channel.number, Growing(str(place)))
                if len(news := own.news(channel, ended=ended)):
                    yield news
            pause = SHARE * (time.monotonic() - began)
        if ended:
            return
        wait(max(POLL_S, pause))


def _channels(source: Source) -> Iterator[Channel]:
    return (channel for channel in source.channels if channel.recorded)
