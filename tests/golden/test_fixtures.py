"""Every fixture shows what its golden says.

After a deliberate change: `sessionlens golden update fixtures --goldens fixtures/goldens`, and look at the
difference before it is committed.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import pytest

from sessionlens.formats import find
from sessionlens.golden.names import SUFFIX, golden_path
from sessionlens.golden.plugin import SlGolden

if "sessionlens.golden.plugin" not in {each.value for each in entry_points(group="pytest11")}:
    pytest.skip("needs the entry points: pip install -e .", allow_module_level=True)

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
RECORDINGS = find(FIXTURES)
NAMES = [path.relative_to(FIXTURES).as_posix() for path in RECORDINGS]


@pytest.mark.parametrize("recording", RECORDINGS, ids=NAMES)
def test_it_shows_what_its_golden_says(recording: Path, sl_golden: SlGolden) -> None:
    sl_golden.check(recording, root=FIXTURES, goldens=FIXTURES / "goldens")


def test_no_golden_is_left_over() -> None:
    there = set((FIXTURES / "goldens").rglob("*" + SUFFIX))
    assert there == {golden_path(path, FIXTURES, FIXTURES / "goldens") for path in RECORDINGS}


def test_they_are_small() -> None:
    assert sum(path.stat().st_size for path in (FIXTURES / "goldens").rglob("*.*")) < 1_000_000
