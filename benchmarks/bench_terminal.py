"""The terminal: speed beside pyte, @xterm/headless and libghostty on the same bytes; the timeline's memory.

Every terminal is given the same stream in pieces of 4,096 bytes, each the best of three turns. Floods are
made here, programs are the recorded sessions in `fixtures/`, over and over until there is enough of them;
pyte, which is slow, gets the beginning.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import numpy as np
import pyte

from sessionlens.formats import find, open_source
from sessionlens.recording import Info, Recording
from sessionlens.terminal import Replay, Terminal, Timeline, replay

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from oracles import Ghostty, Xterm  # noqa: E402  # a folder beside this script

CHUNK = 4096
ENOUGH = 1_500_000  # bytes of a program's stream
REFERENCE = 300_000  # bytes for pyte
TURNS = 3
PROGRAMS = ("vim", "vim-windows", "htop", "less", "top", "emacs", "nano", "neovim", "mc", "tmux", "git-log")


class Lenient(pyte.Screen):
    """pyte 0.8.2 with its crashes caught: it raises TypeError where these come with a private marker."""

    crashes = 0

    def select_graphic_rendition(self, *numbers: int, **private: bool) -> None:
        """SGR."""
        if private:
            self.crashes += 1
        else:
            super().select_graphic_rendition(*numbers)

    def set_margins(self, *numbers: int, **private: bool) -> None:  # type: ignore[override]
        """DECSTBM."""
        if private:
            self.crashes += 1
        else:
            super().set_margins(*numbers)


def flood(lines: int) -> bytes:
    """Distinct lines of plain ASCII."""
    rng = random.Random(1)
    words = ["error", "warning", "lorem", "ipsum", "request", "GET", "/index.html", "200"]
    return b"".join(f"{i:06d} {' '.join(rng.choices(words, k=8))}\r\n".encode() for i in range(lines))


def listing(lines: int) -> bytes:
    """A coloured `ls`."""
    line = (
        "\x1b[0m\x1b[01;34mdir{0}\x1b[0m  \x1b[01;32mrun{0}.sh\x1b[0m  "
        "\x1b[01;31ma{0}.tar.gz\x1b[0m  file{0}\r\n"
    )
    return "".join(line.format(i) for i in range(lines)).encode()


def painted(frames: int) -> bytes:
    """A full screen drawn again and again, as a monitor does."""
    rng = random.Random(2)
    line = "\x1b[{y};1H\x1b[38;5;{c}m{n:4d} \x1b[m\x1b[1mname{n}\x1b[m = value({v})\x1b[K"
    return "".join(
        line.format(y=y, c=y + 20, n=f * 24 + y, v=rng.randrange(99999))
        for f in range(frames)
        for y in range(1, 25)
    ).encode()


def recorded(data: bytes, piece: int = CHUNK, step_ns: int = 2_000_000) -> Recording:
    """Bytes as a recording, a piece every 2 ms."""
    offsets = np.arange(0, len(data), piece)
    sizes = np.minimum(piece, len(data) - offsets)
    times = np.arange(len(offsets)) * step_ns
    events = [times, np.full(len(offsets), ord("o")), offsets, sizes]
    return Recording(Info("00000000", "bench", "bench", columns=80, rows=24), events, {"o": data, "i": b""})


def repeated(recording: Recording) -> Recording:
    """A recorded session over and over, its times going on."""
    out = bytes(recording.blob("o"))
    turns = -(-ENOUGH // len(out))
    late = recording.duration_ns + 1
    printed = recording.stream == ord("o")
    events = [
        np.concatenate([recording.t_ns + late * turn for turn in range(turns)]),
        np.tile(recording.stream, turns),
        np.concatenate([recording.offset + printed * len(out) * turn for turn in range(turns)]),
        np.tile(recording.size, turns),
    ]
    blobs = {"o": out * turns, "i": bytes(recording.blob("i"))}
    return Recording(recording.info, events, blobs)


def program(name: str) -> Recording:
    """The session of a program."""
    (path,) = find(HERE.parent / "fixtures" / "sessions" / name)
    return repeated(open_source(path).channels[0].load())


def seconds(feed: Callable[[bytes], object], data: bytes) -> float:
    """Time to feed in pieces as they come from a network."""
    start = time.perf_counter()
    for at in range(0, len(data), CHUNK):
        feed(data[at : at + CHUNK])
    return time.perf_counter() - start


def speed(make: Callable[[], Callable[[bytes], object]], data: bytes) -> float:
    """MB/s, the best turn."""
    return len(data) / 1e6 / min(seconds(make(), data) for _ in range(TURNS))


def replayed(recording: Recording) -> tuple[float, Replay]:
    """MB/s of a whole replay, and what came out."""
    best = float("inf")
    for _ in range(TURNS):
        start = time.perf_counter()
        done = replay(recording)
        best = min(best, time.perf_counter() - start)
    return len(recording.raw("o")) / 1e6 / best, done


def others(data: bytes, columns: int, rows: int) -> Iterator[float | None]:
    """MB/s of @xterm/headless and libghostty; None where one is not to be had."""
    if Xterm.missing():
        yield None
    else:
        with tempfile.NamedTemporaryFile() as file, Xterm(columns, rows) as xterm:
            file.write(data)
            file.flush()
            yield len(data) / 1e6 / min(xterm.bench(file.name, columns, rows, piece=CHUNK, times=TURNS))
    yield None if Ghostty.missing() else speed(lambda: Ghostty(columns, rows).feed, data)


def row(name: str, recording: Recording) -> str:
    """One line of the table."""
    columns, rows = recording.info.columns or 80, recording.info.rows or 24
    data = bytes(recording.raw("o"))
    beginning = data[:REFERENCE]
    screens: list[Lenient] = []

    def plain() -> Callable[[bytes], object]:
        screens.append(Lenient(columns, rows))
        return pyte.ByteStream(screens[-1]).feed

    reference = speed(plain, beginning)
    ours = speed(lambda: Terminal(columns, rows).feed, data)
    whole, _ = replayed(recording)
    ratios = [f"{ours / other:.2f}" if other else "not here" for other in others(data, columns, rows)]
    return (
        f"| {name} | {reference:.2f} | {screens[0].crashes} | {ours:.1f} | {ours / reference:.1f} | "
        f"{whole / reference:.1f} | {' | '.join(ratios)} |"
    )


def memory(name: str, recording: Recording) -> str:
    """One line of the second table."""
    timeline = replayed(recording)[1].timeline
    size = timeline.nbytes / len(recording.raw("o"))
    return f"| {name} | {len(timeline):,} | {timeline.n_rows:,} | {size:.2f} | {looked_up(timeline):.3f} |"


def looked_up(timeline: Timeline) -> float:
    """Median ms of `timeline.at`, anywhere."""
    rng = random.Random(3)
    took = []
    for _ in range(1000):
        t_ns = rng.randrange(timeline.end_ns + 1)
        start = time.perf_counter()
        timeline.at(t_ns)
        took.append(time.perf_counter() - start)
    return median(took) * 1e3


ABOUT = """## Terminal

