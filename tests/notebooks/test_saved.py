"""What is left of a player in a notebook that was saved: really saved and opened again, by JupyterLab 4 and
Notebook 7, with a new kernel and without, trusted and not, and by nbconvert."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("jupyter"), pytest.mark.timeout(300)]
HOSTS = ("lab", "notebook")
SAVING = {"@jupyter-widgets/jupyterlab-manager/plugin": {"saveState": True}}
STATE = "application/vnd.jupyter.widget-state+json"
ALIVE = ".sessionlens[data-state=ready]"
STILL = "figure[class^=sessionlens-still] img"
SESSION = 'import sessionlens as sl\ns = sl.open("recordings")'
PLAYER = "p = s.play(s.findings.iloc[0])\np"


@pytest.fixture
def saved(server: Any, notebook: Any, make: Any) -> Callable[..., Path]:
    """A notebook with a player, run and saved in a host; nothing of it is left but the file."""

    def run(host: str, name: str, first: str = SESSION, settings: dict[str, Any] | None = None) -> Path:
        server.set(settings or {})
        opened = notebook(host, make(f"{name} {host}", first, PLAYER))
        opened.run_all()
        opened.page.locator(ALIVE).wait_for()
        assert not opened.page.locator(STILL).is_visible(), "the player is there"
        document = opened.save()
        assert (STATE in document["metadata"].get("widgets", {})) == bool(settings)
        opened.page.close()
        server.stop_kernels()
        return opened.path

    return run


def seen(opened: Any) -> list[str]:
    """The lines of text that the outputs of the player's cell show, once they say how to play."""
    area = opened.cells.nth(1).locator(".jp-OutputArea").first
    area.get_by_text("run this cell to play").locator("visible=true").wait_for()
    return [line for line in area.inner_text().splitlines() if line.strip()]


@pytest.mark.parametrize("host", HOSTS)
def test_opened_again_it_shows_a_picture_and_no_error(
    host: str, server: Any, notebook: Any, saved: Callable[..., Path]
) -> None:
    path = saved(host, "lean")
    document = json.loads(path.read_text("utf-8"))
    assert_small(document)

    again = notebook(host, path)
    again.page.locator(STILL).wait_for()
    (line,) = seen(again)
    assert "7c2a45ee/0/o:0-" in line
    again.run_all()
    again.page.locator(ALIVE).wait_for()
    assert not again.page.locator(STILL).is_visible()

    document["metadata"] = {"kernelspec": {"name": "gone", "display_name": "Gone", "language": "gone"}}
    for who in ("somebody", "us"):
        alone = path.with_stem(f"from {who} {host}")
        alone.write_text(json.dumps(document))
        if who == "us":
            server.run("-c", "from nbformat.sign import *; TrustNotebookApp.launch_instance()", alone.name)
        opened = notebook(host, alone, kernel=False)
        opened.page.locator(STILL).wait_for()
        assert seen(opened) == [line], who


@pytest.mark.parametrize("host", HOSTS)
def test_with_the_state_of_widgets_saved_there_is_one_picture_and_no_film(
    host: str, notebook: Any, saved: Callable[..., Path]
) -> None:
    path = saved(host, "state", settings=SAVING)
    document = json.loads(path.read_text("utf-8"))
    assert_small(document)
    again = notebook(host, path)
    again.page.locator(".sessionlens img").wait_for()
    assert len(seen(again)) == 1 and not again.page.locator(STILL).is_visible()


def assert_small(document: dict[str, Any]) -> None:
    """A picture and words; of the recording only what the picture shows."""
    text = json.dumps(document["cells"])
    assert len(text) < 100_000
    assert "SLP1" not in text and "U0xQ" not in text, "the film's first bytes, also as base64"
    models = document["metadata"].get("widgets", {}).get(STATE, {}).get("state", {})
    for model in models.values():
        state = {name: value for name, value in model["state"].items() if name not in ("_esm", "_css")}
        assert len(json.dumps(state)) < 60_000 and not model.get("buffers")


@pytest.mark.parametrize("what", ["lean", "embed"])
def test_nbconvert_shows_the_picture_or_plays(
    what: str, saved: Callable[..., Path], open_tab: Callable[..., Any], tmp_path: Path
) -> None:
    path = saved("lab", f"exported {what}", f"{SESSION}\nsl.options.notebook = {what!r}")
    from nbconvert import HTMLExporter  # only where browsers are tested

    html, _ = HTMLExporter().from_notebook_node(nbformat.read(path, 4))
    page = tmp_path / "exported.html"
    page.write_text(html, "utf-8")
    tab = open_tab(1400, 1000)
    tab.page.route("http*://**", lambda route: route.abort())  # its own template asks for scripts
    tab.page.goto(page.as_uri(), wait_until="domcontentloaded")
    if what == "embed":
        tab.page.frame_locator("iframe").locator("[data-state=ready]").wait_for()
    assert tab.page.locator(STILL).is_visible() == (what == "lean")
    text = tab.page.locator(".jp-OutputArea").last.inner_text().strip()
    assert text.endswith("run this cell to play") == (what == "lean")
    assert "Player(" not in text
