"""Widths and joins."""

from __future__ import annotations

import sys
import unicodedata

import pyte
import pytest
from wcwidth import wcwidth

from sessionlens.terminal.width import SIMPLE, joins, split, width


def test_simple_characters_are_one_cell_and_join_nothing() -> None:
    simple = [char for char in map(chr, range(sys.maxunicode + 1)) if SIMPLE.fullmatch(char)]
    assert len(simple) > 1000
    for char in simple:
        assert wcwidth(char) == 1 and not unicodedata.combining(char), hex(ord(char))
        assert not joins("a", char) and not joins("👩", char)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("abc", ["a", "b", "c"]),
        ("漢a", ["漢", "", "a"]),
        ("e\u0301x", ["e\u0301", "x"]),
        ("漢\u0301x", ["漢\u0301", "", "x"]),
        ("🇩🇪🇫", ["🇩🇪", "", "🇫", ""]),
        ("❤\ufe0fx", ["❤\ufe0f", "", "x"]),
        ("👩\u200d👧!", ["👩\u200d👧", "", "!"]),
    ],
)
def test_split(text: str, cells: list[str]) -> None:
    assert split(text) == cells


def test_controls_have_no_width() -> None:
    assert [width(char) for char in "\u200b\u0301\ufeffa漢"] == [0, 0, 0, 1, 2]


def test_plain_pyte_still_needs_replacing() -> None:
    """When this fails, look again at what of screen.py pyte could do."""
    screen = pyte.Screen(40, 2)
    pyte.ByteStream(screen).feed("ls \u200b; rm -rf /data".encode())
    assert "rm -rf" not in screen.display[0]
