"""Whatever a target could read of a message is in the bundle, or the message does not pass."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path

import pytest
from sessionlens_recorder.bundle import BundleWriter
from sessionlens_recorder.session.policy import TARGET, USER, Policy
from sessionlens_recorder.session.relay import Relay
from sessionlens_recorder.session.wire import ProtocolError, string

from . import messages as m
from .conftest import Site, channel, events, stream
from .dialling import dialled
from .sftp_packets import INIT, VERSION, packet

U, T = 7, 42  # the numbers that user and target choose for a channel
MARK = b"rm -rf /data #mark"
SESSION = [(USER, m.opening("session", U)), (TARGET, m.confirmation(U, T))]
SHELL = [*SESSION, (USER, m.request(T, "shell"))]
SFTP = [*SESSION, (USER, m.request(T, "subsystem", string("sftp"))), (TARGET, m.success(U))]
SIZE = m.u32(80, 24, 0, 0)
GREETING = packet(1, m.u32(3) + string("x@y") + string(MARK))


def pty(modes: bytes) -> tuple[int, bytes]:
    return USER, m.request(T, "pty-req", string("xterm") + SIZE + string(modes))


def opened(kind: str, rest: bytes, side: int = USER) -> tuple[int, bytes]:
    return side, m.opening(kind, U + 1, rest)


def sftp(content: bytes) -> tuple[int, bytes]:
    return USER, m.data(T, content)


HOLES = {
    "window-change in a shell": [*SHELL, (USER, m.request(T, "window-change", SIZE + MARK))],
    "window-change before it": [*SESSION, (USER, m.request(T, "window-change", SIZE + MARK)), SHELL[-1]],
    "modes behind their end": [*SESSION, pty(b"\0" + MARK), SHELL[-1]],
    "modes of no number": [*SESSION, pty(b"\xa0" + MARK), SHELL[-1]],
    "a request with more than it has": [*SESSION, (USER, m.request(T, "shell", MARK))],
    "direct-tcpip": [opened("direct-tcpip", m.tcp("h", 1) + MARK)],
    "a Unix socket": [opened("direct-streamlocal@openssh.com", string("/x") + string("") + m.u32(0) + MARK)],
    "who connects to it": [opened("direct-streamlocal@openssh.com", string("/x") + string(MARK) + m.u32(0))],
    "tcpip-forward": [(USER, m.ask("tcpip-forward", string("h") + m.u32(1) + MARK))],
    "its end": [(USER, m.ask("cancel-tcpip-forward", string("h") + m.u32(1) + MARK))],
    "streamlocal-forward": [(USER, m.ask("streamlocal-forward@openssh.com", string("/x") + MARK))],
    "extensions of sftp": [*SFTP, sftp(GREETING)],
    "extensions and then nonsense": [*SFTP, sftp(GREETING + b"?" * 9)],
    "an X11 cookie": [*SESSION, (USER, m.request(T, "x11-req", b"\0" + string("M") + string(MARK) + SIZE))],
    "X11 without a screen": [*SESSION, (USER, m.request(T, "x11-req", b"\0" + string(MARK) + string("")))],
    "X11 from the target": [opened("x11", string("h") + m.u32(1) + MARK, TARGET)],
    "an agent from the target": [opened("auth-agent@openssh.com", MARK, TARGET)],
    "why the target opens nothing": [SESSION[0], (TARGET, b"\x5c" + m.u32(U, 2) + string(MARK) + string(""))],
    "in which language": [SESSION[0], (TARGET, b"\x5c" + m.u32(U, 2) + string("no") + string(MARK))],
}  # fmt: skip


@pytest.mark.parametrize("sent", HOLES.values(), ids=HOLES)
def test_what_passes_is_in_the_bundle(tmp_path: Path, sent: list[tuple[int, bytes]]) -> None:
    bundle = BundleWriter.create(tmp_path, {"person": "john", "target": {"name": "web01"}})
    relay = Relay(bundle, Policy(forward=("*",), agent=True, x11=True), lambda what, why: None)
    passed = b""
    try:
        for side, payload in sent:
            passed += b"".join(message for _, message in relay.received(side, payload))
    except ProtocolError as error:
        assert payload == sent[-1][1], f"{error}: before the message that this is about"
    relay.finish()
    bundle.seal(None)
    files = [path.read_bytes() for path in bundle.path.rglob("*") if path.is_file()]
    written = (MARK, b64encode(b"\xa0" + MARK))  # what is not UTF-8 is in base64
    assert MARK not in passed or any(as_written in file for as_written in written for file in files)


def test_who_asked_is_not_who_answers(tmp_path: Path) -> None:
    """A target may ask the user for a shell; that the user has none to give ends no recording."""
    bundle = BundleWriter.create(tmp_path, {"person": "john", "target": {"name": "web01"}})
    relay = Relay(bundle, Policy(), lambda what, why: None)
    asked = [(TARGET, m.success(U)), (TARGET, m.request(U, "shell")), (USER, m.failure(T))]
    for side, payload in (*SHELL, *asked, (USER, m.data(T, MARK))):
        relay.received(side, payload)
    relay.finish()
    (folder,) = (path for path in bundle.path.iterdir() if path.is_dir())
    assert stream(folder, "in") == MARK
    answers = [(e["event"], e["by"]) for e in events(folder) if e["event"] in ("granted", "refused")]
    assert answers == [("granted", "target"), ("refused", "user")]
    with pytest.raises(ProtocolError, match="nobody made"):
        Relay(m.FakeLog(), Policy(), lambda what, why: None).received(TARGET, m.DENIED)


def test_a_truth_has_one_bit() -> None:
    """Seven more in each request would be a channel that nobody sees (RFC 4251, 5)."""
    relay = Relay(m.FakeLog(), Policy(), lambda what, why: None)
    for side, payload in SESSION:
        relay.received(side, payload)
    asked = bytearray(m.request(T, "shell"))
    asked[-1] = ord("r")
    with pytest.raises(ProtocolError, match="for true or false"):
        relay.received(USER, bytes(asked))


def test_sftp_says_what_each_side_began_with() -> None:
    """The user's part is written before it is forwarded."""
    log = m.FakeLog()
    relay = Relay(log, Policy(), lambda what, why: None)
    for side, payload in SFTP:
        relay.received(side, payload)
    relay.received(USER, m.data(T, INIT))
    assert log.channels[-1].heard[-1] == ("sftp", {"by": "user", "version": 3, "extensions": []})
    relay.received(TARGET, m.data(U, VERSION))
    extensions = [("limits@openssh.com", "1")]
    assert log.channels[-1].heard[-1] == ("sftp", {"by": "target", "version": 3, "extensions": extensions})


