"""The widget's two sides: what is set in Python goes to the browser, and what comes from there is read here;
the film goes over once, and is in nothing that a notebook saves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import comm
import pandas as pd
import pytest
from comm.base_comm import BaseComm

from sessionlens.errors import UsageError
from sessionlens.player.poster import Poster, poster_html
from sessionlens.player.widget import Player
from sessionlens.times import parse_time

FILM = b"SLP1" + bytes(range(256)) * 4000
PNG = b"\x89PNG\r\n\x1a\n" + bytes(500)
HOSTILE = "<script>alert(1)</script>\x1b]8;;javascript:alert(1)\x07 & 'quoted' \"twice\""


class Wire(BaseComm):
    """The way to the browser; what went over it is kept."""

    sent: list[tuple[dict[str, Any], list[bytes]]]

    def publish_msg(
        self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **keys: Any
    ) -> None:
        if not hasattr(self, "sent"):
            self.sent = []
        self.sent.append((data or {}, list(buffers or ())))


@pytest.fixture(autouse=True)
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(comm, "create_comm", lambda **more: Wire(**more))
    yield
    Player.close_all()


@dataclass
class Stage:
    """A session of ten minutes."""

    title: str = "session 1a2b3c4d"
    masked: str = "1 place masked: 1 password"
    span: tuple[float, float] = (0.0, 600.0)

    def seconds(self, when: Any) -> float:
        found = parse_time(when) / 1e9
        if not 0 <= found <= 600:
            raise UsageError(f"{when}: outside")
        return found

    def stretch(self, place: Any) -> tuple[float, float]:
        return float(place) * 10, float(place) * 10 + 5

    def screen(self, seconds: float) -> Any:
        return f"screen at {seconds}"

    def clip(
        self, path: Path, seconds: float, selection: tuple[float, float] | None, options: Mapping[str, Any]
    ) -> Any:
        return path, seconds, selection, dict(options)


@pytest.fixture
def player() -> Player:
    return Player(
        FILM, Stage(), Poster(PNG, "deploy@web01:~$ ls", "session 1a2b3c4d · 00:00:03.000"), author="ann"
    )


def from_browser(player: Player, **state: Any) -> None:
    """What the browser says after something was done there."""
    data = {"method": "update", "state": json.loads(json.dumps(state)), "buffer_paths": []}
    player.comm.handle_msg({"content": {"comm_id": player.comm.comm_id, "data": data}, "buffers": []})


def told(player: Player) -> dict[str, Any]:
    """What the browser was told since it was asked last, by name."""
    sent, player.comm.sent = player.comm.sent, []
    return {name: value for data, _ in sent for name, value in data.get("state", {}).items()}


@pytest.mark.parametrize("when", [192, 192.0, "00:03:12", "3m12s", pd.Timedelta("00:03:12")])
def test_any_form_of_time_moves_the_player(player: Player, when: Any) -> None:
    told(player)
    player.time = when
    assert player.time == 192.0
    assert told(player) == {"time": 192.0}
    assert player.screen == "screen at 192.0"


def test_a_time_that_is_none_changes_nothing(player: Player) -> None:
    player.time = 5
    for wrong in ("soon", 601, -1, None, True):
        with pytest.raises(UsageError):
            player.time = wrong
    assert player.time == 5.0


def test_what_happens_in_the_browser_is_read_and_observed(player: Player) -> None:
    seen: list[Any] = []
    player.observe(lambda change: seen.append((change.name, change.new)), ["time", "selection", "playing"])
    from_browser(player, time=3.25, selection=[2, 8.5], playing=True)
    assert (player.time, player.selection, player.playing) == (3.25, (2.0, 8.5), True)
    assert sorted(seen, key=str) == [("playing", True), ("selection", (2.0, 8.5)), ("time", 3.25)]
    from_browser(player, time=600.02, selection=None)
    assert (player.time, player.selection) == (600.0, None), "the end, however the browser rounds it"


def test_a_selection_is_two_times_in_any_order_or_a_place(player: Player) -> None:
    player.selection = "00:00:09", 4
    assert player.selection == (4.0, 9.0)
    player.selection = 3
    assert player.selection == (30.0, 35.0)
    with pytest.raises(UsageError, match="two times"):
        player.selection = 1, 2, 3


def test_bookmarks_are_a_table_here_and_a_list_there(player: Player) -> None:
    told(player)
    player.bookmarks = pd.DataFrame({"time": ["00:00:04", 7.5], "end": [None, 9], "note": ["look", None]})
    table = player.bookmarks
    assert list(table.columns) == ["time", "end", "tag", "note", "author"]
    assert table.dtypes.map(str).tolist() == ["timedelta64[ns]", "timedelta64[ns]", *["string"] * 3]
    assert told(player)["bookmarks"] == [
        {"time": 4.0, "end": None, "tag": "", "note": "look", "author": "ann"},
        {"time": 7.5, "end": 9.0, "tag": "", "note": "", "author": "ann"},
    ]
    player.bookmarks = table.iloc[1:]
    assert len(player.bookmarks) == 1
    player.bookmarks = []
    assert len(player.bookmarks) == 0 and player.bookmarks["time"].dtype == "timedelta64[ns]"


def test_a_bookmark_of_the_browser_is_observed_as_a_table(player: Player) -> None:
    seen: list[pd.DataFrame] = []
    player.observe(lambda change: seen.append(change.new), "bookmarks")
    mark = {"end": None, "tag": "rm", "note": HOSTILE, "author": "bob"}
    from_browser(player, bookmarks=[{"time": 12.345678901, **mark}])
    when = pd.Timedelta(12_345_678_901, "ns")
    assert seen[-1].to_dict("records")[0] | {"end": None} == {"time": when, **mark}
    assert player.bookmarks.equals(seen[-1])


def test_what_is_no_bookmark_changes_nothing(player: Player) -> None:
    player.bookmarks = [{"time": 1}]
    nothing: list[Any] = [None, [3.0], {"time": 3}, "00:00:03"]
    for wrong in ([{"note": "when?"}], [{"time": 9, "end": 8}], [{"time": 700}], *nothing):
        with pytest.raises(UsageError):
            player.bookmarks = wrong
    table = player.bookmarks
    table["time"] = pd.Timedelta(0)
    assert player.bookmarks["time"].tolist() == [pd.Timedelta(1, "s")], "what was read is a copy"


def test_the_film_goes_over_when_asked_for_and_is_in_no_state(player: Player) -> None:
    told(player)
    data = {"method": "custom", "content": {"kind": "ready"}}
    player.comm.handle_msg({"content": {"comm_id": player.comm.comm_id, "data": data}, "buffers": []})
    ((message, buffers),) = player.comm.sent
    assert (message["content"], buffers) == ({"kind": "film"}, [FILM])
    state = player.get_state()
    assert not [name for name, value in state.items() if isinstance(value, bytes | memoryview)]
    own = {name: value for name, value in state.items() if name not in ("_esm", "_css")}
    assert len(json.dumps(own)) < 4000 < len(FILM)


def test_a_clip_is_of_the_selection_and_this_moment(player: Player) -> None:
    player.time, player.selection = 7, (5, 9)
    assert player.clip("x.mp4", plain=True) == (Path("x.mp4"), 7.0, (5.0, 9.0), {"plain": True})


def test_what_a_notebook_shows_of_it_afterwards_is_safe() -> None:
    html = poster_html(Poster(PNG, HOSTILE, HOSTILE), "live-1", page="<script>'\"</script>", notice=HOSTILE)
    assert "<script" not in html and "\x1b" not in html and "\x07" not in html
    assert html.count("<iframe") == 1 and "sandbox='allow-scripts'" in html
    assert "run this cell to play" in html and "data:image/png;base64,iVBORw0KGgo" in html


def test_in_a_notebook_it_is_two_outputs_the_first_of_which_needs_no_widget(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[dict[str, str]] = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_: shown.append(data))
    player._ipython_display_()
    still, live = shown
    assert list(still) == ["text/html", "text/plain"]
    assert still["text/plain"] == "session 1a2b3c4d · 00:00:03.000 · run this cell to play"
    assert live["application/vnd.jupyter.widget-view+json"]["model_id"] == player.model_id  # type: ignore[index]
    assert live["text/html"] == ""
    assert player._dom_classes[0] in still["text/html"]
    player.close()
    player._ipython_display_()
    assert shown[2:] == [still], "what is closed is a picture"
