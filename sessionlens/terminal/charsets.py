"""The four designated character sets (G0..G3) and their translation; DEC line drawing works in UTF-8 too.

Unknown designations are treated as ASCII, as terminals do; national sets are known where DECNRCM (?42) is
set, as in xterm, and GR (LS1R and its like) reaches nothing, since bytes above 7F are UTF-8. The line drawing
table is pyte's, the national ones are those of DEC's VT220 and VT510 manuals.
"""

from __future__ import annotations

from pyte.charsets import VT100_MAP

ASCII = "B"
_GRAPHICS = {code: VT100_MAP[code] for code in range(0x5F, 0x7F)} | {0x5F: "\xa0"}
LETTERS = {ord(glyph): chr(code) for code, glyph in _GRAPHICS.items()}
"""What was printed, by the line drawing that shows it."""

TABLES: dict[str, dict[int, str]] = {"0": _GRAPHICS, "A": {0x23: "£"}}
SLOTS = {"(": 0, ")": 1, "*": 2, "+": 3, "-": 1, ".": 2, "/": 3}

_REPLACED = "#@[\\]^_`{|}~"
_NATIONAL = {
    "4": "£¾ĳ½|^_`¨f¼´",  # Dutch
    "5C": "#@ÄÖÅÜ_éäöåü",  # Finnish
    "fR": "£à°ç§^_`éùè¨",  # French
    "9Q": "#àâçêî_ôéùèû",  # French Canadian
    "K": "#§ÄÖÜ^_`äöüß",  # German
    "Y": "£§°çé^_ùàòèì",  # Italian
    "`6E": "#ÄÆØÅÜ_äæøåü",  # Norwegian, Danish
    "Z": "£§¡Ñ¿^_`°ñç~",  # Spanish
    "7H": "#ÉÄÖÅÜ_éäöåü",  # Swedish
    "=": "ùàéçêîèôäöüû",  # Swiss
}
NATIONAL = {
    name: {ord(old): new for old, new in zip(_REPLACED, chars, strict=True) if old != new}
    for names, chars in _NATIONAL.items()
    for name in names
}


class Charsets:
    """What is designated, which set is shifted in, and what the next character alone is taken from."""

    __slots__ = ("active", "designated", "national", "single", "table")

    def __init__(self) -> None:
        self.designated = [ASCII] * 4
        self.active = 0
        self.single = -1
        self.national = False
        self.table: dict[int, str] | None = None

    def designate(self, slot: int, name: str) -> None:
        """ESC ( 0 and its like."""
        self.designated[slot] = name
        self.shift(self.active)

    def shift(self, slot: int) -> None:
        """SI, SO, LS2, LS3."""
        self.active = slot
        self.table = self._table(slot)

    def _table(self, slot: int) -> dict[int, str] | None:
        name = self.designated[slot]
        return TABLES.get(name) or (NATIONAL.get(name) if self.national else None)

    def translate(self, text: str) -> str:
        """Text as the active set draws it."""
        if self.single >= 0:
            table = self._table(self.single) or {}
            self.single = -1
            return text[0].translate(table) + self.translate(text[1:])
        return text.translate(self.table) if self.table is not None else text

    @property
    def plain(self) -> bool:
        """Nothing to translate."""
        return self.table is None and self.single < 0

    def save(self) -> tuple[tuple[str, ...], int]:
        """For DECSC."""
        return tuple(self.designated), self.active

    def restore(self, saved: tuple[tuple[str, ...], int]) -> None:
        """For DECRC."""
        self.designated = list(saved[0])
        self.single = -1
        self.shift(saved[1])
