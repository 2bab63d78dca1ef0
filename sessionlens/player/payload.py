"""A film as the bytes that the player reads (format 1).

```
"SLP1"                    4 bytes
zlib stream of:           what the browser's DecompressionStream("deflate") reads
    uint32 LE             length of the header
    header                JSON in ASCII: what is told (facts, commands, findings, flags, titles, themes), and
                          "columns": {name: [bytes an item, items]} in the order in which they follow
    columns               one after the other; an item of n bytes is stored as n planes, the lowest bytes of
                          all items first, little-endian, since planes compress well
```

Columns of frames, one item each: `t` (since the frame before, in units of `tick` ns), `t_high` (its upper
32 bits), `offset` (bytes of output since the frame before) with `offset_high`, `columns`, `rows`, `x`, `y`
(cursor), `flags` (1 cursor shown, 2 alternate screen, 4 all inverted), `title` (index into `titles`),
`scroll`, `changes` (how many rows changed). To make a frame of the one before: take `scroll` rows off the
top and add blank ones below, then put in the changed rows. The first frame has all rows changed, and so has
one with another number of rows.

Columns of changes: `at` (its row on the screen, less that of the change before in the same frame), `row`: 0
means the next row that was never shown before, n the row n places back from that one. Rows so have numbers
in the order of their first showing.

Columns of rows: `bytes` (UTF-8 bytes of its text in `text`, trailing default blanks cut), `look` (index of
its pattern of runs, shifted left by 2; bit 0: goes on in the next row; bit 1: its cells are not simply its
UTF-16 units, but told in `cells`). `cells`: for each such row the number of its cells, then of each cell
its number of UTF-16 units, 0 for the right half of a wide character. Patterns: `pattern` (how many runs),
`run_cells` and `run_style` of each run. Styles: `fg`, `bg`, `line` (0 default, 1 + palette index, 0x1000000
| rgb), `style` (bits: bold, faint, italic, blink, inverse, conceal, strike, overline, then the kind of
underline from bit 8). The target of a link is not in it: the player shows its text.

Rows that left the screen before a frame showed them: `passed` (as in `row`, after all of these),
`passed_frame` (the frame that closed then), `passed_why` (index into `reasons`); a line ends with the first
that does not go on. How many of them there was no room for is `left_out`. Changes of the terminal's own
colours: `colour_frame`, `colour_index` (0..255, 256 foreground, 257 background, 258 cursor), `colour`
(0xRRGGBB, or 0x1000000: as the theme has it).

Nothing here is executed or fetched by anybody, and no text in it is HTML.
"""

from __future__ import annotations

import json
import zlib
from bisect import bisect_right
from datetime import UTC, datetime
from typing import Any

from sessionlens.player.columns import Columns
from sessionlens.player.film import Film
from sessionlens.player.frames import Frames
from sessionlens.player.looks import looks
from sessionlens.terminal import Palette, Timeline
from sessionlens.terminal.timeline import REASONS
from sessionlens.zones import zone_of

MAGIC = b"SLP1"
UNSET = 0x1000000
SECOND = 1_000_000_000
DAY, QUARTER = 86400, 15 * 60  # s; no zone has changed its clocks at another minute in the times of SSH


def payload(film: Film) -> bytes:
    """The bytes; the same film gives the same."""
    timeline = film.timeline
    first = timeline.at(film.start_ns).index if film.start_ns > timeline.t0_ns[0] else 0
    stop = max(bisect_right(timeline.t0_ns, film.until_ns), first + 1)
    columns = Columns()
    frames = Frames(timeline, first, stop)
    frames.write(columns)
    looks(timeline, frames.rows, columns)
    colours(timeline, first, stop, columns)
    header = told(film) | {
        "first": first,
        "tick": frames.tick,
        "offset": int(timeline.offset[first]),
        "begins": int(timeline.t0_ns[first]) / SECOND,
        "titles": frames.titles,
        "reasons": list(REASONS),
        "left_out": frames.left_out,
        "columns": columns.shapes,
    }
    head = json.dumps(header, separators=(",", ":"), allow_nan=False).encode("ascii")
    return MAGIC + zlib.compress(len(head).to_bytes(4, "little") + head + columns.data, 6)


