"""A long session as a shell would have left it: keys with their echo, prompts, output, stays in a pager.

Made in memory and the same each time; it only has to look like one to whatever reads it, so nothing is run.
What bash's line editor sends is in readline's `display.c`; dash leaves echo and editing to the kernel.
"""

from __future__ import annotations

import random
from array import array
from dataclasses import dataclass, field

import numpy as np

from sessionlens.recording import Info, Recording

COLUMNS, ROWS = 120, 40
PIECE = 4096  # bytes of output that come at once
MS = 1_000_000
_FIRST_LINE = b"Script started on 2026-11-22 09:14:03+00:00\n"
_WORDS = (
    "alpha", "beta", "cache", "config", "data", "error", "index", "invoice", "log", "main", "order", "report",
    "service", "test", "user",
)  # fmt: skip
_ENDS = (".py", ".log", ".csv", ".txt", ".conf", "", ".md", ".json")
_FOLDERS = ("~", "~/src", "~/src/app", "/etc", "/var/log", "/srv/data", "/srv/data/2026/november")
_FORMS = (
    "ls -la {}", "cat {}", "grep -n {} {}", "cd {}", "git log --oneline -n 20 {}", "tail -n 100 {}",
    "git status", "find . -name '{}*' -newer {} | sort | head", "systemctl status {}", "make {}",
    "for f in {} {}; do wc -l $f; done", "python3 {} --input {} --verbose", "ps aux | grep {}",
    "sudo cp {} /etc/{}", "echo {} >> {}",
)  # fmt: skip


@dataclass(slots=True)
class Tape:
    """Events as they happen: what is typed, what is printed, and how time goes on."""

    t_ns: int = 0
    out: bytearray = field(default_factory=lambda: bytearray(_FIRST_LINE))
    typed: bytearray = field(default_factory=lambda: bytearray(_FIRST_LINE))
    columns: tuple[array[int], ...] = field(default_factory=lambda: tuple(array("q") for _ in range(4)))

    def _event(self, stream: str, offset: int, size: int, wait_ns: int) -> None:
        self.t_ns += wait_ns
        for column, value in zip(self.columns, (self.t_ns, ord(stream), offset, size), strict=True):
            column.append(value)

    def key(self, data: bytes, wait_ns: int) -> None:
        """A key goes down."""
        self._event("i", len(self.typed), len(data), wait_ns)
        self.typed += data

    def print(self, data: bytes, wait_ns: int = 2 * MS) -> None:
        """Output comes, in pieces where it is long."""
        for at in range(0, len(data), PIECE):
            piece = data[at : at + PIECE]
            self._event("o", len(self.out), len(piece), wait_ns)
            self.out += piece

    def recording(self, *, inputs: bool) -> Recording:
        """What a recorder would have kept of it."""
        events = [np.frombuffer(column, dtype=np.int64) for column in self.columns]
        blobs = {"o": bytes(self.out), "i": bytes(self.typed)}
        if not inputs:
            events = [column[events[1] == ord("o")] for column in events]
            del blobs["i"]
        return Recording(Info("00000000", "long", "bench", columns=COLUMNS, rows=ROWS), events, blobs)


