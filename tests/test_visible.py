"""Hostile text becomes harmless, and ordinary text stays as it is."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlens.visible import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rm -rf /data", "rm -rf /data"),
        ("naïve ❯ 日本", "naïve ❯ 日本"),
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("x\u202ey", "x\\u202ey"),
        ("ls \u200b; id", "ls \\u200b; id"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("tag\U000e0041", "tag\\U000e0041"),
    ],
)
def test_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_keep_lets_newlines_stand() -> None:
    assert visible("a\nb\x07", keep="\n") == "a\nb\\x07"


@given(st.text())
def test_nothing_that_steers_a_terminal_survives(text: str) -> None:
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in visible(text))
