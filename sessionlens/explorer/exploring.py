"""`sl.explore`: the explorer as a thing in Python, and what its widgets do.

Whatever is done with the mouse can be said: `x.filter(ran="rm -rf")`, `x.select(0)`, `x.play()`,
`x.tag("odd")`, `x.export("case")`.
"""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd

from sessionlens.catalog.search import Hits, count
from sessionlens.errors import UsageError
from sessionlens.explorer.acting import PAGE, Acting
from sessionlens.explorer.case import Sources
from sessionlens.explorer.filters import Filters
from sessionlens.explorer.saved import saved_html
from sessionlens.explorer.tags import bookmarks_as_tags, me, tag_of, tags_table, whole
from sessionlens.explorer.writing import Written, usual_format, write_clips, write_report, write_tables
from sessionlens.session import Session
from sessionlens.session.masking import Masking
from sessionlens.tables.cells import narrow, rows_as_html
from sessionlens.tables.html import html_cells
from sessionlens.tables.schema import conform, join
from sessionlens.visible import visible

TAGGED = ("session", "time", "tag", "note", "author")


def explore(sources: Sources) -> Explorer:
    """The explorer over a folder of recordings, a corpus, or sessions; docs/explorer.md.

    In a notebook it shows itself. Raises as `corpus` does for a folder.
    """
    return Explorer(sources)


