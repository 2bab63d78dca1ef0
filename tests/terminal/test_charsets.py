"""Designated character sets."""

from __future__ import annotations

import pytest

from sessionlens.terminal import Terminal


def first(data: str) -> str:
    terminal = Terminal(40, 2)
    terminal.feed(data.encode())
    return terminal.display[0].rstrip()


@pytest.mark.parametrize(
    ("data", "want"),
    [
        ("\x1b(0lqk\x1b(Bl", "┌─┐l"),
        ("\x1b(A#", "£"),
        ("\x1b*0\x1bNqq", "─q"),  # SS2
        ("\x1b+0\x1bOqq", "─q"),  # SS3
        ("\x1b*0\x1bnqq\x0fq", "──q"),  # LS2, back with SI
        ("\x1b+0\x1boqq", "──"),  # LS3
        ("\x1b)0\x1b~qq", "qq"),  # LS1R: GR is UTF-8's
        ("\x1b)0\x0eq\x1b7\x0fq\x1b8\x1b[9Gq", "─q      ─"),  # DECSC keeps the shift
        ("\x1b-A\x0e#", "#"),  # a set of 96 characters: Latin-1, not the British one
        ("\x1b(1a\x1b(2a\x1b(>a\x1b(%5a", "aaaa"),
        ("\x1b(K[]", "[]"),  # national sets only where DECNRCM is set
        ("\x1b(K[\x1b[?42h[]{}\x1b[?42l[", "[ÄÜäü["),
        ("\x1b[?42h\x1b(R#@[\\]^_`{|}~", "£à°ç§^_`éùè¨"),
        ("\x1b[?42h\x1b(Z[\\]\x1bc[", "["),
        ("\x1b%Gé", "é"),
    ],
)
def test_drawn(data: str, want: str) -> None:
    assert first(data) == want