SIZES = """python3 -c '
import fcntl, signal, struct, termios
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGWINCH})
print("ready", flush=True)
for _ in range(3):
    signal.sigwait({signal.SIGWINCH})
    print(struct.unpack("4H", fcntl.ioctl(0, termios.TIOCGWINSZ, bytes(8)))[2:], flush=True)
'"""


def test_the_pixels_of_a_window_are_recorded(site: Site) -> None:
    """A program on the target reads them (TIOCGWINSZ): 64 bits a message, with a stock server."""
    before = site.bundles()
    with dialled(site) as transport, transport.open_session() as program:
        program.get_pty()
        program.exec_command(SIZES)
        lines = program.makefile("r")
        assert lines.readline() == "ready\r\n"
        sent = [(0x726D, 0x202D), (0x7266, 0x202F), (0x6461, 0x7461)]
        for width, height in sent:
            program.resize_pty(80, 24, width, height)
            assert lines.readline() == f"({width}, {height})\r\n", "the target has it"
        program.recv_exit_status()
    told = [e for e in events(channel(site.sealed(before), "0.exec")) if e["event"] == "window-change"]
    assert [(e["width_px"], e["height_px"]) for e in told] == sent
    assert all((e["columns"], e["rows"], e["by"]) == (80, 24, "user") for e in told), json.dumps(told)
