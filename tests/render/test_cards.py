"""Cards: all of their words have room, or the last line says how many have none."""

from __future__ import annotations

import pytest

from sessionlens.render.canvas import Canvas, RgbInk
from sessionlens.render.cards import Card, card_lines, paint_card, sizes
from sessionlens.render.layout import CELL, PICTURES
from sessionlens.render.spans import width
from sessionlens.render.themes import DARK


def words(card: Card, columns: int) -> list[str]:
    return ["".join(span.text for span in line) for line in card_lines(card, DARK, columns)]


def test_labels_stand_in_a_column_and_long_texts_wrap_beside_it() -> None:
    card = Card("Head", (("case", "HR 17"), ("gone", ""), ("checked", "one two three four")), "Foot")
    assert words(card, 20) == [
        "Head", "", "case      HR 17", "checked   one two ", "          three four", "", "Foot",
    ]  # fmt: skip
    assert all(width(line) <= 20 for line in card_lines(card, DARK, 20))


@pytest.mark.parametrize("size", PICTURES)
def test_letters_are_never_smaller_than_legible(size: tuple[int, int]) -> None:
    tried = list(sizes(size[1]))
    assert tried[-1] == CELL
    assert tried == sorted(tried, reverse=True)


@pytest.mark.parametrize(("rows", "cut"), [(3, False), (20, False), (200, True)])
def test_everything_has_room_or_is_counted(rows: int, cut: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    canvas, painted = Canvas(1280, 720, RgbInk()), []
    monkeypatch.setattr(
        "sessionlens.render.cards.paint",
        lambda _canvas, _atlas, x, y, line, columns, _ground: painted.append((y, line, columns)),
    )
    paint_card(canvas, Card("Head", tuple((f"row {i}", "text") for i in range(rows))), DARK)
    texts = ["".join(span.text for span in line) for _, line, _ in painted]
    assert painted[0][0] > 0 and painted[-1][0] < 720
    assert all(width(line) <= columns for _, line, columns in painted)
    assert ("have no room" in texts[-1]) is cut
    assert len(texts) + (int(texts[-1].split()[1]) - 1 if cut else 0) == rows + 2
