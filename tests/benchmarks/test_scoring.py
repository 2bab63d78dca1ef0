"""How commands are scored: the rules one by one, and the same figures as the neighbours' own script."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlens.commands import extract
from sessionlens.recording import Recording
from sessionlens.terminal import replay

Import = Callable[[str], ModuleType]
TEXTS = st.text("abc \n", max_size=9)


@pytest.fixture(scope="module")
def score(benchmarks: Import) -> Callable[..., Any]:
    """Scores what was found against commands given as in truth.json, with their Enter at 1, 2, 3, … s."""
    told, made = benchmarks("scoring.sessions"), benchmarks("scoring.score").score

    def scored(truth: Sequence[dict[str, Any]], found: Sequence[Any], secrets: Sequence[str] = ()) -> Any:
        commands = [told.told({"submitted_at": float(at), **each}) for at, each in enumerate(truth, 1)]
        given = [each if isinstance(each, tuple) else (each, None) for each in found]
        return made(told.Truth(tuple(commands), tuple(secrets)), given)

    return scored


def pairs(score: Any) -> list[tuple[str, str, bool]]:
    return [(pair.told.text, pair.found.text, pair.exact) for pair in score.pairs]


def test_what_is_alike_is_a_pair_and_what_is_equal_is_exact(score: Callable[..., Any]) -> None:
    found = score([{"command": "ls -l  "}, {"command": "cat notes"}], ["ls -l", "cat note", "rm"])
    assert pairs(found) == [("ls -l  ", "ls -l", True), ("cat notes", "cat note", False)]
    assert [each.text for each in found.false] == ["rm"] and not found.missing


def test_half_of_the_longer_text_must_stay(score: Callable[..., Any]) -> None:
    assert pairs(score([{"command": "abcd"}], ["abxy"])) == [("abcd", "abxy", False)]
    lost = score([{"command": "abcd"}], ["axyz"])
    assert not lost.pairs and lost.missing[0].text == "abcd" and lost.false[0].text == "axyz"


def test_the_order_is_kept(score: Callable[..., Any]) -> None:
    truth = [{"command": "one"}, {"command": "two"}, {"command": "three"}]
    found = score(truth, ["three", "one", "two"])
    assert [pair.told.text for pair in found.pairs] == ["one", "two"]
    assert [each.text for each in found.missing] == ["three"] == [each.text for each in found.false]


def test_of_equals_the_one_in_time_is_the_pair(score: Callable[..., Any]) -> None:
    found = score([{"command": "ls"}], [("ls", 40.0), ("ls", 1.0), ("ls", 9.0)])
    assert [(pair.found.start, pair.late_s) for pair in found.pairs] == [(1.0, 0.0)]
    assert [each.start for each in found.false] == [40.0, 9.0]


def test_between_the_first_enter_and_the_run_nothing_is_late(score: Callable[..., Any]) -> None:
    truth = [{"command": "ls", "first_enter_at": 2.0, "submitted_at": 4.0, "started_at": 5.0}]
    late = [score(truth, [("ls", at)]).pairs[0].late_s for at in (1.5, 2.0, 3.0, 5.0, 6.0)]
    assert late == [0.5, 0, 0, 0, 1.0]


def test_any_accepted_form_is_exact(score: Callable[..., Any]) -> None:
    truth = [{"command": "for i in 1\ndo echo\ndone", "alt": ["for i in 1; do echo; done"]}]
    assert score(truth, ["for i in 1; do echo; done"]).pairs[0].exact


def test_optional_commands_count_neither_way(score: Callable[..., Any]) -> None:
    truth = [{"command": "vim a"}, {"command": "ls", "optional": True}]
    for found in (score(truth, ["vim a"]), score(truth, ["vim a", "ls"])):
        assert len(found.pairs) == 1 and not found.missing and not found.false


def test_lines_of_a_paste_may_come_as_one(score: Callable[..., Any]) -> None:
    truth = [{"command": text, "block": 1} for text in ("a b", "c d", "e f")]
    assert pairs(score(truth, ["a b", "c d\ne f"])) == [(t["command"], t["command"], True) for t in truth]
    assert not score([{"command": text} for text in ("a b", "c d")], ["a b\nc d"]).pairs


def test_secrets_in_a_text_are_leaks(score: Callable[..., Any]) -> None:
    assert score([], ["mysql -pnever", "x"], ["never", "other"]).leaks == ("never",)


@given(TEXTS, TEXTS)
def test_edits_are_the_levenshtein_distance(benchmarks: Import, one: str, other: str) -> None:
    row = list(range(len(other) + 1))
    for at, char in enumerate(one, 1):
        above, row = row, [at]
        for to, wanted in enumerate(other, 1):
            row.append(min(above[to] + 1, row[-1] + 1, above[to - 1] + (char != wanted)))
    assert benchmarks("scoring.score").edits(one, other) == row[-1]


def test_figures(benchmarks: Import, score: Callable[..., Any]) -> None:
    figures = benchmarks("scoring.figures")
    one = score([{"command": "ls -l"}, {"command": "pwd"}], ["ls -a", "x"])
    both = figures.figures([one, score([{"command": "id"}], ["id"])])
    assert (both.told, both.found, both.pairs, both.exact, both.false) == (3, 3, 2, 1, 1)
    assert both.precision == both.recall == both.f1 == pytest.approx(2 / 3)
    assert (both.exact_share, both.error) == pytest.approx((1 / 3, 4 / 10))


def test_intervals(benchmarks: Import) -> None:
    wilson = benchmarks("scoring.figures").wilson
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(10, 10) == pytest.approx((0.7225, 1.0), abs=1e-4)  # Newcombe (1998), method 3
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=1e-4)


# ---- beside score.py


def ours(recording: Recording) -> list[tuple[str, float]]:
    return [(each.text, each.start_ns / 1e9) for each in extract(recording, replay(recording)).commands]


@pytest.mark.parametrize("method", ["ours", "ours, output only", "keystrokes", "cursor_row"])
def test_the_same_figures_as_the_neighbours_script(
    shared: Path, benchmarks: Import, tmp_path: Path, method: str
) -> None:
    folder = shared / "truth"
    if not (folder / "score.py").is_file():
        pytest.skip("needs ../shared/truth")
    ways = benchmarks("scoring.simple_methods")
    output_only = benchmarks("scoring.sessions").output_only
    way = {"ours": ours, "ours, output only": lambda recording: ours(output_only(recording))}.get(method)
    way = way or getattr(ways, method)
    sessions = benchmarks("scoring.sessions").sessions(folder)
    found = {each.name: way(each.recording()) for each in sessions}
    given = {
        name: [{"command": text, "start": start} for text, start in each] for name, each in found.items()
    }
    (tmp_path / "given.json").write_text(json.dumps(given))
    command = [sys.executable, folder / "score.py", folder, tmp_path / "given.json"]
    subprocess.run([*command, "--json", tmp_path / "theirs.json"], check=True, capture_output=True)
    theirs = json.loads((tmp_path / "theirs.json").read_text())
    for session in sessions:
        score = benchmarks("scoring.score").score(session.truth, found[session.name])
        total = benchmarks("scoring.figures").figures([score])
        wanted = theirs[session.name]
        assert total.told == wanted["truth"] and total.found == wanted["pred"], session.name
        assert (total.pairs, total.exact, total.false) == (wanted["tp"], wanted["exact"], wanted["false"])
        assert (total.edits, total.chars) == (wanted["edits"], wanted["chars"])
        assert list(score.leaks) == wanted["leaks"]
        assert sorted(each.text for each in score.missing) == sorted(wanted["missing"])
        assert sorted(pair.late_s for pair in score.pairs) == pytest.approx(sorted(wanted["err"]))
