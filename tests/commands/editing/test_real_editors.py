"""The model beside the real editors: where it says a text, that is the text."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sessionlens.commands.editing import DIALECTS, Dialect, Editor

from .conftest import Pressed
from .pressing import FIRST, cases, drawn
from .real import Real

_NAMES = [f"{each.editor}-{'vi' if each.vi else 'emacs'}" for each in DIALECTS]
_WRONG = {"zle-vi": 0.03}  # of lines at random: what is left of oddities that nobody types on purpose


Told = list[tuple[bytes, str, str | None]]


def beside(dialect: Dialect, lines: Sequence[bytes], pressed: Pressed) -> Told:
    """For each line the keys, the real text, the predicted one."""
    editor = Editor(dialect)
    told: Told = []
    editor.suggests = False  # nothing is suggested there
    with Real(dialect) as real:
        for line in lines:
            text = real.line(line)
            said = editor.read(pressed(line))
            told.append((line, text, said.text))
            editor.ran(text)
    return told


@pytest.mark.parametrize("dialect", DIALECTS, ids=_NAMES)
def test_each_key_does_what_it_does_in_the_real_editor(dialect: Dialect, pressed: Pressed) -> None:
    told = beside(dialect, [*FIRST, *cases(dialect)], pressed)
    assert [row for row in told if row[2] is not None and row[1] != row[2]] == []
    assert len(told) > 100 or dialect.editor == "fish"
    assert sum(text is None for _, _, text in told) < len(told) / 20


@pytest.mark.parametrize("dialect", DIALECTS, ids=_NAMES)
def test_lines_at_random(dialect: Dialect, pressed: Pressed) -> None:
    name = _NAMES[DIALECTS.index(dialect)]
    told = beside(dialect, [*FIRST, *drawn(dialect, 7, 300)], pressed)
    wrong = [row for row in told if row[2] is not None and row[1] != row[2]]
    assert len(wrong) <= _WRONG.get(name, 0.01) * len(told), wrong[:3]
    assert sum(text is None for _, _, text in told) < len(told) / (2 if dialect.editor == "fish" else 4)


def test_fish_suggests_what_was_run_before(pressed: Pressed) -> None:
    editor = Editor(Dialect("fish"))
    editor.history = ["git push origin", "git pull --rebase"]
    assert editor.read(pressed(b"git p\x1b[C\r")).text == "git pull --rebase"
    assert editor.read(pressed(b"git pu\x1bf\r")).text == "git pull"
    assert editor.read(pressed(b"make\x1b[C\r")).text is None
    assert "suggestion" in editor.read(pressed(b"git p\x05\r")).used
