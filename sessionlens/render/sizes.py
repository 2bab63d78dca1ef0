"""A video that may not be larger than that: a smaller picture first, never an illegible one, then parts."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sessionlens.errors import RenderError, UsageError
from sessionlens.render.order import Order
from sessionlens.render.sidecar import Made
from sessionlens.render.studio import Studio, layout_of

FORM = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)\s*([kMG]?)(i?)B?", re.IGNORECASE)
SHARE = 0.9  # of the limit, that a part is planned to fill


def bytes_of(text: str | int) -> int:
    """`20MB`, `512 kB`, `1.5GiB` or a number of bytes. Raises UsageError."""
    found = FORM.fullmatch(str(text).strip())
    if found is None:
        raise UsageError(f"{text!r} is no size: say 20MB, 512kB or a number of bytes")
    number, prefix, binary = found.groups()
    size = int(float(number) * (1024 if binary else 1000) ** " kmg".index(prefix.lower() or " "))
    if size < 1:
        raise UsageError(f"{text!r}: a size is at least one byte")
    return size


def fitting(studio: Studio, order: Order, limit: int | None) -> list[Made]:
    """The video, or its parts in order, each at most `limit` bytes."""
    made = studio.make(order)
    if limit is None or made.bytes <= limit:
        return [made]
    made.path.unlink()
    small = replace(order, small=True)
    if not order.small and layout_of(studio.film(small)) != layout_of(studio.film(order)):
        return fitting(studio, small, limit)
    if not (times := places(made, studio, int(made.bytes / (limit * SHARE)) + 1)):
        raise RenderError(
            f"cannot write {studio.name}: {made.end_ms / 1000:.1f} s of the smallest legible picture are "
            f"{made.bytes} bytes; allow more than {limit}"
        )
    ends = [*(time - 1 for time in times), order.end_ns]
    starts = [order.start_ns, *times]
    parts = (replace(small, start_ns=start, end_ns=end) for start, end in zip(starts, ends, strict=True))
    return [each for part in parts for each in fitting(studio, part, limit)]


def places(made: Made, studio: Studio, parts: int) -> list[int]:
    """Session times at which to part a video: starts of commands, as near as can be to equal shares of the
    pictures; where none is near, between two pictures."""
    times = [shown.session_ns for shown in made.shown if shown.session_ns is not None]
    starts = [c.start_ns for c in studio.footage.chapters if times[0] < c.start_ns < times[-1]]
    commands = {bisect_left(times, start): start for start in starts}
    if parts >= len(times):
        return []  # not even one picture a part would do
    share = len(times) / parts
    found = set()
    for number in range(1, parts):
        wanted = number * share
        near = min(commands, key=lambda at: abs(at - wanted), default=None)
        if near is not None and abs(near - wanted) <= share / 2:
            found.add(commands[near])
        else:
            found.add(times[int(wanted)])
    return sorted(time for time in found if times[0] < time < times[-1])


def numbered(target: Path, parts: int) -> tuple[Path, ...]:
    """The names of the parts: `evidence-1of3.mp4`; a whole has its own."""
    if parts == 1:
        return (target,)
    return tuple(target.with_stem(f"{target.stem}-{name}") for name in names(parts))


def names(parts: int) -> Iterator[str]:
    """`1of3`, filled up so that they sort."""
    for number in range(1, parts + 1):
        yield f"{number:0{len(str(parts))}}of{parts}"
