"""Which lines of the screen the flags speak of; and the texts that no line has: titles, control strings.

A flag and a line belong together if the line came with the flag's bytes, or was completed before the next
line feed, and has the flag's text in it. A line that was rewritten is the last one before that has the text.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sessionlens.terminal import Flag, Replay

MOST = 2_000_000  # comparisons in all: beyond, a flagged text is a row of its own
AHEAD = 4096  # bytes in which a line that was begun is looked for
LINE_REWRITTEN = "line-rewritten"
APART = frozenset({"control-string", "clipboard", "recoloured", "title"})


@dataclass(frozen=True, slots=True)
class Other:
    """Text that is no line of the screen."""

    t_ns: int
    offset: int
    text: str
    left: str
    missed: str


def missed(replay: Replay, flags: Sequence[Flag]) -> tuple[list[str], list[Other]]:
    """For each of the timeline's lines the kinds of its flags, comma separated; and what is no line."""
    lines = replay.timeline.lines()
    kinds: list[dict[str, None]] = [{} for _ in range(len(lines))]
    order = sorted(range(len(lines)), key=lambda i: lines.offset[i])
    offsets = [lines.offset[i] for i in order]
    others = list(_titles(replay, flags))
    spent = 0
    for flag in flags:
        if flag.kind == "title" or not flag.text:
            continue
        pieces = [piece for part in flag.text.split("\n") if (piece := part.strip())]
        lost = set(pieces)
        start = bisect_left(offsets, flag.offset)
        stop = start if flag.kind in APART else bisect_right(offsets, _until(replay, flag))
        earlier = flag.kind == LINE_REWRITTEN
        for at in range(stop - 1, -1, -1) if earlier else range(start, stop):
            i = order[at]
            if (spent := spent + len(pieces)) > MOST or (earlier and not lost):
                break
            for piece in pieces:
                if piece in lines.text[i]:
                    kinds[i][flag.kind] = None
                    lost.discard(piece)
        rest = [piece for piece in pieces if piece in lost]
        if rest:
            text = flag.text if len(rest) == len(pieces) else "\n".join(rest)
            others.append(Other(flag.t_ns, flag.offset, text, "unprinted", flag.kind))
    return [", ".join(kind) for kind in kinds], others


def _until(replay: Replay, flag: Flag) -> int:
    """The end of the frame in which the line of a flag was complete."""
    out, frames = replay.recording.blob("o"), replay.timeline.offset
    newline = out.find(b"\n", flag.last, flag.last + AHEAD)
    at = bisect_left(frames, max(newline, flag.last) + 1)
    return frames[at] if at < len(frames) else len(out)


def _titles(replay: Replay, flags: Sequence[Flag]) -> Iterator[Other]:
    """Each change of the window's title."""
    odd = {title for flag in flags if flag.kind == "title" for title in (flag.text, *flag.text.split("\n"))}
    before = ""
    for t_ns, offset, kind, text in replay.trace.marks:
        if kind in ("title", "icon") and text.strip() and text != before:
            before = text
            yield Other(t_ns, offset, text, "title", "title" if text in odd else "")
