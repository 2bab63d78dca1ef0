"""Session time to video time and back; cuts and their stamps."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sessionlens.render.pace import MILLISECOND, SECOND, STAMP, Cut, Pace, cuts, moments, seconds

times = st.lists(st.integers(0, 4000 * SECOND), min_size=2, max_size=30, unique=True).map(sorted)


def made(activity: list[int], idle: float | None = 2.0, speed: float = 1.0) -> Pace:
    limit = None if idle is None else int(idle * SECOND)
    return Pace(activity[0], activity[-1], cuts(activity, limit, speed), speed)


def test_an_idle_gap_is_shown_for_the_limit_and_cut_in_the_middle() -> None:
    pace = made([0, SECOND, 724 * SECOND + SECOND, 726 * SECOND])
    (cut,) = pace.cuts
    assert cut == Cut(SECOND + SECOND // 2, 725 * SECOND - STAMP)
    assert pace.duration_ms == 1000 + 2000 + 1000
    assert pace.stamp_at(1499) is None
    assert pace.stamp_at(1500) == cut
    assert pace.stamp_at(2999) == cut
    assert pace.stamp_at(3000) is None


def test_a_gap_is_left_alone_where_less_than_a_second_would_be_saved() -> None:
    assert made([0, 2 * SECOND + SECOND - 1]).cuts == ()
    assert len(made([0, 3 * SECOND]).cuts) == 1


def test_nothing_is_cut_without_a_limit() -> None:
    pace = made([0, 3600 * SECOND], idle=None)
    assert pace.cuts == ()
    assert pace.duration_ms == 3_600_000


def test_speed_shortens_the_video_and_not_the_stamp() -> None:
    pace = made([0, 10 * SECOND, 1000 * SECOND], speed=4.0)
    assert pace.video_ms(10 * SECOND) == 2500 if not pace.cuts else True
    shown = [ms for ms in range(pace.duration_ms + 1) if pace.stamp_at(ms)]
    assert len(shown) >= STAMP // MILLISECOND


@given(times, st.floats(0, 10), st.sampled_from([0.5, 1.0, 2.0, 7.5]))
def test_the_two_clocks_agree(activity: list[int], idle: float, speed: float) -> None:
    pace = made(activity, idle, speed)
    mapped = [pace.video_ms(t) for t in activity]
    assert mapped == sorted(mapped)
    for cut in pace.cuts:
        assert pace.video_ms(cut.start_ns) == pace.video_ms(cut.end_ns)
        assert not any(cut.start_ns < t < cut.end_ns for t in activity)
    for ms in range(0, pace.duration_ms, max(pace.duration_ms // 50, 1)):
        back = pace.session_ns(ms)
        assert abs(pace.video_ms(back) - ms) <= 1
        assert not any(cut.start_ns < back < cut.end_ns for cut in pace.cuts)
    for before, after in pairwise(pace.stamps):
        assert after[0] - before[0] >= STAMP // MILLISECOND - 1


@given(times, st.integers(0, 10 * SECOND))
def test_the_clock_ticks_each_shown_second_and_never_within_a_cut(activity: list[int], started: int) -> None:
    pace = made(activity)
    ticks = list(seconds(pace, started))
    assert ticks == sorted(ticks)
    assert all((t + started) % SECOND == 0 for t in ticks)
    shown = pace.shown_ns(pace.end_ns) // SECOND
    assert abs(len(ticks) - shown) <= len(pace.cuts) + 1
    for cut in pace.cuts:
        assert not any(cut.start_ns < t < cut.end_ns for t in ticks)


@given(times)
def test_moments_rise_strictly_and_span_the_video(activity: list[int]) -> None:
    pace = made(activity)
    found = moments(pace, activity)
    assert all(a.video_ms < b.video_ms and a.session_ns <= b.session_ns for a, b in pairwise(found))
    assert found[0].video_ms == 0
    assert found[-1].video_ms == pace.duration_ms


def test_of_several_changes_in_one_millisecond_the_last_is_shown() -> None:
    found = moments(made([0, 5_000_100, 5_000_900, SECOND]), [5_000_100, 5_000_900])
    assert [m.session_ns for m in found] == [0, 5_000_900, SECOND]
