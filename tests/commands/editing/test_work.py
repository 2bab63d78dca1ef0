"""How often the models are asked about one line, and when they are not asked any more."""

from __future__ import annotations

import pytest

from sessionlens.commands.editing import DIALECTS, Editor
from sessionlens.commands.predicting import Models

from .conftest import Pressed


def asked(models: Models, keys: bytes, pressed: Pressed, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many models a line costs that none of them agrees with."""
    count, read = [0], Editor.read

    def counted(*arguments: object) -> object:
        count[0] += 1
        return read(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Editor, "read", counted)
    list(models.say("$ ", "something else", pressed(keys)))
    monkeypatch.setattr(Editor, "read", read)
    return count[0]


def test_one_model_of_each_editor_is_asked_where_the_keys_tell_all(
    pressed: Pressed, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = Models()
    models.ran("$ ", "for i in 1; do\nls; done")
    assert asked(models, b"ls\x7fx\r", pressed, monkeypatch) == len(DIALECTS)
    assert asked(models, b"\x1b[A\r", pressed, monkeypatch) > len(DIALECTS)


def test_models_are_not_asked_any_more_when_the_work_is_done(
    pressed: Pressed, monkeypatch: pytest.MonkeyPatch
) -> None:
    models, keys = Models(), b"x" * 2000 + b"\x1bb\x1bf" * 200 + b"\r"
    costs = [asked(models, keys, pressed, monkeypatch) for _ in range(8)]
    assert costs[0] > costs[-1] and costs[-1] < len(DIALECTS)
