"""The player beside asciinema-player and beside a picture per frame, on one session, in one Chromium.

20,000 frames of 120×40, a log that floods; synthetic and made the same way each time. `ours` is the payload
in our module, driven through the traits that a notebook has; `asciinema-player` has the same output as an
asciicast version 2; `a picture per frame` is what an Image widget would do: Python paints a PNG for each
seek, the browser fetches it over loopback and decodes it (Jupyter's own messages would come on top).
"""

from __future__ import annotations

import contextlib
import functools
import gzip
import http.server
import io
import json
import os
import random
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench_render import Case, session
from playwright.sync_api import sync_playwright

from sessionlens.player import Command, Film, payload, script, stylesheet
from sessionlens.render import render_image
from sessionlens.render.themes import THEMES
from sessionlens.terminal import Timeline

HERE = Path(__file__).parent
BUNDLE = Path(os.environ.get("SESSIONLENS_NODE_MODULES", "none")) / "asciinema-player/dist/bundle"
FRAMES, EVERY_NS, COLUMNS, ROWS = 20_000, 40_000_000, 120, 40
LASTS = FRAMES * EVERY_NS / 1e9  # seconds
SEEKS, PICTURES = 300, 60
SECONDS = 5
SPEED = 8
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
HEAD = f"""## Player

20,000 frames of 120×40 (a log that floods, 800 s), in headless Chromium without a GPU. `sent`: what goes to
the browser once (the asciicast as a server compresses it, gzip; all pictures). `made`: in Python. `first
picture`: from the start of the page until the first frame stands on it. `seek`: to {SEEKS} places by chance
({PICTURES} for pictures), until the screen is painted; asciinema-player paints in the next animation frame,
which is in its figures. `at 8×`: pictures that the browser painted in a second, and how many of those showed
another frame than the one before.

| player | sent, MB | made, s | first, ms | seek p50, ms | p95, ms | at 8×, a second | of these new |
|---|---|---|---|---|---|---|---|"""

COUNT = """(seconds) => new Promise((done) => {
  let painted = 0, fresh = 0, before = mark(), end = performance.now() + 1000 * seconds;
  const next = () => {
    painted++;
    if (mark() !== before) fresh++;
    before = mark();
    performance.now() < end ? requestAnimationFrame(next) : done([painted / seconds, fresh / seconds]);
  };
  requestAnimationFrame(next);
})"""


def film_of(case: Case) -> Film:
    """The session as `s.play` would have it."""
    commands = [Command(n, c.title, c.start_ns, c.end_ns) for n, c in enumerate(case.chapters, 1)]
    themes = {name: asdict(theme) for name, theme in THEMES.items()}
    return Film(case.timeline, "bench", commands=commands, themes=themes)


def cast_of(case: Case) -> bytes:
    """The same output as an asciicast."""
    head = {"version": 2, "width": COLUMNS, "height": ROWS}
    return "\n".join(json.dumps(line) for line in [head, *([t, "o", text] for t, text in case.cast)]).encode()


def picture(timeline: Timeline, seconds: float) -> bytes:
    """A frame as a PNG, as fast as Pillow has it."""
    out = io.BytesIO()
    frame = timeline.at(round(seconds * 1e9))
    render_image(frame, timeline, plain=True).save(out, "PNG", compress_level=1)
    return out.getvalue()


class Files(http.server.SimpleHTTPRequestHandler):
    """The folder, and pictures made on demand."""

    timeline: Timeline
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        """A file or a picture."""
        if not self.path.startswith("/picture?"):
            super().do_GET()
            return
        data = picture(self.timeline, float(self.path.partition("?")[2]))
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # the page has gone on
            self.wfile.write(data)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and what came of it."""
    before = time.perf_counter()
    made = work()
    return time.perf_counter() - before, made


def measured(browser: Any, address: str, seeks: int) -> list[float]:
    """First picture, seek p50 and p95 (ms), pictures a second at 8× and how many of those are new."""
    page = browser.new_context(viewport={"width": 1300, "height": 900}).new_page()
    page.goto(address)
    first = page.evaluate("ready")
    chance = random.Random(1)
    places = [chance.uniform(1, LASTS - 1) for _ in range(seeks)]
    took = [page.evaluate("(time) => seek(time)", place) for place in places]
    page.evaluate(f"void play({SPEED})")
    page.evaluate(COUNT, 1)
    painted, fresh = page.evaluate(COUNT, SECONDS)
    page.context.close()
    return [first, statistics.median(took), statistics.quantiles(took, n=20)[-1], painted, fresh]


def row(name: str, sent: float, made: float, figures: list[float]) -> str:
    first, p50, p95, painted, fresh = figures
    return (
        f"| {name} | {sent:.2f} | {made:.1f} | {first:.0f} | {p50:.1f} | {p95:.1f} | {painted:.0f} "
        f"| {fresh:.0f} |"
    )


def compare(case: Case, folder: Path, browser: Any, where: str) -> None:
    """A row for each, and the ratios."""
    shutil.copytree(HERE / "player", folder, dirs_exist_ok=True)
    made, data = timed(lambda: payload(film_of(case)))
    (folder / "film.bin").write_bytes(data)
    (folder / "player.js").write_text(script())
    (folder / "player.css").write_text(stylesheet())
    ours = measured(browser, f"{where}/ours.html", SEEKS)
    print(row("ours", len(data) / 1e6, made, ours), flush=True)
    ratios = []
    if BUNDLE.is_dir():
        made, cast = timed(lambda: cast_of(case))
        (folder / "log.cast").write_bytes(cast)
        for file in ("asciinema-player.min.js", "asciinema-player.css"):
            shutil.copy(BUNDLE / file, folder)
        theirs = measured(browser, f"{where}/theirs.html", SEEKS)
        print(row("asciinema-player", len(gzip.compress(cast)) / 1e6, made, theirs), flush=True)
        ratios.append(f"asciinema-player ÷ ours {theirs[2] / ours[2]:.1f}")
    made, some = timed(lambda: [picture(case.timeline, n * LASTS / 20) for n in range(20)])
    pictures = measured(browser, f"{where}/pictures.html", PICTURES)
    size = statistics.mean(map(len, some)) * FRAMES / 1e6
    print(row("a picture per frame", size, made / 20 * FRAMES, pictures), flush=True)
    ratios.append(f"a picture per frame ÷ ours {pictures[2] / ours[2]:.1f}")
    said = "" if BUNDLE.is_dir() else " asciinema-player could not be installed here."
    print(f"\nSeek p95: {', '.join(ratios)}.{said}")


def main() -> None:
    case = session(FRAMES, EVERY_NS, COLUMNS, ROWS)
    print(HEAD, flush=True)
    files = type("Here", (Files,), {"timeline": case.timeline})
    with tempfile.TemporaryDirectory() as name, sync_playwright() as play:
        handler = functools.partial(files, directory=name)
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
            compare(case, Path(name), browser, f"http://127.0.0.1:{server.server_port}")
            browser.close()
            server.shutdown()


if __name__ == "__main__":
    main()