class Explorer(Acting):
    """A case with filters, a list of its sessions, what was found in them, a player and tags."""

    def __init__(self, sources: Sources) -> None:
        self._tags = conform({}, "tags")
        self._players: dict[str, tuple[Session, Any]] = {}
        self._live, self._shown = f"sessionlens-live-{uuid4().hex}", False
        super().__init__(sources)
        panel = self._panel
        panel.widget.add_class(self._live)
        self._connect(panel.played, (panel.play, self.play))
        self._connect(panel.exported, (panel.export, self._export))
        self._connect(panel.tagged, (panel.add, self._tag), (panel.undo, self._undo))

    # what there is

    @property
    def sessions(self) -> pd.DataFrame:
        """The table `sessions` of what is listed, in its order; what was not counted yet is counted."""
        self._case.count(self._listed, self._told)
        return self._case.table(self._listed)

    @property
    def hits(self) -> Hits:
        """The table `hits` of what meets the filters, with its coverage; looked for if nobody has."""
        if self._case.found is None:
            self._search()
        return self._case.look()

    @property
    def selected(self) -> pd.DataFrame:
        """The rows of `sessions` that are selected."""
        self._case.count(self._picked, self._told)
        return self._case.table(self._picked)

    @property
    def selected_hits(self) -> pd.DataFrame:
        """The rows of `hits` that are selected."""
        return pd.DataFrame(self.hits).iloc[self._hit_list.positions]

    @property
    def session(self) -> Session:
        """The session that is selected, the first of several; else that of the hit. Raises UsageError."""
        if self._picked:
            return self._picked[0]
        if self._hit_list.positions:
            return self._of_row(self.selected_hits.iloc[0])
        raise UsageError("no session is selected: choose one in the list, or a hit")

    @property
    def tags(self) -> pd.DataFrame:
        """The table `tags`: what was tagged here, and the bookmarks of the players that were opened here.

        It may be set, to a table that was written earlier, for example.
        """
        players = self._players.values()
        return join([self._tags, *(bookmarks_as_tags(s, p.bookmarks) for s, p in players)], "tags")

    @tags.setter
    def tags(self, rows: pd.DataFrame) -> None:
        own = {session.source.session: str(session.path) for session in self._case.all}
        self._tags = tags_table(rows, own)
        self._show_tags()

    @property
    def filters(self) -> Filters:
        """The filters as they were last understood."""
        return self._case.filters

    @property
    def coverage(self) -> str:
        """What was looked at, in words."""
        return self.hits.coverage.sentence(len(self.hits))

    # what can be done

    def filter(self, **wanted: Any) -> Explorer:
        """Set all filters (`Filters`; those that are not named are cleared) and look. Raises UsageError."""
        filters = Filters(**wanted)
        with self._quiet():
            for name, field in self._panel.filters.items():
                value = getattr(filters, name)
                field.value = visible(value) if name == "person" else value
        self._case.filters = filters
        self._search()
        self._keep()
        return self

    def select(self, *positions: int) -> Explorer:
        """Select rows of the list of sessions, by position."""
        self._session_list.choose(list(positions))
        return self

    def select_hits(self, *positions: int) -> Explorer:
        """Select rows of the list of hits, by position."""
        self._hit_list.choose(list(positions))
        return self

    def play(self) -> Any:
        """The player of the selected hit's session, at the hit; else of the session that is selected."""
        chosen = self.selected_hits if self._hit_list.positions else None
        session = self.session if chosen is None else self._of_row(chosen.iloc[0])
        row = None if chosen is None or pd.isna(chosen["start"].iloc[0]) else chosen.iloc[0]
        player = session.play(row)
        number = None if row is None or pd.isna(row["channel"]) else int(row["channel"])
        name, played = session.source.session, session.on(number)
        before, last = self._players.get(name, (played, None))
        if last is not None and before.info.channel == played.info.channel:
            player.bookmarks = last.bookmarks
        elif last is not None:
            self._tags = join([self._tags, bookmarks_as_tags(before, last.bookmarks)], "tags")
        self._players[name] = (played, player)
        self._panel.stage.children = (player,)
        player.observe(lambda _: self._show_tags(), "bookmarks")
        return player

    def tag(self, tag: str, note: str = "", at: pd.Series[Any] | None = None) -> pd.DataFrame:
        """Tag a row of any of our tables; without one the selected hits, else the moment that the player of
        the selected session shows, else the session. Returns all tags.
        """
        rows: Sequence[Any] = [at.to_dict()] if at is not None else self._places()
        made = [tag_of(row, tag, note, me()) for row in rows]
        self._tags = join([self._tags, *made], "tags")
        self._show_tags()
        return self.tags

    def export(
        self,
        folder: str | PathLike[str],
        *,
        tables: str | None = None,
        clips: bool = False,
        report: bool = False,
        mask: Masking = True,
    ) -> Written:
        """Write what is selected into a folder: the tables sessions, commands, hits and tags (`xlsx`, or
        `csv` where XlsxWriter is not installed), a clip of each hit, a report. Where no session is selected
        it is all that are listed; of the hits likewise.

        Returns what was written, each with its path. Raises UsageError.
        """
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        sessions = self._picked or self._listed
        if not sessions:
            raise UsageError("nothing to export: no session is listed")
        hits = self._selected_hits_of(sessions)
        ids = [session.source.session for session in sessions]
        self._case.count(sessions, self._told)
        parts = {
            "sessions": self._case.table(sessions),
            "commands": join((session.commands for session in sessions), "commands"),
            "hits": hits,
            "tags": self.tags[self.tags["session"].isin(ids)],
        }
        written = list(write_tables(target, parts, tables or usual_format(), mask, self._case.opener))
        written += write_clips(target, hits, mask, self._case.opener) if clips else []
        written += [write_report(target, sessions, self._asked(), mask)] if report else []
        return Written(written)

    # what the widgets do

    def _show_selected(self) -> None:
        self._panel.session.value = self._picked[0]._repr_html_() if len(self._picked) == 1 else ""

    def _seek(self) -> None:
        rows = self.selected_hits if self._hit_list.positions else None
        if rows is None or pd.isna(rows["start"].iloc[0]):
            return
        _, player = self._players.get(str(rows["session"].iloc[0]), (None, None))
        if player in self._panel.stage.children:
            self._do(lambda: setattr(player, "time", rows.iloc[0]))

    def _tag(self) -> None:
        self.tag(self._panel.tag.value, self._panel.note.value)
        self._panel.note.value = ""

    def _undo(self) -> None:
        self.tags = self._tags.iloc[:-1]

    def _show_tags(self) -> None:
        table = self.tags
        rows = rows_as_html(table.tail(PAGE), TAGGED)
        said, short = count(len(table), "tag"), narrow(table, TAGGED)
        self._panel.tags.value = html_cells(TAGGED, rows, caption=said, narrow=short) if rows else ""
        self._keep()

    def _export(self) -> None:
        panel = self._panel
        written = self.export(
            panel.folder.value.strip() or panel.folder.placeholder,
            tables=panel.form.value,
            clips=panel.clips.value,
            report=panel.report.value,
        )
        panel.exported.value = written._repr_html_()

    # small parts

    def _places(self) -> list[dict[Any, Any]]:
        if self._hit_list.positions:
            return list(self.selected_hits.to_dict("records"))
        played, player = self._players.get(self.session.source.session, (None, None))
        if played is None or player is None:
            return [whole(session) for session in self._picked]
        time = {"channel": played.info.channel, "time": pd.Timedelta(player.time, "s")}
        return [whole(played) | time]

    def _selected_hits_of(self, sessions: list[Session]) -> pd.DataFrame:
        if self._hit_list.positions:
            return self.selected_hits
        return self._case.look_in(sessions, self._told)

    def _asked(self) -> dict[str, str | None]:
        wanted = self._case.filters
        names = ("ran", "person", "since", "until")
        asked = {"match": wanted.text} | {name: getattr(wanted, name) for name in names}
        return {name: value or None for name, value in asked.items()}

    def _of_row(self, row: pd.Series[Any]) -> Session:
        return self._by_id(str(row["session"]))

    def _by_id(self, name: str) -> Session:
        return next(session for session in self._case.all if session.source.session == name)

    @property
    def widget(self) -> Any:
        """The widget (ipywidgets), to stand beside others."""
        return self._panel.widget

    def _ipython_display_(self, **_: Any) -> None:
        from IPython.display import display

        self._shown = True
        bundle = self.widget._repr_mimebundle_() | {"text/plain": repr(self), "text/html": ""}
        still = self._still()
        display(still, raw=True, display_id=self._live)  # type: ignore[no-untyped-call]
        display(bundle, raw=True)  # type: ignore[no-untyped-call]

    def _still(self) -> dict[str, str]:
        """What a notebook keeps of it."""
        found = self._case.found
        hits = conform({}, "hits") if found is None else pd.DataFrame(found)
        tables = {"sessions": self._case.table(self._listed), "hits": hits, "tags": self.tags}
        return {"text/html": saved_html(self._case, tables, self._live), "text/plain": repr(self)}

    def _keep(self) -> None:
        if self._shown:
            from IPython.display import update_display

            update_display(self._still(), display_id=self._live, raw=True)  # type: ignore[no-untyped-call]

    def __repr__(self) -> str:
        case = self._case
        return f"Explorer of {count(len(case.all), 'session')}, {len(self._listed):,} listed"
