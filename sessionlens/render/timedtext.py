"""Captions as MP4 carries them: a file with nothing but one text track, for ffmpeg to copy sample by sample.

ffmpeg's own converters read markup in captions, and there is no escape that they all leave alone; a command
is shown as it is, so its bytes go in as they are. 3GPP TS 26.245 (timed text, `tx3g`) in ISO/IEC 14496-12
boxes. `off_by_default` mends what ffmpeg cannot be told: that players are not to show the track unasked.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

from sessionlens.render.captions import Caption

LONGEST = 0xFFFF  # bytes of a sample's text
ENABLED = 1
MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
CONTAINERS = (b"moov", b"trak", b"mdia")


def text_track(captions: Sequence[Caption], end_ms: int) -> bytes:
    """The file: captions in order, none over another, and nothing between them."""
    samples = [(until - start, sample(text)) for start, until, text in filled(captions, end_ms)]
    data = b"".join(text for _, text in samples)
    kind = box(b"ftyp", b"isom", bytes(4), b"isom")
    times = [struct.pack(">II", 1, length) for length, _ in samples]
    sizes = [struct.pack(">I", len(text)) for _, text in samples]
    table = box(
        b"stbl",
        full(b"stsd", struct.pack(">I", 1), entry()),
        full(b"stts", struct.pack(">I", len(times)), *times),
        full(b"stsc", struct.pack(">IIII", 1, 1, len(samples), 1)),
        full(b"stsz", struct.pack(">II", 0, len(samples)), *sizes),
        full(b"stco", struct.pack(">II", 1, len(kind) + 8)),
    )
    return kind + box(b"mdat", data) + movie(table, sum(length for length, _ in samples))


def movie(table: bytes, length: int) -> bytes:
    """The headers around a track's sample table; times in milliseconds."""
    reference = box(b"dinf", full(b"dref", struct.pack(">I", 1), full(b"url ", flags=1)))
    handler = full(b"hdlr", bytes(4), b"sbtl", bytes(12), b"\0")
    media = full(b"mdhd", struct.pack(">IIIIHH", 0, 0, 1000, length, 0x55C4, 0))  # `und`
    info = box(b"minf", full(b"nmhd"), reference, table)
    track = full(
        b"tkhd", struct.pack(">IIIII", 0, 0, 1, 0, length), bytes(16), MATRIX, bytes(8), flags=ENABLED
    )
    head = full(
        b"mvhd", struct.pack(">IIIIIH", 0, 0, 1000, length, 0x10000, 0x100), bytes(10), MATRIX, bytes(24),
        struct.pack(">I", 2),
    )  # fmt: skip
    return box(b"moov", head, box(b"trak", track, box(b"mdia", media, handler, info)))


def filled(captions: Sequence[Caption], end_ms: int) -> Iterator[tuple[int, int, str]]:
    """(start, end, text) without holes from 0 to the end; the text of a hole is empty."""
    reached = 0
    for caption in captions:
        if caption.start_ms > reached:
            yield reached, caption.start_ms, ""
        yield caption.start_ms, caption.end_ms, caption.text
        reached = caption.end_ms
    if end_ms > reached:
        yield reached, end_ms, ""


def sample(text: str) -> bytes:
    """A text with its length before it."""
    data = text.encode()[:LONGEST].decode("utf-8", "ignore").encode()
    return struct.pack(">H", len(data)) + data


def entry() -> bytes:
    """How the text looks: white, at the bottom, in the middle."""
    style = struct.pack(">HHHBB4B", 0, 0, 1, 0, 18, 255, 255, 255, 255)
    font = box(b"ftab", struct.pack(">HHB", 1, 1, 10), b"Sans-Serif")
    return box(b"tx3g", bytes(6), struct.pack(">HIbb4B4h", 1, 0, 1, -1, 0, 0, 0, 0, 0, 0, 0, 0), style, font)


def box(kind: bytes, *content: bytes) -> bytes:
    """A box with its content."""
    data = b"".join(content)
    return struct.pack(">I", 8 + len(data)) + kind + data


def full(kind: bytes, *content: bytes, flags: int = 0) -> bytes:
    """A box of version 0 with flags."""
    return box(kind, struct.pack(">I", flags), *content)


def off_by_default(path: Path) -> None:
    """Clear `enabled` in the header of the caption track: the muxer sets it for the first one of its kind."""
    with path.open("r+b") as file:
        at = 0
        while len(head := file.read(8)) == 8:
            size, kind = struct.unpack(">I4s", head)
            if size == 1:
                size = struct.unpack(">Q", file.read(8))[0]
            if kind == b"moov":
                file.seek(at)
                data = bytearray(file.read(size))
                clear(data, 8, len(data))
                file.seek(at)
                file.write(data)
                return
            at += max(size, 8)
            file.seek(at)


def clear(data: bytearray, start: int, end: int) -> None:
    """Go through the boxes between these offsets and clear the flag where the track is one of captions."""
    header = None
    for at, size, kind in boxes(data, start, end):
        if kind == b"tkhd":
            header = at
        elif kind == b"mdia" and b"sbtl" in handlers(data, at + 8, at + size) and header is not None:
            data[header + 11] &= ~ENABLED & 0xFF
        if kind in CONTAINERS:
            clear(data, at + 8, at + size)


def handlers(data: bytearray, start: int, end: int) -> list[bytes]:
    """What kind of track the `hdlr` boxes there name."""
    return [bytes(data[at + 16 : at + 20]) for at, _, kind in boxes(data, start, end) if kind == b"hdlr"]


def boxes(data: bytearray, start: int, end: int) -> Iterator[tuple[int, int, bytes]]:
    """(offset, size, kind) of boxes side by side."""
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        yield start, size, kind
        start += max(size, 8)
