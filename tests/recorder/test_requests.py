"""What channel requests say, and that a message that is cut short never says half of it."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sessionlens_recorder.session.forwards import read_forward
from sessionlens_recorder.session.requests import event_name, read_pty, read_request
from sessionlens_recorder.session.wire import Open, ProtocolError, Reader, Request, content, string

from . import messages as m


def asked(name: str, rest: bytes) -> Request:
    return Request(name, False, rest)


def test_requests_by_name() -> None:
    assert read_request(asked("exec", string(b"ls \xff"))) == {"command": "ls \\xff"}
    assert read_request(asked("signal", string("KILL"))) == {"name": "KILL"}
    assert read_request(asked("exit-status", m.u32(44))) == {"code": 44}
    killed = string("SEGV") + b"\1" + string("core") + string("en")
    assert read_request(asked("exit-signal", killed)) == {
        "signal": "SEGV",
        "core_dumped": True,
        "message": "core",
    }
    assert read_request(asked("new@example.org", b"12345")) == {"data": b"12345"}
    assert read_request(asked("exec", string("ls") + b"more")) == {"command": "ls", "data": b"more"}
    cookie = b"\0" + string("MIT-MAGIC-COOKIE-1") + string("5ec7e7")
    assert read_request(asked("x11-req", cookie)) == {"length": 33}, "cut short, and a secret all the same"
    assert read_request(asked("x11-req", cookie + m.u32(1))) == {
        "single": False, "protocol": "MIT-MAGIC-COOKIE-1", "cookie_length": 6, "screen": 1,
    }  # fmt: skip
    assert read_request(asked("eow@openssh.com", b"")) == {}


def test_no_request_passes_for_an_event_of_the_recorder() -> None:
    known = ("exec", "signal", "x11-req", "eow@openssh.com")
    assert [event_name(asked(name, b"")) for name in known] == list(known)
    assert [event_name(asked(name, b"")) for name in ("stderr", "close")] == [
        "request stderr",
        "request close",
    ]


@pytest.mark.parametrize(
    ("encoded", "modes", "rest"),
    [
        (b"", {}, b""),
        (b"\0", {}, b""),
        (b"\x35" + m.u32(0) + b"\x80" + m.u32(38400) + b"\0", {"ECHO": 0, "TTY_OP_ISPEED": 38400}, b""),
        (b"\x35" + m.u32(1), {"ECHO": 1}, b""),
        (b"\x63" + m.u32(7) + b"\xa0anything", {"99": 7}, b"\xa0anything"),
        (b"\x35" + m.u32(1) + b"\0more", {"ECHO": 1}, b"\0more"),
        (b"\0\0", {}, b"\0\0"),
        (b"\x35" + m.u32(1) + b"\x35" + m.u32(0), {"ECHO": 1}, b"\x35" + m.u32(0)),
    ],
)
def test_terminal_modes(encoded: bytes, modes: dict[str, int], rest: bytes) -> None:
    pty = string("vt100") + m.u32(80, 24, 640, 480) + string(encoded)
    expected = {"term": "vt100", "columns": 80, "rows": 24, "width_px": 640, "height_px": 480}
    more = {"modes_rest": rest} if rest else {}
    assert read_pty(asked("pty-req", pty)) == expected | {"modes": modes} | more


def test_forwards_name_their_addresses() -> None:
    opened = Open("direct-tcpip", 1, 2, 3, m.tcp("::1", 80))
    forward = read_forward(opened)
    assert forward is not None
    assert (forward.address, forward.port) == ("[::1]:80", 80)
    unix = read_forward(
        Open("direct-streamlocal@openssh.com", 1, 2, 3, string("/run/x") + string("") + m.u32(0))
    )
    assert unix is not None
    assert unix.address == "/run/x"
    assert read_forward(Open("session", 1, 2, 3, b"")) is None


@given(
    st.binary(max_size=60),
    st.sampled_from(["pty-req", "env", "exec", "signal", "exit-signal", "window-change"]),
)
def test_random_requests_are_read_or_refused(rest: bytes, name: str) -> None:
    try:
        assert isinstance(read_request(asked(name, rest)), dict)
    except ProtocolError as error:
        assert "cut short" in str(error) or "for true or false" in str(error)


@given(st.binary(max_size=40))
def test_a_string_is_read_back(data: bytes) -> None:
    reader = Reader(string(data) + b"rest", 0)
    assert (reader.string(), reader.rest()) == (data, b"rest")


@given(st.binary(max_size=20), st.integers(0, 40))
def test_the_length_of_data_is_the_length_it_names(data: bytes, named: int) -> None:
    payload = b"\x5e" + struct.pack(">II", 1, named) + data
    if named == len(data):
        assert content(payload, 9) == data
    else:
        with pytest.raises(ProtocolError):
            content(payload, 9)
