"""The relay without sockets: messages in, messages out, and what was recorded before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sessionlens_recorder.session.channel import EARLY_BYTES, EARLY_LIMIT
from sessionlens_recorder.session.policy import TARGET, USER
from sessionlens_recorder.session.wire import ProtocolError, channel_failure, open_failure, string

from . import messages as m
from .relaying import Case, T, U
from .sftp_packets import INIT, VERSION, removing


def test_a_command_is_recorded_in_order() -> None:
    case = Case().session()
    folder = case.program()
    for payload in (m.data(T, b"in"), m.adjust(T, 5), m.eof(T)):
        assert case.user(payload) == [(TARGET, payload)]
    status = m.request(U, "exit-status", m.u32(44), reply=False)
    for payload in (m.data(U, b"out"), m.extended(U, b"err"), status, m.eof(U), m.close(U)):
        assert case.target(payload) == [(USER, payload)]
    assert case.user(m.close(T)) == [(TARGET, m.close(T))]
    assert folder.kind == "exec"
    assert folder.meta["command"] == b"id"
    streams = [what for what in folder.heard if what[0] in ("in", "out", "err", "closed")]
    assert streams == [("in", b"in"), ("out", b"out"), ("err", b"err"), ("closed", 44, None)]


def test_a_target_that_asks_in_vain_fills_no_disk() -> None:
    case = Case().session()
    with pytest.raises(ProtocolError, match="again and again"):
        for number in range(20):
            case.target(
                m.opening(
                    "forwarded-tcpip", number, string("h" * 100_000) + m.u32(1) + string("o") + m.u32(2)
                )
            )
    assert 5 < len(case.refusals) < 12
    case = Case().session()
    for _ in range(2000):
        case.user(m.request(T, "auth-agent-req@openssh.com", reply=False))
    assert len(case.refusals) == 2000, "users answer for what they ask"


def test_what_cannot_be_recorded_is_not_sent() -> None:
    case = Case().session()
    case.program().broken = True
    with pytest.raises(OSError, match="no space"):
        case.user(m.data(T, b"rm -rf /"))


def test_answers_keep_the_order_of_the_requests() -> None:
    """Allowed and denied requests pipelined together: RFC 4254 knows them by their order only."""
    case = Case().session()
    assert case.user(m.request(T, "env", string("A") + string("1")))[0][0] == TARGET
    assert case.user(m.request(T, "auth-agent-req@openssh.com")) == []  # denied, but env's answer comes first
    assert case.user(m.request(T, "shell"))[0][0] == TARGET
    assert case.user(m.request(T, "x11-req", b"\0")) == []
    denied = (USER, channel_failure(U))
    assert case.target(m.failure(U)) == [(USER, m.failure(U)), denied]
    assert case.target(m.success(U)) == [(USER, m.success(U)), denied]
    assert case.user(m.request(T, "auth-agent-req@openssh.com")) == [denied], "nothing older is open"
    assert [what for what, _ in case.refusals] == [
        "auth-agent-req@openssh.com",
        "x11-req",
        "auth-agent-req@openssh.com",
    ]


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=12), st.data())
def test_every_request_gets_its_own_answer(asked: list[tuple[bool, bool]], draw: st.DataObject) -> None:
    """Whatever the mix, and whenever the target answers: as many answers as requests, each the right one."""
    case = Case().session()
    expected, got, open_at_target = [], [], []
    for allowed, granted in asked:
        expected.append(m.success(U) if allowed and granted else m.failure(U))
        if allowed:
            open_at_target.append(m.success(U) if granted else m.failure(U))
        got += [
            p for to, p in case.user(m.request(T, "break" if allowed else "x11-req", m.u32(0))) if to == USER
        ]
        while open_at_target and draw.draw(st.booleans()):
            got += [p for _, p in case.target(open_at_target.pop(0))]
    for answer in open_at_target:
        got += [p for _, p in case.target(answer)]
    assert got == expected


def test_a_request_without_an_answer_gets_none() -> None:
    case = Case().session()
    assert case.user(m.request(T, "x11-req", reply=False)) == []
    assert case.user(m.request(T, "shell", reply=False))[0][0] == TARGET
    with pytest.raises(ProtocolError, match="nobody made"):
        case.target(m.success(U))


def test_global_answers_keep_their_order_too() -> None:
    case = Case(forward=("localhost:*",))
    allowed = m.ask("tcpip-forward", string("localhost") + m.u32(0))
    assert case.user(allowed) == [(TARGET, allowed)]
    assert case.user(m.ask("tcpip-forward", string("0.0.0.0") + m.u32(22))) == []
    assert case.user(m.ask("something@example.org")) == []
    answer = m.GRANTED + m.u32(4000)
    assert case.target(answer) == [(USER, answer), (USER, m.DENIED), (USER, m.DENIED)]
    opened = m.opening("forwarded-tcpip", 3, m.tcp("localhost", 4000))
    assert case.target(opened) == [(USER, opened)]
    assert [channel.kind for channel in case.log.channels] == ["connection", "forward"]
    assert "granted" in case.log.channels[0].names()


def test_the_target_may_not_open_what_nobody_asked_for() -> None:
    case = Case(forward=("*",))
    for kind, rest in (
        ("forwarded-tcpip", m.tcp("localhost", 4000)),
        ("direct-tcpip", m.tcp("localhost", 4000)),
        ("session", b""),
        ("auth-agent@openssh.com", b""),
        ("x11", string("host") + m.u32(1)),
        ("unknown@example.org", b""),
    ):
        ((to, answer),) = case.target(m.opening(kind, 3, rest))
        assert to == TARGET
        assert answer.startswith(b"\x5c" + m.u32(3, 1)), kind
    assert [channel.kind for channel in case.log.channels] == ["connection"]
    assert case.log.channels[0].names() == ["refused"] * 6


def test_agent_and_x11_pass_where_they_are_allowed() -> None:
    case = Case(agent=True, x11=True).session()
    cookie = b"\0" + string("MIT-MAGIC-COOKIE-1") + string("5ec7e7" * 5 + "00") + m.u32(0)
    for name, rest in (("auth-agent-req@openssh.com", b""), ("x11-req", cookie)):
        assert case.user(m.request(T, name, rest))[0][0] == TARGET
    opened = m.opening("auth-agent@openssh.com", 9)
    assert case.target(opened) == [(USER, opened)]
    assert case.log.channels[-1].kind == "agent"


def test_a_forward_is_refused_with_its_reason() -> None:
    case = Case(forward=("127.0.0.1:80",))
    ((to, answer),) = case.user(m.opening("direct-tcpip", 5, m.tcp("127.0.0.1", 81)))
    told = "forwarding of 127.0.0.1:81 is not allowed through this target"
    assert (to, answer) == (USER, open_failure(5, told))
    assert case.user(m.opening("direct-tcpip", 6, m.tcp("127.0.0.1", 80)))[0][0] == TARGET


def forward(case: Case) -> m.FakeChannel:
    case.user(m.opening("direct-tcpip", U, m.tcp("127.0.0.1", 80)))
    case.target(m.confirmation(U, T))
    return case.log.channels[-1]


@pytest.mark.parametrize("pieces", [[b"SSH-2.0-x\r\n"], [b"S", b"SH", b"-2"], [b"SSH", b"-"]])
@pytest.mark.parametrize("side", [USER, TARGET])
def test_a_forward_that_carries_ssh_is_closed_to_both(pieces: list[bytes], side: int) -> None:
    case = Case(forward=("*",))
    folder = forward(case)
    number = T if side == USER else U
    answers = [case.relay.received(side, m.data(number, piece)) for piece in pieces]
    assert answers[-1] == [(USER, m.close(U)), (TARGET, m.close(T))]
    assert case.user(m.data(T, b"more")) == []
    assert case.target(m.data(U, b"more")) == []
    assert case.target(m.close(U)) == []
    assert case.user(m.close(T)) == []
    assert "ended" in folder.names()
    assert folder.names()[-1] == "closed"


def test_a_forward_that_is_not_ssh_passes_and_is_counted() -> None:
    case = Case(forward=("*",))
    folder = forward(case)
    for payload in (m.data(T, b"GET / SSH-"), m.data(T, b"SSH-")):
        assert case.user(payload) == [(TARGET, payload)]
    case.target(m.close(U))
    case.user(m.close(T))
    assert ("bytes", {"user": 14, "target": 0}) in folder.heard


def test_a_second_program_on_a_channel_is_refused() -> None:
    """`exec true` granted and then `shell` would otherwise be recorded as what it is not."""
    case = Case().session()
    case.program()
    assert case.user(m.request(T, "shell")) == [(USER, channel_failure(U))]


def test_a_program_that_the_target_refuses_may_be_followed_by_another() -> None:
    case = Case().session()
    assert case.user(m.request(T, "subsystem", string("sftp")))[0][0] == TARGET
    case.target(m.failure(U))
    assert case.program().kind == "exec"
    assert [channel.kind for channel in case.log.channels] == ["sftp", "exec"]
    assert case.log.channels[0].names()[-2:] == ["refused", "closed"]


def test_bytes_before_a_program_hide_nothing_of_it() -> None:
    """sshd drops such bytes; what runs then still gets a folder of its own that says what it is."""
    case = Case().session()
    case.user(m.data(T, b"early"))
    case.user(m.request(T, "exec", string("rm -rf /")))
    case.user(m.data(T, b"late"))
    early, program = case.log.channels
    assert (early.kind, early.meta["stream"], early.heard) == (
        "session",
        True,
        [("in", b"early"), ("closed", None, None)],
    )
    assert (program.kind, program.meta["command"]) == ("exec", b"rm -rf /")
    assert [what[1] for what in program.heard if what[0] == "in"] == [b"late"]


def test_sftp_is_listed_only_where_its_bytes_are_what_the_target_reads() -> None:
    """A terminal changes them; bytes that came before may stand in front of them there."""
    plain, on_a_terminal, after_bytes = Case().session(), Case().session(), Case().session()
    on_a_terminal.user(m.request(T, "pty-req", string("xterm") + m.u32(80, 24, 0, 0) + string("")))
    on_a_terminal.target(m.success(U))
    after_bytes.user(m.data(T, b"early"))
    for case in (plain, on_a_terminal, after_bytes):
        case.user(m.request(T, "subsystem", string("sftp")))
    assert plain.log.channels[-1].meta["stream"] is False
    assert on_a_terminal.log.channels[-1].meta["stream"] is True
    assert after_bytes.log.channels[-1].meta["stream"] is True
    plain.user(m.data(T, b"\0\0\0"))
    plain.user(m.request(T, "pty-req", string("xterm") + m.u32(80, 24, 0, 0) + string("")))
    assert ("in", b"\0\0\0") in plain.log.channels[-1].heard, "a terminal that comes later"


def test_an_operation_that_cannot_be_listed_is_not_sent() -> None:
    case = Case().session()
    folder = case.program("subsystem", string("sftp"))
    case.user(m.data(T, INIT))
    case.target(m.data(U, VERSION))
    folder.broken = True
    with pytest.raises(OSError, match="no space"):
        case.user(m.data(T, removing(1, "/etc/passwd")))


def test_requests_before_a_program_hide_nothing_of_it() -> None:
    for count, size in ((EARLY_LIMIT + 1, 1), (4, EARLY_BYTES // 2)):
        case = Case().session()
        for _ in range(count):
            case.user(m.request(T, "env", string("A") + string("x" * size), reply=False))
        case.user(m.request(T, "exec", string("rm -rf /")))
        assert [channel.kind for channel in case.log.channels] == ["session", "exec"]
        assert case.log.channels[-1].meta["command"] == b"rm -rf /"
        values = sum(len(value) for _, value in case.log.channels[-1].meta["env"])
        assert values < 2 * EARLY_BYTES, "channel.json stays readable"


def test_a_tunnel_has_one_stream() -> None:
    """Else four bytes that OpenSSH drops would stand before the `SSH-` that is looked for."""
    case = Case(forward=("*",))
    case.user(m.opening("direct-tcpip", U, m.tcp("localhost", 22)))
    case.target(m.confirmation(U, T))
    assert {message[0] for _, message in case.target(m.extended(U, b"junk"))} == {97}


def test_the_pty_is_known_when_the_program_starts() -> None:
    case = Case().session()
    modes = b"\x35" + m.u32(1) + b"\x00"
    pty = string("xterm") + m.u32(132, 43, 0, 0) + string(modes)
    case.user(m.request(T, "pty-req", pty, reply=False))
    case.user(m.request(T, "env", string("LANG") + string("C"), reply=False))
    case.user(m.request(T, "shell", reply=False))
    case.user(m.request(T, "window-change", m.u32(100, 30, 0, 0), reply=False))
    case.user(m.request(T, "signal", string("INT"), reply=False))
    (folder,) = case.log.channels
    expected = {
        "term": "xterm",
        "columns": 132,
        "rows": 43,
        "width_px": 0,
        "height_px": 0,
        "modes": {"ECHO": 1},
    }
    assert folder.meta["pty"] == expected
    assert folder.meta["env"] == [("LANG", "C")]
    assert folder.names() == ["pty-req", "env", "shell", "resize", "window-change", "signal"]
    assert folder.heard[-1] == ("signal", {"by": "user", "name": "INT"})


def test_host_keys_of_the_target_are_dropped_silently() -> None:
    case = Case()
    assert case.target(m.ask("hostkeys-00@openssh.com", reply=False)) == []
    assert case.refusals == []
    alive = m.ask("keepalive@openssh.com")
    assert case.target(alive) == [(USER, alive)]
    assert case.user(m.DENIED) == [(TARGET, m.DENIED)]


def test_the_end_is_told_and_recorded_within_the_window() -> None:
    case = Case().session(window=20)
    folder = case.program()
    case.target(m.data(U, b"0123456789"))
    case.user(m.adjust(T, 2))
    case.relay.record_end("the end is near")
    number = m.u32(U)
    status = b"\x62" + number + string("exit-status") + b"\0" + m.u32(255)
    said = b"\r\nthe end is"
    assert case.relay.end("the end is near") == [m.extended(U, said), status, m.eof(U), m.close(U)]
    assert folder.heard[-1] == ("err", said)
    assert case.user(m.data(T, b"more")) == []
    assert case.target(m.data(U, b"more")) == []
    case.relay.finish()
    assert folder.names()[-1] == "closed"


def test_the_end_says_nothing_on_a_channel_that_is_closed() -> None:
    case = Case().session()
    case.program()
    case.target(m.eof(U))
    assert [message[0] for message in case.relay.end("x")] == [98, 97], "no data and no EOF after EOF"
    case = Case().session()
    case.program()
    case.target(m.close(U))
    assert case.relay.end("x") == []
