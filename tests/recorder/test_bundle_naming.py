"""Names and JSON values: what users send stays inside, and is what it was."""

from __future__ import annotations

import json
import re

from hypothesis import given
from hypothesis import strategies as st
from sessionlens_recorder.bundle import as_bytes, as_text
from sessionlens_recorder.bundle.naming import dump_line, is_safe_path, jsonable, reduce_name


@given(st.text())
def test_a_name_is_short_and_of_harmless_characters(text: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,32}", reduce_name(text))


def test_paths_that_leave_the_bundle_are_refused() -> None:
    assert is_safe_path("0.shell/out")
    for path in ("../x", "a/../b", "/etc/passwd", "a//b", "", "a b", "a\n", "C:\\x", "a/", "é"):
        assert not is_safe_path(path)


@given(st.binary())
def test_bytes_survive_json(raw: bytes) -> None:
    assert as_bytes(json.loads(dump_line({"command": raw}))["command"]) == raw


def test_text_that_python_read_from_bytes_becomes_those_bytes() -> None:
    assert as_bytes(json.loads(dump_line({"x": "a\udcff"}))["x"]) == b"a\xff"
    assert jsonable(("a", {1: b"b"}, None, 3)) == ["a", {"1": "b"}, None, 3]


def test_a_line_is_ascii_and_one_line() -> None:
    line = dump_line({"x": "\n\x1b[31m\u202e\x9b"})
    assert line.isascii()
    assert line.count(b"\n") == 1
    assert b"\x1b" not in line


def test_what_is_no_text_is_none() -> None:
    for value in (None, 3, [], {}, {"base64": "!"}, {"base64": 3}):
        assert as_bytes(value) is None
        assert as_text(value) is None
    assert as_text({"base64": "/w=="}) == r"\xff"
