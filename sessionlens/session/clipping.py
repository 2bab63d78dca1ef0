"""Rows of a table as clips: each row a file of its own, so that each stands for itself."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sessionlens.errors import UsageError
from sessionlens.session.opening import open
from sessionlens.session.outputs import PNG

if TYPE_CHECKING:
    from sessionlens.render import ImageReport, VideoReport

MOST = 50  # clips at once: more are asked for by mistake


def render_rows(
    table: pd.DataFrame, path: str | PathLike[str], row: int | None, options: dict[str, Any]
) -> list[VideoReport | ImageReport]:
    """The row at this position, or each, as a video of what belongs to it, or (.png) the screen at its time.
    Raises UsageError where there is no row, or more than 50.
    """
    if row is not None and not -len(table) <= row < len(table):
        raise UsageError(f"no row {row}: the table has {len(table)}")
    places = range(len(table)) if row is None else [row]
    if not 0 < len(places) <= MOST:
        raise UsageError(f"{len(places)} rows to render: choose from 1 to {MOST}, or one with row=")
    targets = numbered(Path(path), len(places))
    return [render_row(table.iloc[at], target, options) for at, target in zip(places, targets, strict=True)]


def numbered(path: Path, count: int) -> list[Path]:
    """`x.mp4` alone, or `x-01.mp4`, `x-02.mp4`, …"""
    digits = max(2, len(str(count)))
    several = [path.with_name(f"{path.stem}-{n:0{digits}}{path.suffix}") for n in range(1, count + 1)]
    return [path] if count == 1 else several


def render_row(row: pd.Series[Any], path: Path, options: dict[str, Any]) -> VideoReport | ImageReport:
    """One row, as its own session renders it."""
    shown: dict[str, Any] = {"at": row} if path.suffix.lower() == PNG else {"clip": row}
    channel = row.get("channel")
    number = None if channel is None or pd.isna(channel) else int(channel)
    return open(row["recording"], number).render(path, **shown, **options)
