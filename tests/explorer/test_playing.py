"""The explorer with the player and the report: a hit is where it plays, a bookmark is a tag."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import sessionlens as sl


@pytest.fixture
def insider(root: Path) -> sl.Explorer:
    return sl.explore(root / "fixtures" / "sessions" / "insider")


def test_a_hit_is_where_it_plays_and_another_hit_moves_it(insider: sl.Explorer) -> None:
    insider.filter(ran="rm -rf").select_hits(0)
    player = insider.play()
    assert player.time == pytest.approx(insider.hits["start"].iloc[0].total_seconds())
    assert insider._panel.stage.children == (player,)
    insider.filter(text="payments").select_hits(3)
    assert player.time == pytest.approx(insider.hits["start"].iloc[3].total_seconds())


def test_bookmarks_and_moments_are_tags(insider: sl.Explorer) -> None:
    player = insider.select(0).play()
    player.bookmarks = [{"time": 3.0, "tag": "<b>odd</b>", "note": "n"}]
    assert list(insider.tags["time"]) == [pd.Timedelta(3, "s")]
    assert "&lt;b&gt;odd" in insider._panel.tags.value
    player.time = 5.0
    insider.tag("here")
    assert sorted(insider.tags["time"]) == [pd.Timedelta(3, "s"), pd.Timedelta(5, "s")]
    assert set(insider.tags["session"]) == {"7c2a45ee"} and set(insider.tags["channel"]) == {0}


def test_the_report_is_of_what_is_selected(insider: sl.Explorer, tmp_path: Path) -> None:
    insider.filter(ran="rm -rf").select(0).export(tmp_path, tables="csv", report=True)
    text = (tmp_path / "report.html").read_text("utf-8")
    assert "rm -rf src/payments" in text and "Was “rm -rf” run in session" in text


def test_bookmarks_outlive_the_player_they_were_made_in(insider: sl.Explorer) -> None:
    insider.select(0).play().bookmarks = [{"time": 3.0, "tag": "odd"}]
    insider.filter(ran="rm -rf").select_hits(0)
    player = insider.play()
    assert list(player.bookmarks["tag"]) == ["odd"] and list(insider.tags["tag"]) == ["odd"]


def test_without_a_selection_there_is_nothing_to_play(insider: sl.Explorer) -> None:
    insider._panel.play.click()
    assert "no session is selected" in insider._panel.played.value
