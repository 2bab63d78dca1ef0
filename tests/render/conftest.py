"""Timelines made from bytes at times, through the real replay, and decoders for what comes out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sessionlens.formats import open_source
from sessionlens.render import Chapter, Facts
from sessionlens.render.ffmpeg import executable
from sessionlens.terminal import Timeline, replay

SECOND = 1_000_000_000
Event = tuple[float, bytes | tuple[int, int]]  # seconds, output or a resize to (columns, rows)


@pytest.fixture
def play(tmp_path: Path) -> Callable[..., Timeline]:
    """`play([(0.5, b"text"), (2, (100, 30)), …], columns=80, rows=24)` -> Timeline."""

    def make(events: Sequence[Event], columns: int = 80, rows: int = 24) -> Timeline:
        folder = tmp_path / f"recording-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        start = "Script started on 2026-11-22 09:14:03+00:00"
        out = [f'{start} [COMMAND="sh" TERM="xterm" COLUMNS="{columns}" LINES="{rows}"]\n'.encode()]
        timing = ["H 0.000000 START_TIME 2026-11-22 09:14:03+00:00"]
        timing += [f"H 0.000000 COLUMNS {columns}", f"H 0.000000 LINES {rows}"]
        before = 0.0
        for at, what in events:
            delta = f"{at - before:.6f}"
            before = at
            if isinstance(what, bytes):
                out.append(what)
                timing.append(f"O {delta} {len(what)}")
            else:
                timing.append(f"S {delta} SIGWINCH ROWS={what[1]} COLS={what[0]}")
        out.append(b"\nScript done on 2026-11-22 09:20:00+00:00\n")
        (folder / "out").write_bytes(b"".join(out))
        (folder / "timing").write_text("\n".join(timing) + "\n")
        return replay(open_source(folder).channels[0].load()).timeline

    return make


@pytest.fixture
def facts() -> Facts:
    """Who and when, as a bundle would say it."""
    return Facts(
        "john", "SHA256:uNiVztksCsDhcc0u9e8BgrJX", "deploy", "web01", "1a2b3c4d", 1, 2, 1_795_252_443 * SECOND
    )


@pytest.fixture
def command() -> Callable[..., Chapter]:
    """`command(start s, end s, text, …)` -> Chapter."""

    def make(start: float, end: float | None, title: str, exit_code: int | None = 0, **more: Any) -> Chapter:
        end_ns = None if end is None else int(end * SECOND)
        return Chapter(int(start * SECOND), end_ns, title, exit_code, **more)

    return make


@pytest.fixture
def decode() -> Callable[[Path], np.ndarray[Any, np.dtype[np.uint8]]]:
    """Every picture of a video as RGB, shape (n, height, width, 3)."""

    def frames(path: Path) -> np.ndarray[Any, np.dtype[np.uint8]]:
        width, height = size_of(path)
        command = [executable(), "-v", "error", "-i", str(path), "-fps_mode", "passthrough"]
        matrix = "scale=in_color_matrix=bt709:in_range=tv:sws_flags=neighbor+accurate_rnd+full_chroma_int"
        command += ["-vf", matrix, "-pix_fmt", "rgb24", "-f", "rawvideo", "-"]
        done = subprocess.run(command, capture_output=True, check=True)
        return np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width, 3)

    return frames


def size_of(path: Path) -> tuple[int, int]:
    """Width and height, as ffmpeg says them."""
    said = subprocess.run([executable(), "-hide_banner", "-i", str(path)], capture_output=True, check=False)
    line = next(line for line in said.stderr.decode().splitlines() if "Video: h264" in line)
    size = next(
        word.strip(",") for word in line.split() if "x" in word and word[0].isdigit() and word[1:2] != "x"
    )
    width, height = size.split("x")
    return int(width), int(height)


@pytest.fixture
def probe() -> Callable[..., dict[str, Any]]:
    """What ffprobe says: `probe(path, "-show_chapters")`."""
    program = shutil.which("ffprobe")
    if program is None:
        pytest.skip("needs ffprobe (Debian: ffmpeg)")

    def ask(path: Path, *what: str) -> dict[str, Any]:
        command = [program, "-v", "error", "-of", "json", *what, str(path)]
        found: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
        return found

    return ask


@pytest.fixture
def read(tmp_path: Path) -> Callable[[Any], str]:
    """OCR of a picture (PIL), enlarged twice."""
    program = shutil.which("tesseract")
    if program is None:
        pytest.skip("needs tesseract (Debian: tesseract-ocr)")

    def text(picture: Any) -> str:
        path = tmp_path / "page.png"
        picture.convert("L").resize((picture.width * 2, picture.height * 2)).save(path)
        command = [program, str(path), "-", "--psm", "6"]
        alone = {**os.environ, "OMP_THREAD_LIMIT": "1"}  # its threads spin, and the cores are shared
        done = subprocess.run(command, capture_output=True, check=True, env=alone)
        return done.stdout.decode()

    return text
