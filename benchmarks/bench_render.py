"""Painting and encoding, each session in one run: the whole render against ffmpeg encoding the same pictures
ready-made, against a constant 30 pictures a second through imageio-ffmpeg's own writer, and against agg where
it is there.

The fixtures, a log that floods (20,000 frames, 80×24), and an hour of work (3,000 distinct frames, 120×40);
the latter two are synthetic and made the same way each time.
"""

from __future__ import annotations

import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import imageio_ffmpeg
import numpy as np

import sessionlens as sl
from sessionlens.recording import Info, Recording
from sessionlens.render import Chapter, Facts, Footage, Order, fonts, render_video
from sessionlens.render.canvas import Bytes, Canvas, I420Ink, Ink, RgbInk
from sessionlens.render.ffmpeg import executable
from sessionlens.render.film import key_frames, plan
from sessionlens.render.matroska import frame_header, header
from sessionlens.render.recipes import mp4
from sessionlens.render.studio import layout_of, pictures
from sessionlens.render.versions import versions
from sessionlens.session.video import chapters, facts
from sessionlens.terminal import Timeline, replay

SECOND = 1_000_000_000
WORDS = ("error", "warning", "kernel:", "/var/log/syslog", "started", "stopped", "4096", "connection")
FACTS = Facts("john", "SHA256:example", "deploy", "web01", "1a2b3c4d", 1, 1, 1_795_252_443 * SECOND)
SAMPLE = 600  # ready-made pictures; more do not fit a small disk
CAST = 300  # events for agg
CONSTANT = 30  # pictures a second
FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "sessions"


@dataclass
class Case:
    """What is rendered, and what came of it."""

    timeline: Timeline
    facts: Facts = FACTS
    chapters: list[Chapter] = field(default_factory=list)
    cast: list[tuple[float, str]] = field(default_factory=list)  # for agg

    def film(self, order: Order):  # type: ignore[no-untyped-def]
        return plan(self.timeline, self.facts, self.chapters, order)

    def painted(self, order: Order, ink: Ink) -> tuple[tuple[int, int], Iterator[tuple[int, int, Bytes]]]:
        """The size, and (milliseconds, session time, pixels) of each picture; the pixels are overwritten."""
        film = self.film(order)
        layout = layout_of(film)
        canvas = Canvas(layout.width, layout.height, ink)
        each = pictures(film, self.timeline, canvas, layout)
        return (layout.width, layout.height), ((ms, t or 0, canvas.buffer) for ms, t, _ in each)

    def render(self, path: Path, end_ns: int | None = None):  # type: ignore[no-untyped-def]
        return render_video(Footage(self.timeline, self.facts, self.chapters), path, Order(end_ns=end_ns))


def log_line(number: int, chance: random.Random) -> bytes:
    """Words in colours."""
    words = (f"\x1b[3{chance.randrange(1, 8)}m{word}\x1b[0m" for word in chance.choices(WORDS, k=6))
    return f"{number:06d} {' '.join(words)}\r\n".encode()


def session(frames: int, every_ns: int, columns: int, rows: int) -> Case:
    """Coloured log lines, one to three at a time; a command a minute."""
    chance = random.Random(1)
    blob, table, cast = bytearray(b"first line\n"), [], []
    for i in range(frames):
        data = b"".join(log_line(i, chance) for _ in range(chance.randrange(1, 4)))
        table.append((i * every_ns, ord("o"), len(blob), len(data)))
        cast.append((i * every_ns / SECOND, data.decode()))
        blob += data
    events = list(np.array(table, np.int64).T)
    info = Info("00000000", "bench", "bench", columns=columns, rows=rows)
    timeline = replay(Recording(info, events, {"o": bytes(blob)})).timeline
    every = range(0, timeline.end_ns, 60 * SECOND)
    said = [Chapter(t, t + 10 * SECOND, "tail -f /var/log/syslog", 0) for t in every]
    return Case(timeline, FACTS, said, cast)


def fixtures() -> list[Case]:
    """The recordings of real programs."""
    found = (sl.open(next(folder.glob("2026*"))) for folder in sorted(FIXTURES.iterdir()))
    return [Case(s.timeline, facts(s), chapters(s)) for s in found]


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def against_encoder(case: Case, folder: Path) -> tuple[float, float]:
    """Seconds of the render of the first pictures, and of ffmpeg encoding them from a file."""
    size, each = case.painted(Order(), I420Ink())
    ready, count, last_ns = folder / "ready.mkv", 0, 0
    with ready.open("wb") as file:
        file.write(header(*size))
        for ms, session_ns, pixels in each:
            file.write(frame_header(ms, pixels.nbytes))
            file.write(pixels.data)
            count, last_ns = count + 1, session_ns
            if count == SAMPLE:
                break
    end_ns = last_ns if count == SAMPLE else None
    film = case.film(Order(end_ns=end_ns))
    command = [executable(), "-v", "error", "-y", "-f", "matroska", "-i", str(ready)]
    command += [*mp4(folder, size, ";FFMETADATA1\n", key_frames(film)), str(folder / "alone.mp4")]
    made = []
    both = []
    for _ in range(3):  # the better of three each: the machine is shared
        whole = timed(lambda: made.append(case.render(folder / "part.mp4", end_ns)))
        alone = timed(lambda: subprocess.run(command, check=True))
        both.append((whole * count / made[-1].frames, alone))
    ready.unlink()
    return min(whole for whole, _ in both), min(alone for _, alone in both)


