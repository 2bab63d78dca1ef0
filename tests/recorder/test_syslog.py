"""Syslog messages by the letter of RFC 5424, whatever users say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from sessionlens_recorder.config.sinks import SD_ID
from sessionlens_recorder.logs import escape
from sessionlens_recorder.sinks.record import make
from sessionlens_recorder.sinks.syslog import Formatter
from sessionlens_recorder.sinks.transports import DATAGRAM

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
