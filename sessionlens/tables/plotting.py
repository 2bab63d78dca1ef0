"""Plots of our tables: pandas' own, with elapsed time that matplotlib can place and people can read.

Matplotlib takes no Timedelta in scatter plots, bars and histograms, and labels those that it takes with
nanoseconds. Instants need nothing of this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from sessionlens.errors import UsageError
from sessionlens.times import format_elapsed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STEPS = [1, 1.5, 2, 3, 6, 10]  # of a minute as well as of ten seconds
SIDEWAYS = ("hist", "barh")  # kinds in which the values lie along x


def plotted(table: pd.DataFrame, x: str, y: str, kind: str, **options: Any) -> Axes:
    """`table.plot(x=…, y=…, kind=…)` with the elapsed times in words. Raises UsageError where matplotlib
    is missing, or a column.
    """
    if missing := {x, y} - set(table.columns):
        raise UsageError(f"no column {', '.join(sorted(missing))}; there are {', '.join(table.columns)}")
    try:
        from matplotlib.ticker import FuncFormatter, MaxNLocator
    except ImportError:
        raise UsageError("a plot needs matplotlib, which is not installed: pip install matplotlib") from None
    elapsed = [name for name in (x, y) if pd.api.types.is_timedelta64_dtype(table[name])]
    plain = table.assign(**{name: table[name].dt.total_seconds() for name in elapsed})
    chosen: dict[str, Any] = {"y": y} if kind == "hist" else {"x": x, "y": y}
    axes: Axes = plain.plot(**chosen, **options | {"kind": kind})
    along = {x: axes.xaxis, y: axes.xaxis if kind in SIDEWAYS else axes.yaxis}
    for name in elapsed:
        along[name].set_major_locator(MaxNLocator(nbins=6, steps=STEPS))
        along[name].set_major_formatter(FuncFormatter(lambda s, _: clock(s)))
    return axes


def clock(seconds: float) -> str:
    """A tick: `00:03:12`; below a minute `1.2 s`, which takes less room."""
    if abs(seconds) < 60:
        return f"{round(seconds, 3):g} s"
    return format_elapsed(round(seconds * 1000) * 1_000_000).removesuffix(".000")
