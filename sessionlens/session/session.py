"""A session: one recording with all its channels, as tables, screens, video and a verdict."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from sessionlens import evidence
from sessionlens.catalog.search import Coverage, Hits, hits, pattern, search_tables, session_hits
from sessionlens.errors import NotFoundError, UsageError
from sessionlens.formats import Source
from sessionlens.masking import Mask, Wanted
from sessionlens.recording import Info, Recording
from sessionlens.session.clips import Place, begin
from sessionlens.session.covering import of_commands
from sessionlens.session.describing import describe, facts, html_session, limits, told
from sessionlens.session.masking import Masking, mask_of, masked, wanted
from sessionlens.session.outputs import EXHIBITS
from sessionlens.session.refs import Ref
from sessionlens.session.screen import Screen
from sessionlens.session.tables import Tables
from sessionlens.session.untold import hidden
from sessionlens.session.view import ChannelView
from sessionlens.session.why import Why, why
from sessionlens.tables.schema import join
from sessionlens.terminal import Timeline, Trace
from sessionlens.times import format_elapsed, format_instant, parse_time
from sessionlens.visible import visible

if TYPE_CHECKING:
    from sessionlens.player.widget import Player
    from sessionlens.render import ImageReport, VideoReport
    from sessionlens.reporting.model import CaseReport
    from sessionlens.session.paging import PageReport

Time: TypeAlias = "str | float | int | timedelta | pd.Timedelta | pd.Timestamp | pd.Series[Any]"


class Session(Tables):
    """One recorded session.

    The tables (`commands`, `events`, `lines`, `transfers`, `findings`, `flags`, `gaps`, `channels`) cover all
    its channels and carry a `channel` column; `recording`, `timeline`, `trace`, `at` and `render` take one
    channel: the first interactive one unless `open(…, channel=n)` named another.
    """

    def __init__(self, source: Source, channel: int | None = None, *, reflow: bool = True) -> None:
        self.source = source
        self.path = Path(source.path)
        self.reflow = reflow
        self.views = [ChannelView(c, str(source.path), reflow) for c in source.channels if c.recorded]
        self._main = self._choose(channel)
        self._masks: dict[Wanted, Mask] = {}

    def _choose(self, number: int | None) -> ChannelView | None:
        if number is None:
            interactive = [v for v in self.views if v.channel.interactive]
            return next(iter(interactive or self.views), None)
        for view in self.views:
            if view.channel.number == number:
                return view
        have = ", ".join(str(v.channel.number) for v in self.views) or "none"
        raise NotFoundError(f"{self.path}: no recorded channel {number}; recorded channels: {have}")

    @property
    def main(self) -> ChannelView:
        """The channel that screens and videos show. Raises NotFoundError where none was recorded."""
        if self._main is None:
            raise NotFoundError(
                f"{self.path}: no channel of this session has a recorded stream; see .channels"
            )
        return self._main

    @property
    def info(self) -> Info:
        """Who, from where, to where, when, how; of the main channel."""
        return self.source.info if self._main is None else self._main.recording.info

    @property
    def recording(self) -> Recording:
        """The bytes and times of the main channel."""
        return self.main.recording

    @property
    def timeline(self) -> Timeline:
        """The frames of the main channel; times are integer ns, other than in `at` (docs/terminal.md)."""
        return self.main.replay.timeline

    @property
    def trace(self) -> Trace:
        """Modes, marks and accept candidates of the main channel."""
        return self.main.replay.trace

    def why(self, n: int) -> Why:
        """What the text of command `n` rests on: screen, line editor's model, keys, and where they differ.

        Raises NotFoundError where the table `commands` has no such number.
        """
        numbers = self.commands["n"].tolist()
        if n not in numbers:
            raise NotFoundError(f"{self.path}: no command {n}; there are {len(numbers)}")
        channels = self.commands["channel"].tolist()
        at = numbers.index(n)
        view = next(v for v in self.views if v.channel.number == channels[at])
        return why(view, view.extraction.commands[channels[:at].count(channels[at])], n)

    @property
    def coverage(self) -> Coverage:
        """What a search over this session looks at, and what it cannot see."""
        return replace(self.coverage_of_commands, lines=len(self.lines), untold=(), hidden=hidden(self.views))

    @property
    def coverage_of_commands(self) -> Coverage:
        """The same where only the commands are looked at."""
        return of_commands(self)

    def search(self, query: str, *, regex: bool = False, case: bool = False) -> Hits:
        """The table `hits`: commands, screen lines (also erased ones) and names of files that have `query`.

        Upper and lower case are alike unless `case`. The result prints its coverage as its last line.
        """
        wanted = pattern(query, regex=regex, case=case)
        found, edits = search_tables(wanted, self.commands, self.lines, self.transfers)
        if not len(found):  # it may be in the bytes and never have stood on a screen in one piece
            in_bytes = join((v.in_bytes(wanted) for v in self.views), "lines")
            found, _ = search_tables(wanted, self.commands, in_bytes)
        return hits([self._told(wanted), found], replace(self.coverage, edits=edits))

    def _told(self, wanted: re.Pattern[str]) -> pd.DataFrame:
        """The table `hits` of the reason, and of who allowed, watched or ended the session."""
        info = self.source.info
        facts: dict[str, Any] = {"session": info.session, "recording": str(self.path), "channel": None}
        facts |= {"start": pd.Timedelta(0), "start_utc": info.started_ns, "person": info.person}
        return session_hits(wanted, facts, told(info))

    def at(self, when: Time) -> Screen:
        """The screen of the main channel at `when`, exact to the event.

        `"00:03:12"`, seconds and timedelta are elapsed; a wall clock needs a date (read in `sl.options.tz`,
        UTC, unless it names a zone); a row of a table means its start, its `ref` the moment of its first
        byte. Raises UsageError for a time that is none or lies outside the session, NotFoundError for a ref
        of another place.
        """
        t_ns = self.elapsed(when)
        recording = self.recording
        last = int(recording.t_ns.searchsorted(t_ns, side="right")) - 1
        shown = [i for i in range(last, -1, -1) if recording.stream[i] == ord("o")][:1]
        offset = int(recording.offset[shown[0]] + recording.size[shown[0]]) if shown else 0
        ref = f"{self.info.session}/{self.info.channel or 0}/o:0-{max(offset - 1, 0)}"
        began, replay = self.info.started_ns, self.main.replay
        instant = None if began is None else began + t_ns
        palette = replay.timeline.palette_at(offset)
        return Screen(replay.at(t_ns), t_ns, offset, ref, instant, palette, self.mask)

    def elapsed(self, when: Time) -> int:
        """Any form of time as ns since the session began; UsageError where it is not within the session."""
        t_ns = self.time(when)
        end = self.recording.duration_ns
        if not 0 <= t_ns <= max(end, 0) + 1_000_000_000:
            began = self.info.started_ns
            since = "" if began is None else f" from {format_instant(began)}"
            raise UsageError(f"{when}: outside the session, which lasts {format_elapsed(end)}{since}")
        return t_ns

    def time(self, when: Time) -> int:
        """Any form of time as ns since the session began, wherever that is."""
        if isinstance(when, pd.Series):
            return self.time(begin(when))
        if pd.isna(when):
            raise UsageError("that time is not known: the row has none")
        if isinstance(when, str) and "/" in when and (ref := Ref.parse(when)) is not None:
            return ref.t_ns(self.recording)
        return parse_time(when, self.info.started_ns)

    def mask(self, mask: Masking = True) -> Mask:
        """The mask that all that is written of this session goes through (docs/masking.md).

        Raises UsageError where `mask` is nothing of that.
        """
        what = wanted(self, mask)
        if what not in self._masks:
            self._masks[what] = mask_of(self, what)
        return self._masks[what]

    def masked(self, table: pd.DataFrame, mask: Masking = True) -> pd.DataFrame:
        """A table of this session as it may be written to a file; `.attrs["masked"]` says what was masked."""
        out, tally = masked(self, table, mask)
        out.attrs["masked"] = dict(tally)
        return out

    def on(self, channel: int | None) -> Session:
        """The same session, with screens and videos of that channel (None: of this one)."""
        if channel is None or (self._main is not None and channel == self._main.channel.number):
            return self
        return Session(self.source, channel, reflow=self.reflow)

    def render(
        self,
        path: str | PathLike[str],
        *,
        start: Time | None = None,
        end: Time | None = None,
        clip: Place | None = None,
        at: Time | None = None,
        preset: str = "review",
        idle: float | None = None,
        speed: float | None = None,
        findings: bool | pd.DataFrame = False,
        notes: pd.DataFrame | None = None,
        cards: bool = True,
        case: str | None = None,
        signers: str | PathLike[str] | None = None,
        plain: bool = False,
        theme: str = "dark",
        mask: Masking = True,
        max_size: str | int | None = None,
        overwrite: bool = True,
        progress: Callable[[int, int], None] | None = None,
    ) -> VideoReport | ImageReport:
        """An MP4 (or GIF) of the main channel with the commands burned in, or a PNG of the screen `at` a
        time; see docs/video.md.

        `clip` shows what belongs to a row of any table, a ref or a command's number, on its channel.
        `preset`: `review` shows at most 2 s without change at once, `exhibit` all, at its real speed;
        `idle` (s; 0: uncut) and `speed` say otherwise for `review`. `findings` True burns in our marks; it
        and `notes` take any table with a time, words and maybe a `severity`. `cards`: a title with the
        `case`, the verification (by `signers`) and the MANIFEST's hash, and an end that says what was cut.
        `theme`: dark, light, high-contrast, or recording: dark, in the colours that the recording itself set.
        `mask`: True (passwords, keys, tokens, card numbers), False, or what else docs/masking.md has.
        `max_size` (`20MB`): no file is larger; the picture becomes smaller, then there are parts. Raises
        UsageError for what makes no sense, RenderError where nothing can be made; no half file is left.
        """
        from sessionlens.session.filming import Wish, render_session

        wish = Wish(
            start, end, clip, at, preset, idle, speed, findings, notes, cards, case, signers, plain, max_size,
            theme, mask,
        )  # fmt: skip
        return render_session(self, Path(path), wish, overwrite, progress)

    def to_html(
        self,
        path: str | PathLike[str],
        *,
        at: Time | None = None,
        start: Time | None = None,
        end: Time | None = None,
        theme: str = "dark",
        mask: Masking = True,
        overwrite: bool = True,
    ) -> PageReport:
        """The player of the main channel as one HTML page, which asks for nothing and opens from a disk; see
        docs/player.md.

        It opens `at` that time. What lies before `start` or after `end` is not in it. Raises UsageError for
        what makes no sense.
        """
        from sessionlens.session.paging import write_page

        return write_page(self, Path(path), start, end, theme, mask, overwrite, at)

    def report(
        self,
        path: str | PathLike[str],
        *,
        question: str | None = None,
        match: str | Sequence[str] | None = None,
        ran: str | Sequence[str] | None = None,
        person: str | None = None,
        since: str | pd.Timestamp | None = None,
        until: str | pd.Timestamp | None = None,
        case: str | None = None,
        signers: str | PathLike[str] | None = None,
        made: str | pd.Timestamp | None = None,
        limit: int = EXHIBITS,
        mask: Masking = True,
        overwrite: bool = True,
    ) -> CaseReport:
        """One HTML page on this session that can be printed; arguments as of `sl.report` (docs/report.md)."""
        from sessionlens.session.casework import Wish, sessions_of, write

        wish = Wish(question, match, ran, person, since, until, case, signers, made, limit, mask)
        return write(sessions_of(self), Path(path), wish, overwrite)

    def play(
        self,
        at: Time | None = None,
        start: Time | None = None,
        end: Time | None = None,
        *,
        command: int | None = None,
        mask: Masking = True,
        theme: str = "dark",
        findings: bool = True,
        author: str | None = None,
    ) -> Player:
        """The player, in a notebook (docs/notebook.md).

        It begins at `at`: a time as `Session.at` has it, a row of any table or a ref, also of another
        channel, which is what is played then; or at the `command` of that number. What lies before `start`
        or after `end` is not in it. `mask` as in `render`: the player says what it hides, and what a notebook
        saves is masked in any case. `findings` marks findings and flags on the time bar. `author`: who makes
        bookmarks (default: the account). Raises UsageError for what makes no sense, NotFoundError for what is
        not there.
        """
        from sessionlens.session.playing import Showing, play

        return play(self, Showing(at, start, end, command, mask, theme, findings, author))

    def verify(
        self, signers: str | PathLike[str] | None = None, heads: str | PathLike[str] | None = None
    ) -> evidence.Verification:
        """Whether the recording is what was sealed, by a signer of that file, and, with `heads`, what was
        told elsewhere while it was recorded: INTACT, DAMAGED or CANNOT TELL, and why. Without `signers`
        nobody vouches for the seal, and the answer says so.
        """
        return evidence.verify(self.path, signers, heads)

    def __repr__(self) -> str:
        told = [f"  {name:<10}{visible(text)}" for name, text in limits(self.gaps, self.reflow)]
        return "\n".join([describe(self.info, self.source.channels), *told])

    def _repr_html_(self) -> str:
        known = facts(self.info, self.source.channels)
        return html_session(self.info.session, known, limits(self.gaps, self.reflow))