def against_constant(case: Case, folder: Path, seconds: float) -> tuple[float, float]:
    """Seconds and megabytes of a constant rate over the whole length, from a sample of it."""
    size, each = case.painted(Order(), RgbInk())
    _, _, pixels = next(each)
    following = next(each)
    writer = imageio_ffmpeg.write_frames(str(folder / "constant.mp4"), size, fps=CONSTANT, macro_block_size=2)
    writer.send(None)

    def write() -> None:
        nonlocal following
        for number in range(SAMPLE):
            while following is not None and following[0] <= number * 1000 / CONSTANT:
                following = next(each, None)
            writer.send(pixels)
        writer.close()

    scale = seconds * CONSTANT / SAMPLE
    return timed(write) * scale, (folder / "constant.mp4").stat().st_size / 1e6 * scale


def against_agg(case: Case, folder: Path) -> list[str]:
    """How many times as long as ours agg's GIF of the first events takes, and its megabytes an hour."""
    program = shutil.which("agg")
    if program is None:
        return ["not there", ""]
    frame, told = case.timeline.frame(0), case.cast[:CAST]
    head = json.dumps({"version": 2, "width": frame.columns, "height": frame.rows})
    lines = [head, *(json.dumps([t, "o", text]) for t, text in told)]
    (folder / "x.cast").write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [program, "--font-dir", str(fonts.HERE), "--font-family", "DejaVu Sans Mono", "x.cast", "x.gif"]
    theirs = timed(lambda: subprocess.run(command, cwd=folder, check=True, capture_output=True))
    ours = timed(lambda: case.render(folder / "part.mp4", round(told[-1][0] * SECOND)))
    size = (folder / "x.gif").stat().st_size / 1e6
    return [f"{theirs / ours:.1f}", f"{size * 3600 / told[-1][0]:.0f}"]


def row(name: str, cases: list[Case]) -> str:
    """One line of the table; of several sessions the sums."""
    frames, seconds, took, megabytes, ours, alone, height = 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for case in cases:
            start = time.perf_counter()
            report = case.render(folder / "video.mp4")
            took += time.perf_counter() - start
            frames, seconds = frames + report.frames, seconds + report.duration_s
            megabytes, height = megabytes + report.bytes / 1e6, max(height, report.size[1])
            one, other = against_encoder(case, folder)
            ours, alone = ours + one, alone + other
        cells = [f"{name}, {height}p", f"{frames:,}", f"{took:.1f}", f"{frames / took:.0f}"]
        cells += [f"{megabytes * 3600 / seconds:.0f}", f"{ours / alone:.2f}"]
        if len(cases) == 1:
            constant, size = against_constant(cases[0], folder, seconds)
            cells += [f"{constant / took:.0f}", f"{size * 3600 / seconds:.0f}"]
            cells += against_agg(cases[0], folder)
        else:
            cells += [""] * 4
    return f"| {' | '.join(cells)} |"


def memory(hours: int) -> None:
    """Render so many hours and say what it took, this process's peak and ffmpeg's; run as a child."""
    case = session(3000 * hours, 1_200_000_000, 80, 24)
    before = peak()
    with tempfile.TemporaryDirectory() as folder:
        case.render(Path(folder) / "video.mp4")
    theirs = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"| {hours} h | {before:.0f} | {peak():.0f} | {theirs:.0f} |", flush=True)


def peak() -> float:
    """Of this process, in MB: proc(5), since getrusage(2) also counts what began it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


HEAD = """## Rendering

`÷ ffmpeg` is the time of the render ÷ that of ffmpeg encoding the same pictures, ready-made in a file (the
first 600; the better of three each). `30/s ÷` is a constant 30 pictures a second of rgb24 through
imageio-ffmpeg's own writer ÷ the render, over the whole length, from a sample of 20 s; `agg ÷` is agg's GIF
of the first 300 frames, as it comes (14 px, no bands), ÷ our MP4 of them.

| session | pictures | seconds | a second | MB/h | ÷ ffmpeg | 30/s ÷ | its MB/h | agg ÷ | its MB/h |
|---|---|---|---|---|---|---|---|---|---|"""
MEMORY = """
Peak memory, a process each: before the render (recording and timeline are there), after it, ffmpeg's at most.

| session, 80×24 | before, MB | after | ffmpeg |
|---|---|---|---|"""


def main(arguments: list[str]) -> None:
    if arguments:
        return memory(int(arguments[0]))
    versions()  # known from here on; asked once a process
    print(HEAD, flush=True)
    print(row("fixtures", fixtures()), flush=True)
    print(row("log, 20,000 frames, 80×24", [session(20_000, 40_000_000, 80, 24)]), flush=True)
    print(row("1 h, 3,000 distinct frames, 120×40", [session(3000, 1_200_000_000, 120, 40)]), flush=True)
    print(MEMORY, flush=True)
    for hours in (1, 4):
        subprocess.run([sys.executable, __file__, str(hours)], check=True)
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