class Session:
    """Somebody at a shell. `edits`: it edits its line itself, in bracketed paste mode, as bash does."""

    def __init__(self, *, edits: bool, seed: int = 1) -> None:
        self.rng = random.Random(seed)
        self.tape = Tape()
        self.edits = edits
        self.folder = _FOLDERS[0]
        self.before = ""

    def run(self, commands: int, output_bytes: int) -> None:
        """So many commands, which print so much in all."""
        for left in range(commands, 0, -1):
            share = max(output_bytes - len(self.tape.out), 0) / left
            self._prompt()
            if self.edits and self.rng.random() < 0.01:
                self._thrown_away()
                self._prompt()
            self._typed()
            self._accepted()
            self._ran(self._size(share))
        self._prompt()

    def _prompt(self) -> None:
        clock = self.tape.t_ns // 1_000_000_000
        clock_text = f"{9 + clock // 3600 % 14:02d}:{clock // 60 % 60:02d}:{clock % 60:02d}"
        prompt = f"[{clock_text}] deploy@web01:{self.folder}$ ".encode()
        self.tape.print((b"\x1b[?2004h" if self.edits else b"") + prompt)

    def _press(self, data: bytes, echo: bytes) -> None:
        self.tape.key(data, self.rng.randrange(40, 180) * MS)
        self.tape.print(echo)

    def _typed(self) -> None:
        """The line, key by key; now and then Tab or the history bring a part of it."""
        how = self.rng.random() if self.edits else 1.0
        if how < 0.05 and self.before:
            self._press(b"\x1b[A", self.before.encode())
            return
        text = self._command()
        known = len(text) - 3 if how < 0.2 else len(text)
        for char in text[:known].encode():
            self._press(bytes([char]), bytes([char]))
        if known < len(text):
            self._press(b"\t", text[known:].encode())
        self.before = text

    def _command(self) -> str:
        form = self.rng.choice(_FORMS)
        if form.startswith("cd "):
            self.folder = self.rng.choice(_FOLDERS)
            return f"cd {self.folder}"
        name = self.rng.choice
        names = [f"{name(_WORDS)}-{self.rng.randrange(400)}{name(_ENDS)}" for _ in range(form.count("{}"))]
        return form.format(*names)

    def _thrown_away(self) -> None:
        for char in b"rm -rf dat":
            self._press(bytes([char]), bytes([char]))
        self._press(b"\x03", b"^C\x1b[?2004l\r\x1b[?2004h\x1b[?2004l\r\r\n")

    def _accepted(self) -> None:
        self._press(b"\r", b"\r\n\x1b[?2004l\r" if self.edits else b"\r\n")

    def _size(self, share: float) -> int:
        """Most commands print little, some print twenty kilobytes; `share` on the average."""
        return min(int(self.rng.paretovariate(1.3) * share * 0.3), 20_000) if self.rng.random() < 0.9 else 0

    def _ran(self, size: int) -> None:
        if self.rng.random() < 0.002:
            self._pager()
        kind = self.rng.randrange(3)
        made = bytearray()
        while len(made) < size:
            made += (_log, _listing, _source)[kind](self.rng)
        self.tape.print(bytes(made), 3 * MS)

    def _pager(self) -> None:
        """`less`: drawn once, then a page for each blank."""
        self.tape.print(b"\x1b[?1049h\x1b[22;0;0t\x1b[?1h\x1b=\r")
        for _ in range(self.rng.randrange(2, 12)):
            page = b"".join(_source(self.rng).replace(b"\r", b"\x1b[m\r") for _ in range(ROWS - 1))
            self.tape.print(b"\x1b[H\x1b[2J" + page + b"\x1b[7m:\x1b[27m\x1b[K")
            self.tape.key(b" ", 900 * MS)
        self.tape.key(b"q", 700 * MS)
        self.tape.print(b"\r\x1b[K\x1b[?1l\x1b>\x1b[?1049l\x1b[23;0;0t")


def _log(rng: random.Random) -> bytes:
    when = f"2026-11-{rng.randrange(1, 30):02d} 10:{rng.randrange(60):02d}"
    return f"{when} INFO {rng.randrange(9999)} {' '.join(rng.choices(_WORDS, k=7))}\r\n".encode()


def _listing(rng: random.Random) -> bytes:
    name = f"\x1b[01;32m{rng.choice(_WORDS)}-{rng.randrange(400)}\x1b[0m"
    return f"-rw-r--r-- 1 deploy deploy {rng.randrange(99999):6d} Nov 22 10:14 {name}\r\n".encode()


def _source(rng: random.Random) -> bytes:
    call = f"{rng.choice(_WORDS)}({rng.randrange(50)})"
    return f"{' ' * rng.choice((0, 4, 8))}{rng.choice(_WORDS)} = {call}\r\n".encode()


def long_session(commands: int, output_bytes: int, *, edits: bool = True, inputs: bool = True) -> Recording:
    """A recording of so many commands; `edits` as in bash, else as in dash; `inputs`: with what was typed."""
    session = Session(edits=edits)
    session.run(commands, output_bytes)
    return session.tape.recording(inputs=inputs)