MB/s, and ratios within this run. pyte is 0.8.2 with its crashes caught (counted); `replay` is the whole of
timeline, trace and checkpoints. The two right columns are ours ÷
@xterm/headless (JavaScript) and ours ÷ libghostty (Zig).

| stream | pyte MB/s | crashes | ours MB/s | ours ÷ pyte | replay ÷ pyte | ÷ xterm.js | ÷ libghostty |"""


def main() -> None:
    """Print both tables."""
    print(ABOUT)
    print("|---|---|---|---|---|---|---|---|")
    print(row("200,000 plain lines", recorded(flood(200_000))))
    print(row("coloured ls", recorded(listing(40_000))))
    print(row("a full screen painted without a pause", recorded(painted(800))))
    for name in PROGRAMS:
        print(row(name, program(name)))
    print("\n## Timeline\n")
    print("Memory per byte of output, and the median time of 1,000 `timeline.at`.\n")
    print("| session | frames | rows | memory ÷ output | at, ms |")
    print("|---|---|---|---|---|")
    print(memory("200,000 distinct lines", recorded(flood(200_000))))
    whole = painted(20_000)
    print(memory("20,000 full-screen frames", recorded(whole, len(whole) // 20_000 + 1, 50_000_000)))


if __name__ == "__main__":
    main()
