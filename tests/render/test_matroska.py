"""The stream that carries pictures and their times, read back element by element."""

from __future__ import annotations

from sessionlens.render.matroska import UNKNOWN_SIZE, element, frame_header, header, length, number


def parse(data: bytes) -> list[tuple[int, bytes]]:
    """(id, content) of elements side by side; the segment's unknown size means the rest."""
    out = []
    while data:
        wide = 8 - data[0].bit_length() + 1
        identity, data = int.from_bytes(data[:wide], "big"), data[wide:]
        if data[:8] == UNKNOWN_SIZE:
            return [*out, (identity, data[8:])]
        size, data = int.from_bytes(data[:8], "big") & ~(1 << 56), data[8:]
        out.append((identity, data[:size]))
        data = data[size:]
    return out


def test_the_header_names_size_codec_and_colours() -> None:
    (_, ebml), (segment, rest) = parse(header(1280, 720))
    assert dict(parse(ebml))[0x4282] == b"matroska"
    assert segment == 0x18538067
    info, tracks = parse(rest)
    assert int.from_bytes(dict(parse(info[1]))[0x2AD7B1], "big") == 1_000_000
    ((_, entry),) = parse(tracks[1])
    track = dict(parse(entry))
    assert track[0x86] == b"V_UNCOMPRESSED"
    video = dict(parse(track[0xE0]))
    assert (int.from_bytes(video[0xB0], "big"), int.from_bytes(video[0xBA], "big")) == (1280, 720)
    assert video[0x2EB524] == b"I420"
    assert dict(parse(video[0x55B0])) == {0x55B1: b"\x01", 0x55B9: b"\x01", 0x55BA: b"\x01", 0x55BB: b"\x01"}


def test_a_frame_is_a_cluster_with_its_time() -> None:
    data = bytes(range(6))
    ((identity, cluster),) = parse(frame_header(3_600_123, len(data)) + data)
    assert identity == 0x1F43B675
    (_, time), (_, block) = parse(cluster)
    assert int.from_bytes(time, "big") == 3_600_123
    assert block == b"\x81\x00\x00\x80" + data


def test_numbers_and_lengths() -> None:
    assert length(1) == b"\x01" + b"\x00" * 6 + b"\x01"
    assert number(0xD7, 0) == element(0xD7, b"\x00")
    assert number(0xD7, 256) == element(0xD7, b"\x01\x00")
