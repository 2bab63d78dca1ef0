"""What the follower of SFTP does not understand, or has no room for, is a stream; no byte of it is lost."""

from __future__ import annotations

import pytest
from sessionlens_recorder.session.files import sftp
from sessionlens_recorder.session.files.framing import HANDLE_LIMIT, PACKET_LIMIT
from sessionlens_recorder.session.wire import string

from . import sftp_packets as p
from .messages import u32
from .sftp_packets import Fed, G, H

STRANGE_USER = {
    "a second INIT": p.INIT,
    "a packet longer than a server takes": u32(PACKET_LIMIT + 1) + b"\5",
    "an empty packet": u32(0) + b"\5",
    "a packet of another version": p.packet(22, u32(1)),
    "an answer from the user": p.status(1),
    "DATA from the user": p.data(1, b"x"),
    "more than a request has": p.packet(13, u32(1) + string("/f") + b"; rm -rf /"),
    "less than a request has": p.packet(13, u32(1) + u32(100) + b"/f"),
    "a WRITE that is too short for itself": p.packet(6, u32(1)),
    "a WRITE whose data is not its rest": p.packet(6, u32(1) + string(H) + p.u64(0) + u32(9) + b"x"),
    "a handle that nobody gave": p.writing(1, G, 0, b"x"),
    "a handle longer than handles are": p.writing(1, b"h" * (HANDLE_LIMIT + 1), 0, b"x"),
    "a number twice": p.removing(500, "/a"),
    "unknown attributes": p.packet(14, u32(1) + string("d") + u32(16) + u32(1)),
    "unknown flags": p.opening(1, "/f", 128),
    "a READDIR of a file": p.packet(12, u32(1) + string(H)),
    "a name that is none": p.extended(1, "bad name", b""),
}


@pytest.mark.parametrize("strange", STRANGE_USER.values(), ids=STRANGE_USER)
def test_what_is_not_understood_of_the_user_begins_the_stream(strange: bytes) -> None:
    fed = Fed().greeted().opened(H)
    fed.user(p.removing(500, "/pending"))
    for start in range(0, len(strange), 3):
        fed.user(strange[start : start + 3])
    fed.user(b"and the rest")
    fed.target(b"whatever")
    assert fed.reason()
    assert fed.stream("in") == strange + b"and the rest"
    assert fed.stream("out") == b"whatever"
    assert ("remove", None) in fed.results()
    assert ("open", None) in fed.results()


STRANGE_TARGET = {
    "an answer that nobody asked for": p.status(77),
    "a second VERSION": p.VERSION,
    "a request from the target": p.removing(1, "/a"),
    "WRITE from the target": p.writing(1, H, 0, b"x"),
    "bytes of a file for a removal": p.data(500, b"x"),
    "more bytes than were asked for": p.data(501, b"x" * 11),
    "a handle twice": p.handle(502, H),
    "names where a handle should be": p.names(502, b"a"),
    "more than a status has": p.packet(101, u32(500, 0) + string("") + string("") + b"x"),
    "a count that is a lie": p.packet(104, u32(503, 1 << 30)),
}


@pytest.mark.parametrize("strange", STRANGE_TARGET.values(), ids=STRANGE_TARGET)
def test_what_is_not_understood_of_the_target_begins_the_stream(strange: bytes) -> None:
    fed = Fed().greeted().opened(H)
    fed.user(
        p.removing(500, "/a"),
        p.reading(501, H, 0, 10),
        p.opening(502, "/b"),
        p.packet(16, u32(503) + string(".")),
    )
    fed.user(p.removing(504, "/half")[:9])
    for start in range(0, len(strange), 3):
        fed.target(strange[start : start + 3])
    fed.user(b"/half")
    assert fed.reason()
    assert fed.stream("out") == strange
    assert fed.stream("in") == p.removing(504, "/half")[:9] + b"/half", "half a request is nowhere else"


@pytest.mark.parametrize("version", [0, 2, 4, 6])
def test_another_version_is_a_stream(version: int) -> None:
    fed = Fed()
    fed.user(p.INIT)
    answer = p.packet(2, u32(version))
    fed.target(answer)
    fed.user(b"anything")
    assert (fed.stream("in"), fed.stream("out")) == (b"anything", answer)


def test_a_request_before_the_version_is_known_is_a_stream() -> None:
    fed = Fed()
    fed.user(p.INIT, p.removing(1, "/a"))
    assert fed.stream("in") == p.removing(1, "/a")


def test_what_is_open_and_unanswered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sftp, "UNANSWERED_LIMIT", 10)
    monkeypatch.setattr(sftp, "HANDLES_LIMIT", 3)
    fed = Fed().greeted()
    fed.user(*(p.removing(n, "/a") for n in range(11)))
    assert fed.stream("in") == p.removing(10, "/a")
    fed = Fed().greeted()
    for n in range(4):
        fed.user(p.opening(n, "/a"))
        fed.target(p.handle(n, bytes([n])))
    assert fed.stream("out") == p.handle(3, b"\3")


def test_what_is_kept_in_mind_is_bounded_by_its_bytes() -> None:
    fed = Fed().greeted()
    for n in range(100):
        fed.user(p.removing(n, b"x" * 100_000))
    assert "kept in mind" in str(fed.reason())
    assert len(fed.log.files("request")) == sftp.KEPT_LIMIT // (100_009 + sftp.REQUEST_COST)
    fed = Fed().greeted()
    for n in range(10_000):
        fed.user(p.removing(n, b"x" * 10_000))
        fed.target(p.status(n))
    assert fed.reason() is None, "what is answered is forgotten"


def test_half_a_packet_at_the_end_is_kept() -> None:
    fed = Fed().greeted()
    fed.user(p.removing(1, "/a")[:7])
    fed.finish()
    (told,) = [what[1] for what in fed.log.heard if what[0] == "cut-short"]
    assert told["user"] == p.removing(1, "/a")[:7]


def test_stderr_is_kept() -> None:
    fed = Fed().greeted()
    fed.record.stderr(b"debug: hello")
    assert ("message", {"data": b"debug: hello"}) in fed.log.heard
