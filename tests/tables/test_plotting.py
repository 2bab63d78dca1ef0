"""Times plot: with pandas alone for instants, with one line of ours for elapsed time."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import sessionlens as sl
from sessionlens.tables.plotting import clock

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")


@pytest.fixture(scope="module")
def commands(root: Path) -> pd.DataFrame:
    return sl.open(root / "fixtures" / "sessions" / "insider").commands


def labels(axis: object) -> list[str]:
    """What is written on a real, drawn axis."""
    axis.figure.canvas.draw()  # type: ignore[attr-defined]
    return [tick.get_text() for tick in axis.get_ticklabels()]  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _close() -> object:
    yield
    from matplotlib import pyplot

    pyplot.close("all")


@pytest.mark.parametrize("kind", ["line", "scatter"])
def test_elapsed_time_along_x(commands: pd.DataFrame, kind: str) -> None:
    axes = commands.sl.plot("start", "output_bytes", kind=kind)
    assert "12 s" in labels(axes.xaxis)
    assert not any("days" in label for label in labels(axes.xaxis))


@pytest.mark.parametrize(("kind", "axis"), [("bar", "yaxis"), ("barh", "xaxis"), ("hist", "xaxis")])
def test_elapsed_time_as_a_value(commands: pd.DataFrame, kind: str, axis: str) -> None:
    axes = commands.sl.plot("n", "duration", kind=kind)
    assert "1.2 s" in labels(getattr(axes, axis))


def test_instants_need_nothing(commands: pd.DataFrame) -> None:
    axes = commands.plot.scatter(x="start_utc", y="output_bytes")
    assert any(label.startswith("18:15:") for label in labels(axes.xaxis))


def test_ticks() -> None:
    assert [clock(s) for s in (0, 1.2, 59.999, 60, 3723.5)] == [
        "0 s",
        "1.2 s",
        "59.999 s",
        "00:01:00",
        "01:02:03.500",
    ]


def test_a_column_that_is_not_there_is_said(commands: pd.DataFrame) -> None:
    with pytest.raises(sl.UsageError, match="no column nonsense"):
        commands.sl.plot("start", "nonsense")
