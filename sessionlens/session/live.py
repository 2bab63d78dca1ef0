"""A session while it is being recorded: everything that a Session has, as of the last `refresh`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from sessionlens.formats import Identities, open_source
from sessionlens.session.growth import POLL_S, grows, sizes
from sessionlens.session.session import Session
from sessionlens.session.view import ChannelView


class LiveSession(Session):
    """What `open(…, follow=True)` gives.

        for s in sl.open("recordings/…", follow=True):    # each time that more has come, and at the end
            print(s.commands.tail(1))

    `refresh` reads anew what has grown, a channel at a time: channels in which nothing happened keep what
    was worked out of them. One that has grown is replayed whole, since its last frame was closed where it
    stood then: to go on behind it would make other frames than the same bytes make later. Who needs commands
    only, soon and for long, has `sessionlens commands --follow`, whose replay goes on.
    `ended`: nothing more will come.
    """

    def __init__(self, place: Path, channel: int | None, reflow: bool, identities: Identities | None) -> None:
        self._wanted, self._identities = channel, identities
        self.ended = not grows(place)
        self._sizes = sizes(place)
        super().__init__(open_source(place, identities), channel, reflow=reflow)

    def refresh(self) -> bool:
        """Take in what was recorded since. False if that is nothing."""
        ended = not grows(self.path)  # before the files are read: what comes in between is seen next time
        now = sizes(self.path)
        if now == self._sizes and ended == self.ended:
            return False
        kept = {view.channel.name: view for view in self.views}
        before, self._sizes, self.ended = self._sizes, now, ended
        for name in _WORKED_OUT:
            self.__dict__.pop(name, None)
        super().__init__(open_source(self.path, self._identities), self._wanted, reflow=self.reflow)
        self.views = [self._same(view, kept, before) for view in self.views]
        self._main = self._choose(self._wanted)
        return True

    def _same(self, view: ChannelView, kept: dict[str, ChannelView], before: dict[str, int]) -> ChannelView:
        """The view of before, if its channel has not grown."""
        old, inside = kept.get(view.channel.name), f"/{view.channel.name}/"
        same = _of(inside, before) == _of(inside, self._sizes)
        return old if old is not None and same and _of(inside, before) else view

    def __iter__(self) -> Iterator[LiveSession]:
        """Itself, now and each time that more has come, until it has ended."""
        yield self
        while not self.ended:
            if self.refresh():
                yield self
            else:
                time.sleep(POLL_S)


def _of(inside: str, sizes: dict[str, int]) -> dict[str, int]:
    return {name: size for name, size in sizes.items() if inside in name}


_WORKED_OUT = [
    name
    for kind in Session.__mro__
    for name, value in vars(kind).items()
    if isinstance(value, cached_property)
]
