"""The catalogue of events, the code that tells them, and the page about them say the same."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sessionlens_recorder.events import CATALOGUE, COMMON

VERBS = {"event": "info", "quietly": "info", "warning": "warning", "error": "error"}


def told_in(source: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call logs.VERB(…), and Feed.put(…), of a file: the verb and the call."""
    for node in ast.walk(ast.parse(source.read_text())):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        is_verb = isinstance(function, ast.Attribute) and function.attr in VERBS
        if is_verb and ast.unparse(function.value) == "logs":
            yield function.attr, node
        if isinstance(function, ast.Name) and function.id == "tell":  # logs.event or logs.quietly
            yield "event", node


def all_told(root: Path) -> list[tuple[str, str, ast.Call]]:
    sources = sorted((root / "recorder/sessionlens_recorder").rglob("*.py"))
    return [
        (f"{source.name}:{call.lineno}", verb, call) for source in sources for verb, call in told_in(source)
    ]


def test_the_code_tells_only_what_is_in_the_catalogue(root: Path) -> None:
    for where, verb, call in all_told(root):
        name = call.args[0]
        assert isinstance(name, ast.Constant), f"{where}: the id has to be written out"
        assert name.value in CATALOGUE, f"{where}: {name.value} is not in events.py"
        event = CATALOGUE[name.value]
        assert event.level == VERBS[verb], f"{where}: {event.id} is of level {event.level}"
        fields = {keyword.arg for keyword in call.keywords if keyword.arg is not None}
        assert fields <= set(event.fields), f"{where}: {event.id} has no {fields - set(event.fields)}"


def test_the_catalogue_has_only_what_the_code_tells(root: Path) -> None:
    ids = {call.args[0].value for _, _, call in all_told(root) if isinstance(call.args[0], ast.Constant)}
    put = {"events-lost", "log-lost", "sink-test"}  # these do not come through the log
    for name in put:
        text = "".join(
            file.read_text() for file in (root / "recorder/sessionlens_recorder/sinks").glob("*.py")
        )
        assert f'"{name}"' in text
    assert set(CATALOGUE) == ids | put


def test_the_fields_are_all_used(root: Path) -> None:
    used: dict[str, set[str]] = {name: set() for name in CATALOGUE}
    open_ended = {"login-failed", "events-lost", "log-lost", "sink-test"}  # fields that are put together
    for _, _, call in all_told(root):
        if isinstance(call.args[0], ast.Constant):
            used[call.args[0].value] |= {k.arg for k in call.keywords if k.arg is not None}
    for name, event in CATALOGUE.items():
        if name not in open_ended:
            assert set(event.fields) == used[name], name


@pytest.mark.parametrize("event", CATALOGUE.values(), ids=lambda event: event.id)
def test_ids_and_fields_fit_every_sink(event: object) -> None:
    """RFC 5424: MSGID has at most 32 printable characters, so have the names of parameters."""
    assert re.fullmatch(r"[a-z][a-z-]{2,31}", event.id)  # type: ignore[attr-defined]
    for field in event.fields:  # type: ignore[attr-defined]
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,31}", field)
        assert field not in COMMON
    assert event.meaning.endswith(".")  # type: ignore[attr-defined]


def test_the_page_of_events_is_up_to_date(root: Path) -> None:
    script = root / "docs" / "make_events.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
