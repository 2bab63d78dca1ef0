"""Numbers in messages (mpint, RFC 4251, 5), read in linear time and up to a size that SSH has use for.

paramiko 5.1 computes them four bytes at a time, each time over the whole number, and takes a message that
names a megabyte and has five bytes of it for one with zeros behind: that, before the login, kept a processor
busy for minutes. Importing this mends it for the whole process.
"""

from __future__ import annotations

from paramiko import SSHException
from paramiko.message import Message

LONGEST = 2056  # bytes: 16384 bits, a sign, and some room


def read_mpint(message: Message) -> int:
    """Message.get_mpint."""
    data = message.get_binary()
    if len(data) > LONGEST:
        raise SSHException(f"a number of {len(data)} bytes, where {LONGEST} is the limit")
    return int.from_bytes(data, "big", signed=True)


Message.get_mpint = read_mpint  # type: ignore[method-assign, assignment]
