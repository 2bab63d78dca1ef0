"""The player in a notebook: one widget, whose time, selection and bookmarks are the same in Python and in the
browser.

It shows what it is given and knows no session: what has to be looked up there, it asks its `Stage`. The film
goes over once, when a browser says that it is ready, and is never part of the state that notebooks may save.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import anywidget
import pandas as pd
import traitlets

from sessionlens.errors import UsageError
from sessionlens.player.bookmarks import bookmarks_list, bookmarks_table
from sessionlens.player.poster import Poster, poster_html

STATIC = Path(__file__).with_name("static")
SPEEDS = (0.25, 16.0)


class Stage(Protocol):
    """What a player asks about the session that it shows."""

    @property
    def title(self) -> str:
        """What is played, in a few words."""

    @property
    def masked(self) -> str:
        """What is masked in it, in words."""

    @property
    def span(self) -> tuple[float, float]:
        """The first and last second that is played."""

    def seconds(self, when: Any) -> float:
        """Any form of time as seconds since the session began. Raises UsageError where it is not in it."""

    def stretch(self, place: Any) -> tuple[float, float]:
        """The first and last second of a row of a table, a ref, or the command of a number."""

    def screen(self, seconds: float) -> Any:
        """The screen at a time."""

    def clip(
        self, path: Path, seconds: float, selection: tuple[float, float] | None, options: Mapping[str, Any]
    ) -> Any:
        """Write a stretch as a video, or a moment as a picture; say what was written."""


class Moment(traitlets.TraitType[float, Any]):
    """Seconds since the session began, set from any form of time."""

    default_value = 0.0

    def validate(self, obj: Player, value: Any) -> float:
        """Raises UsageError where it is none, or not within the session."""
        return obj.stage.seconds(value)


class Selection(traitlets.TraitType[tuple[float, float] | None, Any]):
    """A stretch in seconds, set from two times in any form, a row, a ref or a command's number; or None."""

    default_value = None

    def validate(self, obj: Player, value: Any) -> tuple[float, float] | None:
        """Raises UsageError where it is no stretch of the session."""
        if value is None:
            return None
        if isinstance(value, Sequence) and not isinstance(value, str):
            if len(value) != 2:
                raise UsageError(f"{value!r} is no selection: say two times, a row, a ref or a number")
            first, last = sorted(obj.stage.seconds(each) for each in value)
            return first, last
        return obj.stage.stretch(value)


class Bookmarks(traitlets.TraitType[pd.DataFrame, Any]):
    """The table `bookmarks`, set from a DataFrame or from rows; what comes out is a copy."""

    def make_dynamic_default(self) -> pd.DataFrame:
        """No bookmarks."""
        return bookmarks_table([], float, "")

    def get(self, obj: traitlets.HasTraits, cls: Any = None) -> pd.DataFrame | None:
        """The table; to change it, set it."""
        table = super().get(obj, cls)
        return None if table is None else table.copy()

    def validate(self, obj: Player, value: Any) -> pd.DataFrame:
        """Raises UsageError for what is no rows, and for rows without a time within the session."""
        rows: Any = value.to_dict("records") if isinstance(value, pd.DataFrame) else value
        if not isinstance(rows, Sequence) or not all(isinstance(row, Mapping) for row in rows):
            raise UsageError("bookmarks are a DataFrame, or a list of dicts with a `time`; none: []")
        return bookmarks_table(rows, obj.stage.seconds, obj.author)


def within(value: Any, player: Player) -> Any:
    """A time of the browser's, which may be a little before the beginning or after the end."""
    first, last = player.stage.span
    return min(max(float(value), first), last)


class Player(anywidget.AnyWidget):
    """Plays a session; `s.play()` makes one.

    `time` (s), `selection` (first and last s, or None) and `bookmarks` (DataFrame) follow the browser and may
    be set; `observe(function, "time")` calls a function whenever one of them changes, wherever.
    """

    _esm = STATIC / "player.js"
    _css = STATIC / "player.css"

    # public
    time = Moment().tag(sync=True, from_json=within)
    selection = Selection().tag(sync=True)
    bookmarks = Bookmarks().tag(
        sync=True, to_json=lambda table, _: bookmarks_list(table), from_json=lambda rows, _: rows
    )
    playing = traitlets.Bool(False).tag(sync=True)
    speed = traitlets.Float(1.0, min=SPEEDS[0], max=SPEEDS[1]).tag(sync=True)
    theme = traitlets.Unicode("dark").tag(sync=True)
    author = traitlets.Unicode("").tag(sync=True)

    # for the browser, which shows these until the film is there, and for good where Python is not
    poster = traitlets.Unicode("", read_only=True).tag(sync=True)
    caption = traitlets.Unicode("", read_only=True).tag(sync=True)

    def __init__(
        self,
        film: bytes,
        stage: Stage,
        poster: Poster,
        *,
        page: str | None = None,
        notice: str = "",
        **state: Any,
    ) -> None:
        """`film` is what payload.py makes, `page` and `notice` are poster.py's, `state` the public traits."""
        self.stage = stage
        self._film, self._poster, self._page, self._notice = film, poster, page, notice
        self._live = f"sessionlens-live-{uuid4().hex}"
        super().__init__(**state)
        self.set_trait("poster", poster.uri)
        self.set_trait("caption", poster.said)
        self.add_class(self._live)
        self.on_msg(self._answer)

    def _answer(self, _: Any, message: Any, __: Any) -> None:
        if isinstance(message, dict) and message.get("kind") == "ready":
            self.send({"kind": "film"}, buffers=[self._film])

    @property
    def screen(self) -> Any:
        """The screen (`Screen`) at `time`, exact to the event, masked as the player is."""
        return self.stage.screen(self.time)

    @property
    def masked(self) -> str:
        """What is masked in it, in words."""
        return self.stage.masked

    def clip(self, path: str | PathLike[str], **options: Any) -> Any:
        """Write the selection as `.mp4` or `.gif`, or this moment as `.png`; `options` as `Session.render`.

        Masked as the player is; where that shows everything, a file is masked all the same unless
        `mask=False` is said here too. Raises UsageError where nothing is selected.
        """
        return self.stage.clip(Path(path), self.time, self.selection, options)

    def _ipython_display_(self, **_: Any) -> None:
        from IPython.display import display

        still = poster_html(self._poster, self._live, self._page, self._notice)
        display({"text/html": still, "text/plain": self._poster.said}, raw=True)  # type: ignore[no-untyped-call]
        if self.comm is None:  # closed: there is a picture, and nothing to play
            return
        bundle, metadata = self._repr_mimebundle_() or ({}, {})
        display({**bundle, "text/html": ""}, raw=True, metadata=metadata)  # type: ignore[no-untyped-call]

    def __repr__(self) -> str:
        return f"Player({self.stage.title} · {self.stage.masked} · {len(self.bookmarks)} bookmarks)"
