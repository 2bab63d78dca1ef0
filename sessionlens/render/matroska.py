"""A live Matroska stream of uncompressed frames with their own millisecond timestamps, for ffmpeg's stdin.

The least that carries a time per frame through a pipe: one track, one cluster a frame, sizes known but for
the segment's. RFC 8794 (EBML) and RFC 9559 (Matroska). Timestamps have to rise strictly.
"""

from __future__ import annotations

MILLISECOND = 1_000_000
UNKNOWN_SIZE = b"\x01" + b"\xff" * 7
BT709, LIMITED = 1, 1
I420, RGB24 = b"I420", b"RGB\x18"  # FourCCs: planar Y, U, V; 24 bits a pixel


def header(width: int, height: int, pixels: bytes = I420) -> bytes:
    """All that comes before the first frame; `pixels` is their FourCC."""
    ebml = element(
        0x1A45DFA3,
        number(0x4286, 1), number(0x42F7, 1), number(0x42F2, 4), number(0x42F3, 8),
        element(0x4282, b"matroska"), number(0x4287, 4), number(0x4285, 2),
    )  # fmt: skip
    info = element(
        0x1549A966,
        number(0x2AD7B1, MILLISECOND),
        element(0x4D80, b"SessionLens"),
        element(0x5741, b"SessionLens"),
    )
    colour = element(
        0x55B0, number(0x55B1, BT709), number(0x55B9, LIMITED), number(0x55BA, BT709), number(0x55BB, BT709)
    )
    own = colour if pixels == I420 else b""
    video = element(0xE0, number(0xB0, width), number(0xBA, height), element(0x2EB524, pixels), own)
    track = element(
        0xAE,
        number(0xD7, 1), number(0x73C5, 1), number(0x83, 1), number(0x9C, 0),
        element(0x86, b"V_UNCOMPRESSED"), video,
    )  # fmt: skip
    return ebml + (0x18538067).to_bytes(4, "big") + UNKNOWN_SIZE + info + element(0x1654AE6B, track)


def frame_header(milliseconds: int, size: int) -> bytes:
    """What comes before the `size` bytes of a frame: a cluster with its time and one simple block (a key
    frame)."""
    time = number(0xE7, milliseconds)
    block = b"\xa3" + length(4 + size) + b"\x81\x00\x00\x80"
    return (0x1F43B675).to_bytes(4, "big") + length(len(time) + len(block) + size) + time + block


def element(identity: int, *content: bytes) -> bytes:
    """An element with its content."""
    data = b"".join(content)
    return identity.to_bytes((identity.bit_length() + 7) // 8, "big") + length(len(data)) + data


def number(identity: int, value: int) -> bytes:
    """An element that holds an unsigned integer."""
    return element(identity, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def length(value: int) -> bytes:
    """A size, always in eight bytes."""
    return (value | 1 << 56).to_bytes(8, "big")
