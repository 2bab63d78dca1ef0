"""The accuracy page: what is counted beside the score, what the thresholds say, and hostile texts in it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sessionlens.commands.model import HIDDEN
from sessionlens.formats import open_source
from sessionlens.terminal import replay

Import = Callable[[str], ModuleType]
Make = Callable[..., Path]
NASTY = "echo `x` | <b>\x1b[2J~~~~~~\n~~~~~~\n# [link](http://x) \u202e"


@pytest.fixture
def session(shell_session: Make, tmp_path: Path) -> Callable[..., Path]:
    """A maker of sessions with truth: lines typed at `$ `, and what the shell is said to have run."""

    def make(name: str, lines: Sequence[str], ran: Sequence[str], secrets: Sequence[str] = ()) -> Path:
        folder = shell_session([(line, "done\n") for line in lines], name=name)
        commands = [{"command": text, "submitted_at": 1.0, "how": "typed", "context": "sh"} for text in ran]
        (folder / "truth.json").write_text(json.dumps({"commands": commands, "secrets": list(secrets)}))
        (folder / "meta.json").write_text(json.dumps({"shell": "sh", "tags": ["a|b"]}))
        return tmp_path

    return make


@pytest.fixture
def measured(benchmarks: Import) -> Callable[[Path], list[Any]]:
    """Everything measured in a folder of sessions."""
    sessions = benchmarks("scoring.sessions").sessions
    return lambda folder: [m for s in sessions(folder) for m in benchmarks("scoring.measure").measured(s)]


def test_every_method_is_measured(session: Make, measured: Callable[[Path], list[Any]]) -> None:
    ours, keys, cursor, blind = measured(session("one", ["ls -l", "pwd"], ["ls -l", "pwd"]))
    assert [each.method for each in (ours, keys, cursor, blind)] == [
        "ours", "keystrokes only", "cursor row at Enter", "ours, output only"
    ]  # fmt: skip
    assert all(len(each.score.pairs) == 2 and not each.score.false for each in (ours, keys, cursor, blind))
    assert [row.confidence for row, right in ours.verdicts() if right] == ["high", "high"]


def test_a_row_for_several_lines_is_exact_if_all_are(benchmarks: Import) -> None:
    told = benchmarks("scoring.sessions")
    commands = [told.told({"command": text, "submitted_at": 1.0, "block": 1}) for text in ("a b", "c d")]
    score = benchmarks("scoring.score").score(told.Truth(tuple(commands)), [("a b\nc d", None), ("x", None)])
    rows = tuple(benchmarks("scoring.measure").Row(text, 0.0) for text in ("a b\nc d", "x"))
    each = benchmarks("scoring.measure").Measured(None, "ours", rows, score, (), ())
    assert [(row.text, right) for row, right in each.verdicts()] == [("a b\nc d", True), ("x", False)]


def test_when_a_full_screen_program_was_there(benchmarks: Import, typescript: Make) -> None:
    switches = ["?1049h", "?47h", "?1049l", "?47l", "?1047h", "?25l"]
    folder = typescript([(at, "o", f"\x1b[{mode}".encode()) for at, mode in enumerate(switches, 1)])
    stays = benchmarks("scoring.measure").full_screen(replay(open_source(folder).channels[0].load()))
    assert list(stays) == [(1.0, 4.0), (5.0, 6.0)]


@pytest.mark.parametrize(
    ("shown", "leaks"), [(HIDDEN, []), ("uname", []), ("******", ["******"]), ("hunter2", ["hunter2"])]
)
def test_a_line_typed_blind_shows_only_that_it_is(benchmarks: Import, shown: str, leaks: list[str]) -> None:
    """Or the command that the shell says it ran; a mask with the secret's length is a leak."""
    told = benchmarks("scoring.sessions")
    truth = told.Truth((told.told({"command": "uname", "submitted_at": 1.0, "hidden": True}),), ("hunter2",))
    assert list(benchmarks("scoring.measure")._unmasked(truth, [shown])) == leaks


def run(root: Path, shared: Path, own: Path, page: Path) -> subprocess.CompletedProcess[str]:
    script = root / "benchmarks" / "accuracy.py"
    command = [sys.executable, script, "--shared", shared, "--own", own, "--page", page]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_exit_1_where_a_threshold_fails_on_the_shared_sessions(
    root: Path, session: Make, tmp_path: Path
) -> None:
    good = session("good", ["ls -l", "pwd"], ["ls -l", "pwd"])
    nothing = tmp_path / "nothing"
    done = run(root, good, nothing, tmp_path / "page.md")
    assert done.returncode == 0 and "skipped: no sessions in" in done.stdout
    assert done.stdout.count("pass  shared") == 6 and "FAIL" not in done.stdout
    session("bad", ["ls -l"], ["ls -l", "a command that is not there"])
    done = run(root, good, nothing, tmp_path / "page.md")
    assert done.returncode == 1 and "FAIL  shared: F1" in done.stdout
    done = run(root, nothing, good, tmp_path / "page.md")
    assert done.returncode == 0 and "FAIL  own: F1" in done.stdout


def test_hostile_texts_stay_texts(root: Path, session: Make, tmp_path: Path) -> None:
    """No text of a session ends its block, begins a cell or brings a control character to the page."""
    own = session("nasty", ["ls"], ["ls", NASTY])
    run(root, tmp_path / "nothing", own, tmp_path / "page.md")
    page = (tmp_path / "page.md").read_text("utf-8")
    assert "MISSING 'echo `x` | <b>\\x1b[2J~~~~~~\\n~~~~~~\\n# [link](http://x) \\u202e'" in page
    fences = [line for line in page.split("\n") if line.startswith("~~~~~~")]
    assert fences == ["~~~~~~ text", "~~~~~~"] * 2
    assert "a&#124;b" in page and "\x1b" not in page and "\u202e" not in page
