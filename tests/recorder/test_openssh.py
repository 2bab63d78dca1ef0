"""Stock OpenSSH clients through the bastion to a stock sshd: what works directly works, and is recorded."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pty
import re
import select
import socket
import struct
import subprocess
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .conftest import DEADLINE_S, ME, BuildSite, Site, Sshd, channel, events, facts, public, stream, wait_for


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


def test_endless_output_ends_with_its_reader(site: Site) -> None:
    done, _ = site.record("yes | head -n 3")
    assert done.stdout == b"y\n" * 3
    line = ["ssh", *site.options(), "127.0.0.1", "yes"]
    quiet = {"stdin": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(line, stdout=subprocess.PIPE, **quiet) as process:
        assert process.stdout is not None
        assert process.stdout.read(4) == b"y\ny\n"
        process.stdout.close()
        process.wait(DEADLINE_S)


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


def test_environment_also_refused_ones(site: Site) -> None:
    environment = os.environ | {"LC_SL": "yes", "OTHER": "no"}
    done, bundle = site.record("-oSendEnv=LC_SL OTHER", "--", 'echo "$LC_SL $OTHER"', env=environment)
    assert done.stdout == b"yes \n"
    sent = [event["variable"] for event in events(channel(bundle, "0.exec")) if event["event"] == "env"]
    assert {"LC_SL", "OTHER"} <= set(sent)


@pytest.fixture(scope="session")
def terminals(sshd: Sshd) -> None:
    """An sshd that is not root cannot make a terminal where /dev/pts is not mounted for the group tty."""
    line = ["ssh", "-tt", "-F", "none", "-i", sshd.client_key, f"-p{sshd.port}", "-oStrictHostKeyChecking=no"]
    line += ["-oUserKnownHostsFile=/dev/null", "-oBatchMode=yes", f"{ME}@127.0.0.1", "true"]
    if subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode:
        pytest.skip("this user's sshd cannot make a terminal")


class Terminal:
    """A real `ssh -tt` on a pty of ours."""

    def __init__(self, line: list[str], columns: int = 80, rows: int = 24) -> None:
        ours, theirs = pty.openpty()
        self._fd = ours
        self.resize(columns, rows)
        self.process = subprocess.Popen(
            line, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(theirs)
        self.seen = b""

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text: str) -> None:
        os.write(self._fd, text.encode())

    def expect(self, pattern: bytes) -> bytes:
        """Read until the pattern has been seen; what came before it is dropped."""

        def look() -> re.Match[bytes] | None:
            if select.select([self._fd], [], [], 0.05)[0]:
                self.seen += os.read(self._fd, 65536)
            return re.search(pattern, self.seen)

        found = wait_for(look, f"{pattern!r} on the terminal")
        self.seen = self.seen[found.end() :]
        return bytes(found[0])

    def close(self) -> int:
        os.close(self._fd)
        return self.process.wait(DEADLINE_S)


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


def test_a_shell(site: Site) -> None:
    done, bundle = site.record(input=b"echo from the shell; exit 7\n")
    assert done.returncode == 7
    assert b"from the shell\n" in done.stdout
    assert stream(channel(bundle, "0.shell"), "in") == b"echo from the shell; exit 7\n"


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


def test_exit_by_a_signal(site: Site) -> None:
    done, bundle = site.record("kill -TERM $$")
    assert done.returncode == 255
    assert events(channel(bundle, "0.exec"))[-1]["signal"] == "TERM"


@contextmanager
def master(site: Site, tmp_path: Path, *options: str) -> Iterator[str]:
    """A ControlMaster; the answer is the option that uses it."""
    control = f"-oControlPath={tmp_path}/c"
    process = subprocess.Popen(
        ["ssh", *site.options("-MN", control, *options), "127.0.0.1"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    wait_for(lambda: (tmp_path / "c").exists(), "the control socket")
    yield control
    subprocess.run(["ssh", *site.options(control, "-Oexit"), "127.0.0.1"], capture_output=True, check=True)
    process.wait(DEADLINE_S)


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


class Echo:
    """A server on loopback that answers each connection with what it gets, after a greeting."""

    def __init__(self, greeting: bytes = b"") -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port, self._greeting = self._server.getsockname()[1], greeting
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            with connection:
                connection.sendall(self._greeting)
                while data := connection.recv(65536):
                    connection.sendall(data)

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()


@pytest.fixture
def echo() -> Iterator[Echo]:
    server = Echo()
    yield server
    server.close()


def ask(port: int, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


def test_local_forward_where_it_is_allowed(site: Site, tmp_path: Path, echo: Echo) -> None:
    before, port = site.bundles(), free_port()
    with master(site, tmp_path, f"-L127.0.0.1:{port}:127.0.0.1:{echo.port}"):
        assert ask(port, b"x" * 100_000) == b"x" * 100_000
    folder = channel(site.sealed(before), "0.forward")
    assert not (folder / "out").exists()
    (count,) = [event for event in events(folder) if event["event"] == "bytes"]
    assert (count["user"], count["target"]) == (100_000, 100_000)
    assert f'"address": "127.0.0.1:{echo.port}"' in (folder / "channel.json").read_text()


def test_remote_forward_where_it_is_allowed(site: Site, tmp_path: Path, echo: Echo) -> None:
    before, port = site.bundles(), free_port()
    with master(site, tmp_path, f"-Rlocalhost:{port}:127.0.0.1:{echo.port}"):
        wait_for(lambda: _listens(port), "the target listens")
        assert ask(port, b"abc") == b"abc"
    bundle = site.sealed(before)
    kinds = {folder.name.partition(".")[2]: folder for folder in bundle.iterdir() if folder.is_dir()}
    assert [event["event"] for event in events(kinds["connection"])][:2] == ["requested", "granted"]
    assert "forward" in kinds


def test_unix_socket_forward(site: Site, tmp_path: Path, echo: Echo) -> None:
    path = f"/tmp/sl-{os.getpid()}.sock"
    with master(site, tmp_path, f"-R{path}:127.0.0.1:{echo.port}"):
        wait_for(Path(path).exists, "the target listens")
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(DEADLINE_S)
            connection.connect(path)
            connection.sendall(b"abc")
            assert connection.recv(10) == b"abc"
    Path(path).unlink(missing_ok=True)


def test_a_forward_that_is_not_allowed_is_refused_with_a_reason(site: Site) -> None:
    done, bundle = site.record("-W", "10.1.2.3:80", "--")
    assert b"forwarding of 10.1.2.3:80 is not allowed to this target" in done.stderr
    (refused,) = [event for event in events(channel(bundle, "0.connection")) if event["event"] == "refused"]
    assert refused["what"] == "channel direct-tcpip 10.1.2.3:80"
    assert "policy-refused session=" in site.log()


def test_a_forward_that_carries_ssh_ends(site: Site, sshd: object) -> None:
    port = site.targets["web01"].rpartition(":")[2]
    done, bundle = site.record("-W", f"127.0.0.1:{port}", "--", input=b"SSH-2.0-x\r\n")
    assert b"SSH-2.0" not in done.stdout
    names = [event["event"] for event in events(channel(bundle, "0.forward"))]
    assert "ended" in names


def test_agent_and_x11_are_refused_unless_allowed(site: Site, tmp_path: Path) -> None:
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", tmp_path / "agent"], stdout=subprocess.DEVNULL)
    try:
        wait_for((tmp_path / "agent").exists, "the agent's socket")
        environment = os.environ | {"SSH_AUTH_SOCK": str(tmp_path / "agent")}
        done, bundle = site.record("-A", "--", "echo [$SSH_AUTH_SOCK]", env=environment)
    finally:
        agent.terminate()
        agent.wait(DEADLINE_S)
    assert done.stdout == b"[]\n"
    (refused,) = [event for event in events(channel(bundle, "0.exec")) if event["event"] == "refused"]
    assert refused["by"] == "recorder"
    assert "agent forwarding is not allowed" in refused["reason"]


def test_the_agent_where_it_is_allowed(build_site: BuildSite, tmp_path: Path) -> None:
    site = build_site(target="agent = true").start()
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", tmp_path / "agent"], stdout=subprocess.DEVNULL)
    try:
        wait_for((tmp_path / "agent").exists, "the agent's socket")
        environment = os.environ | {"SSH_AUTH_SOCK": str(tmp_path / "agent")}
        subprocess.run(["ssh-add", site.key], env=environment, capture_output=True, check=True)
        done, bundle = site.record("-A", "--", "ssh-add -L", env=environment)
    finally:
        agent.terminate()
        agent.wait(DEADLINE_S)
    assert public(site.key).encode() in done.stdout
    assert any(folder.name.endswith(".agent") for folder in bundle.iterdir()), "the use of the agent is noted"


def test_an_unknown_subsystem_is_the_targets_to_refuse(site: Site) -> None:
    done, bundle = site.record("-s", "--", "nonsense")
    assert b"subsystem request failed" in done.stderr
    assert [event["event"] for event in events(channel(bundle, "0.subsystem"))][-2:] == ["refused", "close"]


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


def test_rekey_from_the_client_during_a_transfer(site: Site) -> None:
    sent = os.urandom(6_000_000)
    done, bundle = site.record("-oRekeyLimit=1M", "--", "cat", input=sent)
    assert done.stdout == sent
    assert stream(channel(bundle, "0.exec"), "in") == sent


def test_stock_tools_accept_what_was_recorded(site: Site) -> None:
    _, bundle = site.record("printf 'one\\ntwo\\n'; exit 3")
    checked = subprocess.run(["sha256sum", "-c", "MANIFEST"], cwd=bundle, capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr
    with open(bundle / "MANIFEST", "rb") as manifest:
        line = ["ssh-keygen", "-Y", "verify", "-f", site.folder / "allowed_signers", "-I", _signer(site)]
        line += ["-n", "sessionlens", "-s", bundle / "MANIFEST.sig"]
        verified = subprocess.run(line, stdin=manifest, capture_output=True, check=False)
    assert verified.returncode == 0, verified.stderr
    folder = channel(bundle, "0.exec")
    line = ["scriptreplay", "-T", folder / "timing", "-O", folder / "out", "-d", "100"]
    replayed = subprocess.run(line, capture_output=True, check=True)
    assert b"one\ntwo\n" in replayed.stdout


def _signer(site: Site) -> str:
    return (site.folder / "allowed_signers").read_text().split()[0]


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
