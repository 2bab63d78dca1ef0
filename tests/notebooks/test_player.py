"""The player in JupyterLab 4 and in Notebook 7: played, searched, bookmarked by keys that the notebook does
not take for its own, and the same time, selection and bookmarks in Python."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("jupyter"), pytest.mark.timeout(300)]
STOLEN = (
    "a",
    "b",
    "Escape",
    "d",
    "d",
    "x",
    "m",
    "y",
    "r",
    "0",
    "0",
    "c",
    "v",
    "z",
    "k",
    "j",
    "Enter",
    "Escape",
)
BOOK = """() => {
    const notebook = jupyterapp.shell.currentWidget.content;
    const cells = notebook.widgets.map(cell => [cell.model.type, cell.model.sharedModel.source]);
    return JSON.stringify([notebook.activeCellIndex, notebook.mode, cells]);
}"""


@pytest.mark.parametrize("host", ["lab", "notebook"])
def test_a_session_is_played_searched_and_bookmarked(
    host: str, server: Any, notebook: Any, make: Any, picture: Callable[[str], Path]
) -> None:
    server.set({})
    cells = ('import sessionlens as sl\ns = sl.open("recordings")', 'p = s.play(author="ann")\np')
    opened = notebook(host, make(f"case in {host}", *cells))
    opened.run_all()
    page, player = opened.page, opened.page.locator(".sessionlens[data-state=ready]")
    player.wait_for()
    player.locator(".sl-stage").focus()
    before = page.evaluate(BOOK)

    played(page, player)
    opened.until("s.recording.duration_ns / 1e9 - p.time < 6", "True")
    page.locator(f".sessionlens[data-frame='{opened.run(FRAME)}']").wait_for()
    page.evaluate(REMOVE)
    searched(page, player)
    page.screenshot(path=picture(f"player-{host}.png"))
    assert page.evaluate(BOOK) == before, "no key of the player did anything to the notebook"
    opened.until("'rm -rf src' in p.screen.text", "True")
    page.evaluate(REMOVE)

    bookmarked(page, player)
    opened.until("p.selection and round(p.selection[1] - p.selection[0], 6)", "5.0")
    page.evaluate(REMOVE)
    keys(page, player)
    assert page.evaluate(BOOK) == before, "no key of the player did anything to the notebook"
    opened.until("len(p.bookmarks)", "1")
    marks = opened.run("print(p.bookmarks.to_dict('records'))")
    assert (
        "'tag': 'deleted'" in marks and "'note': 'see HR-12, d d x'" in marks and "'author': 'ann'" in marks
    )

    opened.run("p.time = '00:00:05'")
    frame = opened.run("s.timeline.at(5_000_000_000).index")
    page.locator(f".sessionlens[data-frame='{frame}']").wait_for()
    opened.run("p.bookmarks = p.bookmarks.iloc[:0]")
    player.locator(".sl-own").wait_for(state="detached")
    page.locator(".jp-InputPrompt").last.click()
    cells = opened.cells.count()
    page.keyboard.press("b")
    page.wait_for_function("n => document.querySelectorAll('.jp-Notebook-cell').length === n", arg=cells + 1)
    others = [url for url in opened.tab.requests if not url.startswith((server.url, "data:", "blob:"))]
    assert not [url for url in others if not url.startswith(server.url.replace("http", "ws"))]


FRAME = "s.timeline.at(round(p.time * 1e9)).index"
REMOVE = """async () => {
    const panel = jupyterapp.shell.currentWidget;
    const cells = panel.context.model.sharedModel;
    while (cells.cells.length > 2) cells.deleteCell(2);
    panel.content.activeCellIndex = 1;
    document.querySelector('.sl-stage').focus();
}"""


def played(page: Any, player: Any) -> None:
    """Played by the space bar, and stopped."""
    first = player.get_attribute("data-frame")
    page.keyboard.press(" ")
    page.wait_for_function(
        "first => document.querySelector('.sessionlens').dataset.frame !== first", arg=first
    )
    page.keyboard.press(" ")
    page.locator(".sessionlens[data-playing=false]").wait_for()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")


def searched(page: Any, player: Any) -> None:
    """To the first place where it says so."""
    page.keyboard.press("Home")
    page.keyboard.press("/")
    page.keyboard.type("rm -rf src")
    player.locator(".sl-hits mark", has_text="rm -rf src").first.wait_for()
    page.keyboard.press("Enter")


def bookmarked(page: Any, player: Any) -> None:
    """Five seconds from here, with words."""
    page.keyboard.press("[")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("]")
    page.keyboard.press("b")
    page.keyboard.type("deleted")
    page.keyboard.press("Tab")
    page.keyboard.type("see HR-12, d d x")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    player.locator(".sl-own").wait_for()


def keys(page: Any, player: Any) -> None:
    """Each of these does something to a notebook whose cell is selected."""
    for key in STOLEN:
        player.locator(".sl-stage").focus()
        page.keyboard.press(key)
    page.keyboard.press("Escape")
