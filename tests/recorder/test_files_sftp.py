"""The follower of SFTP, byte by byte: any order and any cut, and that what it does not know is a stream."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sessionlens_recorder.session.files import listing, sftp
from sessionlens_recorder.session.files.opened import NAMES_LIMIT
from sessionlens_recorder.session.files.transfer import WINDOW
from sessionlens_recorder.session.policy import TARGET, USER
from sessionlens_recorder.session.wire import string

from . import sftp_packets as p
from .messages import u32
from .sftp_packets import Fed, FedScp, G, H


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_request_is_on_disk_before_it_passes_and_its_answer_repeats_it() -> None:
    fed = Fed().greeted()
    fed.user(p.removing(7, "/etc/passwd"))
    (asked,) = fed.log.files("request")
    assert (asked["operation"], asked["path"]) == ("remove", b"/etc/passwd")
    assert not fed.log.files()
    fed.target(p.status(7, p.FAILURE, "quota of 3 exceeded"))
    (done,) = fed.log.files()
    assert (done["n"], done["path"], done["result"]) == (asked["n"], b"/etc/passwd", "SSH_FX_FAILURE")
    assert done["message"] == "quota of 3 exceeded", "the usual text of a code is left out, any other is kept"


def test_answers_in_another_order_go_to_their_requests() -> None:
    fed = Fed().greeted()
    fed.user(*(p.removing(n, f"/{n}") for n in range(5)))
    fed.target(*(p.status(n, p.OK if n % 2 else p.NO_SUCH_FILE) for n in (3, 0, 4, 1, 2)))
    results = {line["path"]: line["result"] for line in fed.log.files()}
    expected = {n: "SSH_FX_OK" if n % 2 else "SSH_FX_NO_SUCH_FILE" for n in range(5)}
    assert results == {f"/{n}".encode(): code for n, code in expected.items()}


@given(st.permutations(range(8)), st.permutations(range(8)), st.integers(0, 3))
def test_reads_in_any_order_have_the_files_hash(asked: list[int], answered: list[int], late: int) -> None:
    content = bytes(range(256)) * 4
    size = len(content) // 8
    first = asked.index(0)
    asked[0], asked[first] = asked[first], asked[0]  # a file begins for us where it is first asked for
    fed = Fed().greeted().opened(H)
    fed.user(*(p.reading(n, H, n * size, size) for n in asked))
    fed.user(p.reading(50, H, len(content), size), p.closing(51, H))
    fed.target(*(p.data(n, content[n * size : (n + 1) * size]) for n in answered[late:]))
    fed.target(p.status(50, p.EOF), p.status(51))
    fed.target(*(p.data(n, content[n * size : (n + 1) * size]) for n in answered[:late]))
    (line,) = fed.log.files()
    assert (line["operation"], line["size"], line["sha256"]) == ("download", len(content), sha256(content))
    assert "unhashed" not in line
    assert line["end_of_file"] is True


def test_two_files_at_once_and_one_in_both_directions() -> None:
    fed = Fed().greeted().opened(H, b"/a", 3).opened(G, b"/b")
    fed.user(
        p.writing(1, H, 0, b"new "), p.reading(2, G, 0, 9), p.writing(3, H, 4, b"text"), p.reading(4, H, 0, 9)
    )
    fed.target(p.status(1), p.data(2, b"other"), p.status(3), p.data(4, b"new text"))
    fed.user(p.closing(5, H), p.closing(6, G))
    fed.target(p.status(5), p.status(6))
    told = {(line["operation"], line["path"]): line["sha256"] for line in fed.log.files()}
    assert told == {
        ("upload", b"/a"): sha256(b"new text"),
        ("download", b"/a"): sha256(b"new text"),
        ("download", b"/b"): sha256(b"other"),
    }


def test_what_the_target_could_not_write_is_said() -> None:
    fed = Fed().greeted().opened(H, b"/a", 2)
    fed.user(p.writing(1, H, 0, b"abc"), p.closing(2, H))
    fed.target(p.status(1, p.FAILURE), p.status(2))
    (line,) = fed.log.files()
    assert (line["size"], line["result"]) == (3, "SSH_FX_FAILURE")


def test_holes_and_repetitions_keep_the_hash_of_the_beginning() -> None:
    for offset, why in ((2, "passed again"), (100, "never passed")):
        fed = Fed().greeted().opened(H, b"/a", 2)
        fed.user(p.writing(1, H, 0, b"0123"), p.writing(2, H, offset, b"x"), p.closing(3, H))
        fed.target(p.status(1), p.status(2), p.status(3))
        (line,) = fed.log.files()
        assert (line["size"], line["hashed"], line["sha256"]) == (5, 4, sha256(b"0123"))
        assert why in line["unhashed"]


def test_what_waits_for_its_order_is_bounded() -> None:
    fed = Fed().greeted().opened(H, b"/a", 2)
    fed.user(p.writing(0, H, 0, b"x"))
    for n in range(1, 30):
        fed.user(p.writing(n, H, n * 250_000, bytes(200_000)))
        fed.target(p.status(n))
    fed.user(p.closing(99, H))
    fed.target(p.status(0), p.status(99))
    (line,) = fed.log.files()
    assert "too long after" in line["unhashed"]
    assert line["hashed"] == 1
    assert WINDOW < 29 * 200_000


def test_a_listing_is_one_entry() -> None:
    fed = Fed().greeted()
    fed.user(p.packet(11, u32(1) + string("/etc")))
    fed.target(p.handle(1, H))
    fed.user(*(p.packet(12, u32(n) + string(H)) for n in (2, 3)))
    fed.target(p.names(2, b".", b"..", b"passwd"), p.status(3, p.EOF))
    fed.user(p.closing(4, H))
    fed.target(p.status(4))
    (line,) = fed.log.files()
    assert (line["operation"], line["path"], line["count"]) == ("readdir", b"/etc", 3)
    assert line["names"] == [b".", b"..", b"passwd"]


def test_the_names_that_are_kept_are_bounded() -> None:
    fed = Fed().greeted()
    fed.user(p.packet(11, u32(1) + string("/etc")))
    fed.target(p.handle(1, H))
    for n in range(2, 6):
        fed.user(p.packet(12, u32(n) + string(H)))
        fed.target(p.names(n, *(b"x" * 200 for _ in range(200))))
    fed.user(p.closing(9, H))
    fed.target(p.status(9))
    (line,) = fed.log.files()
    assert line["count"] == 800
    assert sum(map(len, line["names"])) <= NAMES_LIMIT


A_AND_B = string("a") + string("b")
KNOWN = [
    (p.packet(18, u32(1) + A_AND_B), {"operation": "rename", "path": b"a", "to": b"b"}),
    (p.packet(20, u32(1) + A_AND_B), {"operation": "symlink", "path": b"b", "to": b"a"}),
    (
        p.packet(14, u32(1) + string("d") + u32(4, 0o755)),
        {"operation": "mkdir", "path": b"d", "attributes": {"permissions": "000755"}},
    ),
    (p.extended(1, "posix-rename@openssh.com", A_AND_B), {"operation": "rename", "path": b"a", "to": b"b"}),
    (p.extended(1, "hardlink@openssh.com", A_AND_B), {"operation": "hardlink", "path": b"a", "to": b"b"}),
    (p.extended(1, "fsync@openssh.com", string(H)), {"operation": "fsync", "path": b"/f"}),
    (p.extended(1, "fstatvfs@openssh.com", string(H)), {"operation": "statvfs", "path": b"/f"}),
    (
        p.extended(1, "lsetstat@openssh.com", string("l") + u32(8, 1, 2)),
        {"operation": "setstat", "path": b"l", "attributes": {"atime": 1, "mtime": 2}},
    ),
    (p.extended(1, "expand-path@openssh.com", string("~")), {"operation": "expand-path", "path": b"~"}),
    (
        p.extended(1, "copy-data", string(H) + p.u64(1) + p.u64(2) + string(H) + p.u64(3)),
        {"operation": "copy", "path": b"/f", "to": b"/f", "offset": 1, "size": 2, "to_offset": 3},
    ),
    (p.extended(1, "home-directory", string("john")), {"operation": "home-directory", "user": b"john"}),
    (
        p.extended(1, "users-groups-by-id@openssh.com", string(u32(1)) + string("")),
        {"operation": "users-groups", "users": u32(1), "groups": b""},
    ),
    (p.extended(1, "limits@openssh.com", b""), {"operation": "limits"}),
    (p.extended(1, "new@example.org", b"anything"), {"operation": "extended", "data": b"anything"}),
]


@pytest.mark.parametrize(("sent", "told"), KNOWN)
def test_requests_by_type(sent: bytes, told: dict[str, object]) -> None:
    fed = Fed().greeted().opened(H)
    fed.user(sent)
    fed.target(p.status(1, p.FAILURE))
    assert fed.reason() is None
    line = fed.log.files()[-1]
    assert told.items() <= line.items()


def test_progress_is_told_once_in_a_while() -> None:
    now = [0.0]
    fed = Fed()
    follower = sftp.Sftp(fed.record._sftp._listing, lambda: now[0])  # type: ignore[union-attr]
    fed.record._sftp = follower  # type: ignore[union-attr]
    fed.greeted().opened(H, b"/a", 2)
    for n, moment in enumerate((0.1, 0.2, 1.3, 1.4, 2.5)):
        now[0] = moment
        fed.user(p.writing(n, H, 4 * n, b"0123"))
        fed.target(p.status(n))
    assert [line["size"] for line in fed.log.files("progress")] == [12, 20]


def test_copies_have_what_was_hashed_up_to_their_limit() -> None:
    fed = Fed(copies=6).greeted().opened(H, b"/a", 2)
    fed.user(p.writing(1, H, 4, b"4567"), p.writing(2, H, 8, b"89"), p.closing(3, H))
    fed.target(p.status(1), p.status(2), p.status(3))
    (line,) = fed.log.files()
    copied = b"".join(what[2] for what in fed.log.heard if what[:2] == ("copy", line["copy"]))
    assert (copied, line["copied"]) == (b"456789", 6)
    assert ("end copy", line["copy"]) in fed.log.heard


WRITES = {
    "backwards": [(4, b"data"), (0, b"rm -")],
    "with a hole": [(0, b"rm -"), (100, b"rf")],
    "twice": [(0, b"harmless"), (0, b"rm -")],
}


@pytest.mark.parametrize("pieces", WRITES.values(), ids=WRITES)
def test_where_copies_are_kept_no_order_of_pieces_hides_one(pieces: list[tuple[int, bytes]]) -> None:
    fed = Fed(copies=1000).greeted().opened(H, b"/a", 2)
    fed.user(*(p.writing(n, H, offset, piece) for n, (offset, piece) in enumerate(pieces)))
    fed.finish()
    copied = b"".join(what[2] for what in fed.log.heard if what[0] == "copy")
    assert (copied, fed.stream("in")) == (pieces[0][1], pieces[1][1])
    assert "where copies are kept" in str(fed.reason())


def test_where_copies_are_kept_each_file_has_one_or_the_stream_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listing, "COPIES_AT_ONCE", 2)
    fed = Fed(copies=1000).greeted()
    for n in range(3):
        fed.opened(bytes([n]), b"/a", 2)
        fed.user(p.writing(n, bytes([n]), 0, b"rm -%d" % n))
    assert fed.stream("in") == p.writing(2, b"\2", 0, b"rm -2")
    fed = Fed(copies=1000).greeted().opened(H, b"/a", 3)
    fed.user(p.reading(1, H, 0, 1), p.writing(2, H, 0, b"rm -"))
    assert fed.stream("in") == p.writing(2, H, 0, b"rm -")


def test_what_no_copy_has_room_for_may_come_in_any_order() -> None:
    fed = Fed(copies=4).greeted().opened(H, b"/a", 2)
    fed.user(*(p.writing(n, H, offset, b"0123") for n, offset in enumerate((0, 8, 4, 0))))
    assert fed.reason() is None


def test_sftp_by_another_way_is_listed_beside_its_stream() -> None:
    """`sftp -s /usr/lib/openssh/sftp-server` is a command, not a subsystem."""
    fed = FedScp().greeted().opened(H)
    fed.user(p.writing(1, H, 0, b"abc"), p.closing(2, H))
    fed.target(p.status(1), p.status(2))
    (line,) = fed.log.files()
    assert (line["operation"], line["sha256"]) == ("upload", sha256(b"abc"))
    assert fed.stream("in").endswith(p.closing(2, H))
    fed.user(b"rm -rf /")
    assert fed.reason()
    assert fed.stream("in").endswith(b"rm -rf /")


CONVERSATION = [
    (USER, p.INIT), (TARGET, p.VERSION),
    (USER, p.opening(1, b"/\xff", 3)), (TARGET, p.handle(1, H)),
    (USER, p.writing(2, H, 0, bytes(range(200)))), (USER, p.writing(3, H, 200, b"")),
    (USER, p.reading(4, H, 0, 300)), (TARGET, p.status(3)), (TARGET, p.data(4, bytes(range(200)))),
    (TARGET, p.status(2)), (USER, p.packet(11, u32(5) + string("/"))), (TARGET, p.handle(5, G)),
    (USER, p.packet(12, u32(6) + string(G))), (TARGET, p.names(6, b"a", b"b")),
    (USER, p.closing(7, G)), (USER, p.closing(8, H)), (TARGET, p.status(8)), (TARGET, p.status(7)),
    (USER, p.removing(9, "/gone")), (TARGET, p.status(9, p.NO_SUCH_FILE)),
]  # fmt: skip


def lines(fed: Fed) -> list[dict[str, object]]:
    """The lines without their times."""
    told = [dict(what[1]) for what in fed.log.heard if what[0] == "file" and what[1]["event"] != "progress"]
    for line in told:
        line.pop("began_ns", None)
    return told


@given(st.lists(st.integers(1, 40), min_size=1, max_size=30))
def test_it_does_not_matter_where_the_bytes_are_cut(sizes: list[int]) -> None:
    whole, cut = Fed(), Fed()
    for side, packet in CONVERSATION:
        whole.record.received(side, packet)
        at, n = 0, 0
        while at < len(packet):
            size = sizes[n % len(sizes)]
            cut.record.received(side, packet[at : at + size])
            at, n = at + size, n + 1
    assert lines(cut.finish()) == lines(whole.finish())
    assert whole.reason() is cut.reason() is None
    assert len(lines(whole)) == 7


@given(
    st.lists(st.tuples(st.sampled_from((USER, TARGET)), st.binary(max_size=60)), max_size=12),
    st.integers(0, len(CONVERSATION)),
)
def test_no_byte_is_neither_understood_nor_in_the_stream(garbage: list[tuple[int, bytes]], kept: int) -> None:
    """Whatever comes: what was understood plus what is in the stream (or cut short) is all that passed."""
    fed = Fed()
    passed = [b"", b""]
    for side, packet in (*CONVERSATION[:kept], *garbage):
        passed[side] += packet
        fed.record.received(side, packet)
    fed.finish()
    told = next((what[1] for what in fed.log.heard if what[0] == "not-understood"), None)
    if told is not None:
        assert passed[USER][told["user_bytes"] :] == fed.stream("in")
        assert passed[TARGET][told["target_bytes"] :] == fed.stream("out")
    else:
        held = next(
            (what[1] for what in fed.log.heard if what[0] == "cut-short"), {"user": b"", "target": b""}
        )
        assert passed[USER].endswith(held["user"])
        assert passed[TARGET].endswith(held["target"])
