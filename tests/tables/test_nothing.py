"""Empty tables say what was looked at, and are DataFrames all the same."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import pandas as pd

import sessionlens as sl
from sessionlens.tables.nothing import or_nothing
from sessionlens.tables.schema import conform

SAID = "no flags: nothing in <b>3</b> bytes"


def test_it_is_a_table_and_what_is_made_of_it_a_plain_one() -> None:
    empty = or_nothing(conform({}, "flags"), SAID)
    assert repr(empty) == SAID
    assert (
        empty._repr_html_()
        == f"<p class='tex2jax_ignore mathjax_ignore'>{SAID.replace('<', '&lt;').replace('>', '&gt;')}</p>"
    )
    assert (empty.dtypes == conform({}, "flags").dtypes).all()
    for made in (empty.copy(), empty[empty["kind"] == "x"], empty.assign(a=1), pd.concat([empty, empty])):
        assert type(made) is pd.DataFrame
    assert repr(pickle.loads(pickle.dumps(empty))) == SAID


def test_a_table_with_rows_stays_as_it_is() -> None:
    full = conform({"session": ["0123abcd"]}, "flags")
    assert or_nothing(full, SAID) is full


def test_a_session_without_findings_says_where_it_looked(shell_session: Callable[..., Path]) -> None:
    s = sl.open(shell_session([("ls", "a\n")]))
    assert repr(s.findings) == "no findings: no mark on any of 1 command"
    assert "bytes of output" in repr(s.flags)
    assert "in 1 channel" in repr(s.transfers)
    assert repr(s.gaps) == "no gaps: what was recorded could be read whole"


def test_what_could_not_be_read_is_said_with_it(shell_session: Callable[..., Path], tmp_path: Path) -> None:
    shell_session([("ls", "a\n")], "whole")
    torn = shell_session([("ls", "a\n")], "torn")
    (torn / "out").write_bytes((torn / "out").read_bytes()[:-70])
    assert "not everything could be read" in repr(sl.open(torn).findings)
    said = repr(sl.corpus(tmp_path).findings)
    assert said.startswith("no findings: no mark on any command in 2 sessions; ")
    assert "not everything could be read" in said
