"""What a run of some benchmarks leaves of the results of the others."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location("run", ROOT / "benchmarks/run.py")
assert SPEC is not None and SPEC.loader is not None
run = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(run)


def test_only_the_sections_that_were_measured_are_renewed() -> None:
    before = "# Benchmarks\n\nold head\n\n## One\n\n1\n\n## Two\n\n2\n"
    head, one, two, three = run.renewed(before, "## Two\n\n22\n\n## Three\n\n3")
    assert (head, one) == ("# Benchmarks\n\nold head", "## One\n\n1")
    assert two.startswith("## Two\n\n22\n\nMeasured on ") and three.startswith(
        "## Three\n\n3\n\nMeasured on "
    )
