"""A golden: what the screens of one recording were, as a text file that people read in a diff.

    sessionlens golden 1
    recording sha256=…            over the output, its times and the sizes of the window
    times commands                how the times were chosen; the next update chooses by the same rule

    screen 1 of channel 0 at 00:00:03.141592653
    offset 1234                   up to this byte of the output
    size 80x24
    cursor 14,5
    title "john@web01"
      0|john@web01:~$ ls|
       ^ 0-11 bold fg=green

    end 1

Where asked for, `painted` lines follow a screen, and `video` lines the last one. The last line says that
nothing is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sessionlens.golden import rows
from sessionlens.golden.screen import Screen

MAGIC = "sessionlens golden "
VERSION = 1


@dataclass(frozen=True, slots=True)
class Painted:
    """A screen as pixels: which versions painted it, how large, and the hash of its RGB bytes."""

    versions: str
    width: int
    height: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A screen, and its pictures by the versions that painted them."""

    screen: Screen
    painted: tuple[Painted, ...] = ()


@dataclass(frozen=True, slots=True)
class Video:
    """A video as a decoder sees it: size, the least PSNR (dB) that is allowed, times in ms, chapters."""

    width: int
    height: int
    floor: float
    times: tuple[int, ...]
    chapters: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True)
class Golden:
    """All of it. `recording` is the SHA-256 in hex."""

    recording: str
    times: str
    entries: tuple[Entry, ...]
    video: Video | None = None

    @property
    def painted(self) -> bool:
        """Whether pictures are compared too."""
        return any(entry.painted for entry in self.entries)

    def __str__(self) -> str:
        return "".join(line + "\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{MAGIC}{VERSION}"
        yield f"recording sha256={self.recording}"
        yield f"times {self.times}"
        yield ""
        for number, entry in enumerate(self.entries, 1):
            yield from _screen(number, entry.screen)
            for p in entry.painted:
                yield f"painted {p.width}x{p.height} sha256={p.sha256} by {p.versions}"
            yield ""
        if self.video is not None:
            yield from _video(self.video)
            yield ""
        yield f"end {len(self.entries)}"


def _screen(number: int, s: Screen) -> Iterator[str]:
    yield f"screen {number} of channel {s.channel} at {clock(s.t_ns)}"
    yield f"offset {s.offset}"
    yield f"size {s.columns}x{s.rows}" + " alternate" * s.alternate + " reverse" * s.reverse
    yield f"cursor {s.cursor[0]},{s.cursor[1]}" + " hidden" * (not s.cursor_visible)
    yield f'title "{rows.escape(s.title)}"'
    for y, line in enumerate(s.lines):
        yield from rows.written(y, line)


def _video(video: Video) -> Iterator[str]:
    yield f"video {video.width}x{video.height} frames {len(video.times)}"
    yield f"psnr at least {video.floor:g} dB"
    for at in range(0, len(video.times), 10):
        yield "ms " + " ".join(map(str, video.times[at : at + 10]))
    for start, end, title in video.chapters:
        yield f'chapter {start}-{end} "{rows.escape(title)}"'


def clock(t_ns: int) -> str:
    """A time to the nanosecond, `00:00:03.141592653`."""
    seconds, fraction = divmod(t_ns, 1_000_000_000)
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}.{fraction:09}"
