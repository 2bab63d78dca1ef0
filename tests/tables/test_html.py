"""Tables in a notebook: nothing recorded runs or hides, nothing is cut."""

from __future__ import annotations

from sessionlens.tables.html import html_table, html_text

HOSTILE = "<script>alert('1')</script>\x1b]0;x\x07\u202e"


def test_hostile_text_is_shown_and_not_run() -> None:
    for shown in (html_table(["a"], [[HOSTILE]], caption=HOSTILE), html_text(HOSTILE)):
        assert "<script>" not in shown
        assert "\x1b" not in shown and "\u202e" not in shown
        assert "&lt;script&gt;" in shown and "\\x1b" in shown


def test_long_text_is_wrapped_and_never_cut() -> None:
    url = "http://127.0.0.1/" + "x" * 500
    shown = html_table(["text"], [[url]])
    assert url in shown
    assert "overflow-wrap:anywhere" in shown


def test_a_screen_keeps_its_columns_and_the_stripes_of_the_rows() -> None:
    shown = html_table([], [("screen", "a  b\nc")])
    assert "a  b\nc" in shown
    assert all(part in shown for part in ("pre-wrap", "monospace", "background:transparent"))
    assert "<pre" not in shown


def test_without_heads_the_first_cell_is_one() -> None:
    assert html_table([], [("a", "b")]).count("<th") == 1
    assert html_table(["x", "y"], [("a", "b")]).count("<th") == 2
