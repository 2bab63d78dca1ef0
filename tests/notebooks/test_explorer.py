"""The explorer in JupyterLab 4: its widgets, and what is left of them in a notebook that was saved."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("jupyter"), pytest.mark.timeout(300)]
LIVE = ".sessionlens-explorer"
STILL = "div[class^=sessionlens-still]"
CELLS = ('import sessionlens as sl\nx = sl.explore("recordings")', "x")


def test_opened_again_it_shows_its_lists_and_no_error(
    server: Any, notebook: Any, make: Any, picture: Callable[[str], Path]
) -> None:
    server.set({})
    opened = notebook("lab", make("explored", *CELLS))
    opened.run_all()
    page = opened.page
    page.locator(f"{LIVE} select option").first.wait_for(state="attached")
    assert not page.locator(STILL).is_visible(), "the widgets are there"
    page.get_by_placeholder("rm -rf").fill("rm -rf")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Search").click()
    page.locator(f"{LIVE} option", has_text="rm -rf src/payments").first.wait_for(state="attached")
    page.locator(STILL).get_by_text("ran: rm -rf").wait_for(state="attached")
    page.locator(f"{LIVE} button:enabled", has_text="Search").wait_for()
    page.screenshot(path=picture("explorer-lab.png"))
    assert len(json.dumps(opened.save()["cells"])) < 40_000
    page.close()
    server.stop_kernels()

    again = notebook("lab", opened.path)
    still = again.page.locator(STILL)
    still.get_by_text("run this cell to explore").wait_for()
    area = again.cells.nth(1).locator(".jp-OutputArea").first.inner_text()
    assert "ran: rm -rf" in area and "rm -rf src/payments" in area and "Error" not in area
    again.page.screenshot(path=picture("explorer-saved.png"))
    again.run_all()
    again.page.locator(f"{LIVE} select").first.wait_for()
    assert not still.is_visible()

    from nbconvert import HTMLExporter  # only where browsers are tested

    html, _ = HTMLExporter().from_notebook_node(nbformat.read(opened.path, 4))
    assert "rm -rf src/payments" in html and "Explorer of" not in html
