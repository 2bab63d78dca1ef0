"""Events that lie one behind the other in a single file, as asciicast and ttyrec have them, to a Recording.

What they show and what was typed lies between headers or inside of JSON there, in many pieces. A Recording
wants each in one: the blobs are the bytes in a row, offsets count in those, and `places` leads back into
the file (docs/decisions/0070).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sessionlens.recording import MARK, Gap, Info, Places, Recording

MOST = 1_000  # gaps of one file that are told one by one


@dataclass(slots=True)
class Damage:
    """A stretch of the file that does not say what it should, before event number `event`."""

    kind: str
    offset: int
    length: int
    text: str
    event: int


class Tape:
    """The events of one file while it is being read."""

    def __init__(self) -> None:
        self.stamps, self.stream, self.offset, self.size, self.places = (array("q") for _ in range(5))
        self.blobs: dict[str, bytearray] = {"o": bytearray()}
        self.notes: dict[str, int] = {}
        self.damages: list[Damage] = []
        self.untold = 0

    def __len__(self) -> int:
        return len(self.stamps)

    def data(self, stream: str, stamp: int, data: bytes, place: int) -> None:
        """Bytes of `o` or `i`, and where in the file they stand."""
        blob = self.blobs.setdefault(stream, bytearray())
        if data:
            self.event(ord(stream), stamp, len(blob), len(data), place)
            blob += data

    def event(self, stream: int, stamp: int, offset: int, size: int, place: int) -> None:
        """Any event, as a row of a Recording."""
        columns = (self.stamps, self.stream, self.offset, self.size, self.places)
        for column, value in zip(columns, (stamp, stream, offset, size, place), strict=True):
            column.append(value)

    def mark(self, stamp: int, text: str, place: int) -> None:
        """Something that the file says in words."""
        self.event(MARK, stamp, self.notes.setdefault(text, len(self.notes)), 0, place)

    def damage(self, kind: str, offset: int, length: int, text: str, event: int | None = None) -> None:
        """Note what cannot be read; the text never has a byte of it, which may be of a password."""
        at = len(self) if event is None else event
        last = self.damages[-1] if self.damages else None
        beyond = offset - last.offset - last.length if last else -1
        if last and (last.kind, last.text) == (kind, text) and 0 <= beyond <= len("\r\n"):
            last.length += beyond + length
        elif len(self.damages) < MOST:
            self.damages.append(Damage(kind, offset, length, text, at))
        else:
            self.untold += 1

    def recording(
        self, info: Info, t_ns: NDArray[np.int64], *, exact: bool, gaps: Iterable[Gap]
    ) -> Recording:
        """All of it; `gaps` are those of the file as a whole, `exact` as in Places."""
        info = replace(info, input="plain" if "i" in self.blobs else "off")
        columns = [np.array(column, dtype=np.int64) for column in (self.stream, self.offset, self.size)]
        places = Places(np.array(self.places, dtype=np.int64), exact)
        blobs = {stream: bytes(blob) for stream, blob in self.blobs.items()}
        gaps = [*gaps, *self._gaps(info.name, t_ns)]
        return Recording(info, (t_ns, *columns), blobs, notes=list(self.notes), gaps=gaps, places=places)

    def _gaps(self, file: str, t_ns: NDArray[np.int64]) -> list[Gap]:
        told = sorted(self.damages, key=lambda damage: damage.offset)
        found = [_gap(file, damage, t_ns) for damage in told]
        if self.untold:
            text = f"{file}: {self.untold} more places that cannot be read, none of which is told apart"
            found.append(Gap("broken", file, None, None, None, text))
        return found


def _gap(file: str, damage: Damage, t_ns: NDArray[np.int64]) -> Gap:
    t = int(t_ns[min(damage.event, len(t_ns)) - 1]) if damage.event and len(t_ns) else 0
    text = f"{file}, byte {damage.offset}: {damage.text}"
    return Gap(damage.kind, file, damage.offset, damage.length, t, text)
