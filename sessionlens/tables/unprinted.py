"""The last resort of a search: the bytes of the output as text, sequences and controls taken out.

It finds what no screen ever held in one piece (letters printed one over the other, split by sequences). Not
used where the screen or the commands have an answer: bytes are in the order of printing and not of reading.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator

import pandas as pd

from sessionlens.recording import Recording
from sessionlens.tables.build import Origin
from sessionlens.tables.schema import conform

_SEQUENCES = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[ -/]+[0-~]|\x1b[^\[\x1b]|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f]"
)
_RUBBED_OUT = re.compile(rb"\x08+ +\x08+")  # how terminals erase what stands left of the cursor


def bytes_table(origin: Origin, recording: Recording, matches: Callable[[str], bool]) -> pd.DataFrame:
    """The table `lines` of the byte lines that match; `left` is "bytes"."""
    events = (recording.stream == ord("o")).nonzero()[0]
    if not len(events):
        return conform({}, "lines")
    starts, times = recording.offset[events].tolist(), recording.t_ns[events].tolist()
    out = recording.blob("o")
    at, stop = starts[0], starts[-1] + int(recording.size[events[-1]])
    rows: list[tuple[int, int, str]] = []
    for line in out[at:stop].split(b"\n"):
        text = next((text for text in _readings(line) if text and matches(text)), None)
        if text is not None:
            rows.append((times[max(bisect_right(starts, at) - 1, 0)], at, text))
        at += len(line) + 1
    begun = [t for t, _, _ in rows]
    data = {
        "start": begun,
        "start_utc": origin.utc(begun),
        "person": origin.person,
        "text": [text for _, _, text in rows],
        "left": ["bytes" for _ in rows],
        "missed": ["in the bytes only" for _ in rows],
        "offset": [offset for _, offset, _ in rows],
    }
    return conform(origin.columns() | data, "lines")


def _readings(line: bytes) -> Iterator[str]:
    """The text of a line's bytes; and where letters were rubbed out, that without the blanks that did it."""
    yield _SEQUENCES.sub(b"", line).decode("utf-8", "replace")
    rest = _RUBBED_OUT.sub(b"", line)
    if rest != line:
        yield _SEQUENCES.sub(b"", rest).decode("utf-8", "replace")
