"""A timeline as a video and the files beside it. Nothing here knows a pixel or a byte of MP4."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sessionlens.masking import Tally, Told
from sessionlens.render.colour import Bytes
from sessionlens.render.facts import SECOND, Chapter, Facts
from sessionlens.render.order import Order
from sessionlens.render.pace import Cut
from sessionlens.render.recipes import MP4, kind_of
from sessionlens.render.remarks import Remark
from sessionlens.render.sidecar import Made, beside, captions_beside, sidecar
from sessionlens.render.sizes import fitting, numbered
from sessionlens.render.studio import Studio
from sessionlens.render.theme import DARK, Theme
from sessionlens.render.themes import theme_of
from sessionlens.render.together import Together
from sessionlens.tables.html import html_text

if TYPE_CHECKING:
    from sessionlens.terminal import Timeline


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
    timeline: Timeline,
    path: str | os.PathLike[str],
    *,
    facts: Facts,
    chapters: Sequence[Chapter] = (),
    start_ns: int | None = None,
    end_ns: int | None = None,
    idle_ns: float | None = 2 * SECOND,
    speed: float = 1.0,
    remarks: Sequence[Remark] | None = None,
    cards: bool = False,
    case: str | None = None,
    signer: str | None = None,
    plain: bool = False,
    small: bool = False,
    theme: Theme | str = DARK,
    mask: Told | None = None,
    zone: str | None = None,
    masked: Callable[[Iterable[int], int, int], Tally] | None = None,
    max_bytes: int | None = None,
    source: Mapping[str, Any] | None = None,
    overwrite: bool = True,
    progress: Callable[[int, int], object] | None = None,
    watch: Callable[[Bytes], object] | None = None,
) -> VideoReport:
    """Write the video of a timeline, and beside it its captions (`.vtt`) and its sidecar (`.mp4.json`).

    `start_ns`, `end_ns`: session time (default: all), what lies outside of it is left out. `idle_ns`: how
    much of a stretch without change is shown (None: all of it). `remarks`: the analyst's, to burn in.
    `cards`: a title and an end, which name the `case` and the `signer` of the recording. `plain`: the bare
    terminal, no bands; caveats are stamped all the same. `small`: the smallest legible picture. `theme`: one
    of `THEMES`, or its name. `mask`: what the sidecar says of the mask through which all of this has gone;
    `masked` counts what that covers of rows and a time. `zone`: the time zone beside UTC, by name.
    `max_bytes`: no file is larger; the picture becomes small, then there are parts. `source`: what the
    sidecar says of the recording. `progress(done, total)`: video time in ns. `watch` sees each picture that
    is encoded, before the next is painted over it. Raises UsageError for times that make no sense,
    RenderError when nothing could be written.
    """
    target = Path(path)
    idle = None if idle_ns is None else int(idle_ns)
    order = Order(
        start_ns=start_ns,
        end_ns=end_ns,
        idle_ns=idle,
        speed=float(speed),
        remarks=None if remarks is None else tuple(remarks),
        cards=cards,
        case=case,
        signer=signer,
        plain=plain,
        small=small or kind_of(target).small,
        theme=theme_of(theme),
        mask=mask,
        zone=zone,
    )
    with Together(target, overwrite=overwrite) as files:
        files.free(target, beside(target), *([captions_beside(target)] if kind_of(target) is MP4 else []))
        studio = Studio(timeline, facts, chapters, target, files.folder, progress, masked, watch)
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
