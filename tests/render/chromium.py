"""A headless Chromium for tests, spoken to over a pipe (Chrome DevTools Protocol), and a static file server
that knows ranges, as every web server does."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import re
import select
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required", "--remote-debugging-pipe",
)  # fmt: skip
PIECE = 64 << 10  # bytes of a range that are sent at once: a file on loopback would be there as a whole
PATIENCE = 60.0  # seconds for one answer


def program() -> str | None:
    """Where it is."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


class Page:
    """One page, whose scripts are run and answer."""

    def __init__(self, orders: int, answers: int) -> None:
        self._orders, self._answers = orders, answers
        self._number, self._read = 0, b""
        self._session: str | None = None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One order, and its result."""
        self._number += 1
        order: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            order["sessionId"] = self._session
        os.write(self._orders, json.dumps(order).encode() + b"\0")
        while True:
            answer = self._message()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    def run(self, script: str) -> Any:
        """The value of an expression; a promise is waited for."""
        found = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def _message(self) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE
        while b"\0" not in self._read:
            ready, _, _ = select.select([self._answers], [], [], max(end - time.monotonic(), 0))
            piece = os.read(self._answers, 1 << 16) if ready else b""
            assert piece, "Chromium does not answer"
            self._read += piece
        text, _, self._read = self._read.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        return message


@contextlib.contextmanager
def page(profile: Path) -> Iterator[Page]:
    """A browser with one page; it is gone afterwards."""
    found = program()
    assert found is not None
    theirs_in, orders = os.pipe()
    answers, theirs_out = os.pipe()
    shell = f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}'
    command = ["bash", "-c", shell, "bash", found, *FLAGS, f"--user-data-dir={profile}"]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, pass_fds=(theirs_in, theirs_out), **quiet)  # type: ignore[call-overload]
    os.close(theirs_in)
    os.close(theirs_out)
    try:
        yield Page(orders, answers)
    finally:
        os.close(orders)  # a browser whose pipe ends goes
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()
            process.wait()
            os.close(answers)


class Ranges(http.server.SimpleHTTPRequestHandler):
    """A folder over HTTP, whole files or a range of one (RFC 9110, section 14)."""

    asked: list[str]

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        """The file, or what of it was asked for."""
        path = Path(self.translate_path(self.path))
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if wanted is None or not path.is_file():
            return super().do_GET()
        size = path.stat().st_size
        first = int(wanted[1])
        last = min(int(wanted[2] or size), first + PIECE, size) - 1
        type(self).asked.append(wanted[0])
        self.send_response(206)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.send_header("Content-Length", str(last - first + 1))
        self.end_headers()
        with path.open("rb") as file, contextlib.suppress(ConnectionError):  # it goes when it has enough
            file.seek(first)
            self.wfile.write(file.read(last - first + 1))
        return None


@contextlib.contextmanager
def served(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """The address of a folder, and the ranges that were asked for so far."""
    asked: list[str] = []

    class Here(Ranges):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args, directory=str(folder))

    Here.asked = asked
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Here) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()
