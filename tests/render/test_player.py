"""The video in a real browser, from a static file server: every seek shows the right picture."""

from __future__ import annotations

import importlib.util
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sessionlens.render import Chapter, Facts, Footage, Order, render_video
from sessionlens.render.layout import arrange
from sessionlens.terminal import Timeline

SECOND = 1_000_000_000
HOUR = 3600
FRAMES = 1500
BITS = 12
SEEKS = 40
Play = Callable[..., Timeline]
PAGE = """
document.body.innerHTML = '<video muted><track default src="v.vtt"></video><canvas></canvas>';
var video = document.querySelector('video'), canvas = document.querySelector('canvas');
var once = (name) => new Promise((done, failed) => {
  video.addEventListener(name, () => done(), {once: true});
  video.addEventListener('error', () => failed(video.error.message), {once: true});
});
function number(places) {
  canvas.width = video.videoWidth; canvas.height = video.videoHeight;
  var ink = canvas.getContext('2d', {willReadFrequently: true});
  ink.drawImage(video, 0, 0);
  var lit = (x, y) => ink.getImageData(x, y, 1, 1).data[1] > 100;
  return places.reduce((sum, [x, y], bit) => sum + (lit(x, y) << bit), 0);
}
async function seek(time, places) {
  var there = once('seeked'), painted = new Promise(done => video.requestVideoFrameCallback(done));
  video.currentTime = time;
  await there; await painted;
  return number(places);
}
"""


@pytest.fixture(scope="module")
def chromium() -> ModuleType:
    spec = importlib.util.spec_from_file_location("chromium", Path(__file__).with_name("chromium.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if module.program() is None:
        pytest.skip("needs chromium (Debian: chromium)")
    return module


def drawn(number: int) -> bytes:
    """The screen with a number in blocks, a bit each, over a line of noise."""
    blocks = "".join("█" if number >> bit & 1 else " " for bit in range(BITS))
    return f"\x1b[?25l\x1b[H{blocks}\r\n\x1b[KNo. {number}: {'x' * (number % 60)}".encode()


@pytest.fixture
def hour(play: Play, facts: Facts, tmp_path: Path) -> Path:
    """An hour in which a new picture comes after anything from 0.1 s to 10 s."""
    chance = random.Random(7)
    times = sorted(chance.sample(range(1, HOUR * 1000), FRAMES - 1))
    timeline = play([(0, drawn(0)), *((ms / 1000, drawn(i)) for i, ms in enumerate(times, 1))], 80, 12)
    chapters = [Chapter(t * SECOND, None, f"command {t}") for t in range(0, HOUR, 300)]
    path = tmp_path / "www" / "v.mp4"
    path.parent.mkdir()
    render_video(Footage(timeline, facts, chapters), path, Order(idle_ns=None, plain=True))
    (path.parent / "index.html").write_text("<!doctype html><body>")
    return path


@pytest.fixture
def places() -> list[tuple[int, int]]:
    """The middle of each bit's cell, in pixels."""
    layout = arrange(80, 12, plain=True)
    box, (wide, high) = layout.place(80, 12), layout.cell
    return [(box.x + bit * wide + wide // 2, box.y + high // 2) for bit in range(BITS)]


@pytest.fixture
def page(hour: Path, chromium: ModuleType, tmp_path: Path) -> Iterator[tuple[Any, list[str]]]:
    """The video's page, loaded as far as a player loads it by itself, and the ranges that it asked for."""
    with chromium.served(hour.parent) as (address, asked), chromium.page(tmp_path / "profile") as found:
        found.ask("Page.enable")
        found.ask("Page.navigate", url=f"{address}/index.html")
        found.run("new Promise(done => document.readyState == 'complete' ? done() : onload = () => done())")
        found.run(PAGE + "video.src = 'v.mp4'; once('loadeddata')")
        yield found, asked


@pytest.mark.timeout(300)
def test_forty_seeks_into_an_hour_show_the_right_picture(
    hour: Path, page: tuple[Any, list[str]], places: list[tuple[int, int]]
) -> None:
    browser, asked = page
    rows = json.loads(hour.with_name("v.mp4.json").read_text("utf-8"))["table"]
    numbers = numbers_by_offset(hour.parents[1])
    assert len(rows) > FRAMES - 50
    assert browser.run("video.duration") == pytest.approx(rows[-1][0] / 1000, abs=0.1)
    assert HOUR - 30 < rows[-1][0] / 1000 < HOUR + 30
    chance, wrong = random.Random(3), []
    for _ in range(SEEKS):
        at = chance.randrange(len(rows) - 1)
        first, beyond = rows[at][0], rows[at + 1][0]
        ms = chance.randint(first + 1, max(beyond - 2, first + 1))
        seen = browser.run(f"seek({ms / 1000}, {json.dumps(places)})")
        if seen != numbers[rows[at][2]]:
            wrong.append((ms, rows[at], seen))
    assert wrong == []
    assert len(asked) >= 10, "it was asked for in parts"


def numbers_by_offset(folder: Path) -> dict[int, int]:
    """Which number stands on the screen after so many bytes of the recording's `out`."""
    (out,) = folder.glob("recording-*/out")
    at, numbers = out.read_bytes().index(b"\n") + 1, {}
    for number in range(FRAMES):
        at += len(drawn(number))
        numbers[at] = number
    return numbers


@pytest.mark.timeout(300)
def test_it_plays_and_its_captions_load(page: tuple[Any, list[str]]) -> None:
    browser, _ = page
    assert browser.run("video.play().then(() => once('timeupdate')).then(() => !video.paused)")
    assert browser.run("new Promise(done => {var look = () => video.currentTime > 0.3 ? done(true) : "
                       "requestAnimationFrame(look); look()})")  # fmt: skip
    captions = "var track = video.textTracks[0]; track.mode = 'showing'; "
    wait = "new Promise(d => {var l = () => track.cues && track.cues.length ? d(track.cues.length) : "
    assert browser.run(captions + wait + "setTimeout(l, 20); l()})") == HOUR // 300
