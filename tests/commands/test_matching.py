"""Of several key lines the best for a line of the screen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sessionlens.commands.editor import KeyLine, Reading
from sessionlens.commands.matching import agreement, best_match

TEXTS = st.text("abl s", max_size=8)
READINGS = st.builds(Reading, TEXTS, TEXTS, st.booleans())


def key_line(readings: list[Reading]) -> KeyLine:
    return KeyLine(tuple(readings), False, "enter", 0, 0, 0, 0, 0, 0)


@given(
    st.lists(TEXTS, min_size=1, max_size=3), st.lists(st.lists(READINGS, min_size=1, max_size=2), max_size=6)
)
def test_the_best_of_all_pairs_is_found(texts: list[str], pending: list[list[Reading]]) -> None:
    """Bounds save the close look at most pairs, and never change which one is best."""
    match = best_match(texts, [key_line(readings) for readings in pending])
    scores = [max(agreement(t, r) for r in readings for t in texts) for readings in pending]
    assert (match is None) == (not pending)
    if match:
        assert match.score == max(scores) and match.index == scores.index(max(scores))
