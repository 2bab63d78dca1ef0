#!/usr/bin/env python3
"""Feed random and mutated bytes to the terminal: no exception, the same in any split, nothing out of bounds.

    python tests/fuzz/fuzz_terminal.py --count 100000 --seconds 600 [--seed N] [--start K] [--resume FILE]

See inputs.py for the options. Every input is checked for exceptions and invariants, every 8th also for
splits, the short ways, restore(dump) and a replay. Prints what was done; exits 1 at the first
failure, with the input in hex.
"""

from __future__ import annotations

import random
import sys
import traceback
from itertools import pairwise
from pathlib import Path

import numpy as np
from inputs import Inputs

from sessionlens.recording import Info, Recording
from sessionlens.terminal import Terminal, flags, replay

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
FINALS = [chr(c) for c in range(0x40, 0x7F)]
NUMBERS = [
    "",
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "7",
    "8",
    "24",
    "25",
    "38",
    "47",
    "80",
    "81",
    "1000",
    "65536",
    "9" * 12,
]
MODES = ["4", "20", *(f"?{n}" for n in (1, 3, 5, 6, 7, 25, 45, 47, 69, 1047, 1048, 1049, 2004, 2026))]
WORDS = [
    *(
        "a",
        "ls -la",
        "x" * 79,
        "y" * 81,
        " ",
        "日本語",
        "é",
        "e\u0301",
        "\u200b",
        "\u200d",
        "\ufe0f",
        "❤\ufe0f",
        "👩\u200d👩\u200d👧",
    ),
    *(
        "🇩🇪",
        "🇩",
        "👍🏽",
        "1\ufe0f\u20e3",
        "\u00ad",
        "─│┌",
        "\u202e",
        "\ud7ff",
        "\U0010ffff",
        "\x85",
        "\x9b",
        "\x9d",
    ),
]
CONTROLS = [
    "\r\n",
    "\n",
    "\r",
    "\b",
    "\t",
    "\x0e",
    "\x0f",
    "\x18",
    "\x1a",
    "\x1b",
    "\x07",
    "\v",
    "\f",
    "\x7f",
    "\0",
]
ESCAPES = [
    *(
        "7",
        "8",
        "D",
        "E",
        "H",
        "M",
        "c",
        "n",
        "o",
        "N",
        "O",
        "#8",
        "(0",
        "(B",
        ")0",
        "*0",
        "%G",
        "=",
        ">",
        "\\",
        "k",
        "P",
        "X",
        "^",
        "_",
        "]",
    )
]


EVEN = [
    "a",
    "ls -la",
    " ",
    "\t",
    "─",
    "é",
    "x" * 79,
    "\x1b[m",
    "\x1b[1;31m",
    "\x1b[44m",
    "\x1b[K",
    "\x1b[38;5;9m",
]


def sequence(rng: random.Random) -> str:
    """Something that a terminal acts on, mostly well-formed."""
    kind = rng.random()
    if kind < 0.25:
        return rng.choice(WORDS)
    if kind < 0.4:
        return rng.choice(CONTROLS)
    if kind < 0.5:
        return "\x1b" + rng.choice(ESCAPES)
    if kind < 0.6:
        return f"\x1b[{rng.choice(MODES)}{rng.choice('hhlsr')}"
    if kind < 0.7:
        codes = [str(rng.choice([*range(110), 38, 48, 58])) for _ in range(rng.randrange(6))]
        return f"\x1b[{rng.choice(';:').join(codes)}m"
    if kind < 0.75:
        end = rng.choice(["\x07", "\x1b\\", "\x9c", "\x18", ""])
        return (
            f"\x1b]{rng.choice(['0', '2', '7', '8;;', '133;C', '633;E', '52', ''])};{rng.choice(WORDS)}{end}"
        )
    marker = rng.choice(["", "", "", "", "?", ">", "<", "="])
    numbers = ";".join(rng.choice(NUMBERS) for _ in range(rng.randrange(4)))
    middle = rng.choice(["", "", "", "", " ", "!", '"', "'", "$"])
    return f"\x1b[{marker}{numbers}{middle}{rng.choice(FINALS)}"


def seeds() -> list[bytes]:
    """Real streams to mutate."""
    paths = [
        *ROOT.glob("fixtures/sessions/*/*/*/out"),
        *SHARED.glob("conformance/xterm.js/*.in"),
        *SHARED.glob("truth/*/out"),
        *SHARED.glob("samples/ttyrec/*.ttyrec"),
    ]
    return [path.read_bytes() for path in sorted(paths)]


def mutated(rng: random.Random, streams: list[bytes]) -> bytes:
    """A piece of a real stream with a few bytes changed, dropped or doubled."""
    stream = rng.choice(streams)
    start = rng.randrange(max(len(stream) - 1, 1))
    data = bytearray(stream[start : start + rng.randrange(1, 600)])
    for _ in range(rng.randrange(8)):
        at = rng.randrange(len(data) + 1)
        how = rng.randrange(4)
        if how == 0 and at < len(data):
            data[at] = rng.randrange(256)
        elif how == 1:
            del data[at : at + rng.randrange(4)]
        elif how == 2:
            data[at:at] = data[at : at + rng.randrange(16)]
        else:
            data[at:at] = sequence(rng).encode("utf-8", "surrogatepass")
    return bytes(data)


