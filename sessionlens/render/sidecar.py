"""The file beside a video, `evidence.mp4.json`: from what it was made, how, and which byte each picture
shows.

The same recording, order and versions give the same file. It has no signature of its own: what it says of the
recording is checked against the recording's seal, and what it says of the pictures by making them again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sessionlens.render.order import Order
from sessionlens.render.pace import Cut
from sessionlens.render.versions import font_hashes, sha256, versions, zone_version

FORMAT, VERSION = "sessionlens-video", 1
COLUMNS = ("video_ms", "session_ns", "offset", "cells")
LIMIT = 64 << 20  # bytes that are read again: nine hours in which 30 pictures a second differ


class Shown(NamedTuple):
    """One picture: when the video shows it, the session's time (None: a card), the end of the output that led
    there (a file offset in `out`), and the fingerprint of its cells."""

    video_ms: int
    session_ns: int | None
    offset: int
    cells: str


@dataclass(frozen=True, slots=True)
class Made:
    """A video that lies in the working folder, and what there is to say of it."""

    path: Path
    order: Order
    size: tuple[int, int]
    end_ms: int
    cuts: tuple[Cut, ...]
    shown: tuple[Shown, ...]
    bytes: int
    captions: Path | None = None


def beside(video: Path) -> Path:
    """The sidecar's name."""
    return video.with_name(video.name + ".json")


def captions_beside(video: Path) -> Path:
    """The name of the WebVTT file."""
    return video.with_suffix(".vtt")


def sidecar(made: Made, target: Path, source: Mapping[str, Any] | None, part: tuple[int, int] | None) -> str:
    """The text of the file: JSON, a line a picture."""
    width, height = made.size
    said: dict[str, Any] = {
        "format": FORMAT,
        "format_version": VERSION,
        "video": {
            "name": target.name, "sha256": sha256(made.path), "bytes": made.bytes, "width": width,
            "height": height, "duration_ms": made.end_ms, "pictures": len(made.shown),
            "part": None if part is None else list(part),
        },
        "captions": None if made.captions is None else {
            "name": captions_beside(target).name, "sha256": sha256(made.captions)
        },
        "source": None if source is None else dict(source),
        "arguments": made.order.as_dict(),
        "versions": versions() | zone_version(made.order.zone),
        "fonts": font_hashes(),
        "cuts_ns": [[cut.start_ns, cut.end_ns] for cut in made.cuts],
        "columns": list(COLUMNS),
    }  # fmt: skip
    return "".join(written(said, made.shown))


def written(said: dict[str, Any], shown: tuple[Shown, ...]) -> Iterator[str]:
    """The head indented, then the table."""
    yield json.dumps(said, indent=1, ensure_ascii=True).removesuffix("\n}")
    yield ',\n "table": ['
    for number, row in enumerate(shown):
        yield (",\n  " if number else "\n  ") + json.dumps(list(row))
    yield "\n ]\n}\n"
