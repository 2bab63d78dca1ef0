"""Which channel a message is for: the open ones, by the number that each side chose for them (RFC 4254)."""

from __future__ import annotations

from sessionlens_recorder.session import wire
from sessionlens_recorder.session.channel import Channel
from sessionlens_recorder.session.policy import TARGET, USER


class Channels:
    """The channels of one session."""

    def __init__(self) -> None:
        self._by_number: tuple[dict[int, Channel], dict[int, Channel]] = ({}, {})

    def count(self, side: int) -> int:
        return len(self._by_number[side])

    def has(self, side: int, number: int) -> bool:
        """Does a side use this number already?"""
        return number in self._by_number[side]

    def add(self, side: int, number: int, channel: Channel) -> None:
        """A side chose a number for a channel."""
        self._by_number[side][number] = channel

    def waiting(self, side: int, number: int) -> Channel | None:
        """The channel, numbered by the other side, that a side is asked to confirm."""
        channel = self._by_number[1 - side].get(number)
        return None if channel is None or channel.by == side or channel.confirmed else channel

    def known(self, side: int, payload: bytes) -> Channel | None:
        """The channel that a message is for. None if there is none, or if the side has closed it: a late
        answer, say. It is dropped, since what cannot be attributed cannot be recorded.
        """
        channel = self._by_number[1 - side].get(wire.recipient(payload))
        return None if channel is None or not channel.confirmed or channel.closed[side] else channel

    def passing(self, side: int, payload: bytes) -> Channel | None:
        """The same, but None too if the recorder has closed it."""
        channel = self.known(side, payload)
        return None if channel is None or channel.ending else channel

    def forget(self, channel: Channel) -> None:
        """Both sides have closed it, or it never opened."""
        for side in (USER, TARGET):
            number = channel.numbers[side]
            if number is not None:
                self._by_number[side].pop(number, None)
        channel.finish()

    def all(self) -> list[Channel]:
        return list(dict.fromkeys((*self._by_number[USER].values(), *self._by_number[TARGET].values())))
