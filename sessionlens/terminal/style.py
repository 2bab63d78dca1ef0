"""How a cell looks: the style record, its table of ids, and Select Graphic Rendition (SGR).

Not the text of the cell (line.py) and not real colours: a palette index stays an index, so that the
renderer decides. Follows ECMA-48 8.3.117, ITU T.416 (colon forms) and xterm's ctlseqs for the rest.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, replace
from sys import getsizeof
from typing import Any

from .unseen import hides

TRUE_COLOUR = 0x1000000
DEFAULT = -1

Parts = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Style:
    """Colours are -1 (default), 0..255 (palette) or 0x1000000 | rgb. `protected` is DECSCA, not visible."""

    fg: int = DEFAULT
    bg: int = DEFAULT
    underline_color: int = DEFAULT
    bold: bool = False
    faint: bool = False
    italic: bool = False
    blink: bool = False
    inverse: bool = False
    conceal: bool = False
    strike: bool = False
    overline: bool = False
    underline: int = 0
    link: str = ""
    protected: bool = False


PLAIN = Style()

_FLAGS: dict[int, dict[str, Any]] = {
    1: {"bold": True},
    2: {"faint": True},
    3: {"italic": True},
    5: {"blink": True},
    6: {"blink": True},
    7: {"inverse": True},
    8: {"conceal": True},
    9: {"strike": True},
    21: {"underline": 2},
    22: {"bold": False, "faint": False},
    23: {"italic": False},
    24: {"underline": 0},
    25: {"blink": False},
    27: {"inverse": False},
    28: {"conceal": False},
    29: {"strike": False},
    39: {"fg": DEFAULT},
    49: {"bg": DEFAULT},
    53: {"overline": True},
    55: {"overline": False},
    59: {"underline_color": DEFAULT},
    **{30 + n: {"fg": n} for n in range(8)},
    **{40 + n: {"bg": n} for n in range(8)},
    **{90 + n: {"fg": 8 + n} for n in range(8)},
    **{100 + n: {"bg": 8 + n} for n in range(8)},
}
_BITS = ("bold", "faint", "italic", "blink", "inverse", "conceal", "strike", "overline", "protected")
_EXTENDED = {38: "fg", 48: "bg", 58: "underline_color"}
_CACHE_LIMIT = 1 << 14


def _colour(numbers: tuple[int, ...]) -> tuple[int | None, int]:
    """The colour that `2;r;g;b` or `5;n` names (None where it names none), and how many numbers it used."""
    kind = numbers[0] if numbers else -1
    if kind == 5:
        index = max(numbers[1], 0) if len(numbers) > 1 else 0
        return (index if index < 256 else None), 2
    if kind == 2:
        rgb = [max(n, 0) for n in (*numbers[1:4], 0, 0, 0)][:3]
        if max(rgb) > 255:
            return None, 4
        return TRUE_COLOUR | rgb[0] << 16 | rgb[1] << 8 | rgb[2], 4
    return None, 1


def select(style: Style, parts: Parts) -> Style:
    """The style after one SGR; unknown numbers are skipped as terminals do."""
    change: dict[str, Any] = {}
    at = 0
    while at < len(parts):
        part = parts[at]
        at += 1
        number = max(part[0], 0)
        if number == 0:
            change = {}
            style = Style(link=style.link, protected=style.protected)
        elif number in _EXTENDED:
            if len(part) > 1:
                rest = part[1:]
                if rest[0] == 2 and len(rest) > 4:  # 2:<colour space>:r:g:b
                    rest = (2, *rest[2:])
                colour, _ = _colour(rest)
            else:
                colour, used = _colour(tuple(n for p in parts[at : at + 4] for n in p))
                while used > 0 and at < len(parts):
                    used -= len(parts[at])
                    at += 1
            if colour is not None:
                change[_EXTENDED[number]] = colour
        elif number == 4:
            kind = part[1] if len(part) > 1 else 1
            change["underline"] = kind if 0 <= kind <= 5 else 1
        elif len(part) == 1:  # no other has sub-parameters, so what looks like it is something else
            change.update(_FLAGS.get(number, {}))
    return replace(style, **change) if change else style


class Styles:
    """Every style seen; 0 is the plain one. Ids never change: lines and rows hold ids only.

    Styles are kept in columns, 20 bytes each, and made into objects on demand: a picture in true colour has
    hundreds of thousands. A style seen again long after may get a second id, since what finds it is bounded.
    """

    __slots__ = (
        "_blank",
        "_colours",
        "_flags",
        "_ids",
        "_link",
        "_links",
        "_made",
        "_selected",
        "hiding",
        "marked",
        "sequences",
    )

    def __init__(self) -> None:
        self._colours = array("i")  # three for each style
        self._flags = array("H")
        self._link = array("I")
        self._links = [""]
        self._ids: dict[Style, int] = {}
        self._made: dict[int, Style] = {}
        self._blank: dict[int, int] = {0: 0}
        self._selected: dict[tuple[int, Parts], int] = {}
        self.sequences: dict[tuple[int, tuple[str | None, ...]], tuple[int, ...] | None] = {}  # see flood.py
        self.hiding: dict[int, str] = {}  # ids under which text is not seen, and how
        self.marked = False  # is any a link or protected?
        self.id(PLAIN)

    def __getitem__(self, style_id: int) -> Style:
        found = self._made.get(style_id)
        if found is None:
            if len(self._made) >= _CACHE_LIMIT:
                self._made.clear()
            flags = self._flags[style_id]
            bits = {name: bool(flags >> bit & 1) for bit, name in enumerate(_BITS)}
            found = self._made[style_id] = replace(
                PLAIN,
                fg=self._colours[3 * style_id],
                bg=self._colours[3 * style_id + 1],
                underline_color=self._colours[3 * style_id + 2],
                underline=flags >> len(_BITS),
                link=self._links[self._link[style_id]],
                **bits,
            )
        return found

    def __len__(self) -> int:
        return len(self._flags)

    @property
    def nbytes(self) -> int:
        """Memory of what is kept for good, links included."""
        return 20 * len(self) + sum(map(getsizeof, self._links))

    def forget(self) -> None:
        """Let go of what only finding needs; ids stay what they are."""
        self._ids, self._made, self._blank = {PLAIN: 0}, {}, {0: 0}
        self._selected, self.sequences = {}, {}

    def id(self, style: Style) -> int:
        """The id of a style, a new one where it is new."""
        found = self._ids.get(style)
        if found is None:
            if len(self._ids) >= _CACHE_LIMIT:
                self._ids = {PLAIN: 0}
            found = self._ids[style] = len(self)
            self._colours.extend((style.fg, style.bg, style.underline_color))
            bits = sum(getattr(style, name) << bit for bit, name in enumerate(_BITS))
            self._flags.append(bits | style.underline << len(_BITS))
            if style.link and style.link != self._links[-1]:
                self._links.append(style.link)
            self._link.append(len(self._links) - 1 if style.link else 0)
            if len(self._made) < _CACHE_LIMIT:
                self._made[found] = style
            self.marked = self.marked or style.protected or bool(style.link)
            if how := hides(style):
                self.hiding[found] = how
        return found

    def select(self, style_id: int, parts: Parts) -> int:
        """The id after an SGR on top of `style_id`."""
        key = (style_id, parts)
        found = self._selected.get(key)
        if found is None:
            if len(self._selected) >= _CACHE_LIMIT:
                self._selected.clear()
            found = self._selected[key] = self.id(select(self[style_id], parts))
        return found

    def blank(self, style_id: int) -> int:
        """What erasing leaves under this pen: its background and nothing else (back colour erase)."""
        found = self._blank.get(style_id)
        if found is None:
            if len(self._blank) >= _CACHE_LIMIT:
                self._blank.clear()
            found = self._blank[style_id] = self.id(Style(bg=self[style_id].bg))
        return found
