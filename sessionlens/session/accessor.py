"""`df.sl`: from any row of our tables back to the recording. One-line delegators; the work is elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sessionlens.catalog.asking import ran_rows
from sessionlens.errors import NotFoundError, UsageError
from sessionlens.session.clipping import render_rows
from sessionlens.session.exporting import Exported, export, masked_rows
from sessionlens.session.masking import Masking
from sessionlens.session.opening import open
from sessionlens.session.screen import Screen
from sessionlens.session.session import Session
from sessionlens.session.why import Why
from sessionlens.tables.cells import TIMES
from sessionlens.tables.plotting import plotted
from sessionlens.tables.styling import styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas.io.formats.style import Styler

    from sessionlens.player.widget import Player
    from sessionlens.render import ImageReport, VideoReport

PICKED = {"export": "pick columns last, as in df.sl.export(path, columns=[…])"}
PICK = "call {what}() on the whole table and pick columns last, as in df.sl.style(columns=[…])"


@pd.api.extensions.register_dataframe_accessor("sl")
class Accessor:
    """What can be done with a table of ours. What goes back to the recording needs the columns `session` and
    `recording`, and says so; `style`, `ran` and `plot` take what is there.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame

    def ran(
        self,
        *words: str,
        user: str | None = None,
        since: str | pd.Timestamp | None = None,
        until: str | pd.Timestamp | None = None,
    ) -> pd.DataFrame:
        """The rows whose command runs these words, whatever the order, bundling, long forms, sudo or path.

        `user`, `since` and `until` as in `search`; docs/commands.md, "Asking".
        """
        return ran_rows(self._frame, words, user=user, since=since, until=until)

    def why(self, n: int, session: str | None = None) -> Why:
        """What the text of the command with this number rests on; the table (or, of it, `session`) must hold
        it just once.
        """
        self._need("why", "n", "command", "session", "recording")
        found, where = self._frame["n"] == n, "this table"
        if session is not None:
            found, where = found & (self._frame["session"] == session), f"session {session} of this table"
        rows = np.flatnonzero(found.fillna(False))
        if not len(rows):
            raise NotFoundError(f"no command {n} in {where}, which has {len(self._frame)} rows")
        if len(rows) > 1:
            first = self._frame["session"].iloc[rows[0]]
            raise UsageError(
                f"{len(rows)} commands have the number {n}: choose one session, as in "
                f'why({n}, session="{first}")'
            )
        return self.open(int(rows[0])).why(n)

    def masked(self, mask: Masking = True) -> pd.DataFrame:
        """The table as it may be written to a file (docs/masking.md); each recording is opened for it.
        `.attrs["masked"]` says what was masked.
        """
        self._need("masked", "recording")
        rows, tally = masked_rows(self._frame, mask, open)
        rows.index = self._frame.index
        rows.attrs["masked"] = dict(tally)
        return rows

    def export(
        self,
        path: str | PathLike[str],
        *,
        columns: Sequence[str] | None = None,
        mask: Masking = True,
        overwrite: bool = True,
    ) -> Exported:
        """Write the table, or these `columns` of it, as `.xlsx` (needs the extra `excel`) or `.csv`, masked,
        below a row that says where it is from; docs/tables.md, "Files". Raises UsageError for what cannot be
        written there.
        """
        self._need("export", "session", "recording")
        return export(self._frame, path, mask, overwrite, columns=columns)

    def style(self, most: int = 200, *, columns: Sequence[str] | None = None) -> Styler:
        """The first `most` rows as a pandas Styler, as people read them, or just these `columns`:
        docs/tables.md, "In a notebook".
        """
        return styled(self._frame, most, columns)

    def plot(self, x: str, y: str, kind: str = "line", **options: Any) -> Axes:
        """As `DataFrame.plot`, with readable axes where a column is elapsed time. Needs matplotlib."""
        return plotted(self._frame, x, y, kind, **options)

    def render(
        self, path: str | PathLike[str], row: int | None = None, **options: Any
    ) -> list[VideoReport | ImageReport]:
        """A clip of one row (by position), or of each: `x-01.mp4`, `x-02.mp4`, … where there are several.

        `options` as in `Session.render`; `.png` is the screen at a row's time. Raises UsageError for no row
        and for more than 50.
        """
        self._need("render", "session", "recording")
        return render_rows(self._frame, path, row, options)

    def open(self, row: int = 0) -> Session:
        """The session of a row (by position), at the row's channel."""
        self._need("open", "recording")
        place = self._frame.iloc[self._position(row)]
        channel = place.get("channel")
        return open(place["recording"], None if channel is None or pd.isna(channel) else int(channel))

    def at(self, row: int = 0) -> Screen:
        """The screen at the time of a row (by position)."""
        self._need("at", "recording")
        place = self._frame.iloc[self._position(row)]
        time = next((place[name] for name in TIMES if name in place), None)
        if time is None or pd.isna(time):
            raise UsageError(f"row {row} has no time")
        return self.open(row).at(time)

    def play(self, row: int = 0, **options: Any) -> Player:
        """The player, at a row (by position); `options` as `Session.play` has."""
        self._need("play", "session", "recording")
        return self.open(row).play(self._frame.iloc[row], **options)

    def _need(self, what: str, *names: str) -> None:
        """Raises UsageError where the table lacks one of these columns."""
        if lacking := [name for name in names if name not in self._frame.columns]:
            s = "s" * (len(lacking) > 1)
            raise UsageError(
                f"{what}() needs the column{s} {', '.join(lacking)}, which this table lacks: "
                f"{PICKED.get(what, PICK.format(what=what))}"
            )

    def _position(self, row: int) -> int:
        if not -len(self._frame) <= row < len(self._frame):
            raise UsageError(f"no row {row}: the table has {len(self._frame)}")
        return row
