"""Sequences of screens as deltas."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sessionlens.terminal.screens import KEY, KEYFRAME, WORK, Screens

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


def test_screens_that_change_as_a_whole_are_quick_to_get() -> None:
    """Between two keyframes there are no more changes than a few screens have rows."""
    store = Screens()
    for at in range(200):
        store.append([at * 9 * (y < 400) + y for y in range(1000)])
    keys = [at for at in range(200) if store._key[at] == KEY]
    assert all(later - key <= WORK * 1000 // 800 + 1 for key, later in pairwise(keys))
    whole = Screens()
    for at in range(200):
        whole.append(list(range(at, at + 1000)))
    assert whole.nbytes < 200 * 4 * 1005


def test_a_scroll_is_told_where_a_keyframe_is() -> None:
    store = Screens()
    for at in range(3 * KEYFRAME):
        store.append(list(range(6 * at, 6 * at + 10)), 6)
    assert {scroll for _, _, scroll in store.walk(1, len(store))} - {0} == {6}
    assert [len(changed) for _, changed, _ in store.walk(0, len(store))][1:] == [6] * (3 * KEYFRAME - 1)


def test_sizes_that_go_to_and_fro() -> None:
    store = Screens()
    for at in range(1000):
        store.append(list(range(1000 + at % 2)))
    assert store.nbytes < 1000 * 100
    assert store.get(998) == list(range(1000)) and store.get(999) == list(range(1001))


@given(SCREENS, st.lists(st.integers(0, 3 * KEYFRAME), max_size=20))
def test_a_reader_gives_the_same_in_any_order(screens: list[tuple[list[int], int]], order: list[int]) -> None:
    store = Screens()
    for rows, guess in screens:
        store.append(list(rows), guess)
    reader = store.reader()
    for index in (at % len(screens) for at in order if screens):
        assert reader.get(index) == screens[index][0]
