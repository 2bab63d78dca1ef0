"""The model alone: it never fails, never hangs, and says what it does not know."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessionlens.commands.editing import DIALECTS, Dialect, Editor
from sessionlens.commands.editing.state import BUDGET

from .conftest import Pressed

_PIECES = [
    b"a",
    b"word ",
    b"\xc3\xa4",
    b"\xff",
    b"\x1b",
    b"\r",
    b"\x1b[200~x\ny\x1b[201~",
    *(bytes([at]) for at in range(32)),
]
_PIECES += [b"\x1b" + bytes([at]) for at in range(32, 127)] + [
    b"\x1b[A",
    b"\x1b[B",
    b"\x1b[C",
    b"2",
    b"d",
    b"c",
    b"fo",
    b".",
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from(_PIECES), max_size=30), max_size=5), st.sampled_from(DIALECTS))
def test_no_keys_make_it_fail(pressed: Pressed, lines: list[list[bytes]], dialect: Dialect) -> None:
    editor = Editor(dialect)
    for line in lines:
        said = editor.read(pressed(b"".join(line)) if line else [])
        editor.ran(said.text or "ls")


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(DIALECTS))
def test_no_bytes_make_it_fail(pressed: Pressed, data: bytes, dialect: Dialect) -> None:
    Editor(dialect).read(pressed(data) if data else [])


@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
@pytest.mark.parametrize(
    "typed", [b"x" * 100_000, b"ab\x7f" * 33_000, b"\x01x" * 50_000, b"word \x17" * 15_000]
)
def test_a_very_long_line_takes_linear_time(dialect: Dialect, typed: bytes, pressed: Pressed) -> None:
    keys, editor = pressed(typed + b"\r"), Editor(dialect)
    editor.read(keys)
    assert editor.spent <= 2 * BUDGET + len(keys)


@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
@pytest.mark.parametrize(
    "typed",
    [b"x" * 9_000 + b"\x1bb\x1bf" * 200, b"ab" + b"\x15\x19\x19" * 40, b"x\x1b\x15dd" + b"yy99999p" * 9],
)
def test_what_no_person_asks_for_is_given_up(dialect: Dialect, typed: bytes, pressed: Pressed) -> None:
    keys, editor = pressed(typed + b"\r"), Editor(dialect)
    editor.read(keys)
    assert editor.spent <= 2 * BUDGET + len(keys)


def test_motions_are_work(pressed: Pressed) -> None:
    editor = Editor(Dialect("readline"))
    assert editor.read(pressed(b"x" * 9_000 + b"\x1bb\x1bf" * 200 + b"\r")).text is None
    assert editor.spent > BUDGET
    assert editor.read(pressed(b"ls\r")).text == "ls"


@pytest.mark.parametrize(
    ("editor", "typed", "text"),
    [
        ("readline", b"cat fo\t bar\r", None),
        ("readline", b"cat fo\t\x15ls\r", "ls"),
        ("readline", b"cat fo\tx\x01\x0bls\r", "ls"),
        ("readline", b"\x1b[A\r", None),
        ("readline", b"x\x1b[15~\r", None),
        ("zle", b"\x19\r", None),
        ("zle", b"ab\x07cd\r", "cd"),
        ("fish", b"ls \x12\r", None),
        ("fish", b"ab\x1b\rcd\x01x\r", "ab\nxcd"),
    ],
)
def test_what_is_not_known_is_said(editor: str, typed: bytes, text: str | None, pressed: Pressed) -> None:
    assert Editor(Dialect(editor)).read(pressed(typed)).text == text


def test_a_line_that_enter_did_not_end_goes_on_with_the_next_keys(pressed: Pressed) -> None:
    editor = Editor(Dialect("readline"))
    editor.history = ["git status", "ls"]
    assert editor.read(pressed(b"\x16")).text is None
    assert editor.read(pressed(b"\r\r")).text == "\r"


def test_what_a_text_rests_on(pressed: Pressed) -> None:
    editor = Editor(Dialect("readline"))
    editor.history = ["git status", "ls"]
    assert editor.read(pressed(b"\x1b[A\r")).used == {"history"}
    assert editor.read(pressed(b"ab\x15\x19\r")).used == {"kill"}
    assert "search" in editor.read(pressed(b"\x12git\r")).used
    assert editor.history == ["git status", "ls"]
