"""Commands against sessions whose truth the shells told: ours beside two simple methods, in one table.

Runs over ../shared/truth (data from outside, scored by its own score.py); writes benchmarks/accuracy.md.
Without that folder there is nothing to measure against, and it says so.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sessionlens.commands import Command, extract
from sessionlens.formats import open_source
from sessionlens.terminal import replay

ROOT = Path(__file__).resolve().parents[1]
TRUTH = ROOT.parent / "shared" / "truth"
PAGE = ROOT / "benchmarks" / "accuracy.md"
TIERS = ("high", "medium", "low")


def main() -> int:
    """Measure and write the page."""
    if not (TRUTH / "score.py").is_file():
        print(f"skipped: {TRUTH} is not here, and there is nothing else to measure against")
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        blind = Path(scratch) / "output-only"
        run(TRUTH / "score.py", TRUTH, "--make-output-only", blind)
        found = {folder.name: commands(folder) for folder in sessions(TRUTH)}
        found_blind = {folder.name: commands(blind / folder.name) for folder in sessions(TRUTH)}
        scores = {
            "ours": score(predicted(found), Path(scratch)),
            "keystrokes only": score(json.loads(run(TRUTH / "baselines.py", TRUTH, "keys")), Path(scratch)),
            "cursor row at Enter": score(
                json.loads(run(TRUTH / "baselines.py", TRUTH, "cursor")), Path(scratch)
            ),
            "ours, output only": score(predicted(found_blind), Path(scratch)),
        }
    page = report(scores, tiers(found, scores["ours"]))
    PAGE.write_text(page, encoding="utf-8")
    print(page)
    return 0


def sessions(truth: Path) -> list[Path]:
    """The folders that hold a session."""
    return sorted(path.parent for path in truth.glob("*/truth.json"))


def run(script: Path, *arguments: object) -> str:
    """Run one of the neighbour's scripts and return what it printed."""
    command = [sys.executable, str(script), *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def commands(folder: Path) -> list[Command]:
    """The commands that we find in one session."""
    recording = open_source(folder).channels[0].load()
    return extract(recording, replay(recording)).commands


def predicted(found: dict[str, list[Command]]) -> dict[str, list[dict[str, Any]]]:
    """Commands in the form that score.py reads."""
    return {
        name: [{"command": each.text, "start": each.start_ns / 1e9} for each in each_of]
        for name, each_of in found.items()
    }


def score(prediction: dict[str, Any], scratch: Path) -> dict[str, dict[str, Any]]:
    """score.py's result per session."""
    given, result = scratch / "predicted.json", scratch / "score.json"
    given.write_text(json.dumps(prediction), encoding="utf-8")
    run(TRUTH / "score.py", TRUTH, given, "--json", result)
    scored: dict[str, dict[str, Any]] = json.loads(result.read_text(encoding="utf-8"))
    return scored


def tiers(
    found: dict[str, list[Command]], scored: dict[str, dict[str, Any]]
) -> dict[tuple[str, str], tuple[int, int]]:
    """(how many, how many exact) per confidence and per source; a false command counts as not exact."""
    counts: dict[tuple[str, str], tuple[int, int]] = {}
    for name, each_of in found.items():
        wrong = [*scored[name]["false_text"], *(ours for _, ours in scored[name]["inexact"])]
        for command in each_of:
            exact = command.text not in wrong
            if not exact:
                wrong.remove(command.text)
            for key in (("confidence", command.confidence), ("source", command.source)):
                n, good = counts.get(key, (0, 0))
                counts[key] = (n + 1, good + exact)
    return counts


def totals(results: Iterable[dict[str, Any]]) -> dict[str, float]:
    """Precision, recall, F1 and the rest over sessions."""
    rows = list(results)
    truth, pred, hits, exact, false = (
        sum(row[key] for row in rows) for key in ("truth", "pred", "tp", "exact", "false")
    )
    precision, recall = hits / max(pred, 1), hits / max(truth, 1)
    edits, chars = sum(row["edits"] for row in rows), sum(row["chars"] for row in rows)
    return {
        "n": truth,
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / max(precision + recall, 1e-9),
        "exact": exact / max(truth, 1),
        "cer": edits / max(chars, 1),
        "leaks": sum(len(row["leaks"]) for row in rows),
        "false": false,
    }


def wilson(good: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    z, share = 1.96, good / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def report(
    scores: dict[str, dict[str, dict[str, Any]]], counts: dict[tuple[str, str], tuple[int, int]]
) -> str:
    """The page."""
    lines = [
        "# Accuracy of the commands table",
        "",
        "Made by `nox -s accuracy` from sessions of real shells, whose hooks told the truth. The method was",
        "built with these sessions at hand: expect less on others, and read the intervals below.",
        "",
    ]
    lines += [
        "| method | n | precision | recall | F1 | exact text | character error | leaks | false |",
        "|" + "---|" * 9,
    ]
    for method, scored in scores.items():
        t = totals(scored.values())
        lines.append(
            f"| {method} | {t['n']:.0f} | {t['precision']:.3f} | {t['recall']:.3f} | {t['f1']:.3f} "
            f"| {t['exact']:.3f} | {t['cer']:.3f} | {t['leaks']:.0f} | {t['false']:.0f} |"
        )
    lines += ["", "F1 and share of exact texts per session:", ""]
    lines += ["| session | n | " + " | ".join(scores) + " |", "|" + "---|" * (2 + len(scores))]
    for name in scores["ours"]:
        cells = [totals([scored[name]]) for scored in scores.values()]
        row = " | ".join(f"{t['f1']:.3f} / {t['exact']:.3f}" for t in cells)
        lines.append(f"| {name} | {cells[0]['n']:.0f} | {row} |")
    lines += ["", "What the columns `confidence` and `source` are worth (ours, with input):", ""]
    lines += ["| | | n | exact | 95 % interval |", "|---|---|---|---|---|"]
    order = [("confidence", tier) for tier in TIERS] + sorted(key for key in counts if key[0] == "source")
    for key in order:
        n, good = counts.get(key, (0, 0))
        share = f"{good / n:.3f} | {wilson(good, n)[0]:.3f} to {wilson(good, n)[1]:.3f}" if n else "– | –"
        lines.append(f"| {key[0]} | {key[1]} | {n} | {share} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