def flood(rng: random.Random) -> str:
    """Whole lines at the bottom of the screen, with something odd here and there."""
    lines = []
    for _ in range(rng.randrange(4, 40)):
        pieces = [rng.choice(EVEN) for _ in range(rng.randrange(5))]
        lines.append(sequence(rng) if rng.random() < 0.1 else "".join(pieces))
    return "\n" * 50 + "\r\n".join(lines) + "\r\n"


def make(seed: int, index: int, streams: list[bytes]) -> tuple[bytes, int, int, random.Random]:
    """Input `index` of a seed, and the size of the terminal it is for."""
    rng = random.Random(seed * 1_000_003 + index)
    kind = rng.random()
    if streams and kind < 0.35:
        data = mutated(rng, streams)
    elif kind < 0.45:
        data = rng.randbytes(rng.randrange(1, 200))
    elif kind < 0.6:
        data = flood(rng).encode("utf-8", "surrogatepass")
    else:
        data = "".join(sequence(rng) for _ in range(rng.randrange(1, 40))).encode("utf-8", "surrogatepass")
    columns, rows = rng.choice([(80, 24), (10, 4), (3, 3), (1, 1), (2, 1), (132, 50)])
    return data, columns, rows, rng


def check(terminal: Terminal) -> None:
    """What holds whatever was fed."""
    screen = terminal.screen
    cursor = terminal.cursor
    assert 0 <= cursor.x < terminal.columns and 0 <= cursor.y < terminal.rows, "cursor out of bounds"
    assert 0 <= screen.top <= screen.bottom < terminal.rows, "margins"
    assert 0 <= screen.left <= screen.right < terminal.columns, "side margins"
    assert len(screen.page) == len(screen.other) == terminal.rows, "page size"
    for line in (*screen.page, *screen.other, *screen.history):
        cells = line.cells
        assert len(cells) == len(line.styles) <= terminal.columns, "line size"
        assert not cells or cells[0], "half a wide character at column 0"
        assert all(a or b for a, b in pairwise(cells)), "two right halves"
        assert not any(c in cell for cell in cells for c in "\x1b\r\n\x07"), "control in a cell"


def run(data: bytes, columns: int, rows: int, rng: random.Random, deep: bool) -> None:
    """One input, with everything that must hold."""
    whole = Terminal(columns, rows)
    whole.feed(data)
    check(whole)
    if deep:
        slow = Terminal(columns, rows, fast=False)
        slow.feed(data)
        assert slow == whole, "the short ways differ"
        pieces = Terminal(columns, rows)
        at = 0
        while at < len(data):
            size = rng.randrange(1, 12)
            pieces.feed(data[at : at + size])
            at += size
        assert pieces == whole, "a split changes the screen"
        twin = Terminal(5, 5)
        twin.restore(whole.dump())
        assert twin == whole, "restore(dump) differs"
        replayed(data, columns, rows, rng)
    if rng.random() < 0.1:
        whole.resize(rng.choice([1, 2, 7, 80, 100]), rng.choice([1, 2, 5, 24, 30]), reflow=rng.random() < 0.7)
        check(whole)
        whole.feed(data)
        check(whole)


def replayed(data: bytes, columns: int, rows: int, rng: random.Random) -> None:
    """The same bytes as a recording with sizes and input in between: timeline, trace and lines agree."""
    events = []
    at = t = 0
    while at < len(data):
        size = min(rng.randrange(1, 40), len(data) - at)
        events.append((t, ord("o"), at, size))
        at += size
        t += rng.choice([0, 1, 20, 40, 1500]) * 1_000_000
        if rng.random() < 0.1:
            events.append((t, ord("r"), rng.randrange(100), rng.randrange(40)))
        if rng.random() < 0.2:
            events.append((t, ord("i"), 0, 1))
    info = Info("00000000", "fuzz", "fuzz", columns=columns, rows=rows)
    table = list(np.array(events, dtype=np.int64).reshape(-1, 4).T)
    done = replay(Recording(info, table, {"o": data, "i": b"\r"}))
    timeline, exact = done.timeline, done.after(len(events))
    last = [timeline.row(row).text.rstrip() for row in timeline.frame(-1).row_ids]
    assert last == [line.rstrip() for line in exact.display], "the last frame is not the screen"
    assert [frame for frame, _, _ in timeline.walk()] == [timeline.frame(i) for i in range(len(timeline))]
    for point in done.trace.points:
        done.trace.screen(point)
    timeline.lines()
    for flag in flags(done):
        assert 0 <= flag.offset <= flag.last < len(data), f"outside of {len(data)} bytes of output: {flag}"


def main() -> int:
    """See above."""
    inputs = Inputs("terminal", str(__doc__).splitlines()[0])
    streams = seeds()
    for index in inputs:
        data, columns, rows, rng = make(inputs.seed, index, streams)
        try:
            run(data, columns, rows, rng, deep=index % 8 == 0)
        except Exception:
            traceback.print_exc()
            print(f"input {index} of seed {inputs.seed}, {columns}x{rows}: {data.hex()}", file=sys.stderr)
            print(repr(data), file=sys.stderr)
            return 1
    print(inputs)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
