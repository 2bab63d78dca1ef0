"""Patterns in a process of their own find the same as in this one, and come to an end."""

from __future__ import annotations

import re
import time

import pytest

from sessionlens.errors import UsageError
from sessionlens.masking.apart import Apart
from sessionlens.masking.wanted import search

LINES = ["web01 web02", "", "漢字 WEB3 \ud800 \x1b[m", "x" * 1000]


def test_it_finds_the_same() -> None:
    patterns = [
        re.compile(r"web\d+", re.IGNORECASE),
        re.compile("字|\ud800"),
        re.compile("x{300}"),
        re.compile(""),
    ]
    found = [tuple(each) for each in Apart()(patterns, LINES)]
    assert found == list(search(patterns, LINES))
    assert (0, 6, 11) in found and (2, 3, 7) in found


def test_its_time_is_for_all_searches_together() -> None:
    find, begun = Apart(3), time.monotonic()
    with pytest.raises(UsageError, match="take too long"):
        for _ in range(1000):
            list(find([re.compile(r"(x+)+\x00")], ["x" * 19]))
    assert time.monotonic() - begun < 30


def test_more_than_can_be_masked_is_refused() -> None:
    with pytest.raises(UsageError, match="match too often"):
        list(Apart()([re.compile(".")], ["x" * 1000] * 600))
