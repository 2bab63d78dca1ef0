"""Packets taken and sent several at a time mean what they mean to paramiko one by one."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator
from itertools import pairwise

import paramiko
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st
from sessionlens_recorder.net.batches import BATCH, Batch, Packetizer
from sessionlens_recorder.net.inflow import FIRST, ROOM, Inflow
from sessionlens_recorder.net.packetizer import MAX_PACKET, BufferedPacketizer

from . import messages as m

NEWKEYS, IGNORE = b"\x15", b"\x02" + m.u32(0)
KEYS = [(bytes([n]) * 16, bytes([n + 100]) * 4 + (2**40 - 3 + n).to_bytes(8, "big")) for n in range(4)]
STATE = ("sequence_number", "iv")
COUNTED = ("received_bytes", "received_packets", "received_bytes_overflow", "received_packets_overflow")


class Pieces:
    """A socket whose peer sent these pieces, one to be read at a time, and then left."""

    def __init__(self, data: bytes = b"", cuts: list[int] | None = None) -> None:
        edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts or []), len(data)]
        self._pieces = [data[a:b] for a, b in pairwise(edges) if a < b]
        self.sent = b""

    def recv_into(self, room: memoryview) -> int:
        piece = self._pieces.pop(0) if self._pieces else b""
        size = min(len(piece), len(room))
        room[:size] = piece[:size]
        if piece[size:]:
            self._pieces.insert(0, piece[size:])
        return size

    def send(self, data: bytes) -> int:
        self.sent += bytes(data)
        return len(data)


def new_key_in(packetizer: BufferedPacketizer, n: int) -> None:
    key, iv = KEYS[n % len(KEYS)]
    packetizer.set_inbound_cipher(AESGCM(key), 16, None, 16, None, aead=True, iv_in=iv)  # type: ignore[arg-type]


def new_key_out(packetizer: BufferedPacketizer, n: int) -> None:
    key, iv = KEYS[n % len(KEYS)]
    packetizer.set_outbound_cipher(AESGCM(key), 16, None, 16, None, aead=True, iv_out=iv)  # type: ignore[arg-type]


def sent(groups: list[list[bytes]], kind: type[BufferedPacketizer] = Packetizer) -> bytes:
    """What goes over the line; after each NEWKEYS there is another key."""
    line, exchanges = Pieces(), 0
    packetizer = kind(line)  # type: ignore[arg-type]
    new_key_out(packetizer, 0)
    for group in groups:
        if isinstance(packetizer, Packetizer):
            packetizer.send_all(group)
        else:
            for payload in group:
                packetizer.send_message(paramiko.Message(payload))
        if group == [NEWKEYS]:
            new_key_out(packetizer, exchanges := exchanges + 1)
    return line.sent


def read(packetizer: BufferedPacketizer) -> Iterator[bytes]:
    """Every payload until the peer is gone."""
    exchanges = 0
    new_key_in(packetizer, 0)
    with contextlib.suppress(EOFError):
        while True:
            number, message = packetizer.read_message()
            payloads = message if isinstance(message, Batch) else [bytes((number,)) + message.asbytes()]
            yield from payloads
            if payloads == [NEWKEYS]:
                new_key_in(packetizer, exchanges := exchanges + 1)


def reader(data: bytes, cuts: list[int] | None = None, kind: type[BufferedPacketizer] = Packetizer):  # type: ignore[no-untyped-def]
    return kind(Pieces(data, cuts))  # type: ignore[arg-type]


def state(packetizer: BufferedPacketizer) -> list[object]:
    names = [*(f"{name}_in" for name in STATE), *COUNTED]
    return [packetizer.need_rekey(), *(getattr(packetizer, f"_Packetizer__{name}") for name in names)]


payloads = st.one_of(
    st.integers(0, 5000).map(lambda n: m.data(3, bytes(n))),
    st.sampled_from([m.data(3, bytes(32768)), m.adjust(7, 1), m.eof(3), IGNORE, b"\x5e", b"\x14kex"]),
)
groups = st.lists(st.one_of(st.lists(payloads, min_size=1, max_size=6), st.just([NEWKEYS])), max_size=8)


@settings(deadline=None)
@given(groups, st.lists(st.integers(0, 1 << 20), max_size=30), st.sampled_from([1, 3, 1 << 29]))
def test_what_is_sent_in_groups_and_read_in_batches_is_what_paramiko_sends_and_reads(
    sent_groups: list[list[bytes]], cuts: list[int], rekey_packets: int
) -> None:
    flat = [payload for group in sent_groups for payload in group]
    for data in (sent(sent_groups), sent(sent_groups, BufferedPacketizer)):
        ours, theirs = reader(data, cuts), reader(data, cuts, BufferedPacketizer)
        ours.REKEY_PACKETS = theirs.REKEY_PACKETS = rekey_packets
        assert list(read(ours)) == flat
        assert list(read(theirs)) == flat
        assert state(ours) == state(theirs)


def test_what_is_there_is_one_batch_up_to_its_limit() -> None:
    whole = [m.data(3, bytes(32768))] * 40
    packetizer = reader(sent([whole]))
    new_key_in(packetizer, 0)
    while packetizer._sock._pieces:
        packetizer._fill()
    sizes = [len(packetizer.read_message()[1]) for _ in range(3)]
    assert sizes == [BATCH // 32768, BATCH // 32768, 40 - 2 * (BATCH // 32768)]


def test_a_batch_ends_before_a_message_of_another_kind() -> None:
    packetizer = reader(sent([[m.eof(3), m.close(3), IGNORE, m.eof(4)]]))
    new_key_in(packetizer, 0)
    assert packetizer.read_message() == (96, [m.eof(3), m.close(3)])
    number, message = packetizer.read_message()
    assert (number, message.seqno) == (2, 2)
    assert packetizer.read_message() == (96, [m.eof(4)])


GOOD = [m.data(3, b"first"), m.data(3, b"second")]
LENGTH = len(sent([GOOD]))


def spoilt(at: int, byte: int) -> bytes:
    data = bytearray(sent([[*GOOD, m.data(3, b"third")]]))
    data[at] = data[at] ^ byte if byte else 0
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "error", "told"),
    [
        (spoilt(-1, 1), paramiko.SSHException, "Mismatched MAC"),
        (spoilt(LENGTH + 9, 128), paramiko.SSHException, "Mismatched MAC"),
        (spoilt(LENGTH + 1, 128), paramiko.SSHException, f"where {MAX_PACKET} is the limit"),
        (spoilt(LENGTH + 3, 0), paramiko.SSHException, "a packet of 0 bytes"),
        (spoilt(-1, 1)[:-1], EOFError, None),
        (spoilt(-1, 1)[: LENGTH + 2], EOFError, None),
    ],
    ids=["tag", "ciphertext", "too long", "empty", "cut in the tag", "cut in the length"],
)
def test_a_packet_that_nobody_may_send_ends_it_after_those_that_came_before(
    data: bytes, error: type[Exception], told: str | None
) -> None:
    packetizer = reader(data)
    new_key_in(packetizer, 0)
    assert packetizer.read_message()[1] == GOOD
    for _ in range(2):
        with pytest.raises(error, match=told):
            packetizer.read_message()


@pytest.mark.parametrize(
    "plain",
    [  # of a packet of 16 the last two would be messages, if a slice counted from its end
        b"\x03" + bytes(15),
        b"\x0f" + bytes(15),
        b"\xff" + bytes(15),
        b"\x04" + bytes(16),
        b"\x11" + m.eof(3) + bytes(10),
        b"\x1e" + m.eof(3) + bytes(10),
    ],
)
def test_padding_that_is_none_is_refused(plain: bytes) -> None:
    key, iv = KEYS[0]
    head = struct.pack(">I", len(plain))
    packetizer = reader(head + AESGCM(key).encrypt(iv, plain, head))
    new_key_in(packetizer, 0)
    with pytest.raises(paramiko.SSHException, match="padding"):
        packetizer.read_message()


def test_who_ignores_a_rekey_is_left() -> None:
    packetizer = reader(sent([[m.eof(3)] * 6]))
    packetizer.REKEY_PACKETS = packetizer.REKEY_PACKETS_OVERFLOW_MAX = 2
    got = []
    with pytest.raises(paramiko.SSHException, match="ignoring rekey"):
        got += read(packetizer)
    assert packetizer.need_rekey()


def test_what_is_sent_counts_towards_a_rekey() -> None:
    packetizer = Packetizer(Pieces())  # type: ignore[arg-type]
    new_key_out(packetizer, 0)
    packetizer.REKEY_PACKETS = 4
    packetizer.send_all([m.eof(3)] * 3)
    assert not packetizer.need_rekey()
    packetizer.send_all([m.eof(3)])
    assert packetizer.need_rekey()


def test_what_was_read_ahead_gives_its_memory_back() -> None:
    data = bytes(range(251)) * 8000
    inflow, line, got = Inflow(), Pieces(data + b"x", [len(data), 1000, 1001, 800_000]), b""
    while len(inflow) < len(data):
        inflow.fill(line)  # type: ignore[arg-type]
    while len(inflow):
        got += inflow.take(min(len(inflow), 1000))
    assert inflow.fill(line) == 1  # type: ignore[arg-type]
    assert got == data
    assert len(inflow._data) == ROOM


def test_a_session_of_key_strokes_has_a_small_buffer() -> None:
    inflow, line = Inflow(), Pieces(bytes(2000), list(range(0, 2000, 20)))
    while inflow.fill(line):  # type: ignore[arg-type]
        inflow.skip(len(inflow) - len(inflow) % 7)
    assert len(inflow._data) == FIRST


def test_paramiko_still_keeps_its_state_where_batches_look_for_it() -> None:
    plain = vars(paramiko.packet.Packetizer(Pieces()))  # type: ignore[arg-type]
    names = [name for name in vars(Packetizer)["__annotations__"] if name.startswith("_Packetizer__")]
    assert len(names) > 10
    assert set(names) <= set(plain)
