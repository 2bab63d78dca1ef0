"""Output bytes as display text."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from sessionlens.commands.output import plain


@given(st.text("ab\b", max_size=12))
def test_backspaces_take_what_stands_before_them(line: str) -> None:
    while (shorter := re.sub(r"[^\x08]\x08", "", line)) != line:
        line = shorter
    assert plain(line.encode()) == line.replace("\b", "")


def test_a_very_long_row_that_is_rubbed_out_is_empty() -> None:
    assert plain(b"a" * 300_000 + b"\b" * 300_000 + b"\r\nb") == "b"
