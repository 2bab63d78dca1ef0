"""Every way to delete a tree in benchmarks/ways.toml is found, or missed as it says; no look-alike is."""

from __future__ import annotations

import sys
from importlib import util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sessionlens.detect import ran

SOURCE = Path(__file__).resolve().parents[2] / "benchmarks" / "ways.py"


def load() -> ModuleType:
    """benchmarks/ways.py as a module."""
    spec = util.spec_from_file_location("ways", SOURCE)
    assert spec and spec.loader
    module = util.module_from_spec(spec)
    sys.modules["ways"] = module
    spec.loader.exec_module(module)
    return module


ways = load()
WAYS, ALIKE = ways.load()
FOUND = [way for way in WAYS if not way.missed]


@pytest.mark.parametrize("way", [way for way in FOUND if way.words], ids=lambda way: way.line.strip()[:60])
def test_ran_finds_it(way: Any) -> None:
    assert way.ran


@pytest.mark.parametrize("way", FOUND, ids=lambda way: way.line.strip()[:60])
def test_a_mark_is_on_it(way: Any) -> None:
    assert way.marked


@pytest.mark.parametrize("way", [w for w in WAYS if w.missed], ids=lambda way: way.line.strip()[:60])
def test_a_known_miss_is_still_missed(way: Any) -> None:
    assert not (way.ran or way.marked), "it is found now: list it among the found ones in ways.toml"


@pytest.mark.parametrize("line", [line for _, line in ALIKE], ids=lambda line: line.strip()[:60])
def test_what_only_looks_like_it_is_not_found(line: str) -> None:
    assert not ran(line, "rm", "-r")
    assert not ways.marks(line) & ways.DELETES


def test_the_page_is_what_the_command_makes() -> None:
    assert SOURCE.with_suffix(".md").read_text("utf-8") == ways.report(WAYS, ALIKE), (
        "python benchmarks/ways.py"
    )


def test_the_lists_are_long_and_hold_nothing_twice() -> None:
    lines = [way.line for way in WAYS] + [line for _, line in ALIKE]
    assert len(lines) == len(set(lines))
    assert len(WAYS) >= 40 and len(ALIKE) >= 40
