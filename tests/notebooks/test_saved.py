"""What is left of a player in a notebook that was saved: really saved and opened again, by JupyterLab 4, by
Notebook 7, with and without a kernel, trusted or not, and by nbconvert."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbconvert import HTMLExporter

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("jupyter"), pytest.mark.timeout(300)]
SAVING = {"@jupyter-widgets/jupyterlab-manager/plugin": {"saveState": True}}
STATE = "application/vnd.jupyter.widget-state+json"
ALIVE = ".sessionlens[data-state=ready]"
STILL = "figure[class^=sessionlens-still] img"


@pytest.fixture
def cells(root: Path) -> list[str]:
    """A session, and its player."""
    session = next((root / "fixtures/sessions/insider").glob("2026*"))
    return [f"import sessionlens as sl\ns = sl.open({str(session)!r})", "p = s.play(s.findings.iloc[0])\np"]


def seen(opened: Any) -> str:
    """The text that the outputs of the player's cell show."""
    return opened.cells.nth(1).locator(".jp-OutputArea").inner_text()  # type: ignore[no-any-return]


@pytest.mark.parametrize("host", ["lab", "notebook"])
@pytest.mark.parametrize("saving", [False, True], ids=["lean", "with-widget-state"])
def test_a_notebook_that_is_opened_again_shows_a_picture_and_no_error(
    host: str, saving: bool, server: Any, notebook: Any, make: Any, cells: list[str]
) -> None:
    server.set(SAVING if saving else {})
    opened = notebook(host, make(cells))
    opened.run_all()
    opened.page.locator(ALIVE).wait_for()
    assert not opened.page.locator(STILL).is_visible(), "the player is there"
    saved = opened.save()
    assert (STATE in saved["metadata"].get("widgets", {})) == saving
    assert_small(saved)
    opened.page.close()
    server.stop_kernels()

    again = notebook(host, opened.path)
    again.page.locator(STILL).or_(again.page.locator(".sessionlens img")).wait_for()
    assert "run this cell to play" in seen(again)
    assert "7c2a45ee/0/o:" in seen(again)
    assert "rror" not in seen(again) and "Loading" not in seen(again)
    again.run_all()
    again.page.locator(ALIVE).wait_for()
    assert not again.page.locator(STILL).is_visible()


def assert_small(saved: dict[str, Any]) -> None:
    """A picture and words; of the recording only what the picture shows."""
    text = json.dumps(saved["cells"])
    assert len(text) < 120_000
    assert "SLP1" not in text and "U0xQ" not in text, "the film's first bytes, also as base64"
    models = saved["metadata"].get("widgets", {}).get(STATE, {}).get("state", {})
    for model in models.values():
        state = {name: value for name, value in model["state"].items() if name not in ("_esm", "_css")}
        assert len(json.dumps(state)) < 60_000 and not model.get("buffers")


@pytest.mark.parametrize("host", ["lab", "notebook"])
@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "from-somebody-else"])
def test_without_a_kernel_there_is_the_picture_too(
    host: str, trusted: bool, server: Any, notebook: Any, make: Any, cells: list[str]
) -> None:
    path = without_kernel(server, notebook, host, make(cells))
    if trusted:
        server.run("-c", "from nbformat.sign import *; TrustNotebookApp.launch_instance()", path.name)
    opened = notebook(host, path, kernel=False)
    opened.page.locator(STILL).wait_for()
    assert seen(opened).strip().endswith("run this cell to play")
    assert len(seen(opened).strip().splitlines()) == 1, seen(opened)


def without_kernel(server: Any, notebook: Any, host: str, path: Path) -> Path:
    """The notebook as it was run and saved, then given away: nobody here has its kernel."""
    server.set({})
    opened = notebook(host, path)
    opened.run_all()
    opened.page.locator(ALIVE).wait_for()
    saved = opened.save()
    opened.page.close()
    server.stop_kernels()
    saved["metadata"] = {"kernelspec": {"name": "gone", "display_name": "Gone", "language": "gone"}}
    path.write_text(json.dumps(saved))
    return path


@pytest.mark.parametrize("what", ["lean", "embed"])
def test_nbconvert_shows_the_picture_or_plays(
    what: str,
    server: Any,
    notebook: Any,
    make: Any,
    cells: list[str],
    open_tab: Callable[..., Any],
    tmp_path: Path,
) -> None:
    server.set({})
    opened = notebook("lab", make([f"{cells[0]}\nsl.options.notebook = {what!r}", cells[1]]))
    opened.run_all()
    opened.page.locator(ALIVE).wait_for()
    opened.save()
    html, _ = HTMLExporter().from_notebook_node(nbformat.read(opened.path, 4))
    page = tmp_path / "exported.html"
    page.write_text(html, "utf-8")
    tab = open_tab(1400, 1000)
    tab.page.route(
        "**/*", lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort()
    )
    tab.page.goto(page.as_uri(), wait_until="domcontentloaded")
    if what == "embed":
        tab.page.frame_locator("iframe").locator(ALIVE).wait_for()
    assert tab.page.locator(STILL).is_visible() == (what == "lean")
    outputs = tab.page.locator(".jp-OutputArea").nth(-1).inner_text().strip()
    assert outputs.endswith("run this cell to play") == (what == "lean")
    assert "Player(" not in outputs
