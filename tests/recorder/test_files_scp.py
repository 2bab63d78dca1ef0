"""The follower of scp's own protocol: recognised by what passes, and never in the way of the stream."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sessionlens_recorder.session.policy import TARGET, USER

from .sftp_packets import FedScp

UPLOAD = [
    (TARGET, b"\0"),
    (USER, b"T1700000000 0 1700000001 0\n"), (TARGET, b"\0"),
    (USER, b"D0755 0 tree\n"), (TARGET, b"\0"),
    (USER, b"C0644 5 caf\xe9\n"), (TARGET, b"\0"),
    (USER, b"hello"), (USER, b"\0"), (TARGET, b"\0"),
    (USER, b"C0600 0 empty\n"), (TARGET, b"\0"), (USER, b"\0"), (TARGET, b"\0"),
    (USER, b"C0600 9 denied\n"), (TARGET, b"\1scp: denied: Permission denied\n"),
    (USER, b"E\n"), (TARGET, b"\0"),
]  # fmt: skip


def feed(conversation: list[tuple[int, bytes]], sizes: list[int] | None = None) -> FedScp:
    fed = FedScp()
    for side, data in conversation:
        at, n = 0, 0
        while at < len(data):
            size = len(data) if sizes is None else sizes[n % len(sizes)]
            fed.record.received(side, data[at : at + size])
            at, n = at + size, n + 1
    return fed


def told(fed: FedScp) -> list[tuple[str, bytes, str | None, str | None]]:
    return [(f["operation"], f["path"], f["result"], f.get("sha256")) for f in fed.log.files()]


@given(st.none() | st.lists(st.integers(1, 9), min_size=1, max_size=9))
def test_files_and_directories(sizes: list[int] | None) -> None:
    fed = feed(UPLOAD, sizes)
    hello, nothing = (hashlib.sha256(data).hexdigest() for data in (b"hello", b""))
    assert told(fed) == [
        ("mkdir", b"tree", "ok", None),
        ("upload", b"tree/caf\xe9", "ok", hello),
        ("upload", b"tree/empty", "ok", nothing),
        ("upload", b"tree/denied", "error", nothing),
    ]
    assert fed.log.files()[0]["attributes"] == {
        "permissions": "0755",
        "mtime": 1700000000,
        "atime": 1700000001,
    }
    assert fed.log.files()[-1]["message"] == "scp: denied: Permission denied"
    assert fed.stream("in") == b"".join(data for side, data in UPLOAD if side == USER)
    assert fed.reason() is None


def test_a_download_is_the_same_the_other_way_round() -> None:
    fed = feed([(1 - side, data) for side, data in UPLOAD])
    assert {line["direction"] for line in fed.log.files()} == {"to user"}
    assert [line["operation"] for line in fed.log.files()].count("download") == 3


def test_a_file_that_the_sender_could_not_read_to_its_end() -> None:
    fed = feed(
        [(TARGET, b"\0"), (USER, b"C0644 3 a\n"), (TARGET, b"\0"), (USER, b"abc\1scp: a: I/O error\n")]
    )
    fed.target(b"\0")
    (line,) = fed.log.files()
    assert (line["result"], line["message"]) == ("error", "scp: a: I/O error")


def test_a_channel_that_ends_within_a_file() -> None:
    fed = feed([(TARGET, b"\0"), (USER, b"C0644 9 a\n"), (TARGET, b"\0"), (USER, b"abc")])
    fed.finish()
    (line,) = fed.log.files()
    assert (line["size"], line["announced"], line["result"]) == (3, 9, None)
    assert "ended" in line["message"]


@pytest.mark.parametrize(
    "conversation",
    [
        [(TARGET, b"$ "), (USER, b"C0644 5 a\n")],
        [(USER, b"C0644 5 a\n"), (TARGET, b"\0")],
        [(TARGET, b"\0"), (USER, b"ls\n"), (TARGET, b"\0")],
        [(TARGET, b"\0\0"), (USER, b"C0644 1 a\n"), (TARGET, b"\0")],
        [(TARGET, b"\0"), (USER, b"C0644 1 ../a\n"), (TARGET, b"\0"), (USER, b"x\0"), (TARGET, b"\0")],
    ],
)
def test_what_is_not_scp_lists_nothing(conversation: list[tuple[int, bytes]]) -> None:
    fed = feed(conversation)
    fed.finish()
    assert fed.log.files() == []
    assert fed.stream("in") == b"".join(data for side, data in conversation if side == USER)


def test_what_becomes_something_else_is_said() -> None:
    fed = feed([*UPLOAD, (USER, b"rm -rf /\n")])
    assert fed.reason() == "user: no control line"
    assert fed.stream("in").endswith(b"rm -rf /\n")
    fed = feed([*UPLOAD[:9], (USER, b"C0644 5 b\n")])
    assert fed.reason() == "user: the sender goes on without an answer"
    assert told(fed)[-1][2] is None


@given(
    st.lists(st.tuples(st.sampled_from((USER, TARGET)), st.binary(max_size=20)), max_size=20),
    st.integers(0, 18),
)
def test_whatever_passes_is_in_the_stream(garbage: list[tuple[int, bytes]], kept: int) -> None:
    conversation = [*UPLOAD[:kept], *((side, data) for side, data in garbage if data)]
    fed = feed(conversation)
    fed.finish()
    for side, name in ((USER, "in"), (TARGET, "out")):
        assert fed.stream(name) == b"".join(data for by, data in conversation if by == side)
