"""Words in linear time, as shlex has them; and patterns that go through a line once."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlens.commands.blind import asks_nothing
from sessionlens.commands.posing import READS, posing
from sessionlens.commands.splitting import split
from sessionlens.commands.unprompted import reads_unseen

_PIECES = st.sampled_from([*"ab '\"\\;&|<>()#\n\t=/", "read", "''"])


@given(st.lists(_PIECES, max_size=20).map("".join))
def test_words_are_those_of_shlex(text: str) -> None:
    lexer = shlex.shlex(text, posix=True, punctuation_chars=";&|()<>")
    lexer.whitespace_split = True
    try:
        words = list(lexer)
    except ValueError:
        assert split(text) is None
    else:
        assert split(text) == words


def test_what_reads_is_found_behind_any_length() -> None:
    for before in ("a=" * 20_000, "\n" * 20_000, "stty " * 8_000, "sh $( " * 8_000, "x" * 40_000 + ";"):
        text = f"{before} ; a=1 read x"
        assert READS.search(text) and posing(text).lines
        assert not asks_nothing(text)
        assert reads_unseen(f"{before} ; exec 2>/dev/null")


@pytest.mark.parametrize(
    "text", ["sudo cat /etc/shadow | wc -l", "sudo grep x f", "if true; then cat f; fi", "(a; ls) | cat"]
)
def test_what_has_its_files_poses_as_nothing(text: str) -> None:
    assert posing(text).lines == 0


@pytest.mark.parametrize("text", ["cat | sed p", "(cat; echo b) | cat", "sudo sh -c 'read x'"])
def test_what_reads_lines_may_pose(text: str) -> None:
    assert posing(text).lines
