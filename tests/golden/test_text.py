"""The text of a golden: it reads well, loses nothing, and is refused where it is damaged."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlens.errors import GoldenError
from sessionlens.golden import parsing
from sessionlens.golden.golden import Entry, Golden, Painted, Video
from sessionlens.golden.looks import from_words, to_words
from sessionlens.golden.rows import escape, read, unescape, written
from sessionlens.golden.screen import BLANK, Cell, Line, Screen
from sessionlens.terminal.style import DEFAULT, PLAIN, TRUE_COLOUR, Style

colours = st.one_of(
    st.just(DEFAULT), st.integers(0, 255), st.integers(0, 0xFFFFFF).map(lambda rgb: TRUE_COLOUR | rgb)
)
BITS = ("bold", "faint", "italic", "blink", "inverse", "conceal", "strike", "overline", "protected")
flags = {name: st.booleans() for name in BITS}
styles = st.builds(
    Style,
    fg=colours,
    bg=colours,
    underline_color=colours,
    underline=st.integers(0, 5),
    link=st.text(),
    **flags,
)
anything = st.characters(exclude_categories=())
texts = st.one_of(
    st.text(anything, max_size=3), st.sampled_from(["\\", "\\u{41}", "|", " ", "\u200b", "\U0001f1e6"])
)
cells = st.builds(Cell, texts, st.one_of(st.just(PLAIN), styles))
lines = st.builds(
    lambda some, wrapped: Line(tuple(some), wrapped) if some or wrapped else Line(),
    st.lists(cells, max_size=8),
    st.booleans(),
)


@given(styles)
def test_a_look_comes_back(style: Style) -> None:
    assert from_words(to_words(style)) == style


@given(st.text(anything))
def test_a_text_comes_back_and_hides_nothing(text: str) -> None:
    shown = escape(text)
    assert unescape(shown) == text
    assert shown.isprintable() or any(c.isspace() for c in shown)
    shown.encode("utf-8")


@given(lines)
def test_a_row_comes_back_cell_by_cell(line: Line) -> None:
    text = list(written(7, line))
    assert all("\n" not in each for each in text)
    if text:
        notes = text[1].removeprefix("   ^ ") if len(text) > 1 else ""
        assert read(text[0][4:-1], notes) == line


def test_rows_read_well() -> None:
    green = Style(fg=2, bold=True)
    line = Line(
        (*(Cell(c, green) for c in "ok"), BLANK, Cell("漢", PLAIN), Cell("", PLAIN), Cell("e\u0301", PLAIN))
    )
    assert list(written(4, line)) == ["  4|ok 漢e\u0301|", "   ^ half 4; joined 5+2; 0-1 bold fg=green"]


def golden(**more: Video) -> Golden:
    screen = Screen(
        0, 3_141_592_653, 99, 20, 3, (4, 1), False, 'a "b"', True, True, (Line((Cell("x", PLAIN),)),) * 3
    )
    painted = Painted("Pillow 1, FreeType 2", 1280, 720, "ab" * 32)
    return Golden("cd" * 32, "commands, last", (Entry(screen, (painted,)), Entry(screen)), **more)


def load(path: Path, text: str | bytes) -> Golden:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return parsing.load(path)


def test_a_golden_comes_back_also_from_windows(tmp_path: Path) -> None:
    video = Video(1280, 720, 38.5, tuple(range(25)), ((0, 1, 'rm "x"'), (1, 2, "\\u{41}")))
    for whole in (golden(), golden(video=video)):
        assert load(tmp_path / "g", str(whole)) == whole
        assert load(tmp_path / "g", str(whole).replace("\n", "\r\n")) == whole


DAMAGES = {
    "cut": (lambda text: text[: len(text) // 2], "line"),
    "empty": (lambda text: "", "line 1"),
    "its end is missing": (lambda text: text.removesuffix("end 2\n"), "line"),
    "more behind its end": (lambda text: text + "x\n", "behind its end"),
    "a screen is missing": (lambda text: text.replace("screen 2", "screen 3"), "line"),
    "a merge": (lambda text: text.replace("size", "<<<<<<< HEAD\nsize", 1), "merge"),
    "rows out of order": (lambda text: text.replace("  1|x|", "  0|x|", 1), "row 0"),
    "a row that the screen has not": (lambda text: text.replace("  2|x|", "  3|x|", 1), "row 3"),
    "a look that is none": (lambda text: text.replace("  0|x|", "  0|x|\n   ^ 0-0 bald", 1), "bald"),
    "a look behind the row": (
        lambda text: text.replace("  0|x|", "  0|x|\n   ^ 0-4 bold", 1),
        "columns 0 to 4",
    ),
    "no number": (lambda text: text.replace("cursor 4", "cursor x"), "line"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGES)
def test_what_is_damaged_is_said_with_its_place(name: str, tmp_path: Path) -> None:
    damage, said = DAMAGES[name]
    path = tmp_path / "g"
    with pytest.raises(GoldenError, match="golden update") as raised:
        load(path, damage(str(golden())))
    assert said in str(raised.value) and str(path) in str(raised.value)


def test_other_damages(tmp_path: Path) -> None:
    with pytest.raises(GoldenError, match="it holds no screen"):
        load(tmp_path / "g", str(Golden("cd" * 32, "last", ())))
    with pytest.raises(GoldenError, match="byte 0, not UTF-8"):
        load(tmp_path / "g", b"\xff")
    with pytest.raises(GoldenError, match="version 2, we read 1: install a later"):
        load(tmp_path / "g", str(golden()).replace("golden 1", "golden 2", 1))


@given(st.binary(max_size=200), st.integers(0, sys.maxsize))
def test_random_damage_is_an_error_of_ours_or_none(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, at: int
) -> None:
    text = str(golden()).encode()
    place = at % len(text)
    path = tmp_path_factory.getbasetemp() / f"damaged-{len(data)}"
    try:
        load(path, text[:place] + data + text[place + len(data) // 2 :])
    except GoldenError as error:
        assert "golden" in str(error)
