"""A person at a terminal: types with short pauses and goes on when the screen shows what was awaited.

Works on anything that has `send` and `recv` with a timeout (a paramiko channel). It knows what a terminal
shows (`sessionlens.terminal`) and nothing of SSH or of recordings. What was typed at prompts is remembered
as the shell got it, so that a test can compare; nothing else looks at that.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from sessionlens.errors import SessionLensError
from sessionlens.terminal import Terminal

PATIENCE_S = 20.0
"""How long to wait for the screen to show something before giving up."""

KEYS = {
    "enter": "\r",
    "tab": "\t",
    "escape": "\x1b",
    "backspace": "\x7f",
    "ctrl-c": "\x03",
    "ctrl-a": "\x01",
    "ctrl-e": "\x05",
    "ctrl-k": "\x0b",
    "ctrl-r": "\x12",
    "ctrl-s": "\x13",
    "ctrl-u": "\x15",
    "ctrl-b": "\x02",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "f3": "\x1bOR",
    "f4": "\x1bOS",
    "f10": "\x1b[21~",
    "page down": "\x1b[6~",
}
"""What a terminal of the xterm family sends for these keys in its normal mode …"""

ARROWS = ("up", "down", "right", "left")
"""… and these it sends with O instead of [ in application mode (DECCKM, `?1`)."""


class ScriptError(SessionLensError, RuntimeError):
    """The session did not go as the script expected; the message shows the screen."""


class Line(Protocol):
    """What the typist types on: a paramiko channel has this shape."""

    def send(self, data: bytes, /) -> int: ...
    def recv(self, size: int, /) -> bytes: ...
    def settimeout(self, timeout: float | None, /) -> None: ...
    def resize_pty(self, width: int, height: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Typed:
    """A command as the program that read it got it, and what that was: shell, tmux, editor, …"""

    text: str
    where: str


@dataclass(slots=True)
class Typist:
    """One person on one line; `prompt` is what the row shows before the cursor when the shell waits."""

    line: Line
    prompt: re.Pattern[str]
    columns: int = 100
    rows: int = 30
    random: random.Random = field(default_factory=random.Random)
    pace: float = 1.0  # 0 types as fast as the echo allows
    where: str = "shell"
    commands: list[Typed] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    closed: bool = False
    _terminal: Terminal = field(init=False)
    _since: int = 0  # output bytes seen when a key was last pressed …
    _bytes: int = 0  # … and altogether

    def __post_init__(self) -> None:
        self._terminal = Terminal(columns=self.columns, rows=self.rows)

    # -- what the eyes do

    def look(self, seconds: float) -> bool:
        """Read what arrives within so many seconds; true as soon as something did."""
        if self.closed:
            return False
        self.line.settimeout(max(seconds, 0.001))
        try:
            data = self.line.recv(65536)
        except TimeoutError:
            return False
        self.closed = not data
        self._bytes += len(data)
        self._terminal.feed(data)
        return bool(data)

    @property
    def screen(self) -> list[str]:
        """The rows of the screen, as they are now, without trailing blanks."""
        return [row.rstrip() for row in self._terminal.display]

    def at_prompt(self) -> bool:
        """Whether the cursor stands right behind a prompt."""
        if self._terminal.alternate and self.where == "shell":
            return False  # some program shows a prompt of its own there
        shown = self._before_cursor()
        return any(match.end() == len(shown) for match in self.prompt.finditer(shown))

    def _before_cursor(self) -> str:
        cursor = self._terminal.cursor
        row: str = self._terminal.display[cursor.y]
        return row[: cursor.x]

    def wait_for(self, what: str) -> None:
        """Wait until the screen shows `what` (a regular expression, searched in its rows)."""
        pattern = re.compile(what, re.MULTILINE)
        self._wait(lambda: pattern.search("\n".join(self.screen)) is not None, f"/{what}/")

    def wait_for_question(self, what: str) -> None:
        """Wait until, after the last key, the cursor stands behind `what` (a regular expression)."""
        answered, pattern = self._since, re.compile(what)
        self._wait(
            lambda: self._bytes > answered and pattern.search(self._before_cursor()) is not None,
            f"a question like /{what}/",
        )

    def wait_for_prompt(self) -> None:
        """Wait until the shell answered to the last key and asks for the next command."""
        answered = self._since
        self._wait(lambda: self._bytes > answered and self.at_prompt(), "the prompt")

    def wait_for_end(self) -> None:
        """Wait until the other side has closed the session."""
        self._wait(lambda: self.closed, "the end of the session")

    def _wait(self, seen: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not seen():
            left = deadline - time.monotonic()
            if left <= 0 or (self.closed and not seen()):
                why = "the session ended" if self.closed else f"{PATIENCE_S:.0f} s went by"
                shown = "\n".join(row for row in self.screen if row)
                raise ScriptError(f"waited for {what}, but {why}; the screen shows:\n{shown}")
            self.look(min(left, 0.5))

    # -- what the fingers do

    def type(self, text: str) -> None:
        """Type it key by key, each after the screen answered to the one before."""
        for character in text:
            self._strike(character.encode())
            self.pause(0.045 if character in " /-" else 0.03)

    def press(self, *keys: str) -> None:
        """Press keys by name (`KEYS`)."""
        for key in keys:
            code = KEYS[key]
            if key in ARROWS and "?1" in self._terminal.modes:
                code = code.replace("[", "O")
            self._strike(code.encode())
            self.pause(0.06)

    def paste(self, text: str) -> None:
        """Send it in one piece, as a terminal does that knows nothing of bracketed paste."""
        self._strike(text.encode())

    def type_blind(self, secret: str) -> None:
        """Type a secret that nothing echoes, and press Enter."""
        self.secrets.append(secret)
        for character in secret:
            self._send(character.encode())
            self.pause(0.03)
        self.press("enter")

    def resize(self, columns: int, rows: int) -> None:
        """Drag the window to another size."""
        self.columns, self.rows = columns, rows
        self._terminal.resize(columns=columns, rows=rows)
        self._since = self._bytes
        self.line.resize_pty(columns, rows)

    def pause(self, seconds: float) -> None:
        """Do nothing for about so long (times `pace`), as people do; what arrives meanwhile is read."""
        deadline = time.monotonic() + seconds * self.random.uniform(0.6, 1.4) * self.pace
        while (left := deadline - time.monotonic()) > 0 and not self.closed:
            self.look(left)

    def submit(self, command: str) -> None:
        """Press Enter on a line that the shell now holds as `command`; does not wait."""
        self.commands.append(Typed(command, self.where))
        self.press("enter")

    def run(self, command: str, *, reading: float = 0.3) -> None:
        """Type a command, run it, wait for the prompt, read what it printed."""
        self.type(command)
        self.submit(command)
        self.wait_for_prompt()
        self.pause(reading)

    def cancel(self, line: str) -> None:
        """Type a line, think better of it and press Ctrl-C."""
        self.type(line)
        self.pause(0.3)
        self.cancelled.append(line)
        self.press("ctrl-c")
        self.wait_for_prompt()

    def _send(self, data: bytes) -> None:
        self._since = self._bytes
        while data:
            data = data[self.line.send(data) :]

    def _strike(self, data: bytes) -> None:
        self._send(data)
        self.look(0.5)  # the echo; where there is none, nobody waits longer
