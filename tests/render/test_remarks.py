"""What the analyst says: when it stands, in what order, and in words and shapes as well as colours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sessionlens.render.contrast import contrast
from sessionlens.render.facts import Facts
from sessionlens.render.remarks import LASTS, SHAPES, Remark, Remarks, said
from sessionlens.render.spans import Line, width
from sessionlens.render.theme import Theme
from sessionlens.render.themes import DARK, THEMES

SECOND = 1_000_000_000


def text(line: Line) -> str:
    return "".join(span.text for span in line)


def test_each_stands_from_its_start_to_its_end() -> None:
    until, lasting = Remark(5, "a", end_ns=9), Remark(5, "b")
    remarks = Remarks([until, lasting])
    assert remarks.at(4) == []
    assert remarks.at(5) == remarks.at(8) == [until, lasting]
    assert remarks.at(9) == remarks.at(4 + LASTS) == [lasting]
    assert remarks.at(5 + LASTS) == []
    assert remarks.times == [5, 9, 5 + LASTS]


def test_the_gravest_first_and_the_rest_counted() -> None:
    remarks = Remarks(
        [Remark(i, name, name) for i, name in enumerate(["note", "low", "high", "odd", "medium"])]
    )
    assert [r.severity for r in remarks.at(10)] == ["high", "odd", "medium", "low", "note"]
    assert remarks.lines == 3
    lines = said(remarks.at(10), Facts(), DARK, 80, 3)
    assert [text(line).split()[2] for line in lines] == ["HIGH", "ODD", "MEDIUM"]
    assert text(lines[-1]).endswith("+2 more")


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
@pytest.mark.parametrize("severity", [*SHAPES, "something else"])
def test_word_shape_and_colour(severity: str, theme: Theme) -> None:
    (line,) = said([Remark(0, "words", severity)], Facts(), theme, 80, 1)
    mark, _, pill, words, when = line
    assert all(contrast(each.colour, theme.band) >= 4.5 for each in (words, when))
    assert mark.background is not None and contrast(mark.colour, mark.background) >= 4.5
    assert mark.text == " ANALYST "
    (line,) = said([Remark(0, "words", severity, by_rule=True)], Facts(), theme, 80, 1)
    assert line[0].text == " RULE "
    assert severity.upper()[:5] in pill.text
    assert pill.text.split()[0] in SHAPES.values()
    assert pill.background is not None and contrast(pill.colour, pill.background) >= 4.5


def test_shapes_differ() -> None:
    assert len(set(SHAPES.values())) == len(SHAPES)


def test_it_fits_and_says_when(facts: Facts) -> None:
    (line,) = said([Remark(3 * SECOND, "long " * 100, "high")], facts, DARK, 80, 1)
    assert width(line) == 80
    assert "…" in text(line) and text(line).endswith("at 09:14:06 UTC")
    (line,) = said([Remark(3 * SECOND, "x")], replace(facts, started_ns=None), DARK, 80, 1)
    assert text(line).endswith("at 00:00:03 elapsed")


def test_nothing_to_say_has_a_line_all_the_same() -> None:
    assert Remarks([]).lines == 1
    assert said([], Facts(), DARK, 80, 1) == []
