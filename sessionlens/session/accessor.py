"""`df.sl`: from any row of our tables back to the recording. One-line delegators; the work is elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sessionlens.catalog.asking import ran_rows
from sessionlens.errors import NotFoundError, UsageError
from sessionlens.session.masking import Masking
from sessionlens.session.opening import open
from sessionlens.session.screen import Screen
from sessionlens.session.session import Session
from sessionlens.session.why import Why

if TYPE_CHECKING:
    from sessionlens.player.widget import Player


@pd.api.extensions.register_dataframe_accessor("sl")
class Accessor:
    """What can be done with a table of ours; it needs the columns `session` and `recording`."""

    def __init__(self, frame: pd.DataFrame) -> None:
        if missing := {"session", "recording"} - set(frame.columns):
            raise AttributeError(f"not a table of sessionlens: it lacks {', '.join(sorted(missing))}")
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
        if not {"n", "command"} <= set(self._frame.columns):
            raise UsageError("why() needs a table with the columns `n` and `command`")
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
        """The table as it may be written to a file (docs/masking.md); each recording is opened for it."""
        groups = self._frame.groupby("recording", sort=False)
        parts = [open(str(path)).masked(own, mask) for path, own in groups]
        return pd.concat(parts).loc[self._frame.index] if parts else self._frame

    def open(self, row: int = 0) -> Session:
        """The session of a row (by position), at the row's channel."""
        place = self._frame.iloc[self._position(row)]
        channel = place.get("channel")
        return open(place["recording"], None if channel is None or pd.isna(channel) else int(channel))

    def at(self, row: int = 0) -> Screen:
        """The screen at the time of a row (by position)."""
        place = self._frame.iloc[self._position(row)]
        time = place.get("start", place.get("t"))
        if time is None or pd.isna(time):
            raise UsageError(f"row {row} has no time")
        return self.open(row).at(time)

    def play(self, row: int = 0, **options: Any) -> Player:
        """The player, at a row (by position); `options` as `Session.play` has."""
        return self.open(row).play(self._frame.iloc[row], **options)

    def _position(self, row: int) -> int:
        if not -len(self._frame) <= row < len(self._frame):
            raise UsageError(f"no row {row}: the table has {len(self._frame)}")
        return row
