"""Which font draws what: told by the files' own tables, and never nothing."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import pytest

from sessionlens.render import fonts
from sessionlens.render.fonts.coverage import covered
from sessionlens.render.letters import Cell, letter, parts
from sessionlens.render.missing import framed_code

UNPRINTED = {"Cc", "Cs", "Cn", "Zs", "Zl", "Zp"}
BRAILLE_BLANK = "\u2800"  # the blank of pictures made of braille
CELL = Cell(10, 10, 20)
MANY = 8
NO_CHARACTER = "\U0010ffff"


def printable(code: int) -> bool:
    """Whether a cell that begins with this code point has to show something: letters, marks, numbers, signs,
    symbols, private use; and format characters, which never begin a cell but by accident or malice. Not
    controls, halves of pairs, what is not assigned, and blanks. Of the planes 15 and 16, all private and
    without a font, every 16th is enough."""
    if code >= 0xF0000 and code % 16:
        return False
    return unicodedata.category(chr(code)) not in UNPRINTED and chr(code) != BRAILLE_BLANK


@pytest.mark.parametrize("part", range(MANY))
def test_every_printable_character_of_unicode_has_ink(part: int) -> None:
    without = [c for c in range(part, 0x110000, MANY) if printable(c) and not letter(chr(c), CELL).any()]
    assert [f"U+{code:04X}" for code in without] == []


@pytest.mark.parametrize("path", fonts.files(), ids=lambda path: path.name)
def test_the_table_of_a_font_says_what_the_font_draws(path: Path) -> None:
    """A character that is not in the table is drawn as the sign for a missing one, and hardly another."""
    font = fonts.load(str(path), 16)

    def drawn(character: str) -> bytes:
        return bytes(font.getmask(character))

    wrong = []
    for code in [*range(0x21, 0x7F), *range(0xA1, 0x30000, 97)]:
        if not 0xD800 <= code < 0xE000 and chr(code) not in covered(str(path)):
            wrong += [hex(code)] * (drawn(chr(code)) != drawn(NO_CHARACTER))
    has = [c for c in range(0xA1, 0x30000, 97) if chr(c) in covered(str(path))]
    alike = [c for c in has if drawn(chr(c)) == drawn(NO_CHARACTER)]
    assert wrong == []
    assert has
    assert len(alike) <= len(has) // 50


def test_the_fonts_lie_in_the_package_with_their_licences() -> None:
    names = {path.name for path in fonts.HERE.iterdir()}
    assert {"LICENSE-DejaVu.txt", "LICENSE-Unifont.txt"} <= names
    own = [path for path in fonts.files() if path.parent == fonts.HERE]
    assert len(own) == 4
    assert all(path.stat().st_size < 8 << 20 for path in own)
    assert "SIL OPEN FONT LICENSE" in (fonts.HERE / "LICENSE-Unifont.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "name"),
    [("a", "DejaVuSansMono.ttf"), ("\u0915", "Unifont.otf"), ("\U0001f600", "UnifontUpper.otf")],
)
def test_fonts_are_asked_in_order(text: str, name: str) -> None:
    face = fonts.face_of(text, bold=False)
    assert face is not None
    assert Path(face.path).name == name


@pytest.mark.parametrize("text", ["\U0010fffd", "\ue725", "\U00012000"])
def test_what_no_font_has_is_its_framed_code(text: str) -> None:
    assert np.array_equal(letter(text, CELL), framed_code(ord(text), 10, 20))


@pytest.mark.parametrize("text", ["a", "\u0915", "\U0001f600", "\u6f22"])
def test_bold_and_italic_show_in_every_font(text: str) -> None:
    looks = [Cell(20, 10, 20, bold, italic) for bold in (False, True) for italic in (False, True)]
    assert len({letter(text, look).tobytes() for look in looks}) == 4


@pytest.mark.parametrize("mark", ["\u0301", "\u0323", "\u20dd", "\u0336", "\u094d", "\u0e31", "\U0001e8d0"])
def test_a_mark_adds_ink_to_any_letter_and_shows_alone(mark: str) -> None:
    for base in ("q", "\u0915", "─"):
        assert letter(base + mark, CELL).astype(int).sum() > letter(base, CELL).astype(int).sum()
    assert letter(mark, CELL).any()


def test_a_mark_that_no_font_has_frames_its_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "faces", lambda bold: (fonts.Face(str(fonts.HERE / fonts.REGULAR), 0.6, 1.2),))
    mask = letter("q\U0001e8d0", CELL)
    assert mask[0].all()
    assert mask[:, -1].all()
    assert mask[5:15, 2:8].any()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("\U0001f469\u200d\U0001f680", 2),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", 3),
        ("\U0001f1e9\U0001f1ea", 2),
        ("\u2764\ufe0f", 1),
        ("\U0001f44d\U0001f3fd", 1),
        ("\u200d", 1),
        ("ab", 1),
    ],
)
def test_what_is_joined_in_a_cell_stands_side_by_side(text: str, found: int) -> None:
    assert len(parts(text)) == found
    mask = letter(text, Cell(40, 20, 40))
    assert all(share.any() for share in np.array_split(mask, found, axis=1))


@pytest.mark.parametrize("selector", ["\ufe0e", "\ufe0f", "\U000e0100"])
def test_a_selector_leaves_its_letter(selector: str) -> None:
    assert np.array_equal(letter("\u2764" + selector, CELL), letter("\u2764", CELL))


def test_a_wide_letter_in_a_narrow_cell_is_narrowed_and_not_cut() -> None:
    wide, narrow = letter("\u0915", Cell(20, 10, 20)), letter("\u0915", CELL)
    assert (wide > 0).any(axis=0).sum() > 10
    columns = np.flatnonzero((narrow > 0).any(axis=0))
    assert columns[-1] - columns[0] >= 7
    assert narrow.sum(dtype=int) == pytest.approx(wide.sum(dtype=int) / 2, rel=0.1)
