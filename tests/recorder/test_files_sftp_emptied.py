"""A file that sftp empties is an upload of nothing; where more comes of it, that counts."""

from __future__ import annotations

import hashlib

import pytest
from sessionlens_recorder.session.wire import string

from . import sftp_packets as p
from .messages import u32
from .sftp_packets import Fed, G, H

WRITE, CREATE, TRUNCATE, EXCLUSIVE = 2, 8, 16, 32


def emptying(number: int, value: bytes, size: int = 0) -> bytes:
    """FSETSTAT of the size."""
    return p.packet(10, u32(number) + string(value) + u32(1) + p.u64(size))


@pytest.mark.parametrize("flags", [WRITE | CREATE | TRUNCATE, WRITE | CREATE | EXCLUSIVE, 1 | TRUNCATE])
def test_a_file_that_is_empty_once_it_is_open_is_an_upload(flags: int) -> None:
    fed = Fed(copies=10).greeted().opened(H, b"/a", flags)
    fed.user(p.closing(1, H))
    fed.target(p.status(1))
    (line,) = fed.log.files()
    assert (line["operation"], line["direction"], line["size"], line["hashed"]) == (
        "upload",
        "to target",
        0,
        0,
    )
    assert (line["sha256"], line["result"]) == (hashlib.sha256().hexdigest(), "SSH_FX_OK")
    assert fed.heard == [("to target", b"/a", 0, "SSH_FX_OK")], "the sinks are told"


@pytest.mark.parametrize(
    ("flags", "size", "code", "operation"),
    [
        (WRITE | CREATE, 0, p.OK, "upload"),
        (WRITE | CREATE, 0, p.FAILURE, "open"),
        (WRITE | CREATE, 7, p.OK, "open"),
        (WRITE | CREATE | TRUNCATE, 7, p.OK, "open"),
    ],
)
def test_a_file_emptied_by_its_size_is_an_upload(flags: int, size: int, code: int, operation: str) -> None:
    fed = Fed().greeted().opened(H, b"/a", flags)
    fed.user(emptying(1, H, size), p.closing(2, H))
    fed.target(p.status(1, code), p.status(2))
    assert [line["operation"] for line in fed.log.files()] == ["setstat", operation]


def test_a_file_that_a_copy_fills_is_no_empty_upload() -> None:
    fed = Fed().greeted().opened(G, b"/from").opened(H, b"/to", WRITE | CREATE | TRUNCATE)
    copied = string(G) + p.u64(0) + p.u64(0) + string(H) + p.u64(0)
    fed.user(p.extended(1, "copy-data", copied), p.closing(2, H))
    fed.target(p.status(1), p.status(2))
    assert [line["operation"] for line in fed.log.files()] == ["copy", "open"]


def test_a_copy_that_failed_fills_nothing() -> None:
    fed = Fed().greeted().opened(G, b"/from").opened(H, b"/to", WRITE | CREATE | TRUNCATE)
    copied = string(G) + p.u64(0) + p.u64(0) + string(H) + p.u64(0)
    fed.user(p.extended(1, "copy-data", copied), p.closing(2, H))
    fed.target(p.status(1, p.FAILURE), p.status(2))
    assert [line["operation"] for line in fed.log.files()] == ["copy", "upload"]


def test_a_file_that_is_emptied_and_then_read_has_both_lines_where_copies_are_kept() -> None:
    fed = Fed(copies=1000).greeted().opened(H, b"/a", 3 | CREATE | TRUNCATE)
    fed.user(p.reading(1, H, 0, 10), p.closing(2, H))
    fed.target(p.status(1, 1), p.status(2))
    assert [line["operation"] for line in fed.log.files()] == ["download", "upload"]


def test_what_is_written_counts_and_not_that_it_was_empty() -> None:
    fed = Fed().greeted().opened(H, b"/a", WRITE | CREATE | TRUNCATE)
    fed.user(p.writing(1, H, 0, b"abc"), p.closing(2, H))
    fed.target(p.status(1), p.status(2))
    (line,) = fed.log.files()
    assert (line["operation"], line["size"], line["sha256"]) == (
        "upload",
        3,
        hashlib.sha256(b"abc").hexdigest(),
    )
