"""When which frame is shown: real times, speeds, cut pauses, steps and skips."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from sessionlens.player.playback import SPEEDS, Playback
from sessionlens.recording import Info, Recording
from sessionlens.terminal import Timeline, replay

SECOND = 1_000_000_000


def record(events: Sequence[tuple[int, bytes]], columns: int = 80, rows: int = 24) -> Recording:
    """A recording of (ns, output)."""
    table, blob = [], b""
    for t_ns, data in events:
        table.append((t_ns, ord("o"), len(blob), len(data)))
        blob += data
    columns_of = list(np.array(table, dtype=np.int64).reshape(-1, 4).T)
    return Recording(Info("00000000", "test", "test", columns=columns, rows=rows), columns_of, {"o": blob})


@pytest.fixture
def timeline() -> Timeline:
    """Frames at 0 (empty), 1, 11 and 12 s."""
    return replay(record([(t * SECOND, b"x") for t in (1, 11, 12)])).timeline


def test_real_times(timeline: Timeline) -> None:
    playback, seen = Playback(timeline, 0, timeline.end_ns), []
    while playback.wait_ns is not None:
        seen.append((playback.frame, playback.t_ns))
        playback.elapse(playback.wait_ns)
    assert seen == [(0, 0), (1, SECOND), (2, 11 * SECOND)]
    assert (playback.frame, playback.t_ns) == (3, 12 * SECOND)
    assert playback.ended


def test_pauses_are_cut(timeline: Timeline) -> None:
    playback = Playback(timeline, 0, timeline.end_ns, idle_ns=2 * SECOND)
    playback.elapse(2.5 * SECOND)
    assert (playback.frame, playback.t_ns) == (1, 2.5 * SECOND)
    playback.elapse(0.5 * SECOND)
    assert (playback.frame, playback.t_ns) == (2, 11 * SECOND)


@pytest.mark.parametrize("speed", SPEEDS)
def test_speed(timeline: Timeline, speed: float) -> None:
    playback = Playback(timeline, 0, timeline.end_ns, speed=speed)
    assert playback.wait_ns == SECOND / speed
    playback.elapse(11 * SECOND / speed)
    assert playback.frame == 2


def test_a_stretch(timeline: Timeline) -> None:
    playback = Playback(timeline, 5 * SECOND, 11 * SECOND)
    assert (playback.frame, playback.t_ns, playback.wait_ns) == (1, 5 * SECOND, 6 * SECOND)
    playback.elapse(100 * SECOND)
    assert (playback.frame, playback.t_ns, playback.ended) == (2, 11 * SECOND, True)


def test_pause_step_skip_and_again(timeline: Timeline) -> None:
    playback = Playback(timeline, 0, timeline.end_ns)
    playback.pause()
    playback.elapse(SECOND)
    assert (playback.t_ns, playback.wait_ns) == (0, None)
    playback.step()
    assert (playback.frame, playback.paused) == (1, True)
    playback.step(-5)
    playback.step()
    assert (playback.frame, playback.paused) == (1, True)
    playback.skip(5 * SECOND)
    assert (playback.frame, playback.t_ns) == (1, 6 * SECOND)
    playback.seek(11 * SECOND)
    assert playback.frame == 2
    playback.skip(-100 * SECOND)
    assert playback.t_ns == 0
    playback.pause()
    playback.elapse(100 * SECOND)
    playback.pause()
    assert (playback.t_ns, playback.paused) == (0, False)


def test_speeds_stay_within_their_range(timeline: Timeline) -> None:
    playback = Playback(timeline, 0, timeline.end_ns, speed=3)
    playback.faster()
    assert playback.speed == 4
    for _ in SPEEDS:
        playback.slower()
    assert playback.speed == SPEEDS[0]
    for _ in SPEEDS:
        playback.faster()
    assert playback.speed == SPEEDS[-1]
