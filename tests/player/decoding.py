"""A reader of the player's payload, written from its description and not from the code that writes it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from sessionlens.terminal import Style
from sessionlens.terminal.style import DEFAULT, TRUE_COLOUR

Cells = list[tuple[str, Style]]
BITS = ("bold", "faint", "italic", "blink", "inverse", "conceal", "strike", "overline")


@dataclass
class Shown:
    """One frame as the payload has it."""

    t_ns: int
    offset: int
    size: tuple[int, int]
    cursor: tuple[int, int, bool]
    alternate: bool
    reverse: bool
    title: str
    rows: list[int]


class Decoded:
    """The payload, read."""

    def __init__(self, data: bytes) -> None:
        assert data[:4] == b"SLP1"
        raw = zlib.decompress(data[4:])
        at = 4 + int.from_bytes(raw[:4], "little")
        self.told: dict[str, Any] = json.loads(raw[4:at])
        self.columns: dict[str, Any] = {}
        for name, (size, count) in self.told["columns"].items():
            planes = np.frombuffer(raw[at : at + size * count], np.uint8).reshape(size, count)
            self.columns[name] = sum(planes[i].astype(np.int64) << 8 * i for i in range(size))
            at += size * count
        assert at == len(raw)
        self._texts = self._read_texts()
        self._cells = self._read_cells()
        self._styles = [self._style(i) for i in range(len(self.columns["style"]))]

    def _read_texts(self) -> list[str]:
        data, ends = self.columns["text"].astype(np.uint8).tobytes(), np.cumsum(self.columns["bytes"])
        starts = ends - self.columns["bytes"]
        return [data[a:b].decode("utf-8") for a, b in zip(starts, ends, strict=True)]

    def _read_cells(self) -> dict[int, list[int]]:
        found, at, numbers = {}, 0, self.columns["cells"].tolist()
        for row in np.flatnonzero(self.columns["look"] & 2).tolist():
            count = numbers[at]
            found[row] = numbers[at + 1 : at + 1 + count]
            at += 1 + count
        assert at == len(numbers)
        return found

    def _style(self, i: int) -> Style:
        def colour(number: int) -> int:
            return DEFAULT if number == 0 else number if number >= TRUE_COLOUR else number - 1

        c, flags = self.columns, int(self.columns["style"][i])
        bits = {name: bool(flags >> bit & 1) for bit, name in enumerate(BITS)}
        colours = [colour(int(c[name][i])) for name in ("fg", "bg", "line")]
        return Style(*colours, underline=flags >> 8, **bits)  # type: ignore[arg-type]

    def wrapped(self, row: int) -> bool:
        """Does it go on in the next row?"""
        return bool(self.columns["look"][row] & 1)

    def text(self, row: int) -> str:
        """The text of a row."""
        return self._texts[row]

    def cells(self, row: int) -> Cells:
        """The cells of a row."""
        text, sizes = self._texts[row], self._cells.get(row)
        if sizes is None:
            cells = list(text)
        else:
            units, cells = text.encode("utf-16-le"), []
            for size in sizes:
                cells.append(units[: 2 * size].decode("utf-16-le"))
                units = units[2 * size :]
            assert not units
        pattern = int(self.columns["look"][row]) >> 2
        first = int(self.columns["pattern"][:pattern].sum())
        styles: list[Style] = []
        for k in range(first, first + int(self.columns["pattern"][pattern])):
            styles += [self._styles[self.columns["run_style"][k]]] * int(self.columns["run_cells"][k])
        return list(zip(cells, styles, strict=True))

    def frames(self) -> Iterator[Shown]:
        """All frames in order."""
        c, screen, k, new = self.columns, [], 0, 0
        t, offset = round(self.told["begins"] * 1e9), self.told["offset"]
        for i in range(len(c["t"])):
            t += int(c["t"][i] + (c["t_high"][i] << 32)) * self.told["tick"]
            offset += int(c["offset"][i] + (c["offset_high"][i] << 32))
            size, up = int(c["rows"][i]), int(c["scroll"][i])
            screen = [-1] * size if len(screen) != size else screen[up:] + [-1] * up
            place = 0
            for _ in range(int(c["changes"][i])):
                place += int(c["at"][k])
                back = int(c["row"][k])
                screen[place] = new if back == 0 else new - back
                new += back == 0
                k += 1
            flags = int(c["flags"][i])
            yield Shown(
                t, offset, (int(c["columns"][i]), size), (int(c["x"][i]), int(c["y"][i]), bool(flags & 1)),
                bool(flags & 2), bool(flags & 4), self.told["titles"][int(c["title"][i])], list(screen),
            )  # fmt: skip

    def passed(self) -> list[str]:
        """The lines that left the screen before a frame showed them."""
        new = int((self.columns["row"] == 0).sum())
        out, text = [], ""
        for back in self.columns["passed"].tolist():
            row = new if back == 0 else new - back
            new += back == 0
            text += self.text(row)
            if not self.wrapped(row):
                out, text = [*out, text.rstrip(" ")], ""
        return out
