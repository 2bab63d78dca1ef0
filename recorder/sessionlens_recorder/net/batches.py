"""Packets under AES-GCM several at a time: those that are there already are opened together, those that go
out together are sent as one. Nobody waits for a batch to become larger.

Every other cipher, and compression, is left to paramiko's way, which takes each packet for itself. Both keep
their state in the same attributes, so either may take the next packet. RFC 5647, 7; OpenSSH's PROTOCOL, 1.6.
"""

from __future__ import annotations

import os
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from paramiko import SSHException
from paramiko.message import Message

from sessionlens_recorder.net.packetizer import MAX_PACKET, BufferedPacketizer

CONNECTION_MESSAGES = range(80, 101)
BATCH = 512 * 1024  # bytes that are opened, recorded or sent at once
HEAD, TAG, BLOCK = 4, 16, 16
MOST_PADDING = 3 + BLOCK
OVERHEAD = HEAD + 1 + MOST_PADDING + TAG  # at most, of a packet over its payload
_u32 = struct.Struct(">I")


class Batch(list[bytes]):
    """Connection messages that came together, as read_message gives them to Transport.run."""


class Scratch:
    """Memory that is used again and again, as large as was needed once."""

    def __init__(self) -> None:
        self._data = bytearray()

    def room(self, size: int) -> memoryview:
        if len(self._data) < size:
            self._data = bytearray(size)
        return memoryview(self._data)[:size]


class Raw:
    """Bytes that paramiko's packetizer takes for a Message."""

    __slots__ = ("asbytes",)

    def __init__(self, payload: bytes) -> None:
        self.asbytes: Callable[[], bytes] = lambda: payload


