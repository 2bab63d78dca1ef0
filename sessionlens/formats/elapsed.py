"""Times as single files have them, to ns that never go back: integers only, whatever a file claims.

A recorder's clock may be set, and a digit of a file may be damaged: one time that its neighbours contradict
is taken for damage, and where the clock itself went back, time goes on from there.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from sessionlens.times import SECOND

Times = NDArray[np.int64]
LONGEST_NS = 1 << 58
"""Nine years, as in a timing file: what claims more would lead out of every calendar that follows."""
LATEST_NS = 1 << 62
"""Later than any instant that is one."""
_NOTICED_NS = SECOND // 10
_NUMBER = re.compile(r"(\d{1,18})(?:\.(\d{1,40})\d*)?(?:[eE]([+-]?\d{1,3}))?", re.ASCII)


def number_ns(text: object) -> int | None:
    """Seconds as JSON writes numbers (`1.23`, `1e-05`) as ns, cut and not rounded; None for all else."""
    match = _NUMBER.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    whole, fraction, exponent = match[1], match[2] or "", int(match[3] or 0)
    shift = exponent + 9 - len(fraction)
    digits = int(whole + fraction)
    ns: int = digits * 10**shift if shift >= 0 else digits // 10**-shift
    return min(ns, LATEST_NS)


def steady(stamps: Times, base: int) -> tuple[Times, Times]:
    """Time stamps as elapsed ns since `base`, and the indices of those that made no sense as they were."""
    line = np.concatenate([np.array([base], dtype=np.int64), stamps])
    before, here, after = line[:-2], line[1:-1], line[2:]
    spike = (before <= after) & ((here > after) | (here < before))
    far = np.zeros(len(stamps), dtype=bool)
    far[:-1] = spike & (np.minimum(np.abs(here - before), np.abs(here - after)) > _NOTICED_NS)
    here[spike] = before[spike]
    steps = np.diff(line)
    far |= steps < -_NOTICED_NS
    elapsed, reached = summed(np.maximum(steps, 0))
    far[reached:] |= steps[reached:] > 0
    return elapsed, np.flatnonzero(far)


def summed(steps: Times) -> tuple[Times, int]:
    """The running sum of steps >= 0, which stands still once it would pass LONGEST_NS, and where that is."""
    steps = np.minimum(steps, LONGEST_NS)
    seconds = np.cumsum(steps // SECOND)  # cannot overflow where the sum of ns could
    reached = int(np.searchsorted(seconds, LONGEST_NS // SECOND))
    steps[reached:] = 0
    return np.cumsum(steps), reached
