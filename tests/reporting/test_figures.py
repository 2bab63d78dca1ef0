"""The figures that a report quotes are those that were measured and written down."""

from __future__ import annotations

import re
from pathlib import Path

from sessionlens.reporting.figures import OUTPUT_ONLY, OVERALL, RATES, UNSEEN, WITH_INPUT, rate_of

NAMES = {"With input": WITH_INPUT, "Output only": OUTPUT_ONLY}


def test_rates_are_those_of_the_accuracy_page(root: Path) -> None:
    page = (root / "benchmarks/accuracy.md").read_text("utf-8").partition("## Confidence and source")[2]
    measured = {}
    for name, kept in NAMES.items():
        table = page.partition(f"{name}:\n\n")[2].partition("\n\n")[0]
        for line in table.splitlines()[2:]:
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            tier, source, n, exact, interval = *cells[:2], *cells[-3:]
            if "any" not in (tier, source) and n.isdecimal() and int(n):
                low, high = map(float, interval.split(" to "))
                measured[kept, tier, source] = (int(n), float(exact), low, high)
    told = {key: (r.n, r.exact, r.low, r.high) for key, r in RATES.items()}
    assert told == measured, "measured anew? write it into sessionlens/reporting/figures.py"
    assert len(measured) == 10


def test_totals_are_those_of_the_accuracy_page(root: Path) -> None:
    page = (root / "benchmarks/accuracy.md").read_text("utf-8")
    for name, kept in (("ours", WITH_INPUT), ("ours, output only", OUTPUT_ONLY)):
        (row,) = re.findall(rf"^\| all \| {name} \| (.*) \|$", page, re.MULTILINE)
        n, precision, recall, _, exact = map(float, row.split(" | ")[:5])
        told = OVERALL[kept]
        assert (told.n, told.precision, told.recall, told.exact) == (n, precision, recall, exact)


def test_unseen_sessions_are_those_of_the_page_of_commands(root: Path) -> None:
    page = (root / "docs/commands.md").read_text("utf-8")
    found = re.findall(r"^\| unseen, (\w+) \|(?:[^|]*\|){3} ([\d,]+) of ([\d,]+) \|", page, re.MULTILINE)
    assert {name: tuple(int(n.replace(",", "")) for n in pair) for name, *pair in found} == UNSEEN


def test_a_rate_in_words() -> None:
    low = "of such commands 6 of 30 wrong (95 % interval: 9.5 % to 37.3 %)"
    assert rate_of("low", "screen", typed=True) == low
    assert rate_of("high", "exec", typed=True).startswith("not measured: it is what the client asked for")
    assert rate_of("high", "screen", typed=False).startswith("not measured")
