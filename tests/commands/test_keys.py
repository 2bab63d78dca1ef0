"""Keys out of the input stream, also where a sequence is cut by events; and the line editor on them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlens.commands.editor import KeyLine, key_lines
from sessionlens.commands.keys import keys
from sessionlens.recording import Recording

Record = Callable[..., Recording]


def lines(record: Record, *pieces: bytes, fresh: frozenset[int] = frozenset()) -> list[KeyLine]:
    made = record([(at * 1_000_000, "i", piece) for at, piece in enumerate(pieces)])
    return list(key_lines(keys(made), fresh))


@pytest.mark.parametrize(
    ("typed", "text", "certain"),
    [
        (b"ls -l\r", "ls -l", True),
        (b"lss\x7f -l\r", "ls -l", True),
        (b"wrong\x15right\r", "right", True),
        (b"helo\x1b[Dl\r", "hello", True),
        (b"world\x01hello \r", "hello world", True),
        (b"one two\x17three\r", "one three", True),
        (b"one\x0b\x01two \r", "two one", True),
        (b"keep this\x01\x1bf\x0b\x19\r", "keep this", False),
        (b"ab\x14\r", "ba", True),
        (b"cat no\t\r", "cat no", False),
        (b"\x1b[A\r", "", False),
        (b"\x1b[200~echo a\recho b\x1b[201~\r", "echo a\necho b", True),
        ("echo ünï ✓\r".encode(), "echo ünï ✓", True),
        (b"\x1b[6;5Rls\x1b[1;1R\x1b[>41;388;0c\x1b]10;rgb:ffff/ffff/ffff\x1b\\\r", "ls", True),
    ],
)
def test_a_line_of_keys(record: Record, typed: bytes, text: str, certain: bool) -> None:
    (line,) = lines(record, typed)
    assert (line.best.text, line.best.certain, line.ender) == (text, certain, "enter")
    assert (line.first, line.last) == (11, 10 + len(typed)) or typed.startswith(b"\x1b[6")


def test_sequences_and_characters_cut_by_events_are_whole(record: Record) -> None:
    for pieces in ([b"a\x1b", b"[D", b"b\r"], [b"\xc3", b"\xbc", b"\r"]):
        assert lines(record, *pieces)[0].best.text == lines(record, b"".join(pieces))[0].best.text


def test_what_a_pager_took_is_not_in_the_line(record: Record) -> None:
    (line,) = lines(record, b"q", b"l", b"s", b"\r", fresh=frozenset({1}))
    assert [reading.text for reading in line.readings] == ["qls", "ls"]


def test_enders_and_the_open_end(record: Record) -> None:
    assert [line.ender for line in lines(record, b"a\x03\x04b\rc")] == ["interrupt", "eof", "enter", ""]


@given(st.lists(st.binary(min_size=1, max_size=12), max_size=12))
def test_any_input_is_cut_into_keys_once(record: Record, pieces: list[bytes]) -> None:
    made = record([(at, "i", piece) for at, piece in enumerate(pieces)])
    ranges = [(key.first, key.last) for key in keys(made)]
    assert all(a[1] < b[0] for a, b in pairwise(ranges))
    assert sum(last - first + 1 for first, last in ranges) == sum(map(len, pieces))
    list(key_lines(keys(made), frozenset({1})))
