"""What a picture depends on beside the recording: versions of programs and libraries, and the fonts."""

from __future__ import annotations

import hashlib
import platform
import subprocess
import tempfile
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from zoneinfo import TZPATH

import numpy as np
from PIL import features

from sessionlens.errors import RenderError
from sessionlens.render import emoji, fonts
from sessionlens.render.ffmpeg import Encoder, executable
from sessionlens.render.recipes import mp4


def versions() -> dict[str, str]:
    """By name; all equal, two renders give the same bytes."""
    return libraries() | {"ffmpeg": ffmpeg_version(executable())}


def libraries() -> dict[str, str]:
    """The same of what a picture needs."""
    return {
        "sessionlens": version("sessionlens"),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "Pillow": version("Pillow"),
        "FreeType": str(features.version("freetype2")),
        "raqm": str(features.version("raqm")),
        "numpy": version("numpy"),
        "wcwidth": version("wcwidth"),
    }


def zone_version(name: str | None) -> dict[str, str]:
    """What a time zone's rules are here, by a hash of its file; nothing for offsets, which have none."""
    for folder in TZPATH if name else ():
        path = Path(folder) / str(name)
        if path.is_file():
            return {f"zone {name}": sha256(path)[:16]}
    return {}


@lru_cache(maxsize=8)
def ffmpeg_version(program: str) -> str:
    """`9.0.2`, and what tells one build of it from another: what it says of itself, and how it encodes."""
    try:
        said = subprocess.run([program, "-version"], capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise RenderError(f"cannot start ffmpeg at {program}: {error}") from error
    words = said.decode("utf-8", "replace").split()
    name = words[2] if len(words) > 2 else "unknown"
    return f"{name} (build {hashlib.sha256(said + sample()).hexdigest()[:8]})"


def sample() -> bytes:
    """A few pictures as this ffmpeg and its libx264 encode them."""
    with tempfile.TemporaryDirectory() as folder:
        made, size = Path(folder) / "sample.mp4", (128, 64)
        with Encoder(made, size, mp4(Path(folder), size, ";FFMETADATA1\n"), name=made) as encoder:
            for ms in range(4):
                ramp = np.arange(128 * 64 * 3 // 2, dtype=np.uint32)
                encoder.frame(ms, ((ramp * ramp // 97 + ramp * ms) % 219 + 16).astype(np.uint8))
        return made.read_bytes()


@lru_cache(maxsize=1)
def font_hashes() -> dict[str, str]:
    """SHA-256 of each font that a character may come from, by file name."""
    coloured = emoji.path()
    every = [*fonts.files(), *([] if coloured is None else [Path(coloured)])]
    return {path.name: sha256(path) for path in every}


def sha256(path: Path) -> str:
    """Of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
