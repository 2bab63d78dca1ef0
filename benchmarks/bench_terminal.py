"""The terminal: speed as ratios to plain pyte on the same bytes, and timeline memory per output byte."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import numpy as np
import pyte

from sessionlens.recording import Info, Recording
from sessionlens.terminal import Terminal, replay

CHUNK = 4096
REFERENCE = 300_000  # bytes that pyte is given: it is slow


def flood(lines: int = 40_000) -> bytes:
    """Distinct lines of plain ASCII."""
    rng = random.Random(1)
    words = ["error", "warning", "lorem", "ipsum", "request", "GET", "/index.html", "200"]
    return b"".join(f"{i:06d} {' '.join(rng.choices(words, k=8))}\r\n".encode() for i in range(lines))


def listing(lines: int = 10_000) -> bytes:
    """A coloured `ls`."""
    line = (
        "\x1b[0m\x1b[01;34mdir{0}\x1b[0m  \x1b[01;32mrun{0}.sh\x1b[0m  "
        "\x1b[01;31ma{0}.tar.gz\x1b[0m  file{0}\r\n"
    )
    return "".join(line.format(i) for i in range(lines)).encode()


def editor(frames: int = 800) -> bytes:
    """A full screen drawn again and again, as an editor or a monitor does."""
    rng = random.Random(2)
    line = "\x1b[{y};1H\x1b[38;5;{c}m{n:4d} \x1b[m\x1b[1mname{n}\x1b[m = value({v})\x1b[K"
    return "".join(
        line.format(y=y, c=y + 20, n=f * 24 + y, v=rng.randrange(99999))
        for f in range(frames)
        for y in range(1, 25)
    ).encode()


def seconds(feed: Callable[[bytes], object], data: bytes) -> float:
    """Time to feed in pieces as they come from a network."""
    start = time.perf_counter()
    for at in range(0, len(data), CHUNK):
        feed(data[at : at + CHUNK])
    return time.perf_counter() - start


def recorded(data: bytes, step_ns: int = 2_000_000) -> Recording:
    """The same bytes as a recording, a piece every 2 ms."""
    offsets = np.arange(0, len(data), CHUNK)
    sizes = np.minimum(CHUNK, len(data) - offsets)
    times = np.arange(len(offsets)) * step_ns
    events = [times, np.full(len(offsets), ord("o")), offsets, sizes]
    return Recording(Info("00000000", "bench", "bench", columns=80, rows=24), events, {"o": data, "i": b""})


def row(name: str, data: bytes) -> str:
    """One line of the table."""
    mb = len(data) / 1e6
    reference = data[:REFERENCE]
    plain = len(reference) / 1e6 / seconds(pyte.ByteStream(pyte.Screen(80, 24)).feed, reference)
    ours = mb / seconds(Terminal(80, 24).feed, data)
    start = time.perf_counter()
    done = replay(recorded(data))
    replayed = mb / (time.perf_counter() - start)
    size = done.timeline.nbytes / len(data)
    return (
        f"| {name} | {plain:.2f} | {ours:.2f} | {ours / plain:.1f} | {replayed / plain:.1f} | "
        f"{len(done.timeline)} | {size:.2f} |"
    )


def main() -> None:
    """Print the table."""
    print("## Terminal and timeline\n")
    print("The reference is plain pyte, fed the same bytes in the same run; the last column is the")
    print("timeline's memory per byte of output.\n")
    print("| stream | pyte MB/s | ours MB/s | terminal ÷ pyte | replay ÷ pyte | frames | memory |")
    print("|---|---|---|---|---|---|---|")
    for name, data in (
        ("200,000 plain lines", flood(200_000)),
        ("coloured ls", listing()),
        ("full screen", editor()),
    ):
        print(row(name, data))


if __name__ == "__main__":
    main()
