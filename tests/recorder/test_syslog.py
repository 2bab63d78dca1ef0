"""Syslog messages by the letter of RFC 5424, whatever users say."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sessionlens_recorder.config.sinks import SD_ID
from sessionlens_recorder.logs import escape
from sessionlens_recorder.sinks.record import make
from sessionlens_recorder.sinks.syslog import Formatter
from sessionlens_recorder.sinks.transports import DATAGRAM, Datagrams, Stream

from .conftest import free_port, wait_for
from .receivers import parse_message

HOSTILE = '"] [x y="z"]\\ \x1b[2J\x00\n<13>1 - - - - - - \u202e\u200b\x7f\x9b é \U0001f600'


def failed(name: str) -> dict[str, object]:
    return make("gate", "login-failed", "warning", {"name": name, "port": 22})


def test_a_message_has_every_field() -> None:
    told = failed(HOSTILE)
    raw = Formatter("authpriv", SD_ID, 8192).message(told)
    parts = parse_message(raw)
    assert parts["pri"] == str(10 * 8 + 4)
    assert parts["time"] == told["utc"]
    assert (parts["app"], parts["msgid"], parts["pid"]) == ("sessionlens", "login-failed", str(told["pid"]))
    assert parts["id"] == "sessionlens@32473"
    assert parts["params"] == {"bastion": "gate", "uid": told["uid"], "name": escape(HOSTILE), "port": "22"}
    assert parts["msg"].startswith("\ufefflogin-failed bastion=gate name="), "UTF-8 begins with the mark"
    assert raw.decode().replace("\ufeff", "").isprintable()


@given(st.text(max_size=3000))
def test_whatever_is_said_the_message_is_one_printable_line(name: str) -> None:
    for longest in (DATAGRAM, 8192):
        raw = Formatter("local3", SD_ID, longest).message(failed(name))
        assert len(raw) <= longest
        parts = parse_message(raw)
        assert raw.decode().replace("\ufeff", "").isprintable()
        if len(name) < 100:
            assert parts["params"]["name"] == escape(name.encode("utf-8", "backslashreplace").decode())


def test_long_values_are_cut_and_the_rest_stays_whole() -> None:
    told = make("gate", "crash", "error", {"session": "0a1b2c3d", "trace": "\x1b" * 4000})
    raw = Formatter("user", "x@1", DATAGRAM).message(told)
    assert len(raw) <= DATAGRAM
    params = parse_message(raw)["params"]
    assert params["session"] == "0a1b2c3d"
    assert params["trace"].endswith("...")


@pytest.fixture
def rsyslogd(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A stock receiver, over UDP and TCP, which writes what it understood as JSON-like lines."""
    binary = shutil.which("rsyslogd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if binary is None:
        pytest.skip("needs rsyslogd")
    port, out = free_port(), tmp_path / "out"
    (tmp_path / "conf").write_text(
        f"""global(workDirectory="{tmp_path}" maxMessageSize="16k")
module(load="imudp")
module(load="imtcp")
input(type="imudp" address="127.0.0.1" port="{port}")
input(type="imtcp" address="127.0.0.1" port="{port}")
template(name="t" type="string"
  string="%pri-text%|%protocol-version%|%app-name%|%procid%|%msgid%|%timereported:::date-rfc3339%|%structured-data%|%msg%\\n")
action(type="omfile" file="{out}" template="t")
"""
    )
    line = [binary, "-n", "-f", tmp_path / "conf", "-i", tmp_path / "pid"]
    with open(tmp_path / "log", "wb") as log, subprocess.Popen(line, stderr=log, stdout=log) as process:
        wait_for(lambda: (tmp_path / "pid").exists() or process.poll() is not None, "rsyslogd starts")
        if process.poll() is not None:
            pytest.skip(f"rsyslogd does not start here: {(tmp_path / 'log').read_text()}")
        yield port, out
        process.terminate()


def test_rsyslogd_understands_it(rsyslogd: tuple[int, Path]) -> None:
    port, out = rsyslogd
    stream = Stream(("127.0.0.1", port), "authpriv", SD_ID, None)
    told = [failed(HOSTILE), *(failed(f"user {n}") for n in range(300))]
    wait_for(lambda: _sent(stream, told[:1]), "rsyslogd listens")
    for start in range(1, len(told), 100):
        stream.send(told[start : start + 100])
    stream.close()
    datagrams = Datagrams(("127.0.0.1", port), "local7", SD_ID)
    datagrams.send([make("gate", "session-start", "info", {"person": "john"})])
    datagrams.close()
    lines = wait_for(lambda: out.exists() and len(got := out.read_text().splitlines()) >= 302 and got)
    by_tcp = [line for line in lines if "|login-failed|" in line]
    assert len(by_tcp) == 301
    (hostile,) = (line for line in by_tcp if "\\x1b" in line)
    pri, version, app, pid, msgid, when, data, text = hostile.split("|", 7)
    assert (pri, version, app, msgid) == ("authpriv.warning", "1", "sessionlens", "login-failed")
    assert pid == str(told[0]["pid"])
    assert when.startswith(str(told[0]["utc"])[:19])
    assert data.startswith(f"[{SD_ID} ") and 'port="22"]' in data
    assert '\\"\\] [x y=\\"z\\"\\]' in data, "the user's bracket does not end it"
    assert "login-failed" in text
    (by_udp,) = (line for line in lines if "|session-start|" in line)
    assert by_udp.startswith("local7.info|1|sessionlens|") and 'person="john"' in by_udp


def _sent(stream: Stream, told: list[dict[str, object]]) -> bool:
    from sessionlens_recorder.sinks.endpoints import SinkError

    try:
        stream.send(told)
    except SinkError:
        return False
    return True
