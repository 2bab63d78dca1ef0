"""Distinct rows, their patterns of runs and their styles as columns (payload.py says which)."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sessionlens.player.columns import Columns
from sessionlens.terminal.style import DEFAULT, TRUE_COLOUR

if TYPE_CHECKING:
    from sessionlens.terminal import Style, Timeline

WRAPPED, CELLS = 1, 2
BITS = ("bold", "faint", "italic", "blink", "inverse", "conceal", "strike", "overline")
_LONE = re.compile("[\ud800-\udfff]")


def text_bytes(text: str) -> bytes:
    """UTF-8; half a surrogate pair, which no decoder takes, becomes U+FFFD."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return _LONE.sub("\ufffd", text).encode("utf-8")


def units(text: str) -> int:
    """How many UTF-16 units it has."""
    return len(text) + sum(character > "\uffff" for character in text)


def looks(timeline: Timeline, rows: Iterable[int], columns: Columns) -> None:
    """The columns of these rows, in this order."""
    texts, lengths, look, cells = bytearray(), array("I"), array("Q"), array("I")
    patterns: dict[tuple[tuple[int, int], ...], int] = {}
    styles: dict[int, int] = {}
    for row_id in rows:
        row = timeline.row(row_id)
        data = text_bytes(row.text)
        texts += data
        lengths.append(len(data))
        simple = row.text.isascii() or (
            len(row.text) == len(row.cell_texts) and "" not in row.cell_texts and max(row.text) <= "\uffff"
        )
        if not simple:
            cells.append(len(row.cell_texts))
            cells.extend(map(units, row.cell_texts))
        number = patterns.setdefault(row.lengths, len(patterns))
        look.append(number << 2 | WRAPPED * row.wrapped | CELLS * (not simple))
    columns.add("bytes", lengths, 4)
    columns.add("look", look, 4)
    columns.add("cells", cells, 2)
    columns.add_bytes("text", texts)
    columns.add("pattern", [len(pattern) for pattern in patterns], 2)
    columns.add("run_cells", [size for pattern in patterns for size, _ in pattern], 2)
    ids = [styles.setdefault(style, len(styles)) for pattern in patterns for _, style in pattern]
    columns.add("run_style", ids, 4)
    found = [timeline.style(style) for style in styles]
    for name, colours in (
        ("fg", [style.fg for style in found]),
        ("bg", [style.bg for style in found]),
        ("line", [style.underline_color for style in found]),
    ):
        columns.add(name, [colour_number(colour) for colour in colours], 4)
    columns.add("style", [bits(style) for style in found], 2)


def colour_number(colour: int) -> int:
    """0 default, 1 + palette index, or 0x1000000 | rgb."""
    return 0 if colour == DEFAULT else colour if colour >= TRUE_COLOUR else colour + 1


def bits(style: Style) -> int:
    """The attributes in one number."""
    set_bits: int = sum(getattr(style, name) << bit for bit, name in enumerate(BITS))
    return set_bits | style.underline << len(BITS)
