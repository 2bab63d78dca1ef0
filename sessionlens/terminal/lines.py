"""Every logical line that was ever on the screen: what search looks at.

Soft-wrapped rows are joined. A line that frames showed has the reason "visible" and one span for as long as
it stayed; rows that left between two frames have the reason why they left. A line that only grew (while it
was typed or printed) is listed as it ended, from when it was complete.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .rows import Rows
    from .timeline import Timeline

Key = tuple[int, ...]


class Lines:
    """Columns of equal length, by time: text, t0_ns, t1_ns (int64), offset (`out`), reason, alternate."""

    __slots__ = ("alternate", "offset", "reason", "t0_ns", "t1_ns", "text")

    def __init__(self, spans: Iterable[_Span]) -> None:
        chosen = sorted(spans, key=lambda span: (span.t0, span.offset))
        self.text = [span.text for span in chosen]
        self.t0_ns = array("q", [span.t0 for span in chosen])
        self.t1_ns = array("q", [span.t1 for span in chosen])
        self.offset = array("q", [span.offset for span in chosen])
        self.reason = [span.reason for span in chosen]
        self.alternate = [span.alternate for span in chosen]

    def __len__(self) -> int:
        return len(self.text)


@dataclass(slots=True)
class _Span:
    text: str
    t0: int
    t1: int
    offset: int
    reason: str
    alternate: bool
    place: int = 0


def groups(rows: Rows, ids: Iterable[int]) -> Iterator[tuple[int, Key]]:
    """(index of the first row, row ids) of each logical line of a screen."""
    start = 0
    group: list[int] = []
    for index, row in enumerate(ids):
        group.append(row)
        if not rows.wrapped(row):
            yield start, tuple(group)
            start, group = index + 1, []
    if group:
        yield start, tuple(group)


def text_of(rows: Rows, key: Key) -> str:
    """The text of a logical line."""
    return "".join(rows.text(row) for row in key).rstrip(" ")


def collect(timeline: Timeline) -> Lines:
    """See Timeline.lines."""
    spans, seen = _visible(timeline)
    rows = timeline.rows
    for ids, t0, t1, offset, reason, alternate in timeline.kept:
        for _, key in groups(rows, ids):
            text = text_of(rows, key)
            shown = seen.get(text)
            if text and (shown is None or not any(s.t0 <= t1 and s.t1 >= t0 for s in shown)):
                spans.append(_Span(text, t0, t1, offset, reason, alternate))
    return Lines(spans)


def _visible(timeline: Timeline) -> tuple[list[_Span], dict[str, list[_Span]]]:
    """The lines that frames showed."""
    rows = timeline.rows
    spans: list[_Span] = []
    seen: dict[str, list[_Span]] = {}
    showing: dict[Key, _Span] = {}
    for frame, changed, scroll in timeline.walk():
        if not changed and not scroll:
            continue
        now = {key: place for place, key in groups(rows, frame.row_ids)}
        gone = {key: showing.pop(key) for key in list(showing) if key not in now}
        for span in gone.values():
            span.t1 = frame.t0_ns
        places = {span.place: span for span in gone.values()}
        same = {span.text: span for span in gone.values()}
        for key, place in now.items():
            span_now = showing.get(key)
            if span_now is not None:
                span_now.place = place
                continue
            text = text_of(rows, key)
            if not text:
                continue
            if text in same:  # wrapped anew, or with other colours: the same line stays
                span_now = showing[key] = same.pop(text)
                span_now.place = place
                continue
            before = places.get(place + scroll)
            if before is not None and before.text and text.startswith(before.text):
                before.reason = ""
            new = _Span(text, frame.t0_ns, frame.t0_ns, frame.offset, "visible", frame.alternate, place)
            showing[key] = new
            spans.append(new)
            seen.setdefault(text, []).append(new)
    for span in showing.values():
        span.t1 = timeline.end_ns
    return [span for span in spans if span.reason], seen
