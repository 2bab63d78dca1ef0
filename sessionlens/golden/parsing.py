"""Reads a golden's text back, strictly: what is not as we write it is damaged, and the error says where."""

from __future__ import annotations

import re
from pathlib import Path

from sessionlens.errors import GoldenError
from sessionlens.golden import rows
from sessionlens.golden.golden import MAGIC, VERSION, Entry, Golden, Painted, Video
from sessionlens.golden.screen import Line, Screen
from sessionlens.times import parse_time

REMEDY = "take it from version control, or write it anew with `sessionlens golden update`"
CONFLICT = ("<<<<<<<", "=======", ">>>>>>>")
_SIZE = r"(\d{1,6})x(\d{1,6})"


class Damaged(Exception):
    """What is wrong with the line that was read last."""


class Lines:
    """The lines of a file, taken one by one."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.at = 0

    @property
    def next(self) -> str:
        """The line to come; empty behind the last."""
        return self.lines[self.at] if self.at < len(self.lines) else ""

    def take(self, pattern: str) -> tuple[str, ...]:
        """The groups of the next line, which has to match. Optional groups that are not there are empty."""
        line = self.next
        self.at += 1
        match = re.fullmatch(pattern, line)
        if match is None:
            raise Damaged("a merge was not finished" if line.startswith(CONFLICT) else "not what stands here")
        return match.groups(default="")

    def blank(self) -> None:
        """An empty line."""
        self.take("")


def load(path: Path) -> Golden:
    """The golden in a file. Raises GoldenError where it is damaged, or of a version that we do not know."""
    try:
        text = path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise GoldenError(f"{path}: damaged at byte {error.start}, not UTF-8; {REMEDY}") from error
    lines = Lines(text)
    version = lines.next.removeprefix(MAGIC)
    if lines.next.startswith(MAGIC) and version.isdecimal() and int(version) > VERSION:
        raise GoldenError(
            f"{path}: a golden of version {version}, we read {VERSION}: install a later SessionLens"
        )
    try:
        return _golden(lines)
    except (Damaged, ValueError) as error:
        raise GoldenError(f"{path}: damaged at line {lines.at} ({error}); {REMEDY}") from error


def _golden(lines: Lines) -> Golden:
    lines.take(f"{re.escape(MAGIC)}{VERSION}")
    (recording,) = lines.take("recording sha256=([0-9a-f]{64})")
    (times,) = lines.take("times (.+)")
    lines.blank()
    entries: list[Entry] = []
    while lines.next.startswith("screen "):
        entries.append(_entry(lines, len(entries) + 1))
        lines.blank()
    if not entries:
        raise Damaged("it holds no screen")
    video = None
    if lines.next.startswith("video "):
        video = _video(lines)
        lines.blank()
    lines.take(f"end {len(entries)}")
    if any(lines.lines[lines.at :]):
        raise Damaged("something stands behind its end")
    return Golden(recording, times, tuple(entries), video)


def _entry(lines: Lines, number: int) -> Entry:
    channel, at = lines.take(rf"screen {number} of channel (\d+) at ([\d:.]+)")
    (offset,) = lines.take(r"offset (\d+)")
    columns, height, alternate, reverse = lines.take(rf"size {_SIZE}( alternate)?( reverse)?")
    x, y, hidden = lines.take(r"cursor (\d+),(\d+)( hidden)?")
    (title,) = lines.take('title "(.*)"')
    screen = Screen(
        int(channel),
        parse_time(at),
        int(offset),
        int(columns),
        int(height),
        (int(x), int(y)),
        not hidden,
        rows.unescape(title),
        bool(alternate),
        bool(reverse),
        _lines(lines, int(height)),
    )
    painted = []
    while lines.next.startswith("painted "):
        width, tall, sha256, versions = lines.take(rf"painted {_SIZE} sha256=([0-9a-f]{{64}}) by (.+)")
        painted.append(Painted(versions, int(width), int(tall), sha256))
    return Entry(screen, tuple(painted))


def _lines(lines: Lines, height: int) -> tuple[Line, ...]:
    found = [Line()] * height
    last = -1
    while rows.ROW.fullmatch(lines.next):
        number, text = lines.take(rows.ROW.pattern)
        notes = ""
        if lines.next.startswith(rows.LOOKS):
            (notes,) = lines.take(re.escape(rows.LOOKS) + "(.+)")
        if not last < int(number) < height:
            raise Damaged(f"row {number} does not belong here")
        last = int(number)
        found[last] = rows.read(text, notes)
    return tuple(found)


def _video(lines: Lines) -> Video:
    width, height, count = lines.take(rf"video {_SIZE} frames (\d+)")
    (floor,) = lines.take(r"psnr at least (\d+(?:\.\d+)?) dB")
    times: list[int] = []
    while lines.next.startswith("ms "):
        times += map(int, lines.take(r"ms ([\d ]+)")[0].split())
    if len(times) != int(count):
        raise Damaged(f"{len(times)} times of {count} frames")
    chapters = []
    while lines.next.startswith("chapter "):
        start, end, title = lines.take(r'chapter (\d+)-(\d+) "(.*)"')
        chapters.append((int(start), int(end), rows.unescape(title)))
    return Video(int(width), int(height), float(floor), tuple(times), tuple(chapters))
