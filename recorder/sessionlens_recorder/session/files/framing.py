"""One direction of an SFTP connection, cut into packets: draft-ietf-secsh-filexfer-02, section 3.

The content of WRITE and DATA is handed on as it comes and never kept; any other packet is kept until it is
whole. Nothing here knows what a packet means.
"""

from __future__ import annotations

import struct
from typing import Protocol

PACKET_LIMIT = 256 * 1024  # sftp-server(8) ends at a longer one
HANDLE_LIMIT = 256  # section 6.2: no handle is longer
WRITE, DATA = 6, 103

_u32 = struct.Struct(">I")


class NotUnderstood(ValueError):
    """What passes is not the protocol as we know it: who follows it has to record the bytes instead."""


class Reader(Protocol):
    """Who is told what passes."""

    def packet_received(self, packet: bytes) -> None:
        """A whole packet, from its type on."""

    def content_begins(self, head: bytes, size: int) -> None:
        """A WRITE or DATA packet up to its content, of which `size` bytes follow."""

    def content_received(self, piece: memoryview) -> None:
        """The next piece of the content."""

    def content_ended(self) -> None:
        """The content was whole."""


class Framing:
    """Feed it what passed; NotUnderstood leaves in `unread` what no reader was told."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._held = bytearray()  # of the packet that has begun, from its length on
        self._content = 0  # bytes of a WRITE or DATA to come
        self.passed = 0  # bytes that were understood
        self.unread = b""

    def feed(self, data: bytes) -> None:
        view, at = memoryview(data), 0
        try:
            while at < len(view):
                at += self._pass_content(view[at:]) if self._content else self._hold(view[at:])
        except ValueError:
            self.unread = bytes(self._held) + bytes(view[at:])
            self._held.clear()
            raise

    def lost(self) -> bytes:
        """Nobody will read on: the beginning of a packet that was held back here."""
        held = self.unread or bytes(self._held)
        self._held.clear()
        return held

    def _pass_content(self, view: memoryview) -> int:
        piece = view[: self._content]
        self._reader.content_received(piece)
        self._content -= len(piece)
        self.passed += len(piece)
        if not self._content:
            self._reader.content_ended()
        return len(piece)

    def _hold(self, view: memoryview) -> int:
        """Take what the packet still lacks, as far as is known; hand it on once it is whole."""
        taken = view[: self._wanted() - len(self._held)]
        before = len(self._held)
        self._held += taken
        try:
            if len(self._held) == self._wanted():
                self._complete()
        except ValueError:
            del self._held[before:]  # feed has it from `view`
            raise
        return len(taken)

    def _wanted(self) -> int:
        """How long what is held has to become before anything can be said about it."""
        held = self._held
        if len(held) < 5:
            return 5
        end: int = 4 + _u32.unpack_from(held)[0]
        if not 5 <= end <= 4 + PACKET_LIMIT:
            raise NotUnderstood(f"a packet of {end - 4} bytes")
        return end if held[4] not in (WRITE, DATA) else self._wanted_head(end)

    def _wanted_head(self, end: int) -> int:
        """Type, number, for WRITE also handle and offset, and the length of the content."""
        size = 4 + 1 + 4 + 4
        if self._held[4] == WRITE and size <= end:
            if len(self._held) < size:
                return size
            handle = _u32.unpack_from(self._held, size - 4)[0]
            if handle > HANDLE_LIMIT:
                raise NotUnderstood(f"a handle of {handle} bytes")
            size += handle + 8 + 4
        if size > end:
            raise NotUnderstood("a packet that is cut short")
        return size

    def _complete(self) -> None:
        held = self._held
        end: int = 4 + _u32.unpack_from(held)[0]
        if held[4] in (WRITE, DATA):
            self._content_begins(end)
        else:
            self._reader.packet_received(bytes(held[4:]))
        self.passed += len(held)
        held.clear()

    def _content_begins(self, end: int) -> None:
        held = self._held
        size = _u32.unpack_from(held, len(held) - 4)[0]
        if size != end - len(held):
            raise NotUnderstood(f"{size} bytes of content where the packet has room for {end - len(held)}")
        self._reader.content_begins(bytes(held[4:]), size)
        self._content = size
        if not size:
            self._reader.content_ended()
