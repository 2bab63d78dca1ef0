"""The page of a failure in a real browser: it shows the pictures and the bytes, hostile text stays text, and
nothing is asked of anybody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sessionlens.golden import checking
from sessionlens.golden.updating import Wanted, update
from sessionlens.render.screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("chromium")]
HOSTILE = (
    "</pre><script>window.hit=1</script><img src=//example.invalid/x onerror=window.hit=1>"
    "\x1b[31m<svg onload=window.hit=1>\x1b[m\u202e"
)


@pytest.fixture
def tab(open_tab: Callable[..., Any]) -> Any:
    """An empty page of a Chromium, as wide as a golden page is looked at."""
    return open_tab(width=1600, height=1000).page


@pytest.fixture
def failed(cast: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page of a recording of which a cell and a pixel are others than its golden says."""
    made = cast(tmp_path / "r" / "x.cast", [(0.1, "\x1b]2;<script>\x07" + HOSTILE)], columns=150)
    list(update(made, wanted=Wanted("last", painted=True)))
    golden = made.with_name("x.cast.golden.txt")
    text = golden.read_text("utf-8")
    assert "svg onload" in text
    golden.write_text(text.replace("svg onload", "sVg onload", 1), "utf-8")
    paint = Screen.paint

    def one_more(self: Screen, frame: Any) -> bool:
        done = paint(self, frame)
        self.canvas.planes[0][200, 300] = (255, 255, 255)
        return done

    monkeypatch.setattr(Screen, "paint", one_more)
    (result,) = checking.check(made, pages=tmp_path / "pages")
    assert result.code == 1 and result.page is not None
    return result.page


def test_a_browser_shows_it_and_nothing_in_it_acts(tab: Any, failed: Path) -> None:
    asked: list[str] = []
    said: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: said.append(message.text))
    tab.on("dialog", lambda dialog: said.append(dialog.message))
    tab.goto(failed.as_uri())
    assert [url for url in asked if not url.startswith("data:image/png;base64,")] == [failed.as_uri()]
    assert said == []
    assert tab.evaluate("window.hit") is None
    assert tab.locator("script, svg, iframe, object, link, [onerror], [onload]").count() == 0
    images = tab.locator("img")
    assert (
        images.evaluate_all("each => each.map(image => image.complete && image.naturalWidth > 0)")
        == [True] * 5
    )
    shown = tab.locator("img[alt=Difference]")
    assert shown.is_visible() and shown.bounding_box()["width"] > 400
    marked = tab.locator(".panels .differs")
    assert marked.all_inner_texts() == ["V", "v", "v"]
    assert marked.first.evaluate("each => getComputedStyle(each).outlineColor") == "rgb(255, 59, 107)"
    assert marked.last.evaluate("each => getComputedStyle(each).backgroundColor") == "rgb(255, 59, 107)"
    words = tab.locator("body").inner_text()
    assert "1 pixel differs, the first at 300,200" in words
    assert r"\x1b[31m<svg onload=window.hit=1>\x1b[m" in words and r"\u202e" in words
    dump = tab.locator("details pre")
    assert not dump.first.is_visible()
    tab.locator("summary").first.click()
    assert dump.first.is_visible() and "00000080: 1b5b 6de2 80ae" in dump.first.inner_text()


def test_on_a_narrow_screen_nothing_is_wider_than_it(tab: Any, failed: Path) -> None:
    tab.set_viewport_size({"width": 700, "height": 900})
    tab.goto(failed.as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") <= 700
