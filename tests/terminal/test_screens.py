"""Sequences of screens as deltas."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sessionlens.terminal.screens import KEYFRAME, Screens

SCREENS = st.lists(
    st.tuples(st.lists(st.integers(0, 5), min_size=1, max_size=6), st.integers(-1, 7)), max_size=3 * KEYFRAME
)


@given(SCREENS)
def test_get_and_walk_give_what_was_appended(screens: list[tuple[list[int], int]]) -> None:
    store = Screens()
    for rows, guess in screens:
        store.append(list(rows), guess)
    want = [rows for rows, _ in screens]
    assert [store.get(i) for i in range(len(store))] == want
    assert [list(rows) for rows, _, _ in store.walk(0, len(store))] == want
    middle = len(want) // 2
    assert [list(rows) for rows, _, _ in store.walk(middle, len(store))] == want[middle:]


def test_a_scroll_is_one_number() -> None:
    store = Screens()
    for at in range(50):
        store.append(list(range(at, at + 40)), 1)
    assert store.nbytes < 50 * 30