def told(film: Film) -> dict[str, Any]:
    """What is told in words."""

    def within(start: int, end: int | None) -> bool:
        return start <= film.until_ns and film.start_ns <= (start if end is None else end)

    commands = [
        {
            "n": c.number,
            "text": c.text,
            "start": c.start_ns / SECOND,
            "end": None if c.end_ns is None else c.end_ns / SECOND,
            "exit": c.exit_code,
            "confidence": c.confidence,
            "context": c.context,
            "ref": c.ref,
        }
        for c in film.commands
        if within(c.start_ns, c.end_ns)
    ]
    numbers = {c["n"] for c in commands}
    return {
        "title": film.title,
        "session": film.session,
        "channel": film.channel,
        "started": None if film.started_ns is None else film.started_ns / SECOND,
        "zone": zone(film),
        "start": film.start_ns / SECOND,
        "end": film.until_ns / SECOND,
        "facts": [list(fact) for fact in film.facts],
        "commands": commands,
        "findings": [
            {
                "n": f.number,
                "start": f.start_ns / SECOND,
                "severity": f.severity,
                "mark": f.mark,
                "why": f.why,
            }
            for f in film.findings
            if f.number in numbers
        ],
        "flags": [
            {
                "start": f.start_ns / SECOND,
                "severity": f.severity,
                "kind": f.kind,
                "text": f.text,
                "why": f.why,
            }
            for f in film.flags
            if within(f.start_ns, None)
        ],
        "masked": film.masked,
        "caveats": list(film.caveats),
        "flaw": film.flaw,
        "themes": {name: dict(theme) for name, theme in (film.themes or {}).items()},
        "theme": film.theme,
    }


def zone(film: Film) -> dict[str, Any] | None:
    """The zone beside UTC: its name, and from when on (s) it is how far (s) from UTC."""
    if film.zone is None or film.started_ns is None:
        return None
    place = zone_of(film.zone)

    def away(moment: int) -> int:
        offset = datetime.fromtimestamp(moment, UTC).astimezone(place).utcoffset()
        return 0 if offset is None else int(offset.total_seconds())

    begin, end = film.started_ns // SECOND, (film.started_ns + film.until_ns) // SECOND
    steps: list[tuple[float, int]] = [(0, away(begin))]
    for morning in range(begin - begin % QUARTER, end + 1, DAY):
        if away(morning + DAY) == steps[-1][1]:
            continue
        for moment in range(morning, morning + DAY + 1, QUARTER):
            if begin < moment <= end and (seconds := away(moment)) != steps[-1][1]:
                steps.append(((moment * SECOND - film.started_ns) / SECOND, seconds))
    return {"name": film.zone, "steps": steps}


def colours(timeline: Timeline, first: int, stop: int, columns: Columns) -> None:
    """The columns of changes of the terminal's own colours; all that is not as the theme has it at first."""
    rows: list[tuple[int, int, int]] = []
    before: dict[int, int] = {}
    known: Palette | None = None
    for index in range(first, stop):
        palette = timeline.palette_at(timeline.offset[index])
        if palette is known:
            continue
        known, now = palette, spread(palette)
        changed = {key for key in before.keys() | now.keys() if before.get(key) != now.get(key)}
        rows += [(index - first, key, now.get(key, UNSET)) for key in sorted(changed)]
        before = now
    columns.add("colour_frame", [row[0] for row in rows], 4)
    columns.add("colour_index", [row[1] for row in rows], 2)
    columns.add("colour", [row[2] for row in rows], 4)


def spread(palette: Palette) -> dict[int, int]:
    """A palette by index."""
    own = {256: palette.foreground, 257: palette.background, 258: palette.cursor}
    return dict(palette.indexed) | {key: colour for key, colour in own.items() if colour is not None}
