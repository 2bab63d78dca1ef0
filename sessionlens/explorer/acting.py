"""What the explorer's filters and lists do, and how it says that it works or that something went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd

from sessionlens.catalog.corpus import nobody
from sessionlens.catalog.search import count
from sessionlens.errors import UsageError
from sessionlens.explorer.case import Case, Sources
from sessionlens.explorer.filters import Filters
from sessionlens.explorer.lists import PagedList
from sessionlens.explorer.panel import COUNTED, ORDERS, Panel
from sessionlens.session import Session
from sessionlens.tables.html import BAD, DOUBT, html_badge, html_line, html_safe
from sessionlens.visible import visible

PAGE = 25  # sessions, of which a page may be counted without being asked
HITS = 100
SESSIONS = (
    "start_utc",
    "person",
    "account",
    "target",
    "recording",
    "duration",
    "commands",
    "findings",
    "flags",
    "gaps",
    "session",
    "reason",
)
BUSY = html_line("working …")
NOT_LOOKED = "nothing was looked for yet: press Search"
NO_MATCH = "none: what was looked at is said above"
FOUND = ("session", "person", "recording", "start_utc", "start", "where", "match", "text")


class Acting:
    """A case, its filters and the lists of what meets them."""

    def __init__(self, sources: Sources) -> None:
        self._case = Case(sources)
        self._listed: list[Session] = []
        self._session_list = PagedList("Sessions", SESSIONS, PAGE, self._show_selected)
        self._hit_list = PagedList("Hits", FOUND, HITS, self._seek)
        infos = [session.source.info for session in self._case.all]
        self._persons = {visible(info.person): info.person for info in infos if info.person}
        hosts = sorted({info.target for info in infos if info.target})
        self._panel = Panel(sorted(self._persons), hosts, self._session_list.widget, self._hit_list.widget)
        if len(self._case.all) <= PAGE:
            self._case.count(self._case.all)
        for field in self._panel.filters.values():
            field.observe(lambda _: self._do(self._narrow), "value")
        self._panel.order.observe(lambda _: self._do(self._list), "value")
        acts = ((self._panel.search, self._ask), (self._panel.clear, self._clear))
        self._connect(self._panel.message, *acts, (self._panel.count, self._count))
        self._hit_list.show(pd.DataFrame(), NOT_LOOKED)
        self._list()
        self._say_case()

    def _connect(self, place: Any, *acts: tuple[Any, Callable[[], Any]]) -> None:
        """What a button does, and the widget beside it that says how that went."""
        for button, act in acts:
            button.on_click(lambda _, act=act: self._do(act, place))

    def _show_selected(self) -> None:
        """Other sessions were selected."""

    def _seek(self) -> None:
        """Other hits were selected."""

    def _search(self) -> None:
        found = self._case.look(self._told)
        self._hit_list.show(pd.DataFrame(found), NO_MATCH)
        self._list()
        more = "" if found.coverage.complete else html_badge("◆", "not everything could be seen", DOUBT)
        self._panel.message.value = more + html_line(found.coverage.sentence(len(found)))

    def _ask(self) -> None:
        self._read()
        self._search()

    def _narrow(self) -> None:
        self._read()
        if self._case.asks_nothing_new:
            return self._search()
        self._list()
        return self._say_case()

    def _read(self) -> None:
        """The filters as they stand there; until they make sense, nothing is listed."""
        self._hit_list.show(pd.DataFrame(), NOT_LOOKED)
        try:
            self._case.filters = Filters(**self._typed())
        except UsageError:
            self._listed = []
            self._session_list.show(pd.DataFrame(), "none: these filters make no sense yet")
            raise

    def _typed(self) -> dict[str, str]:
        said = {name: field.value for name, field in self._panel.filters.items()}
        return said | {"person": self._persons.get(said["person"], said["person"])}

    def _clear(self) -> None:
        with self._quiet():
            for field in self._panel.filters.values():
                field.value = ""
        self._narrow()

    def _count(self) -> None:
        self._case.count(self._case.listed, self._told)
        self._list()

    def _list(self) -> None:
        name, up = ORDERS[self._panel.order.value]
        case = self._case
        listed = case.listed
        if name in COUNTED:
            case.count(listed, self._told)
        table = case.table(listed)
        order = table.sort_values(name, ascending=up, kind="stable").index
        self._listed = [listed[at] for at in order]
        said = nobody(case.filters.person or None, self._persons.values())
        self._session_list.show(table.loc[order], said[0] if said else "none meets these filters")

    def _say_case(self) -> None:
        case = self._case
        said = [f"{count(len(case.chosen), 'session')} of {len(case.all):,} listed"]
        said += case.notes()
        lost = case.corpus.unreadable.items()
        said += [f"could not be opened: {visible(path)}: {why}" for path, why in lost]
        said += ["Search looks into them"] if case.filters.asks else ["Search finds what has a mark"]
        self._panel.message.value = "".join(html_line(text) for text in said)

    def _do(self, act: Callable[[], Any], place: Any = None) -> None:
        """What a button does; whatever goes wrong is said where the analyst looks: beside it."""
        if self._panel.search.disabled:
            return
        beside = self._panel.message if place is None else place
        after = self._panel.message.value if beside is self._panel.message else ""
        beside.value = BUSY
        with self._busy():
            try:
                act()
                if beside.value == BUSY:
                    beside.value = after
                self._keep()
            except Exception as error:
                said = html_safe(str(error) or type(error).__name__)
                beside.value = f"{html_badge('✖', 'that did not work', BAD)} {said}"

    def _keep(self) -> None:
        """What a saved notebook shows is to be made anew."""

    @contextmanager
    def _busy(self) -> Iterator[None]:
        for button in self._panel.buttons:
            button.disabled = True
        try:
            yield
        finally:
            for button in self._panel.buttons:
                button.disabled = False
            self._panel.progress.layout.display = "none"

    _quiet = _busy  # while fields are set, nothing answers

    def _told(self, done: int, total: int) -> None:
        bar = self._panel.progress
        bar.layout.display = ""
        bar.max, bar.value = total, done

    @property
    def _picked(self) -> list[Session]:
        return [self._listed[at] for at in self._session_list.positions]
