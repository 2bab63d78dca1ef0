"""Parts of a page alone: markup that escapes, texts that are cut by what they take on paper."""

from __future__ import annotations

from sessionlens.reporting.cutting import cut, fold, height, short
from sessionlens.reporting.markup import Markup, element, table, text


def test_text_is_escaped_once_and_markup_is_left() -> None:
    assert text("<&\"'>\x1b\n") == "&lt;&amp;&quot;&#x27;&gt;\\x1b\n"
    assert element("p", "<b>", element("b", "x"), class_="y", id=None) == '<p class="y">&lt;b&gt;<b>x</b></p>'
    assert element("a", href='"><script>') == '<a href="&quot;&gt;&lt;script&gt;"></a>'
    assert element("nav", aria_label="Contents") == '<nav aria-label="Contents"></nav>'
    assert isinstance(element("p"), Markup)


def test_a_table_has_heads_for_columns_and_rows() -> None:
    made = table("Two", (("a", "A"), ("b", "B")), [["1", "<2>"]])
    assert made.count('scope="col"') == 2 and made.count('scope="row"') == 1
    assert '<td class="b">&lt;2&gt;</td>' in made and "<caption>Two</caption>" in made


def test_what_is_cut_adds_up() -> None:
    assert cut("one\ntwo", 2) == ("one\ntwo", "")
    kept, said = cut("abcdef\nxyz", 2, width=3)
    assert kept == "abcdef" and said == "2 rows are shown, 3 more characters of 2 lines in all are not"
    kept, said = cut("a" * 1000, 2, width=100)
    assert len(kept) == 200 and "800 more characters of 1 line in all" in said
    kept, said = cut("\u202e" * 100, 1, width=60)
    assert kept == "\\u202e" * 10 and "540 more characters" in said


def test_wide_characters_take_two_cells() -> None:
    assert fold("漢字漢字", 4, 9) == ["漢字", "漢字"]
    assert fold("", 4, 9) == [""] and fold("abc", 4, 9) == ["abc"]
    assert short("漢" * 100) == "漢" * 80 + "… (20 more characters)" and short("a" * 160) == "a" * 160
    assert height("漢" * 100 + "\nx", 96) == 4