class Packetizer(BufferedPacketizer):
    """Named as paramiko's is, so that names with two underscores are paramiko's own."""

    __aead_in: bool
    __aead_out: bool
    __block_engine_in: Any
    __block_engine_out: Any
    __compress_engine_in: Any
    __compress_engine_out: Any
    __iv_in: bytes
    __iv_out: bytes
    __sequence_number_in: int
    __sequence_number_out: int
    __received_bytes: int
    __received_packets: int
    __received_bytes_overflow: int
    __received_packets_overflow: int
    __sent_bytes: int
    __sent_packets: int
    __write_lock: threading.RLock
    _held: tuple[int, Message] | None = None  # opened with a batch, and no part of it

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self._plain_in, self._plain_out, self._sealed_out = Scratch(), Scratch(), Scratch()

    def read_message(self) -> tuple[int, Message]:
        """The next message, or the next connection messages as far as they are there, as a Batch."""
        if self._held is not None:
            held, self._held = self._held, None
            return held
        if not self.__aead_in or self.__compress_engine_in is not None:
            return super().read_message()
        self._await(HEAD, check_rekey=True)
        size = self._size()
        self._await(size)
        payload = self._open(size)
        if payload[0] not in CONNECTION_MESSAGES:
            return self._message(payload)
        return payload[0], self._batch(payload)  # type: ignore[return-value]

    def _batch(self, payload: bytes) -> Batch:
        batch, size = Batch((payload,)), len(payload)
        while size < BATCH and (following := self._open_if_there()):
            if following[0] not in CONNECTION_MESSAGES:
                self._held = self._message(following)
                break
            batch.append(following)
            size += len(following)
        return batch

    def _open_if_there(self) -> bytes | None:
        """A packet that nobody may send is left for the next read, which says so: what came before passes."""
        try:
            there = len(self._inflow)
            return self._open(size) if there >= HEAD and there >= (size := self._size()) else None
        except SSHException:
            return None

    def _message(self, payload: bytes) -> tuple[int, Message]:
        message = Message(payload[1:])
        message.seqno = self.__sequence_number_in - 1 & 0xFFFFFFFF
        return payload[0], message

    def _size(self) -> int:
        """Of the next packet, from its first byte to its last."""
        with self._inflow.view(HEAD) as head:
            length: int = _u32.unpack(head)[0]
        if not BLOCK <= length <= MAX_PACKET:
            raise SSHException(f"a packet of {length} bytes, where {MAX_PACKET} is the limit")
        return HEAD + length + TAG

    def _open(self, size: int) -> bytes:
        """The payload of the next packet, all of which is there. What is wrong with it changes nothing."""
        with self._inflow.view(size) as packet, self._plain_in.room(size - HEAD - TAG) as plain:
            try:
                self.__block_engine_in.decrypt_into(self.__iv_in, packet[HEAD:], packet[:HEAD], plain)
            except InvalidTag:
                raise SSHException("Mismatched MAC") from None
            padding, rest = plain[0], len(plain) % BLOCK
            payload = bytes(plain[1 : max(1, len(plain) - padding)])
        if not payload or padding < 4 or rest:
            raise SSHException("a packet whose padding is not what it says")
        self._count_received(size)
        self._inflow.skip(size)
        self.__iv_in = self._inc_iv_counter(self.__iv_in)  # type: ignore[attr-defined]
        self.__sequence_number_in = self._next(self.__sequence_number_in)
        return payload

    def _count_received(self, size: int) -> None:
        self.__received_bytes += size
        self.__received_packets += 1
        if self.need_rekey():
            self.__received_bytes_overflow += size
            self.__received_packets_overflow += 1
            if (
                self.__received_packets_overflow >= self.REKEY_PACKETS_OVERFLOW_MAX
                or self.__received_bytes_overflow >= self.REKEY_BYTES_OVERFLOW_MAX
            ):
                raise SSHException("Remote transport is ignoring rekey requests")
        elif self.__received_packets >= self.REKEY_PACKETS or self.__received_bytes >= self.REKEY_BYTES:
            self._rekey()

    def send_all(self, payloads: Sequence[bytes]) -> None:
        """Send them in this order, in as few writes as may be."""
        with self.__write_lock:
            if not self.__aead_out or self.__compress_engine_out is not None:
                for payload in payloads:
                    self.send_message(Raw(payload))  # type: ignore[arg-type]
                return
            size, group = 0, []
            for payload in payloads:
                group.append(payload)
                size += len(payload)
                if size >= BATCH:
                    self._seal_and_write(group, size)
                    size, group = 0, []
            if group:
                self._seal_and_write(group, size)

    def _seal_and_write(self, payloads: list[bytes], size: int) -> None:
        noise = os.urandom(MOST_PADDING * len(payloads))
        with self._sealed_out.room(size + OVERHEAD * len(payloads)) as out:
            end = 0
            for n, payload in enumerate(payloads):
                end = self._seal(payload, noise[n * MOST_PADDING : (n + 1) * MOST_PADDING], out, end)
            self._write(out[:end])

    def _seal(self, payload: bytes, noise: bytes, out: memoryview, start: int) -> int:
        """Put the packet there; the answer is where it ends. The noise is for its padding."""
        length = len(payload)
        padding = 3 + BLOCK - (length + HEAD) % BLOCK
        size = 1 + length + padding
        head = _u32.pack(size)
        end = start + HEAD + size + TAG
        with self._plain_out.room(size) as plain:
            plain[0] = padding
            plain[1 : length + 1] = payload
            plain[length + 1 :] = noise[:padding]
            out[start : start + HEAD] = head
            self.__block_engine_out.encrypt_into(self.__iv_out, plain, head, out[start + HEAD : end])
        self.__iv_out = self._inc_iv_counter(self.__iv_out)  # type: ignore[attr-defined]
        self.__sequence_number_out = self._next(self.__sequence_number_out)
        self.__sent_packets += 1
        return end

    def _write(self, out: memoryview) -> None:
        self.__sent_bytes += len(out)
        self.write_all(out)  # type: ignore[arg-type]
        if (
            self.__sent_packets >= self.REKEY_PACKETS or self.__sent_bytes >= self.REKEY_BYTES
        ) and not self.need_rekey():
            self._rekey()

    def _rekey(self) -> None:
        self.__received_bytes_overflow = self.__received_packets_overflow = 0
        self._trigger_rekey()  # type: ignore[attr-defined]

    def _next(self, number: int) -> int:
        following = number + 1 & 0xFFFFFFFF
        if not following and not self._initial_kex_done:  # type: ignore[attr-defined]
            raise SSHException("Sequence number rolled over during initial kex!")
        return following
