"""What a person chose for everything that follows, `options`: the zone that they think in, and what a
notebook keeps of a player. Data never depends on it.

A date or time without a zone is read in `options.tz`, and text for people shows it beside UTC, never instead.
Tables, JSON and CSV stay in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo

from .errors import UsageError
from .zones import zone_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LEAN, EMBED = NOTEBOOK = ("lean", "embed")


class Options:
    """What holds for everything from here on: `sl.options.tz = "Asia/Kolkata"`; or only for a while, `with
    sl.options(tz="Asia/Kolkata"):`.
    """

    def __init__(self) -> None:
        self._tz = "UTC"
        self._zone: tzinfo = UTC
        self._notebook = LEAN

    @property
    def tz(self) -> str:
        """An IANA name or an offset; UsageError where it is neither."""
        return self._tz

    @tz.setter
    def tz(self, name: str) -> None:
        self._zone, self._tz = zone_of(name), name

    @property
    def zone(self) -> tzinfo:
        """The same as datetime takes it."""
        return self._zone

    @property
    def notebook(self) -> str:
        """What a saved notebook holds of a player: `lean`, one masked picture; `embed`, also the whole page,
        which plays without Python. UsageError for anything else.
        """
        return self._notebook

    @notebook.setter
    def notebook(self, what: str) -> None:
        if what not in NOTEBOOK:
            raise UsageError(f"options.notebook is {' or '.join(map(repr, NOTEBOOK))}, not {what!r}")
        self._notebook = what

    @contextmanager
    def __call__(self, *, tz: str | None = None, notebook: str | None = None) -> Iterator[None]:
        """These until the end of the block; None changes nothing."""
        before = self._tz, self._notebook
        try:
            if tz is not None:
                self.tz = tz
            if notebook is not None:
                self.notebook = notebook
            yield
        finally:
            self.tz, self.notebook = before

    def __repr__(self) -> str:
        return f"options(tz={self._tz!r}, notebook={self._notebook!r})"


options = Options()


def placed(moment: datetime) -> datetime:
    """A time without a zone in that of the options. Raises UsageError where clocks were changed and no such
    time, or two, were shown.
    """
    plain = moment.replace(tzinfo=None)
    early, late = (plain.replace(tzinfo=options.zone, fold=fold) for fold in (0, 1))
    if early.utcoffset() != late.utcoffset():
        twice = f"{early.isoformat()} or {late.isoformat()}"
        raise UsageError(f"{plain} in {options.tz}: clocks were changed then; say {twice}")
    return early


def local(ns: int) -> str | None:
    """ns since the epoch in the zone of the options with its offset, `14:44:03+05:30`, and before that the
    date where it is another than in UTC; None where the zone is UTC.
    """
    if options.zone is UTC:
        return None
    there = _EPOCH + timedelta(seconds=ns // 1_000_000_000)
    here = there.astimezone(options.zone)
    return str(here) if here.date() != there.date() else str(here).partition(" ")[2]
