"""Painting and encoding: the whole render against ffmpeg encoding the same ready-made pictures alone.

Two synthetic sessions, made the same way each time: an hour of work (3,000 distinct frames, 120×40) and a log
that floods (20,000 frames, 80×24), the second only with `--all`, since it takes minutes.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from sessionlens.recording import Info, Recording
from sessionlens.render import Chapter, Facts, render_video
from sessionlens.render.canvas import Canvas, I420Ink
from sessionlens.render.ffmpeg import executable
from sessionlens.render.film import key_frames, plan
from sessionlens.render.matroska import frame_header, header
from sessionlens.render.order import Order
from sessionlens.render.recipes import CODEC
from sessionlens.render.screen import Screen
from sessionlens.render.studio import layout_of, panels_of, pictures
from sessionlens.render.theme import DARK
from sessionlens.terminal import Timeline, replay

SECOND = 1_000_000_000
WORDS = ("error", "warning", "kernel:", "/var/log/syslog", "started", "stopped", "4096", "connection")
FACTS = Facts("john", "SHA256:example", "deploy", "web01", "1a2b3c4d", 1, 1, 1_795_252_443 * SECOND)
SAMPLE = 400  # ready-made pictures; more do not fit a small disk


def log_line(number: int, chance: random.Random) -> bytes:
    """Words in colours."""
    words = (f"\x1b[3{chance.randrange(1, 8)}m{word}\x1b[0m" for word in chance.choices(WORDS, k=6))
    return f"{number:06d} {' '.join(words)}\r\n".encode()


def session(frames: int, every_ns: int, columns: int, rows: int) -> Timeline:
    """Coloured log lines, one to three at a time."""
    chance = random.Random(1)
    blob, table = bytearray(b"first line\n"), []
    for i in range(frames):
        data = b"".join(log_line(i, chance) for _ in range(chance.randrange(1, 4)))
        table.append((i * every_ns, ord("o"), len(blob), len(data)))
        blob += data
    events = list(np.array(table, np.int64).T)
    info = Info("00000000", "bench", "bench", columns=columns, rows=rows)
    return replay(Recording(info, events, {"o": bytes(blob)})).timeline


def measure(timeline: Timeline, folder: Path) -> dict[str, float]:
    """Painting alone, the whole render, and ffmpeg alone, all per picture."""
    end = timeline.end_ns
    chapters = [Chapter(t, t + 10 * SECOND, "tail -f /var/log/syslog", 0) for t in range(0, end, 60 * SECOND)]
    film = plan(timeline, FACTS, chapters, Order())
    layout = layout_of(film)
    canvas = Canvas(layout.width, layout.height, I420Ink())
    screen, panels = Screen(canvas, layout, timeline, DARK), panels_of(film, canvas, layout, DARK)
    start = time.perf_counter()
    count = sum(1 for _ in pictures(film, timeline, screen, panels))
    painting = time.perf_counter() - start
    start = time.perf_counter()
    report = render_video(timeline, folder / "video.mp4", facts=FACTS, chapters=chapters)
    whole = time.perf_counter() - start
    return {
        "frames": count, "painting": painting / count, "whole": whole / count, "seconds": whole,
        "alone": encode_alone(timeline, film, layout, folder), "megabytes": report.bytes / 1e6,
        "height": layout.height,
    }  # fmt: skip


def encode_alone(timeline: Timeline, film, layout, folder: Path) -> float:  # type: ignore[no-untyped-def]
    """Seconds a picture that ffmpeg takes for the first ready-made pictures, read from a file."""
    canvas = Canvas(layout.width, layout.height, I420Ink())
    screen, panels = Screen(canvas, layout, timeline, DARK), panels_of(film, canvas, layout, DARK)
    ready, count = folder / "ready.mkv", 0
    with ready.open("wb") as file:
        file.write(header(layout.width, layout.height))
        for ms, _, _ in pictures(film, timeline, screen, panels):
            file.write(frame_header(ms, canvas.buffer.nbytes))
            file.write(canvas.buffer.data)
            count += 1
            if count == SAMPLE:
                break
    keys = ",".join(str(ms / 1000) for ms in key_frames(film)[:SAMPLE])
    command = [executable(), "-v", "error", "-y", "-f", "matroska", "-i", str(ready)]
    command += [*CODEC, "-force_key_frames", keys, str(folder / "alone.mp4")]
    start = time.perf_counter()
    subprocess.run(command, check=True)
    took = (time.perf_counter() - start) / count
    ready.unlink()
    return took


def main(arguments: list[str]) -> None:
    cases = {"1 h, 3,000 distinct frames, 120×40": (3000, 1_200_000_000, 120, 40)}
    if "--all" in arguments:
        cases["flood, 20,000 frames, 80×24"] = (20_000, 40_000_000, 80, 24)
    print("## Rendering\n\nThe reference is ffmpeg encoding the same pictures, ready-made in a file.\n")
    print("| session | pictures | painting ms | whole render ms | ffmpeg alone ms | ratio | seconds | MB |")
    print("|---|---|---|---|---|---|---|---|")
    for name, shape in cases.items():
        with tempfile.TemporaryDirectory() as folder:
            m = measure(session(*shape), Path(folder))
        milliseconds = [m[key] * 1000 for key in ("painting", "whole", "alone")]
        cells = [f"{name}, {m['height']:.0f}p", f"{m['frames']:.0f}", *(f"{ms:.2f}" for ms in milliseconds)]
        cells += [f"{m['whole'] / m['alone']:.2f}", f"{m['seconds']:.1f}", f"{m['megabytes']:.1f}"]
        print(f"| {' | '.join(cells)} |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nPeak memory of the process: {peak:.0f} MB.")


if __name__ == "__main__":
    main(sys.argv[1:])
