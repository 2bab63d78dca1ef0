"""The real line editors in a pty: what they hand over for the keys that are pressed.

Nothing is configured but what says the line: bash reads with `read -e`, zsh tells `$BUFFER` when its editor
is done, fish reads with `read`. A line is sent in one write and its text awaited on a pipe of its own.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import tempfile
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import pytest

from sessionlens.commands.editing import Dialect

_BASH = """
set {vi}
bind 'set keyseq-timeout 2000'; bind 'set bell-style none'; bind 'set enable-bracketed-paste on'
while true; do
  [[ $begun ]] || set -o history; begun=1 line=
  IFS= read -r -e line; printf '%s\\0' "$line" >&{fd}
  if [[ $line ]]; then history -s -- "$line"; fi
done
"""
_ZSH = """
bindkey {vi}; KEYTIMEOUT=200; HISTSIZE=100000; PS1='$ '; PS2='> '; setopt noprompt_sp
unsetopt flow_control beep
for map in emacs viins vicmd; do
  [[ $map = emacs ]] && p= || p=vi-
  bindkey -M $map '\\e[1;5C' ${{p}}forward-word '\\e[1;5D' ${{p}}backward-word
  bindkey -M $map '\\e[H' ${{p}}beginning-of-line '\\eOH' ${{p}}beginning-of-line '\\e[F' ${{p}}end-of-line
  bindkey -M $map '\\eOF' ${{p}}end-of-line '\\e[3~' ${{p}}delete-char
done
told() {{ printf '%s\\0' "$BUFFER" >&{fd}; [[ -n $BUFFER ]] && print -rS -- "$BUFFER"; BUFFER=; }}
zle -N zle-line-finish told
begun() {{ printf '%s\\0' ready >&{fd}; }}
zle -N zle-line-init begun
"""
_FISH = """
{vi}
set -g fish_escape_delay_ms 200; set -g fish_greeting; set -g fish_color_command normal
function fish_prompt; echo '$ '; end
function fish_mode_prompt; end
function asked; printf '%s\\0' ready >&{fd}; echo '> '; end
while true; read -S -p asked line; printf '%s\\0' "$line" >&{fd}; end
"""
_KEY = re.compile(
    rb"\x1b\[200~.*?\x1b\[201~|\x1b\[[0-9;]*[A-Za-z~]|\x1b[^\x1b]|[\x00-\x7f]|[\xc0-\xff][\x80-\xbf]*", re.S
)
_TALK = 20  # seconds after which an editor that says nothing is given up


class Silent(Exception):
    """The editor said nothing: the keys did not end the line."""


class Real:
    """One shell with its line editor; `line` presses keys and returns the line that was handed over."""

    def __init__(self, dialect: Dialect) -> None:
        name = {"readline": "bash", "zle": "zsh", "fish": "fish"}[dialect.editor]
        program = shutil.which(name)
        if program is None:
            pytest.skip(f"{name} is not installed")
        self.home = tempfile.TemporaryDirectory()
        self.told, tell = os.pipe()
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 200, 0, 0))
        flags = termios.tcgetattr(slave)
        flags[0] &= ~termios.IXON  # C-s is a key
        termios.tcsetattr(slave, termios.TCSANOW, flags)
        env = {
            "TERM": "xterm-256color", "LANG": "C.UTF-8", "PATH": os.environ["PATH"], "HOME": self.home.name,
            "INPUTRC": "/dev/null", "ZDOTDIR": self.home.name, "HISTFILE": "",
        }  # fmt: skip
        self.process = subprocess.Popen(
            self._command(dialect, name, program, tell), stdin=slave, stdout=slave, stderr=slave, env=env,
            pass_fds=[tell], start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            cwd=self.home.name,
        )  # fmt: skip
        self.slave, self.stat = slave, Path(f"/proc/{self.process.pid}/stat")
        os.close(tell)
        self.shown = self.heard = b""
        self.asks = b"" if name != "bash" else b"\x1b[?2004h"

    def _command(self, dialect: Dialect, name: str, program: str, fd: int) -> list[str]:
        if name == "bash":
            script = _BASH.format(vi="-o vi" if dialect.vi else "-o emacs", fd=fd)
            return [program, "--norc", "--noprofile", "-c", script]
        if name == "zsh":
            script = _ZSH.format(vi="-v" if dialect.vi else "-e", fd=fd)
            Path(self.home.name, ".zshrc").write_text(script)
            return [program, "--no-globalrcs", "-i"]
        vi = "fish_vi_key_bindings" if dialect.vi else "fish_default_key_bindings"
        return [program, "--no-config", "-i", "-C", _FISH.format(vi=vi, fd=fd)]

    def line(self, keys: bytes) -> str:
        """Press the keys, the last of which ends the line, once the editor has the terminal."""
        if self.asks:
            self._see(self.asks)
        elif (said := self._await()) != "ready":
            raise Silent(said)  # the line before went on
        if self.asks:
            return self._by_key(keys)
        while keys:
            _, writable, _ = select.select([], [self.master], [], 0)
            if writable:
                keys = keys[os.write(self.master, keys[:1000]) :]
            self._hear(0)
        return self._await()

    def _by_key(self, keys: bytes) -> str:
        """Every key on its own, as a person presses them: readline reads what is there already in one go, and
        then joins kills that have text between them.
        """
        for key in _KEY.findall(keys):
            given_up = time.monotonic() + _TALK
            while not self._waits():
                self._hear(0)
                if b"\0" in self.heard or self.process.poll() is not None or time.monotonic() > given_up:
                    raise Silent(self.shown[-400:])
            os.write(self.master, key)
        return self._await()

    def _waits(self) -> bool:
        """Has the editor read everything, and sleeps?"""
        queued = struct.unpack("i", fcntl.ioctl(self.slave, termios.FIONREAD, b"\0" * 4))[0]
        return not queued and self.stat.read_text().rpartition(")")[2].split()[0] == "S"

    def lines(self, pressed: Sequence[bytes]) -> list[str]:
        return [self.line(keys) for keys in pressed]

    def until(self, keys: bytes, shown: bytes) -> None:
        """Press keys and wait until the screen shows something."""
        self.shown = b""
        os.write(self.master, keys)
        self._see(shown)

    def _see(self, shown: bytes) -> None:
        while shown not in self.shown:
            if not self._hear(_TALK):
                raise Silent(self.shown)
        self.shown = self.shown.partition(shown)[2]

    def _await(self) -> str:
        given_up = time.monotonic() + _TALK
        while b"\0" not in self.heard:
            self._hear(1)
            if time.monotonic() > given_up or self.process.poll() is not None:
                raise Silent(self.shown[-400:])
        text, _, self.heard = self.heard.partition(b"\0")
        return text.decode("utf-8", "replace")

    def _hear(self, wait: float) -> bool:
        ready, _, _ = select.select([self.told, self.master], [], [], wait)
        if self.told in ready:
            self.heard += os.read(self.told, 65536)
        if self.master in ready:
            self.shown = self.shown[-100_000:] + os.read(self.master, 65536)
        return bool(ready)

    def __enter__(self) -> Real:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)
        os.close(self.told)
        self.home.cleanup()
