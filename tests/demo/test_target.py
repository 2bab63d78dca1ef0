"""The embedded target: what an SSH client may expect of a session, and that nothing of it stays behind."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import paramiko
import pytest

from sessionlens.demo import stage
from sessionlens.demo.stage import Child, connect, start_target, write_key

PS1 = "ready> "


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("target")


@pytest.fixture(scope="module")
def key(folder: Path) -> str:
    return write_key(folder / "key")


@pytest.fixture(scope="module")
def target(folder: Path, key: str) -> Iterator[Child]:
    (folder / "home").mkdir()
    child = start_target(folder, folder / "home", key, "--env", f"PS1={PS1}")
    yield child
    child.stop()


def log_in(target: Child, folder: Path, user: str = stage.ACCOUNT, key: str = "key") -> paramiko.Transport:
    host, _, port = target.ready["address"].rpartition(":")
    return connect((host, int(port)), target.ready["host_key"], user, folder / key)


@pytest.fixture
def connection(target: Child, folder: Path) -> Iterator[paramiko.Transport]:
    transport = log_in(target, folder)
    yield transport
    transport.close()


def run(connection: paramiko.Transport, command: str, stdin: bytes = b"") -> tuple[bytes, bytes, int]:
    channel = connection.open_session()
    channel.exec_command(command)
    channel.sendall(stdin)
    channel.shutdown_write()
    with channel.makefile() as out, channel.makefile_stderr() as err:
        return out.read(), err.read(), channel.recv_exit_status()


def shell(connection: paramiko.Transport, columns: int = 100, rows: int = 30) -> paramiko.Channel:
    channel = connection.open_session()
    channel.get_pty("xterm-256color", columns, rows)
    channel.invoke_shell()
    channel.settimeout(20)
    return channel


def read_until(channel: paramiko.Channel, pattern: bytes, seen: bytes = b"") -> bytes:
    while not re.search(pattern, seen):
        data = channel.recv(4096)
        assert data, f"ended before {pattern!r}: {seen!r}"
        seen += data
    return seen


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.01)
    return False


def test_exec_gives_output_errors_and_exit_code_apart(connection: paramiko.Transport) -> None:
    assert run(connection, "echo out; echo err >&2; exit 44") == (b"out\n", b"err\n", 44)


def test_exec_reads_input_to_its_end(connection: paramiko.Transport) -> None:
    data = os.urandom(300_000)
    assert run(connection, "cat", data) == (data, b"", 0)


def test_output_after_the_last_command_is_not_lost(connection: paramiko.Transport) -> None:
    assert len(run(connection, "yes | head -c 1000000")[0]) == 1_000_000


def test_a_program_that_ends_early_ends_the_channel(connection: paramiko.Transport) -> None:
    channel = connection.open_session()
    channel.exec_command("exit 3")
    assert channel.recv_exit_status() == 3


def test_several_channels_at_once(connection: paramiko.Transport) -> None:
    channels = [connection.open_session() for _ in range(6)]
    for number, channel in enumerate(channels):
        channel.exec_command(f"read line; echo {number} $line")
    for number, channel in reversed([*enumerate(channels)]):
        channel.sendall(b"there\n")
        assert channel.makefile().read() == f"{number} there\n".encode()


def test_the_shell_has_a_terminal_of_the_size_and_name_asked_for(connection: paramiko.Transport) -> None:
    channel = shell(connection, 132, 43)
    read_until(channel, b"ready> $")
    channel.sendall(b'stty size; echo "[$TERM]"; test -t 2 && echo tty\r')
    assert re.search(rb"43 132\r\n\[xterm-256color\]\r\ntty\r\n", read_until(channel, rb"tty\r\n.*ready> $"))
    channel.sendall(b"exit 7\r")
    assert channel.recv_exit_status() == 7


def test_a_resize_reaches_the_program(connection: paramiko.Transport) -> None:
    channel = shell(connection)
    read_until(channel, b"ready> $")
    channel.sendall(b"trap 'stty size' WINCH\r")
    read_until(channel, b"WINCH.*\n.*ready> $")
    channel.resize_pty(90, 20)
    read_until(channel, rb"20 90\r\n")


def test_keys_that_interrupt(connection: paramiko.Transport) -> None:
    channel = shell(connection)
    read_until(channel, b"ready> $")
    channel.sendall(b"sh -c 'echo started; exec sleep 1000'\r")  # it says so itself: the signal finds it
    read_until(channel, rb"\nstarted\r\n|\rstarted\r\n")
    channel.sendall(b"\x03")
    read_until(channel, rb"\^C(?s:.*)ready> $")


def test_env_only_as_sshd_accepts_it(connection: paramiko.Transport) -> None:
    channel = connection.open_session()
    channel.set_environment_variable("LC_TIME", "de_DE.UTF-8")
    channel.set_environment_variable("BASH_ENV", "/nowhere")
    channel.exec_command('echo "$LC_TIME,$BASH_ENV"')
    assert channel.makefile().read() == b"de_DE.UTF-8,\n"


def test_nothing_of_the_users_environment_reaches_the_shell(
    connection: paramiko.Transport, folder: Path
) -> None:
    variables = dict(line.split("=", 1) for line in run(connection, "env")[0].decode().splitlines())
    assert variables["HOME"] == str(folder / "home")
    assert set(variables) <= {
        *("HOME", "USER", "LOGNAME", "SHELL", "PATH", "LANG", "TZ"),
        *("PWD", "OLDPWD", "SHLVL", "_"),
    }


def test_death_by_signal_is_told_as_such(connection: paramiko.Transport) -> None:
    assert run(connection, "kill -TERM $$")[2] == -1  # paramiko's word for: there was no exit status


def test_a_signal_request_reaches_the_program(connection: paramiko.Transport) -> None:
    channel = connection.open_session()
    channel.exec_command("trap 'echo got it; exit 5' USR1; echo ready; while :; do sleep 0.01; done")
    channel.settimeout(20)
    read_until(channel, b"ready\n")
    message = paramiko.Message()
    message.add_byte(b"\x62")  # SSH_MSG_CHANNEL_REQUEST
    message.add_int(channel.remote_chanid)
    message.add_string("signal")
    message.add_boolean(False)
    message.add_string("USR1")
    connection._send_user_message(message)  # type: ignore[attr-defined]
    read_until(channel, b"got it\n")
    assert channel.recv_exit_status() == 5


def test_hanging_up_ends_what_runs(connection: paramiko.Transport) -> None:
    channel = shell(connection)
    read_until(channel, b"ready> $")
    channel.sendall(b'echo "pid=$$"; sleep 1000\r')
    pid = int(re.findall(rb"pid=(\d+)", read_until(channel, rb"pid=\d+\r\n"))[0])
    channel.close()
    assert eventually(lambda: not alive(pid))


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(("user", "name"), [("root", "key"), (stage.ACCOUNT, "other")])
def test_nobody_else_gets_in(target: Child, folder: Path, key: str, user: str, name: str) -> None:
    if name == "other":
        write_key(folder / "other")
    with pytest.raises(stage.DemoError, match="cannot log in"):
        log_in(target, folder, user, name)


def test_its_own_home_and_its_shells_are_gone_when_it_ends(tmp_path: Path) -> None:
    key = write_key(tmp_path / "key")
    command = [stage.sys.executable, "-m", "sessionlens.demo.target", "--with-parent"]
    child = stage.start([*command, "--authorized-key", key, "--env", f"PS1={PS1}"], tmp_path / "log")
    home = Path(child.ready["home"])
    assert home.is_dir()
    connection = log_in(child, tmp_path)
    channel = shell(connection)
    read_until(channel, b"ready> $")
    channel.sendall(b'touch there; echo "pid=$$"\r')
    pid = int(re.findall(rb"pid=(\d+)", read_until(channel, rb"pid=\d+\r\n"))[0])
    assert (home / "there").exists()
    child.process.communicate(timeout=30)  # closes its standard input: the parent is gone
    connection.close()
    assert child.process.returncode == 0
    assert not home.exists()
    assert not alive(pid)
