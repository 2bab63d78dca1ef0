"""The sessions whose truth the shells told: what must hold on them, with and without input."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sessionlens.commands import extract
from sessionlens.formats import open_source
from sessionlens.terminal import replay

pytestmark = pytest.mark.timeout(600)  # of all sessions at once, on a machine that has other things to do

# On the shared sessions what is promised; on our own, made for the hard cases, a floor that only rises.
SHARED = {"f1": 0.98, "exact": 0.97, "high": 0.99, "output only": 0.98}
OWN = {"f1": 0.985, "exact": 0.975, "high": 0.99, "output only": 0.95}

Import = Callable[[str], ModuleType]


@pytest.fixture(scope="module")
def truth(shared: Path) -> Path:
    if not (shared / "truth" / "score.py").is_file():
        pytest.skip("needs ../shared/truth")
    return shared / "truth"


def their_score(truth: Path, folder: Path, scratch: Path) -> tuple[dict[str, int], list[str]]:
    """Sums over all sessions by the neighbours' script, and the secrets shown."""
    predicted: dict[str, list[dict[str, Any]]] = {}
    for session in sorted(path.parent.name for path in truth.glob("*/truth.json")):
        recording = open_source(folder / session).channels[0].load()
        found = extract(recording, replay(recording)).commands
        predicted[session] = [{"command": each.text, "start": each.start_ns / 1e9} for each in found]
    given, result = scratch / "predicted.json", scratch / "result.json"
    given.write_text(json.dumps(predicted))
    command = [sys.executable, str(truth / "score.py"), str(truth), str(given), "--json", str(result)]
    subprocess.run(command, check=True, capture_output=True)
    sessions = json.loads(result.read_text()).values()
    sums = {key: sum(session[key] for session in sessions) for key in ("truth", "pred", "tp", "exact")}
    return sums, [leak for session in sessions for leak in session["leaks"]]


def f1(sums: dict[str, int]) -> float:
    return 2 * sums["tp"] / (sums["truth"] + sums["pred"])


def test_with_input(truth: Path, tmp_path: Path) -> None:
    sums, leaks = their_score(truth, truth, tmp_path)
    assert f1(sums) >= SHARED["f1"]
    assert sums["exact"] / sums["truth"] >= SHARED["exact"]
    assert leaks == []


def test_output_only(truth: Path, tmp_path: Path) -> None:
    blind = tmp_path / "blind"
    command = [sys.executable, str(truth / "score.py"), str(truth), "--make-output-only", str(blind)]
    subprocess.run(command, check=True, capture_output=True)
    sums, leaks = their_score(truth, blind, tmp_path)
    assert f1(sums) >= SHARED["output only"]
    assert leaks == []


def held(benchmarks: Import, folder: Path, floor: dict[str, float]) -> None:
    """The floors by our own score; no secret is shown, and nothing false stands in a full-screen program."""
    measure, figures = benchmarks("scoring.measure"), benchmarks("scoring.figures").figures
    sessions = benchmarks("scoring.sessions").sessions(folder)
    everything = [each for session in sessions for each in measure.measured(session)]
    ours = [each for each in everything if each.method == measure.OURS]
    blind = [each for each in everything if each.method == measure.BLIND]
    high = [right for each in ours for row, right in each.verdicts() if row.confidence == "high"]
    total = figures(each.score for each in ours)
    assert total.f1 >= floor["f1"] and total.exact_share >= floor["exact"]
    assert sum(high) / len(high) >= floor["high"]
    assert figures(each.score for each in blind).f1 >= floor["output only"]
    assert [leak for each in [*ours, *blind] for leak in each.leaks] == []
    assert [found.text for each in ours for found in each.inside] == []


def test_shared_sessions_by_our_own_score(benchmarks: Import, truth: Path) -> None:
    held(benchmarks, truth, SHARED)


def test_our_own_sessions(benchmarks: Import, root: Path) -> None:
    folder = root / "fixtures" / "truth" / "sessions"
    if not folder.is_dir():
        pytest.skip("needs fixtures/truth/sessions")
    held(benchmarks, folder, OWN)
