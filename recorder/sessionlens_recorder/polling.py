"""Waiting for descriptors by poll(2): select(2) takes none above 1,023, and a bastion has thousands."""

from __future__ import annotations

import errno
import select
import socket
from collections.abc import Sequence
from math import ceil

Source = int | socket.socket


def readable(sources: Sequence[Source], seconds: float) -> list[Source]:
    """Those that can be read, or have ended, once there is one; none if the time is over before."""
    return [source for source, events in _poll(sources, select.POLLIN, seconds) if events & ~select.POLLOUT]


def ready(sock: socket.socket, seconds: float) -> tuple[bool, bool]:
    """Whether it can be read, and whether it can be written."""
    events = next((events for _, events in _poll([sock], select.POLLIN | select.POLLOUT, seconds)), 0)
    return bool(events & ~select.POLLOUT), bool(events & ~select.POLLIN)


def _poll(sources: Sequence[Source], wanted: int, seconds: float) -> list[tuple[Source, int]]:
    poll, by_number = select.poll(), {}
    for source in sources:
        number = source if isinstance(source, int) else source.fileno()
        if number < 0:
            raise OSError(errno.EBADF, "a socket that is closed is waited for")
        poll.register(number, wanted)
        by_number[number] = source
    return [(by_number[number], events) for number, events in poll.poll(ceil(seconds * 1000))]
