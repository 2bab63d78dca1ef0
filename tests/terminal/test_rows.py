"""Rows in columns."""

from __future__ import annotations

from sessionlens.terminal.line import Line
from sessionlens.terminal.rows import RECENT, Rows
from sessionlens.terminal.style import Style, Styles


def line(cells: list[str], styles: list[int] | None = None, wrapped: bool = False) -> Line:
    made = Line()
    made.cells, made.styles, made.wrapped = cells, styles or [0] * len(cells), wrapped
    return made


def test_equal_lines_are_one_row() -> None:
    rows = Rows(Styles())
    first = rows.add(line(list("ab")))
    assert rows.add(line(list("ab  "))) == first
    assert rows.add(line(list("ab"), wrapped=True)) != first
    assert rows.add(line(list("ab"), [0, 1])) != first
    assert len(rows) == 3


def test_views() -> None:
    styles = Styles()
    red = styles.id(Style(fg=1))
    rows = Rows(styles)
    for cells, ids in (
        (list("plain"), [0] * 5),
        (["漢", "", "x"], [red, red, 0]),
        (["🇩", "", "🇪", ""], [0] * 4),  # two flags' halves that did not join
        ([" ", " "], [0, red]),
        ([], []),
    ):
        row = rows.row(rows.add(line(cells, ids)))
        assert list(row.cell_texts) == cells
        assert row.text == "".join(cells)
        assert [style for run in row.runs for style in [run.style_id] * run.width] == ids
    assert rows.style(red).fg == 1


def test_many_rows_are_found_by_id() -> None:
    rows = Rows(Styles())
    ids = [rows.add(line(list(f"row {i}"))) for i in range(1000)]
    assert [rows.text(i) for i in ids] == [f"row {i}" for i in range(1000)]


def test_what_is_remembered_is_bounded() -> None:
    rows = Rows(Styles())
    for i in range(2 * RECENT + 10):
        rows.add(line([str(i)]))
    assert len(rows._known._new) + len(rows._known._old) <= 2 * RECENT
    last = 2 * RECENT + 9
    assert rows.add(line([str(last)])) == last


def test_blanks_are_counted() -> None:
    rows = Rows(Styles())
    texts = [" " * n + "x" + " " * m for n in (0, 11, 12, 13, 4012, 4013, 9000) for m in (0, 12, 5000)]
    ids = [rows.add(line(list(text), wrapped=True)) for text in texts]
    apart = rows.add(line(["🇩", "", "🇪", "", *" " * 20, "é"]))
    assert [rows.text(i) for i in ids] == texts
    assert [rows.row(i).cell_texts for i in ids] == [tuple(text) for text in texts]
    assert rows.text(apart) == "🇩🇪" + " " * 20 + "é"
    assert rows.row(apart).text == rows.text(apart)
    assert len(rows._text) < 1000
