"""`sessionlens events`: what was typed and not run, on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sessionlens_recorder.bundle import BundleWriter

import sessionlens as sl
from sessionlens.cli import main

Maker = Callable[..., Path]
PROMPT = "john@web01:~$ "


@pytest.fixture
def recording(typescript: Maker) -> Path:
    """A line thrown away with a control character in it, and a password."""
    events, at = [(0.1, "o", PROMPT.encode())], 0.2
    typed = 2 * [("ls", "ls"), ("\r", "\r\nnotes\r\n" + PROMPT)]
    typed += [("rm -rf /\x16\x1b]x", "rm -rf /^[]x"), ("\x03", "^C\r\n" + PROMPT), ("su", "su")]
    for keys, shown in [*typed, ("\r", "\r\nPassword: "), ("hunter2", ""), ("\r", "\r\n# ")]:
        events += [(at, "i", keys.encode()), (at + 0.01, "o", shown.encode())]
        at += 0.1
    return typescript([event for event in events if event[2]], "session")


def test_cancelled_and_hidden_lines(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["events", str(recording)]) == 0
    told = capsys.readouterr().out
    assert "cancelled" in told and "rm -rf /" in told and "hidden input  [hidden input]" in told
    assert "hunter2" not in told and "\x1b" not in told
    assert told.splitlines()[-1].endswith("1 cancelled, 1 hidden input")


def test_events_of_one_kind_for_programs(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["events", str(recording), "--kind", "hidden input", "--json"]) == 0
    assert {each["text"] for each in json.loads(capsys.readouterr().out)} == {"[hidden input]"}


def test_events_of_many_sessions_say_of_which(
    recording: Path, shell_session: Maker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shell_session([("date", "now\n")], "other")
    assert main(["events", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("session ")


@pytest.fixture
def tunnels(tmp_path: Path) -> Path:
    """Of john and of mary: one tunnel was refused, another was used, and somebody watched."""
    for person in ("john", "mary"):
        writer = BundleWriter.create(tmp_path, {"person": person})
        others = writer.open_channel("connection", stream=False)
        others.event("watched", by="anna", reason="\x1b[2Jroutine")
        others.event("refused", what="channel direct-tcpip 10.9.9.9:80", reason="not allowed")
        tunnel = writer.open_channel("forward", stream=False, address="192.0.2.9:22")
        tunnel.event("bytes", user=10, target=20)
        tunnel.close()
        writer.seal(lambda manifest: "signature\n")
    return tmp_path


def test_who_was_refused_and_who_watched_over_a_folder(
    tunnels: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["events", str(tunnels), "--kind", "refused,watched", "--user", "john"]) == 0
    said = capsys.readouterr().out
    assert "10.9.9.9:80" in said and "by=anna" in said and "\x1b" not in said and "mary" not in said
    assert said.splitlines()[-1].startswith("2 events: ")
    assert main(["events", str(tunnels), "--kind", "refused", "--until", "2026-01-01"]) == 0
    assert capsys.readouterr().out.startswith("0 events")
    assert main(["events", str(tunnels), "--kind", "refusal"]) == 0
    assert "there are: bytes, close, refused, watched" in capsys.readouterr().out


def test_channels_of_a_folder(tunnels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["channels", str(tunnels), "--kind", "forward", "--user", "mary"]) == 0
    said = capsys.readouterr().out
    assert "192.0.2.9:22" in said and "mary" in said and "john" not in said
    assert said.splitlines()[-1] == "1 channel: 1 forward"
    assert main(["channels", str(tunnels), "--kind", "fwd"]) == 0
    assert "; there are: " in (said := capsys.readouterr().out) and "forward" in said
    assert main(["channels", str(tunnels), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 4


def test_a_case_has_both_tables(tunnels: Path) -> None:
    case = sl.corpus(tunnels)
    refused = case.events[case.events["kind"] == "refused"]
    assert sorted(refused["person"]) == ["john", "mary"]
    assert case.events["t_utc"].is_monotonic_increasing
    assert list(case.channels["kind"]).count("forward") == 2
    assert case.channels["opened_utc"].is_monotonic_increasing and case.channels["person"].notna().all()


@pytest.mark.parametrize("verb", ["commands", "transfers", "events", "channels"])
def test_nobody_of_that_name(tunnels: Path, verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A slip of the pen looks like somebody who did nothing."""
    assert main([verb, str(tunnels), "--user", "jon"]) == 0
    assert "no session is of jon: there are john, mary" in capsys.readouterr().out
    main([verb, str(tunnels), "--user", "john"])
    assert "no session is of" not in capsys.readouterr().out


def test_a_search_for_nobody(tunnels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["search", str(tunnels), "rm", "--user", "jon"])
    assert "no session is of jon: there are john, mary" in capsys.readouterr().out
