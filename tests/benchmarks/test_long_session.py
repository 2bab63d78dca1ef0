"""The session that the speed of the commands is measured on looks like one: everything in it is found."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

from sessionlens.commands import extract
from sessionlens.terminal import replay


@pytest.mark.parametrize("inputs", [True, False])
@pytest.mark.parametrize("edits", [True, False])
def test_every_command_is_found(benchmarks: Callable[[str], ModuleType], edits: bool, inputs: bool) -> None:
    made = benchmarks("long_session").long_session(150, 300_000, edits=edits, inputs=inputs)
    found = extract(made, replay(made))
    assert len(found.commands) == 150
    assert 280_000 < len(made.blob("o")) < 330_000
    assert all(each.text.startswith(("cd ", "git status")) or "-" in each.text for each in found.commands)
    assert {each.text for each in found.events} <= {"rm -rf dat"}


def test_it_is_the_same_each_time(benchmarks: Callable[[str], ModuleType]) -> None:
    one, other = (benchmarks("long_session").long_session(40, 80_000) for _ in range(2))
    assert one.blob("o") == other.blob("o") and one.blob("i") == other.blob("i")
    assert (one.t_ns == other.t_ns).all() and (one.offset == other.offset).all()
