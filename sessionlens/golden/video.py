"""The video as a decoder sees it: how many pictures, when, which chapters, how near to what was painted.

Not its bytes: those change with every version of x264, and what people see does not.
"""

from __future__ import annotations

import math
import subprocess
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from sessionlens.errors import RenderError
from sessionlens.golden.comparing import Fact
from sessionlens.golden.golden import Video
from sessionlens.golden.painted import png
from sessionlens.render import Footage, Order, render_video
from sessionlens.render.ffmpeg import executable
from sessionlens.session.video import chapters, facts

if TYPE_CHECKING:
    from sessionlens.session import Session

IDLE_NS = 2_000_000_000
PERFECT = 99.0  # dB, where nothing differs
MARGIN = 1  # dB that another encoder may be worse


@dataclass(frozen=True, slots=True)
class Taken:
    """A video as it is now; `worst`: time in ms and the two pictures (PNG, brightness only) of least PSNR."""

    video: Video
    psnr: float
    worst: tuple[int, bytes, bytes]


@dataclass(frozen=True, slots=True)
class VideoDifference:
    """What is not as it was. `worst` as in Taken where the pictures are the matter."""

    facts: tuple[Fact, ...]
    worst: tuple[int, bytes, bytes] | None

    @property
    def words(self) -> str:
        """All of it in a line."""
        return "video: " + "; ".join(
            f"{f.name} {_short(f.expected)} became {_short(f.actual)}" for f in self.facts
        )


def _short(text: str) -> str:
    first, _, more = text.partition("\n")
    return first + " …" * bool(more)


def compare(expected: Video, now: Taken) -> VideoDifference | None:
    """None where nothing differs."""
    actual = now.video
    facts = [
        Fact("size", f"{expected.width}x{expected.height}", f"{actual.width}x{actual.height}"),
        Fact("pictures", str(len(expected.times)), str(len(actual.times))),
        Fact("times (ms)", *("\n".join(map(str, video.times)) for video in (expected, actual))),
        Fact("chapters", *(_chapters(video) for video in (expected, actual))),
    ]
    found = [fact for fact in facts if fact.expected != fact.actual]
    poor = now.psnr < expected.floor
    if poor:
        found.append(
            Fact("PSNR", f"at least {expected.floor:g} dB", f"{now.psnr:.1f} dB at {now.worst[0]} ms")
        )
    return VideoDifference(tuple(found), now.worst if poor else None) if found else None


def _chapters(video: Video) -> str:
    return "\n".join(f"{start}-{end} {title}" for start, end, title in video.chapters) or "none"


def take(session: Session) -> Taken:
    """Render the session, decode it, and look. Raises RenderError where either cannot be done."""
    painted: list[bytes] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "video.mp4"
        report = render_video(
            Footage(session.timeline, facts(session), chapters(session)),
            path,
            Order(idle_ns=IDLE_NS),
            watch=lambda picture: painted.append(zlib.compress(picture.tobytes(), 1)),
        )
        width, height = report.size
        psnr, worst = _worst(painted, _decoded(path, width * height * 3 // 2), (width, height))
        times = sorted(_times(path))
        worst_at = times[worst[0]] if worst[0] < len(times) else 0
        floor = max(math.floor(psnr) - MARGIN, 0)
        video = Video(width, height, floor, tuple(times), tuple(_marks(path)))
    return Taken(video, psnr, (worst_at, *worst[1:]))


def _worst(
    painted: list[bytes], decoded: Iterator[bytes], size: tuple[int, int]
) -> tuple[float, tuple[int, bytes, bytes]]:
    """The least PSNR, and which picture has it: as it was painted, as it came out."""
    least, found = math.inf, (0, b"", b"")
    count = 0
    for index, data in enumerate(decoded):
        count += 1
        if index >= len(painted):
            continue
        before = np.frombuffer(zlib.decompress(painted[index]), np.uint8)
        after = np.frombuffer(data, np.uint8)
        squares = np.square(before.astype(np.int16) - after, dtype=np.int32)
        mean = float(squares.mean())
        psnr = min(10 * math.log10(255 * 255 / mean), PERFECT) if mean else PERFECT
        if psnr < least:
            least, found = psnr, (index, before.tobytes(), data)
    if count != len(painted):
        raise RenderError(f"the video has {count} pictures, and {len(painted)} were painted")
    grey = [png(Image.frombytes("L", size, data[: size[0] * size[1]])) for data in found[1:]]
    return least, (found[0], grey[0], grey[1])


def _decoded(path: Path, size: int) -> Iterator[bytes]:
    """Every picture as I420."""
    command = [executable(), "-v", "error", "-i", str(path), "-map", "0:v", "-fps_mode", "passthrough"]
    command += ["-enc_time_base", "1:1000", "-pix_fmt", "yuv420p", "-f", "rawvideo", "-"]
    no = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=no, stdout=subprocess.PIPE, stderr=no) as process:
        assert process.stdout is not None  # noqa: S101  # it was asked for
        while data := process.stdout.read(size):
            yield data
    if process.returncode:
        raise RenderError(f"ffmpeg could not decode what it had encoded (exit code {process.returncode})")


def _times(path: Path) -> Iterator[int]:
    """When each picture is shown, in ms."""
    for line in _told(path, "-map", "0:v", "-c", "copy", "-f", "framecrc"):
        if line.startswith("#tb"):
            over, under = map(int, line.partition(": ")[2].split("/"))
        elif not line.startswith("#"):
            yield round(int(line.split(",")[2]) * 1000 * over / under)


def _marks(path: Path) -> Iterator[tuple[int, int, str]]:
    """Chapters: start and end in ms, title."""
    said: dict[str, str] = {}
    inside = False
    for line in [*_told(path, "-f", "ffmetadata"), "["]:
        if line.startswith("["):
            if inside:
                over, under = map(int, said["TIMEBASE"].split("/"))
                start, end = (round(int(said[name]) * 1000 * over / under) for name in ("START", "END"))
                yield start, end, _plain(said.get("title", ""))
            inside, said = line == "[CHAPTER]", {}
        elif "=" in line:
            name, _, value = line.partition("=")
            said[name] = value


def _plain(text: str) -> str:
    """A value of ffmetadata without its backslashes."""
    out, characters = "", iter(text)
    for c in characters:
        out += next(characters, "") if c == "\\" else c
    return out


def _told(path: Path, *what: str) -> list[str]:
    command = [executable(), "-v", "error", "-i", str(path), *what, "-"]
    done = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise RenderError(f"ffmpeg could not read what it had written: {''.join(last)}")
    return done.stdout.decode("utf-8", "replace").splitlines()
