"""Of several key lines the best for a line of the screen."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlens.commands.editor import KeyLine, Reading
from sessionlens.commands.matching import EXACT, agreement, best_match, tidy

TEXTS = st.text("abl s", max_size=8)
READINGS = st.builds(Reading, TEXTS, TEXTS, st.booleans())


def key_line(readings: list[Reading]) -> KeyLine:
    return KeyLine(tuple(readings), False, "enter", 0, 0, 0, 0, 0, 0, 0, 0)


@given(
    st.lists(TEXTS, min_size=1, max_size=3), st.lists(st.lists(READINGS, min_size=1, max_size=2), max_size=6)
)
def test_the_best_of_all_pairs_is_found(texts: list[str], pending: list[list[Reading]]) -> None:
    match = best_match(texts, [key_line(readings) for readings in pending])
    scores = [max(agreement(t, r) for r in readings for t in texts) for readings in pending]
    assert (match is None) == (not pending)
    if match:
        assert match.score == max(scores) and match.index == scores.index(max(scores))


def subsequences(text: str) -> set[str]:
    return {"".join(kept) for n in range(len(text) + 1) for kept in combinations(text, n)}


@given(TEXTS, TEXTS)
def test_two_texts_are_as_like_as_their_longest_common_subsequence(one: str, other: str) -> None:
    one, other = tidy(one), tidy(other)
    score = agreement(one, Reading(other, other, True))
    if one and other and one != other:
        longest = max(map(len, subsequences(one) & subsequences(other)))
        assert score == pytest.approx(0.9 * 2 * longest / (len(one) + len(other)))
    else:
        assert score == (EXACT if one == other else 0.1)


def test_among_very_many_the_same_text_is_found_wherever_it_is() -> None:
    """Answers to a program come before it, lines typed ahead after it."""
    said = [f"answer {at}" for at in range(300)]
    pending = [key_line([Reading(text, text, True)]) for text in said]
    for at in (0, 150, 299):
        match = best_match([said[at]], pending)
        assert match and match.exact and match.index == at
