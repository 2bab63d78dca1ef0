"""`s.play`: where it begins, on which channel, what it hides, what it asks of the session, what is saved."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PIL import Image

import sessionlens as sl
from sessionlens.errors import NotFoundError, UsageError
from sessionlens.player.widget import Player
from sessionlens.session import playing
from sessionlens.session.playing import still
from sessionlens.times import format_elapsed

Maker = Callable[..., Path]
SECRET = "hunter2-and-more"
LINES = [("ls", "notes.txt\n"), (f"mysql --password={SECRET}", "Welcome\n"), ("rm -rf /srv/app", "")]


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    Player.close_all()


@pytest.fixture
def session(shell_session: Maker) -> sl.Session:
    return sl.open(shell_session(LINES))


@pytest.fixture
def insider(root: Path) -> sl.Session:
    """With findings of all severities."""
    return sl.open(root / "fixtures/sessions/insider")


@pytest.fixture
def several(root: Path) -> sl.Session:
    """Three channels."""
    return sl.open(next((root / "fixtures/sessions/exec").glob("2026*")))


def test_it_begins_where_it_is_told_in_any_form(session: sl.Session) -> None:
    begun = session.commands["start"][2].total_seconds()
    row = session.commands.iloc[2]
    hits = session.search("rm -rf")
    assert session.play().time == 0.0
    assert session.play("00:00:01").time == session.play(1).time == session.play(start=1).time == 1.0
    assert session.play(row).time == session.play(command=3).time == begun
    assert session.play(session.findings.iloc[0]).time == begun
    assert session.play(hits.iloc[0]).time == hits["start"][0].total_seconds()
    assert session.commands.sl.play(2).time == session.commands.sl.play(-1).time == begun


def test_a_row_or_a_ref_chooses_its_channel(several: sl.Session) -> None:
    for row in range(len(several.commands)):
        place = several.commands.iloc[row]
        for player in (several.play(place), several.commands.sl.play(row), several.play(place["ref"])):
            assert player.stage.session.main.channel.number == place["channel"]  # type: ignore[attr-defined]
            assert str(place["channel"]) in player.stage.title
    player = several.play(several.commands.iloc[0])
    with pytest.raises(UsageError, match="this plays channel 0"):
        player.time = several.commands.iloc[1]
    with pytest.raises(UsageError, match="this plays channel 0"):
        player.selection = several.commands.iloc[1]


def test_what_makes_no_sense_is_said(session: sl.Session) -> None:
    with pytest.raises(NotFoundError, match="no command 9; there are 3"):
        session.play(command=9)
    with pytest.raises(UsageError, match="not both"):
        session.play(1, command=1)
    with pytest.raises(UsageError, match="outside the session"):
        session.play(3600)
    with pytest.raises(UsageError, match="theme"):
        session.play(theme="beige")
    with pytest.raises(UsageError, match="outside of what is played"):
        session.play(start=1, end=2).time = 3


def test_the_screen_and_what_is_masked(session: sl.Session) -> None:
    player = session.play(session.commands.iloc[2])
    assert SECRET not in player.screen.text and "▒▒▒" in player.screen.text
    assert player.masked.startswith("1 place masked: 1 password") and player.masked in repr(player)
    bare = session.play(2.5, mask=False)
    assert bare.masked == "not masked"
    bare.time = session.commands.iloc[2]
    assert SECRET in bare.screen.text


def test_what_a_notebook_saves_is_masked_even_where_the_player_is_not(session: sl.Session) -> None:
    end = session.recording.duration_ns
    assert SECRET in session.at(pd.Timedelta(end, "ns")).text
    poster = still(session, end, playing.written(session, False), "title", "dark")
    assert SECRET not in poster.text and "rm -rf" in poster.text
    player = session.play(pd.Timedelta(end, "ns"), mask=False)
    assert player._poster == still(session, end, True, player.stage.title, "dark")
    picture = Image.open(io.BytesIO(poster.png))
    assert picture.format == "PNG" and picture.width > 600 and len(poster.png) < 40_000


def test_where_nobody_asked_for_a_time_the_picture_is_of_what_it_is_about(insider: sl.Session) -> None:
    findings = insider.findings
    grave = findings.loc[findings["severity"] == "high", "start"].min()
    ended = insider.commands["end"].min()
    for player, when in (
        (insider.play(), grave),
        (insider.play(findings=False), ended),
        (insider.play(start=ended.total_seconds() + 0.1, end=ended.total_seconds() + 0.2), None),
        (insider.play("00:00:05"), pd.Timedelta("5s")),
    ):
        shown = pd.Timedelta(seconds=player.stage.span[0]) if when is None else when
        assert player._poster.text == insider.at(shown).masked(True).text
        assert format_elapsed(shown.value) in player._poster.caption
    assert insider.play().time == 0


def test_a_page_that_a_notebook_keeps_opens_at_the_same_time(insider: sl.Session) -> None:
    with sl.options(notebook="embed"):
        assert 'data-at="19.0"' in (insider.play("00:00:19")._page or "")
        assert 'data-at="0.0"' in (insider.play()._page or "")


def test_a_clip_of_it_is_a_file_that_is_masked(session: sl.Session, tmp_path: Path) -> None:
    player = session.play(mask=False)
    with pytest.raises(UsageError, match="nothing is selected"):
        player.clip(tmp_path / "x.mp4")
    player.selection = session.commands.iloc[2]
    report = player.clip(tmp_path / "x.gif", preset="exhibit")
    assert report.path.read_bytes()[:4] == b"GIF8"
    player.time = session.commands.iloc[2]
    assert "password" in masked_words(player, tmp_path / "masked.png")
    assert (
        player.clip(tmp_path / "bare.png", mask=False).path.read_bytes()
        != (tmp_path / "masked.png").read_bytes()
    )


def masked_words(player: Player, path: Path) -> str:
    """What the picture's own render says of its mask."""
    same = player.stage.session.render(path.with_name("same.png"), at=pd.Timedelta(player.time, "s"))  # type: ignore[attr-defined]
    assert player.clip(path).path.read_bytes() == same.path.read_bytes()
    return str(player.stage.session.at(player.time).masked().tally)  # type: ignore[attr-defined]


def test_a_row_of_bookmarks_is_a_place_like_any_other(session: sl.Session) -> None:
    player = session.play()
    player.bookmarks = pd.DataFrame({"time": session.findings["start"], "note": session.findings["why"]})
    assert len(player.bookmarks) == 1
    row = player.bookmarks.iloc[0]
    assert session.play(row).time == row["time"].total_seconds()
    assert session.at(row).t_ns == row["time"].value
    player.selection = row
    assert player.selection is not None
    assert player.selection[0] == pytest.approx(row["time"].total_seconds() - 2)


def test_a_notebook_keeps_the_page_where_it_is_told_to(
    session: sl.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert saved(session) == (False, "")
    with sl.options(notebook="embed"):
        assert saved(session) == (True, "")
        assert saved(session, mask=False) == (
            False,
            "not embedded: a notebook keeps nothing that is not masked",
        )
        monkeypatch.setattr(playing, "EMBEDDED", 1000)
        page, notice = saved(session)
        assert not page and "to_html" in notice and "MB" in notice


def saved(session: sl.Session, **how: Any) -> tuple[bool, str]:
    """Whether the page is kept, and what is said of that."""
    player = session.play(**how)
    return player._page is not None, player._notice
