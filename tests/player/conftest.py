"""Films and pages of recordings, and a player in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sessionlens as sl
from sessionlens.player import Film
from sessionlens.session.paging import film


@pytest.fixture(scope="session")
def insider(root: Path) -> sl.Session:
    """A fixture session with commands, findings, vim and a hidden passphrase."""
    return sl.open(root / "fixtures/sessions/insider")


@pytest.fixture
def film_of() -> Callable[..., Film]:
    """The film of a session; keywords as of `sessionlens.session.paging.film`."""

    def make(session: sl.Session, mask: bool | str = True, **more: Any) -> Film:
        return film(session, session.mask(mask), **more)

    return make


@pytest.fixture
def played(tab: Any, tmp_path: Path) -> Callable[..., Any]:
    """Writes a session's page, opens it from the disk, and waits until it is ready; the browser's page."""

    def start(session: sl.Session, name: str = "page.html", **more: Any) -> Any:
        session.to_html(tmp_path / name, **more)
        tab.page.goto((tmp_path / name).as_uri())
        tab.page.wait_for_selector('#sessionlens-player[data-state="ready"]')
        return tab.page

    return start
