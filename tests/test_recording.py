"""A Recording: columns over raw bytes, offsets that are file offsets."""

from __future__ import annotations

import numpy as np

from sessionlens.recording import Info, Recording

OUT = b"first line\nhello world\nlast line\n"
ROWS = [
    (0, "r", 80, 24),
    (10, "o", 11, 5),
    (10, "e", 11, 5),
    (20, "i", 3, 2),
    (30, "o", 16, 6),
    (40, "s", 0, 0),
    (50, "x", 3, 0),
]


def recording(**blobs: bytes) -> Recording:
    columns = [np.array([row[0] for row in ROWS]), np.array([ord(row[1]) for row in ROWS])]
    columns += [np.array([row[at] for row in ROWS]) for at in (2, 3)]
    info = Info(session="0123abcd", name="x", source_format="test", duration_ns=60)
    return Recording(info, columns, blobs or {"o": OUT, "i": b"L1\nls"}, notes=["INT"])


def test_the_columns_have_their_types() -> None:
    r = recording()
    assert [str(c.dtype) for c in (r.t_ns, r.stream, r.offset, r.size)] == [
        "int64",
        "uint8",
        "int64",
        "int64",
    ]
    assert len(r) == 7
    assert r.duration_ns == 60
    assert "0123abcd/0" in repr(r)


def test_the_repr_does_not_tell_how_much_was_typed() -> None:
    short, long = recording(o=OUT, i=b"L1\nls"), recording(o=OUT, i=b"L1\nls, a long password")
    none = Recording(short.info, [column[:3] for column in columns(short)], {"o": OUT})
    assert repr(short) == repr(long) == repr(none)
    assert f"{len(OUT)} B out" in repr(short)


def columns(r: Recording) -> list[np.ndarray]:
    return [r.t_ns, r.stream.astype(np.int64), r.offset, r.size]


def test_offsets_are_file_offsets() -> None:
    r = recording()
    assert r.blob("o") == OUT
    assert r.data(1) == OUT[11:16] == b"hello"
    assert r.data(2) == b"hello"
    assert r.data(3) == b"ls"
    assert r.data(0) == r.data(5) == r.data(6) == b""


def test_raw_is_a_stream_without_the_recorders_lines() -> None:
    r = recording()
    assert r.raw("o") == b"hello world"
    assert r.raw("i") == b"ls"
    assert r.raw("e") == b"hello"
    assert r.raw("m") == b""
    assert r.has_input


def test_without_an_input_file_there_is_no_input() -> None:
    r = recording(o=OUT)
    assert not r.has_input
    assert r.blob("i") == b""


def test_an_empty_recording_is_one() -> None:
    nothing = np.empty(0, dtype=np.int64)
    r = Recording(Info("0" * 8, "x", "test"), [nothing] * 4, {})
    assert (len(r), r.duration_ns, r.raw("o")) == (0, 0, b"")


def test_what_is_known_of_a_session_reads_well_and_is_harmless() -> None:
    info = Info(
        "0123abcd", "x", "bundle", person="jo\x1b[2Jhn", started_ns=1_795_338_843_123_456_789, exit_code=0,
        duration_ns=192_500_000_000, watched_by=("anna: ticket 7", "bob: look"),
    )  # fmt: skip
    first, *rows = repr(info).split("\n")
    assert first == "Info"
    told = dict(row.split(maxsplit=1) for row in rows)
    assert told["person"] == r"jo\x1b[2Jhn"
    assert told["started_ns"] == "1795338843123456789 (2026-11-22T09:14:03.123Z)"
    assert told["duration_ns"] == "192500000000 (00:03:12.500)"
    assert told["watched_by"] == "anna: ticket 7; bob: look"
    assert told["exit_code"] == "0"
    assert not {"method", "reason", "held_for"} & set(told)
