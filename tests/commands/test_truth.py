"""The sessions whose truth the shells told: what must hold on them, with and without input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sessionlens.commands import extract
from sessionlens.formats import open_source
from sessionlens.terminal import replay


def scored(truth: Path, folder: Path, scratch: Path) -> tuple[dict[str, int], list[str]]:
    """Sums over all sessions, and the secrets leaked."""
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


@pytest.fixture(scope="module")
def truth(shared: Path) -> Path:
    if not (shared / "truth" / "score.py").is_file():
        pytest.skip("needs ../shared/truth")
    return shared / "truth"


def test_with_input(truth: Path, tmp_path: Path) -> None:
    sums, leaks = scored(truth, truth, tmp_path)
    assert f1(sums) >= 0.97
    assert sums["exact"] / sums["truth"] >= 0.95
    assert leaks == []


def test_output_only(truth: Path, tmp_path: Path) -> None:
    blind = tmp_path / "blind"
    command = [sys.executable, str(truth / "score.py"), str(truth), "--make-output-only", str(blind)]
    subprocess.run(command, check=True, capture_output=True)
    sums, leaks = scored(truth, blind, tmp_path)
    assert f1(sums) >= 0.93
    assert leaks == []
