"""Flags put marks on the commands in whose lines and outputs they are."""

from __future__ import annotations

from dataclasses import dataclass

from sessionlens.detect import hidden_findings, placed


@dataclass(frozen=True)
class Place:
    accepted: int
    out_last: int | None


@dataclass(frozen=True)
class Hint:
    offset: int
    last: int
    kind: str
    severity: str


# prompt and line of the first command to 20, its output to 50; the second's line to 80, and no output
PLACES = [Place(20, 50), Place(80, None)]


def marks(flag: Hint, known: dict[Hint, int] | None = None) -> list[tuple[int, str]]:
    return [(f.command_index, f.mark) for f in hidden_findings(PLACES, [flag], known or {})]


def test_in_a_line() -> None:
    for kind in ("concealed", "same-colours", "invisible-characters", "line-drawing", "dark"):
        assert marks(Hint(10, 15, kind, "low")) == [(0, "line-hidden")]
        assert marks(Hint(60, 65, kind, "high")) == [(1, "line-hidden")]
    assert marks(Hint(60, 65, "flashed", "medium")) == []  # a line being edited


def test_in_an_output() -> None:
    assert marks(Hint(30, 35, "concealed", "high")) == [(0, "output-hidden")]
    assert marks(Hint(30, 35, "flashed", "medium")) == [(0, "output-hidden")]
    assert marks(Hint(30, 35, "scrollback-erased", "low")) == []


def test_from_an_output_into_the_next_line() -> None:
    """A concealed prompt: everything from its output on."""
    assert marks(Hint(40, 70, "concealed", "high")) == [(0, "output-hidden"), (1, "line-hidden")]


def test_of_a_known_command() -> None:
    rewritten = Hint(90, 99, "line-rewritten", "high")
    assert marks(rewritten, {rewritten: 0}) == [(0, "line-hidden")]
    elsewhere = Hint(30, 35, "line-elsewhere", "high")
    assert marks(elsewhere, {elsewhere: -1}) == [(0, "output-hidden")]


def test_places() -> None:
    flags = [Hint(5, 6, "title", "low"), Hint(50, 51, "title", "low"), Hint(99, 99, "title", "low")]
    assert placed(PLACES, flags, {}) == [(0, True), (0, False), (1, False)]
    assert placed([], flags[:1], {}) == [(None, False)]


def test_a_mark_comes_once_and_says_which_flag() -> None:
    flags = [Hint(10, 11, "concealed", "high"), Hint(12, 13, "dark", "low")]
    found = list(hidden_findings(PLACES, flags, {}))
    assert [f.mark for f in found] == ["line-hidden"]
    assert "concealed" in found[0].why
