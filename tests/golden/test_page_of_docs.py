"""docs/golden.md: what it tells another team to put into its CI works, and is as short as it says."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from sessionlens.cli import main
from sessionlens.golden import parsing

FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.fixture
def blocks(root: Path) -> dict[str, list[str]]:
    """The blocks of code by language."""
    found: dict[str, list[str]] = {}
    for language, text in FENCED.findall((root / "docs/golden.md").read_text("utf-8")):
        found.setdefault(language, []).append(text)
    return found


def commands(text: str) -> list[list[str]]:
    """The command lines of ours in a block."""
    lines = re.findall(r"^(?:\s*- (?:run: )?)?(sessionlens .*)$", text, re.MULTILINE)
    return [shlex.split(line, comments=True)[1:] for line in lines]


def test_the_lines_for_ci_work(
    blocks: dict[str, list[str]], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    (first,) = blocks["sh"]
    assert [main(command) for command in commands(first)] == [0, 0]
    assert len(blocks["yaml"]) == 2
    monkeypatch.setenv("CI", "true")
    for text in blocks["yaml"]:
        assert len(text.splitlines()) <= 15
        (command,) = commands(text)
        assert main(command) == 0
        assert Path(command[command.index("--junit") + 1]).exists()
        assert "golden-differences" in text


def test_the_example_is_a_golden(
    blocks: dict[str, list[str]], tmp_path: Path, cast: Callable[..., Path]
) -> None:
    (text,) = blocks[""]
    lines = [
        line if line.startswith(" ") and "|" in line else re.split(" {3,}", line)[0]
        for line in text.splitlines()
    ]
    notes = re.split(" {3,}", text.splitlines()[-1].strip())[0]
    path = tmp_path / "g"
    path.write_text(
        "\n".join([*lines[:-1], f"   {notes}", "", "end 1", ""]).replace("c0fa…", "0" * 64), "utf-8"
    )
    (entry,) = parsing.load(path).entries
    assert "".join(cell.text for cell in entry.screen.line(1).cells) == "✔ built 漢字 in 1.5 s"
    assert [x for x in range(20) if not entry.screen.line(1).cell(x).text] == [9, 11]
    assert entry.screen.line(1).cell(6).style.bold and not entry.screen.line(1).cell(7).style.bold
