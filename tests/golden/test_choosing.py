"""At which times, and under which names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import sessionlens as sl
from sessionlens.errors import UsageError
from sessionlens.golden.names import fit, golden_path, page_path, picture_path, root_of
from sessionlens.golden.times import DEFAULT, chosen, rule_of

SECOND = 1_000_000_000


def test_by_default_the_end_of_each_command_and_the_last_frame(folder: Path) -> None:
    session = sl.open(folder / "shell")
    ends = [int(end.value) for end in session.commands["end"].dropna()]
    timeline = session.timeline
    times = chosen(DEFAULT, session.main)
    assert ends and times[: len(ends)] == ends
    assert timeline.at(times[-1]).index == len(timeline) - 1
    assert len({timeline.at(t).index for t in times}) == len(times)


def test_steps_times_and_files(folder: Path, tmp_path: Path) -> None:
    view = sl.open(folder / "colours.cast").main
    assert chosen(rule_of("every 0.5s"), view) == [0, SECOND // 2, SECOND]
    assert chosen(rule_of("last"), view) == [SECOND]
    listed = tmp_path / "times.txt"
    listed.write_text("# moments\n00:00:00.5  # the first\n\nlast\n")
    assert rule_of(f"@{listed}") == "00:00:00.5, last"
    assert chosen(rule_of(f"@{listed}"), view) == [SECOND // 2, SECOND]
    assert chosen(rule_of("2026-11-21T09:14:04Z"), view) == [SECOND]


@pytest.mark.parametrize("rule", ["", "now", "every", "every 0s", "-1", "last,,last"])
def test_what_is_no_rule_is_refused(rule: str) -> None:
    with pytest.raises(UsageError, match="times"):
        rule_of(rule)


@pytest.mark.parametrize(
    ("rule", "said"), [("00:01:00", "outside of the session"), ("every 0.0000001s", "too often")]
)
def test_what_does_not_fit_the_recording_is_refused(
    rule: str, said: str, cast: Callable[..., Path], tmp_path: Path
) -> None:
    view = sl.open(cast(tmp_path / "a.cast", [(0.1, "x"), (5, "y")])).main
    with pytest.raises(UsageError, match=said):
        chosen(rule_of(rule), view)


NAMES = [
    "demo.cast",
    "a:b.cast",
    "CON.cast",
    "nul",
    "what?.cast",
    "x" * 300,
    "dots...",
    "tab\there",
    "com1.ttyrec",
    "\udcff",
]


def test_names_are_valid_on_windows_and_stay_apart() -> None:
    assert fit("demo.cast") == "demo.cast"
    for name in NAMES:
        made = fit(name)
        assert len(made) < 140 and not set(made) & set('<>:"/\\|?*\t')
        assert made.split(".")[0].lower() not in {"con", "nul", "com1"} and made[-1] not in ". "
    assert (
        len({fit(name).casefold() for name in [*NAMES, "a_b.cast", "_CON.cast", "what_.cast"]})
        == len(NAMES) + 3
    )


def test_a_root_counts_only_where_the_path_lies_below_it() -> None:
    assert root_of(Path("a/b"), None) == root_of(Path("a/b"), Path("c")) == Path("a/b")
    assert root_of(Path("a/b"), Path("a")) == Path("a")


def test_where_they_lie() -> None:
    root, recording = Path("r"), Path("r/a/demo.cast")
    beside = golden_path(recording, root, None)
    assert beside == Path("r/a/demo.cast.golden.txt")
    assert golden_path(recording, root, Path("g")) == Path("g/a/demo.cast.golden.txt")
    assert golden_path(recording, recording, Path("g")) == Path("g/demo.cast.golden.txt")
    assert picture_path(beside, 3) == Path("r/a/demo.cast.golden.3.png")
    assert page_path(recording, root, Path("p")) == Path("p/a/demo.cast.html")
