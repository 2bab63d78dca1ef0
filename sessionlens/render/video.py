"""A timeline as a video and the files beside it. Nothing here knows a pixel or a byte of MP4."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sessionlens.masking import Tally
from sessionlens.render.colour import Bytes
from sessionlens.render.footage import Footage
from sessionlens.render.order import Order
from sessionlens.render.pace import Cut
from sessionlens.render.recipes import MP4, kind_of
from sessionlens.render.sidecar import Made, beside, captions_beside, sidecar
from sessionlens.render.sizes import fitting, numbered
from sessionlens.render.studio import Studio
from sessionlens.render.together import Together
from sessionlens.tables.html import html_text

WHOLE = Order()


@dataclass(frozen=True, slots=True)
class VideoReport:
    """What was written: seconds, pictures, width and height in pixels, bytes, the session time that was
    cut, and how many places were masked, of each kind (None: no mask was asked); of all parts together, where
    one file would have been too large. `path` is the first of `paths`."""

    paths: tuple[Path, ...]
    duration_s: float
    frames: int
    size: tuple[int, int]
    bytes: int
    cuts: tuple[Cut, ...]
    masked: Tally | None = None

    @property
    def path(self) -> Path:
        """The file, or the first part."""
        return self.paths[0]

    def __str__(self) -> str:
        width, height = self.size
        cut = f", {len(self.cuts)} idle stretch{'es' * (len(self.cuts) != 1)} cut" if self.cuts else ""
        length = (
            f"{self.duration_s:.1f} s, {self.frames} pictures, {width}x{height}, {self.bytes / 1e6:.1f} MB"
        )
        parts = f" … {self.paths[-1].name}: {len(self.paths)} parts" if len(self.paths) > 1 else ""
        mask = "not masked" if self.masked is None else str(self.masked)
        said = f"{self.path}{parts}{', ' if parts else ': '}{length}{cut}"
        return f"{said}{', ' if mask else ''}{mask}"

    def _repr_html_(self) -> str:
        return html_text(str(self))


def render_video(
    footage: Footage,
    path: str | os.PathLike[str],
    order: Order = WHOLE,
    *,
    max_bytes: int | None = None,
    source: Mapping[str, Any] | None = None,
    overwrite: bool = True,
    progress: Callable[[int, int], object] | None = None,
    watch: Callable[[Bytes], object] | None = None,
) -> VideoReport:
    """Write the video of a footage as it was ordered, and beside it its captions (`.vtt`) and its sidecar
    (`.mp4.json`).

    `max_bytes`: no file is larger; the picture becomes small, then there are parts. `source`: what the
    sidecar says of the recording. `progress(done, total)`: video time in ns. `watch` sees each picture that
    is encoded, before the next is painted over it. Raises UsageError for times that make no sense,
    RenderError when nothing could be written.
    """
    target = Path(path)
    kind = kind_of(target)
    order = replace(order, small=order.small or kind.small)
    with Together(target, overwrite=overwrite) as files:
        files.free(target, beside(target), *([captions_beside(target)] if kind is MP4 else []))
        studio = Studio(footage, target, files.folder, progress, watch)
        made = fitting(studio, order, max_bytes)
        paths = numbered(target, len(made))
        for number, (each, name) in enumerate(zip(made, paths, strict=True), 1):
            put(files, each, name, source, (number, len(made)) if len(made) > 1 else None)
        tally = studio.film(order).masked
    return report(made, paths, tally)


def put(
    files: Together, made: Made, name: Path, source: Mapping[str, Any] | None, part: tuple[int, int] | None
) -> None:
    """A video and what belongs to it."""
    files.write(sidecar(made, name, source, part), beside(name))
    if made.captions is not None:
        files.add(made.captions, captions_beside(name))
    files.add(made.path, name)


def report(made: Sequence[Made], paths: tuple[Path, ...], masked: Tally | None) -> VideoReport:
    """What was written, in all."""
    return VideoReport(
        paths,
        sum(each.end_ms for each in made) / 1000,
        sum(len(each.shown) for each in made),
        made[0].size,
        sum(each.bytes for each in made),
        tuple(cut for each in made for cut in each.cuts),
        masked,
    )
