"""Programs by stock OpenSSH clients through the bastion to a stock sshd: all works, and is recorded."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest
from sessionlens_recorder.session.wire import string

from .conftest import (
    DEADLINE_S,
    ME,
    Site,
    Sshd,
    channel,
    events,
    facts,
    running_sshd,
    stream,
    wait_for,
    write_site,
)
from .messages import eof, request
from .openssh import Terminal, master
from .speaker import Heard, client, log_in, open_session, send


def test_a_shell(site: Site) -> None:
    done, bundle = site.record(input=b"echo from the shell; exit 7\n")
    assert done.returncode == 7
    assert b"from the shell\n" in done.stdout
    assert stream(channel(bundle, "0.shell"), "in") == b"echo from the shell; exit 7\n"


def test_exit_status_and_stderr(site: Site) -> None:
    done, bundle = site.record("echo hello; echo trouble >&2; exit 44")
    assert done.returncode == 44
    assert done.stdout == b"hello\n"
    assert b"trouble\n" in done.stderr
    assert b"This session is recorded" in done.stderr
    folder = channel(bundle, "0.exec")
    assert sorted(stream(folder, "out").splitlines()) == [b"hello", b"trouble"]
    (stderr,) = [event for event in events(folder) if event["event"] == "stderr"]
    start = stderr["offset"]
    assert (folder / "out").read_bytes()[start : start + stderr["length"]] == b"trouble\n"
    assert events(folder)[-1]["exit_code"] == 44


def test_exit_by_a_signal(site: Site) -> None:
    done, bundle = site.record("kill -TERM $$")
    assert done.returncode == 255
    assert events(channel(bundle, "0.exec"))[-1]["signal"] == "TERM"


def test_who_and_where_is_in_the_session(site: Site) -> None:
    _, bundle = site.record("true")
    session = facts(bundle)
    assert session["person"] == "john"
    assert session["account"] == ME
    assert session["authentication"]["method"] == "publickey"
    shown = subprocess.run(
        ["ssh-keygen", "-lf", f"{site.key}.pub"], capture_output=True, text=True, check=True
    )
    assert session["authentication"]["key_fingerprint"] == shown.stdout.split()[1]
    assert session["target"]["name"] == "web01"
    assert session["client"]["version"].startswith("SSH-2.0-OpenSSH")
    assert session["bastion"] == "bastion1"
    assert session["notice"]["sent"].endswith("Z")
    assert session["actor"]["kind"] == "unknown"


def test_input_reaches_the_target_as_recorded(site: Site) -> None:
    sent = os.urandom(300_000)
    done, bundle = site.record("cat", input=sent)
    assert done.stdout == sent
    folder = channel(bundle, "0.exec")
    assert stream(folder, "in") == sent
    assert stream(folder, "out") == sent


def test_half_close(site: Site) -> None:
    done, _ = site.record("sha256sum; echo after", input=b"abc")
    assert done.stdout.split() == [hashlib.sha256(b"abc").hexdigest().encode(), b"-", b"after"]


def test_endless_output_ends_with_its_reader(site: Site) -> None:
    done, _ = site.record("yes | head -n 3")
    assert done.stdout == b"y\n" * 3
    before, line = site.bundles(), ["ssh", *site.options(), "127.0.0.1", "yes"]
    quiet = {"stdin": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(line, stdout=subprocess.PIPE, **quiet) as process:
        assert process.stdout is not None
        assert process.stdout.read(4) == b"y\ny\n"
        process.stdout.close()
        process.wait(DEADLINE_S)
    assert stream(channel(site.sealed(before), "0.exec"), "out").startswith(b"y\ny\n")


def test_environment_also_refused_ones(site: Site) -> None:
    environment = os.environ | {"LC_SL": "yes", "OTHER": "no"}
    done, bundle = site.record("-oSendEnv=LC_SL OTHER", "--", 'echo "$LC_SL $OTHER"', env=environment)
    assert done.stdout == b"yes \n"
    sent = [event for event in events(channel(bundle, "0.exec")) if event["event"] == "env"]
    assert {one["variable"]: one["value"] for one in sent} == {"LC_SL": "yes", "OTHER": "no"}


@pytest.fixture(scope="session")
def terminals(sshd: Sshd) -> None:
    """An sshd that is not root cannot make a terminal where /dev/pts is not mounted for the group tty."""
    line = ["ssh", "-tt", "-F", "none", "-i", sshd.client_key, f"-p{sshd.port}", "-oStrictHostKeyChecking=no"]
    line += ["-oUserKnownHostsFile=/dev/null", "-oBatchMode=yes", f"{ME}@127.0.0.1", "true"]
    if subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode:
        pytest.skip("this user's sshd cannot make a terminal")


def test_a_terminal_with_its_modes_and_interrupts(terminals: None, site: Site) -> None:
    before = site.bundles()
    program = "exec env PS1='ready> ' TERM=dumb bash --norc --noprofile -i"
    terminal = Terminal(["ssh", "-tt", *site.options(), "127.0.0.1", program])
    terminal.expect(rb"ready> $")
    terminal.type("sh -c 'echo up$((1)); exec sleep 60'\n")
    terminal.expect(rb"up1\r\n")  # it runs: an interrupt before that may still be for the shell
    terminal.type("\x03")
    terminal.expect(rb"ready> $")
    terminal.type("exit 7\n")
    assert terminal.process.wait(DEADLINE_S) == 7
    terminal.close()
    folder = channel(site.sealed(before), "0.exec")
    assert b"sleep 60'\r\x03" in stream(folder, "in").replace(b"\n", b"\r")
    (asked,) = [event for event in events(folder) if event["event"] == "pty-req"]
    assert asked["columns"] == 80
    assert asked["modes"]["ECHO"] == 1


def test_the_modes_of_a_terminal_arrive(terminals: None, site: Site) -> None:
    before = site.bundles()
    terminal = Terminal(["ssh", "-tt", *site.options(), "127.0.0.1", "stty -a"], VINTR=0x02, VERASE=0x08)
    terminal.expect(rb"intr = \^B;.* erase = \^H;")
    assert terminal.process.wait(DEADLINE_S) == 0
    terminal.close()
    (asked,) = [one for one in events(channel(site.sealed(before), "0.exec")) if one["event"] == "pty-req"]
    assert (asked["modes"]["VINTR"], asked["modes"]["VERASE"]) == (2, 8)


def test_a_break(terminals: None, site: Site, sshd: Sshd) -> None:
    before = site.bundles()
    terminal = Terminal(["ssh", "-tt", *site.options(), "127.0.0.1", "echo up; read x"])
    terminal.expect(rb"up\r\n")
    terminal.type("\r~B\r")  # a pty makes nothing of it; that sshd has it is in its log
    assert terminal.process.wait(DEADLINE_S) == 0
    terminal.close()
    folder = channel(site.sealed(before), "0.exec")
    (asked,) = [event for event in events(folder) if event["event"] == "break"]
    assert (asked["by"], asked["milliseconds"]) == ("user", 1000)
    assert "req break" in sshd.log.read_text()


def test_a_signal(site: Site, sshd: Sshd) -> None:
    """OpenSSH's client sends none; its server takes them (RFC 4254, 6.9), but not for root's own sessions."""
    before = site.bundles()
    with client(site) as transport:
        heard = Heard(transport)
        log_in(transport, site)
        number = open_session(transport, heard)
        send(transport, request(number, "exec", string("trap 'exit 3' USR1; echo ready; cat")))
        wait_for(lambda: [p for p in heard if p[0] == 94 and b"ready" in p], "the trap is set")
        send(transport, request(number, "signal", string("USR1"), reply=False))
        send(transport, eof(number))
        wait_for(lambda: [p for p in heard if p[0] == 98 and b"exit-status" in p], "it exits")
    folder = channel(site.sealed(before), "0.exec")
    assert [one["name"] for one in events(folder) if one["event"] == "signal"] == ["USR1"]
    assert "request signal reply 0" in sshd.log.read_text()
    assert events(folder)[-1]["exit_code"] == (3 if os.getuid() else 0)


def test_a_resize_reaches_the_target(terminals: None, site: Site) -> None:
    before = site.bundles()
    terminal = Terminal(["ssh", "-tt", *site.options(), "127.0.0.1", "stty size; read x; stty size; read x"])
    terminal.expect(rb"24 80\r\n")
    terminal.resize(132, 43)
    (new,) = wait_for(lambda: [path for path in site.bundles() if path not in before])
    timing = new / "0.exec/timing"
    wait_for(lambda: b"SIGWINCH ROWS=43 COLS=132" in timing.read_bytes(), "the resize is recorded")
    terminal.type("\n")
    terminal.expect(rb"43 132\r\n")
    terminal.type("\n")
    assert terminal.process.wait(DEADLINE_S) == 0
    terminal.close()
    recorded = site.sealed(before)
    assert b"43 132" in stream(channel(recorded, "0.exec"), "out")


def test_eight_multiplexed_commands(site: Site, tmp_path: Path) -> None:
    before = site.bundles()
    with master(site, tmp_path) as control:
        commands = [
            subprocess.Popen(
                ["ssh", *site.options(control), "127.0.0.1", f"cat; echo {n}; exit {n}"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )
            for n in range(8)
        ]  # fmt: skip
        for n, command in enumerate(commands):
            out, _ = command.communicate(b"%d" % n * 50_000, timeout=DEADLINE_S)
            assert out == b"%d" % n * 50_000 + b"%d\n" % n
            assert command.returncode == n
    bundle = site.sealed(before)
    folders = [folder for folder in sorted(bundle.iterdir()) if folder.name.endswith(".exec")]
    assert len(folders) == 8
    for folder in folders:
        text = stream(folder, "out")
        assert text == stream(folder, "in") + text[-2:]


def test_an_unknown_subsystem_is_the_targets_to_refuse(site: Site) -> None:
    done, bundle = site.record("-s", "--", "nonsense")
    assert b"subsystem request failed" in done.stderr
    assert [event["event"] for event in events(channel(bundle, "0.subsystem"))][-2:] == ["refused", "close"]


def test_a_subsystem_that_nobody_knows_is_a_stream(tmp_path: Path) -> None:
    with running_sshd(tmp_path, "Subsystem upper /usr/bin/tr a-z A-Z") as target:
        site = write_site(tmp_path / "site", target).start()
        try:
            done, bundle = site.record("-s", "--", "upper", input=b"abc")
        finally:
            site.stop()
    assert done.stdout == b"ABC"
    folder = channel(bundle, "0.subsystem")
    assert (stream(folder, "in"), stream(folder, "out")) == (b"abc", b"ABC")


@pytest.mark.parametrize("tool", ["sftp", "scp", "scp -O"])
def test_files_are_copied_unchanged(site: Site, tmp_path: Path, tool: str) -> None:
    there, back = tmp_path / "there", tmp_path / "back"
    original = tmp_path / "original"
    original.write_bytes(os.urandom(3_000_000))
    before = site.bundles()
    if tool == "sftp":
        batch = f"put {original} {there}\nget {there} {back}\n"
        line = ["sftp", *site.options("-b", "-"), "127.0.0.1"]
        subprocess.run(line, input=batch.encode(), capture_output=True, check=True, timeout=DEADLINE_S)
    else:
        copy = [*tool.split(), *site.options()]
        subprocess.run(
            [*copy, original, f"127.0.0.1:{there}"], capture_output=True, check=True, timeout=DEADLINE_S
        )
        site.sealed(before)
        before = site.bundles()
        subprocess.run(
            [*copy, f"127.0.0.1:{there}", back], capture_output=True, check=True, timeout=DEADLINE_S
        )
    assert back.read_bytes() == there.read_bytes() == original.read_bytes()
    bundle = site.sealed(before)
    (folder,) = [path for path in bundle.iterdir() if path.is_dir()]
    assert folder.name == ("0.exec" if tool == "scp -O" else "0.sftp")
    lines = [json.loads(line) for line in (folder / "files.jsonl").read_text().splitlines()]
    (down,) = [line for line in lines if line["event"] == "result" and line["operation"] == "download"]
    assert down["sha256"] == hashlib.sha256(original.read_bytes()).hexdigest()


def test_stock_tools_accept_what_was_recorded(site: Site) -> None:
    """ssh-keygen sees each signature: `Site.verify`."""
    _, bundle = site.record("printf 'one\\ntwo\\n'; exit 3")
    checked = subprocess.run(["sha256sum", "-c", "MANIFEST"], cwd=bundle, capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr
    folder = channel(bundle, "0.exec")
    line = ["scriptreplay", "-T", folder / "timing", "-O", folder / "out", "-d", "100"]
    replayed = subprocess.run(line, capture_output=True, check=True)
    assert b"one\ntwo\n" in replayed.stdout
