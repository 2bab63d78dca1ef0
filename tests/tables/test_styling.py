"""What a notebook shows of our tables: safe, small, with words where there are colours."""

from __future__ import annotations

import builtins
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sessionlens as sl
from sessionlens.tables.cells import seconds, short
from sessionlens.tables.schema import TABLES, conform
from sessionlens.tables.styling import styled

pytest.importorskip("jinja2")
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\x1b]8;;javascript:1\x07\u202e $x$ '\""


def hostile(table: str) -> pd.DataFrame:
    """A row with that in every text."""
    texts: dict[str, Any] = {c.name: [HOSTILE] for c in TABLES[table] if c.dtype == "string"}
    return conform(
        texts | {c.name: [1] for c in TABLES[table] if c.dtype in ("Int64", "timedelta64[ns]")}, table
    )


@pytest.mark.parametrize("table", TABLES)
def test_hostile_text_in_every_column_is_only_text(table: str) -> None:
    html = styled(hostile(table)).to_html()
    assert "<script" not in html and "<img" not in html and "href" not in html
    assert "\x1b" not in html and "\u202e" not in html
    assert "&lt;script&gt;" in html and "\\u202e" in html
    assert "mathjax_ignore" in html


def test_hostile_labels_are_only_text() -> None:
    table = conform({"session": ["0123abcd"], "recording": "x", "command": HOSTILE}, "commands")
    labelled = table.set_index("command", drop=False).rename(columns={"n": HOSTILE})
    for named in (labelled, labelled.rename_axis(index=HOSTILE, columns=HOSTILE)):
        html = styled(named).to_html()
        assert "<script" not in html and "\u202e" not in html
    several = table.set_index(["command", "session"], drop=False).rename_axis([HOSTILE, None])
    assert "<script" not in styled(several).to_html()


def test_severity_and_confidence_are_words_and_shapes() -> None:
    html = styled(
        conform({"session": ["0123abcd"] * 3, "severity": ["high", "medium", "low"]}, "findings")
    ).to_html()
    assert all(
        f"{shape} {word}</span>" in html for shape, word in (("▲", "high"), ("◆", "medium"), ("●", "low"))
    )
    html = styled(conform({"session": ["0123abcd"], "confidence": ["low"]}, "commands")).to_html()
    assert "●○○ low</span>" in html


def test_each_row_has_a_link_that_plays(root: Path) -> None:
    commands = sl.open(root / "fixtures" / "sessions" / "insider").commands
    links = re.findall(
        r'<a href="#sessionlens=([0-9a-f]{8})@([0-9.]+)" title="([^"]+)">▶', styled(commands).to_html()
    )
    assert len(links) == len(commands)
    assert {session for session, _, _ in links} == {"7c2a45ee"}
    assert [float(at) for _, at, _ in links] == pytest.approx(list(commands["start"].dt.total_seconds()))
    assert "s.play()" in links[0][2]


def test_the_link_is_of_the_rows_own_session() -> None:
    table = conform(
        {"session": ["0123abcd", "4567cdef"], "start": [1_000_000_000, 1_000_000_000]}, "commands"
    )
    twice = pd.concat([table, table.iloc[::-1]])  # labels 0, 1, 1, 0
    assert re.findall(r"#sessionlens=([0-9a-f]{8})@1\"", styled(twice).to_html()) == [*twice["session"]]
    assert "#sessionlens=0123abcd@0" in styled(conform({"session": ["0123abcd"]}, "sessions")).to_html()


def test_a_row_without_a_time_has_no_link() -> None:
    assert "href" not in styled(conform({"session": ["0123abcd"], "command": "ls"}, "commands")).to_html()


def test_columns_for_programs_are_hidden_and_text_is_cut_with_a_word() -> None:
    table = conform({"session": ["0123abcd"], "command": "ls", "output": "x" * 2000, "ref": "r"}, "commands")
    html = styled(table).to_html()
    assert ">command</th>" in html and ">ref</th>" not in html and ">cwd</th>" not in html
    assert "… 1,200 more characters" in html


def test_what_is_the_same_in_all_rows_stands_above_them() -> None:
    data = {"session": ["0123abcd"] * 2, "command": "ls", "person": "<b>john", "cwd": ["/", "/tmp"]}
    html = styled(conform(data, "commands")).to_html()
    assert "<caption>person: &lt;b&gt;john</caption>" in html
    assert ">person</th>" not in html and ">command</th>" in html and ">cwd</th>" in html


def test_many_rows_are_cut_with_a_word() -> None:
    table = conform({"session": ["0123abcd"] * 300, "command": "ls"}, "commands")
    html = styled(table, most=50).to_html()
    assert "the first 50 of 300 rows" in html
    assert html.count("<tr>") == 51
    assert len(html) < 30_000


def test_the_same_rows_are_the_same_html(root: Path) -> None:
    commands = sl.open(root / "fixtures" / "sessions" / "insider").commands
    assert commands.sl.style().to_html() == commands.sl.style().to_html()


def test_without_jinja_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "pandas.io.formats.style":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(sl.UsageError, match="pip install jinja2"):
        styled(conform({}, "commands"))


def test_seconds_are_exact() -> None:
    assert [seconds(ns) for ns in (0, 1, 1_500_000_000, 60_000_000_000)] == ["0", "0.000000001", "1.5", "60"]


def test_short_texts_stay() -> None:
    assert short("a\nb") == "a\nb"
    assert short("\n".join("abcdefghij")).endswith("… 4 more characters")


def test_columns_are_chosen_before_or_in_style(root: Path) -> None:
    commands = sl.open(root / "fixtures" / "sessions" / "insider").commands
    before = commands[["n", "command"]].sl.style().to_html()
    assert before.count("<tr>") == len(commands) + 1 and "href" not in before
    html = commands.sl.style(most=2, columns=["command", "start", "ref"]).to_html()
    assert re.findall(">([a-z]+)</th>", html) == ["command", "start", "ref"]
    assert html.count("#sessionlens=7c2a45ee@") == 2 and "the first 2 of 18 rows" in html
    for wrong in ("command", ["comand"], ["n", "n"]):
        with pytest.raises(sl.UsageError, match=r"columns|no column comand: it has n, command"):
            commands.sl.style(columns=wrong)


def test_what_needs_the_recording_says_so(root: Path) -> None:
    some = sl.open(root / "fixtures" / "sessions" / "insider").commands[["n", "command"]]
    for act in (some.sl.play, some.sl.open, some.sl.at, some.sl.masked, lambda: some.sl.why(1)):
        with pytest.raises(sl.UsageError, match=r"recording, which this table lacks: .*pick columns last"):
            act()


def test_what_is_looked_at_first_stands_first(root: Path) -> None:
    commands = sl.open(root / "fixtures" / "sessions" / "insider").commands
    heads = re.findall(">([a-z_]+)</th>", commands.sl.style().to_html())
    assert heads[:4] == ["n", "start", "marks", "command"] and heads[-1] == "output"
