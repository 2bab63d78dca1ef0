"""Lines on stderr, each whole or not at all, and never waited for: who reads them may hang (a log collector,
a terminal after Ctrl-S), and neither a login nor a session is to stand still because of that.

Not every descriptor can be told not to wait without telling others who share it (our parent), so:
a pipe or terminal is opened once more, a socket (systemd) is asked each time, a file never makes us wait.
What could not be written is counted, and said as soon as something is read again.
"""

from __future__ import annotations

import logging
import os
import select
import socket
import stat
from collections.abc import Callable

from sessionlens_recorder.losses import Losses

Write = Callable[[bytes], int]


class Stderr(logging.Handler):
    """Made before the first fork: all processes count together."""

    def __init__(self, fd: int = 2) -> None:
        super().__init__()
        self._write = _writer(fd)
        self._rest, self._pid = b"", os.getpid()
        self._missed = Losses()
        self.unwritten = Losses()
        """The same number, for the sinks, which take it when they like."""

    def emit(self, entry: logging.LogRecord) -> None:
        if not self._line(self.format(entry)):
            self._missed.add()
            self.unwritten.add()
        elif missed := self._missed.take():
            told = f"log-lost count={missed}"
            lost = logging.LogRecord(entry.name, logging.ERROR, "", 0, told, None, None)
            if not self._line(self.format(lost)):
                self._missed.add(missed)

    def _line(self, text: str) -> bool:
        """False if nothing of it was written. Up to 4,096 bytes a pipe takes whole or not at all; what is
        left of a longer line comes before the next one.
        """
        rest = self._rest if self._pid == os.getpid() else b""  # a child leaves it to its parent
        data = rest + text.encode("utf-8", "backslashreplace") + b"\n"
        try:
            written = self._write(data)
        except OSError:
            return False
        begun = written > len(rest)
        self._rest, self._pid = (data if begun else rest)[written:], os.getpid()
        return begun

    def handleError(self, record: logging.LogRecord) -> None:
        """Logging's own would print to stderr, and wait."""
        self._missed.add()
        self.unwritten.add()


def _writer(fd: int) -> Write:
    """write(2) to what this descriptor is of, without waiting."""
    mode = os.fstat(fd).st_mode
    if stat.S_ISREG(mode):
        return lambda data: os.write(fd, data)
    if stat.S_ISSOCK(mode):
        sock = socket.socket(fileno=os.dup(fd))
        return lambda data: sock.send(data, socket.MSG_DONTWAIT)
    try:
        flags = os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        own = os.open(f"/proc/self/fd/{fd}", flags)
    except OSError:  # it belongs to somebody else, or there is no /proc
        return lambda data: _write_if_ready(fd, data)
    return lambda data: os.write(own, data)


def _write_if_ready(fd: int, data: bytes) -> int:
    """The second best: of two processes that see at once that there is room for one, the other may wait."""
    poll = select.poll()
    poll.register(fd, select.POLLOUT)
    return os.write(fd, data[: select.PIPE_BUF]) if poll.poll(0) else 0
