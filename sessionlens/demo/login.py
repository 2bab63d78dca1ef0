"""What the target does for one connection: check the key, then run programs on session channels.

RFC 4254, section 6, on paramiko's server side: pty-req, env, shell, exec, window-change, signal, exit-status,
exit-signal, stderr apart from stdout, any number of channels. No forwards, no sftp, no passwords.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import paramiko
from paramiko import common

from .process import Process, Pty

ACCEPTED_ENV = ("LANG", "LC_")  # what Debian's sshd_config accepts
SIGNALS = {"ABRT", "ALRM", "FPE", "HUP", "ILL", "INT", "KILL", "PIPE", "QUIT", "SEGV", "TERM", "USR1", "USR2"}
SEARCH_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
BASH = ("bash", "--noprofile", "--norc", "-i")


@dataclass(frozen=True, slots=True)
class Account:
    """Who may log in with which key, and what such a login gets."""

    name: str
    keys: frozenset[str]  # "ssh-ed25519 AAAA…", without comment
    home: Path
    shell: tuple[str, ...] = BASH
    command: tuple[str, ...] = ("bash", "-c")
    variables: tuple[tuple[str, str], ...] = ()

    def environment(self) -> dict[str, str]:
        """A login's environment: nothing of the user who started the target but the search path."""
        path = f"{self.home / 'bin'}:{os.environ.get('PATH') or SEARCH_PATH}"
        basic = {
            "HOME": str(self.home),
            "USER": self.name,
            "LOGNAME": self.name,
            "SHELL": shutil.which(self.shell[0]) or "",
        }
        return {**basic, "PATH": path, "LANG": "C.UTF-8", "TZ": "UTC", **dict(self.variables)}


class Session:
    """One session channel: what was asked for before the program, then the program and its two pumps."""

    def __init__(self, channel: paramiko.Channel, account: Account) -> None:
        self._channel, self._account = channel, account
        self._env: dict[str, str] = {}
        self._pty: Pty | None = None
        self._process: Process | None = None
        self._threads: list[threading.Thread] = []

    def pty_requested(self, pty: Pty) -> bool:
        self._pty = pty
        return self._process is None

    def env_requested(self, name: str, value: str) -> bool:
        if not name.startswith(ACCEPTED_ENV):
            return False
        self._env[name] = value
        return True

    def resized(self, columns: int, rows: int, width: int, height: int) -> bool:
        if self._pty is None:
            return False
        self._pty = replace(self._pty, columns=columns, rows=rows, width=width, height=height)
        if self._process is not None:
            self._process.resize(self._pty)
        return True

    def signalled(self, name: str) -> bool:
        if self._process is None or name not in SIGNALS:
            return False
        self._process.signal(getattr(signal, f"SIG{name}"))
        return True

    def start(self, command: str | None) -> bool:
        """Start the shell, or a command by it; false if something runs already or nothing can be started."""
        if self._process is not None:
            return False
        account = self._account
        env = {**account.environment(), **self._env}
        if self._pty is not None:
            env["TERM"] = self._pty.term
        argv = list(account.shell) if command is None else [*account.command, command]
        try:
            self._process = Process(argv, cwd=account.home, env=env, pty=self._pty)
        except OSError as error:
            logging.getLogger(__name__).warning("cannot start %s: %s", argv[0], error)
            return False
        return True

    def answered(self) -> None:
        """The reply to a request is on its way: only now may what was started speak, and end the channel."""
        if self._process is None or self._threads:
            return
        self._threads = [
            threading.Thread(target=work, args=(self._process,), daemon=True)
            for work in (self._pump_input, self._pump_output)
        ]
        for thread in self._threads:
            thread.start()

    def _pump_input(self, process: Process) -> None:
        try:
            while data := self._channel.recv(32768):
                process.write(data)
            process.end_of_input()
        except OSError:  # the program takes no more, or the connection is gone
            pass

    def closed(self) -> None:
        """The user closed the channel: hang up on whatever still runs in it, without waiting for it here."""
        if self._process is not None:
            threading.Thread(target=self._process.hang_up, daemon=True).start()

    def _pump_output(self, process: Process) -> None:
        try:
            for data, is_stderr in process.output():
                if is_stderr:
                    self._channel.sendall_stderr(data)
                else:
                    self._channel.sendall(data)
            self._tell_result(process.result())
        except (OSError, EOFError):  # the user is gone
            process.hang_up()
        self._channel.close()
        self._threads[0].join()
        process.close()

    def _tell_result(self, result: int) -> None:
        if result >= 0:
            self._channel.send_exit_status(result)
        else:
            send_exit_signal(self._channel, signal.Signals(-result).name.removeprefix("SIG"))
        self._channel.shutdown_write()

    def hang_up(self) -> None:
        """End whatever runs and wait for it."""
        if self._process is not None:
            self._process.hang_up()
            for thread in self._threads:
                thread.join(2)


def send_exit_signal(channel: paramiko.Channel, name: str) -> None:
    """RFC 4254, 6.10; paramiko can send an exit status only."""
    message = paramiko.Message()
    message.add_byte(common.cMSG_CHANNEL_REQUEST)
    message.add_int(channel.remote_chanid)
    message.add_string("exit-signal")
    message.add_boolean(False)
    message.add_string(name)
    message.add_boolean(False)
    message.add_string("")
    message.add_string("")
    connection: Any = channel.transport
    connection._send_user_message(message)


class Login(paramiko.ServerInterface):
    """One connection: authentication, then sessions by channel number."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.sessions: dict[int, Session] = {}

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        known = f"{key.get_name()} {key.get_base64()}" in self._account.keys
        return common.AUTH_SUCCESSFUL if known and username == self._account.name else common.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return common.OPEN_SUCCEEDED if kind == "session" else common.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED

    def session(self, channel: paramiko.Channel) -> Session:
        return self.sessions.setdefault(channel.get_id(), Session(channel, self._account))

    def check_channel_pty_request(
        self,
        channel: paramiko.Channel,
        term: bytes,
        width: int,
        height: int,
        pixelwidth: int,
        pixelheight: int,
        modes: bytes,
    ) -> bool:
        name = term.decode("ascii", "replace")
        return self.session(channel).pty_requested(Pty(width, height, pixelwidth, pixelheight, name))

    def check_channel_window_change_request(
        self, channel: paramiko.Channel, width: int, height: int, pixelwidth: int, pixelheight: int
    ) -> bool:
        return self.session(channel).resized(width, height, pixelwidth, pixelheight)

    def check_channel_env_request(self, channel: paramiko.Channel, name: bytes, value: bytes) -> bool:
        text = value.decode("utf-8", "replace").replace("\0", "")
        return self.session(channel).env_requested(name.decode("ascii", "replace"), text)

    def check_channel_shell_request(self, channel: paramiko.Channel) -> bool:
        return self.session(channel).start(None)

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        return self.session(channel).start(os.fsdecode(command))
