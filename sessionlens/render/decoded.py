"""The pictures of a video, decoded again by ffmpeg: when each is shown, and the hash of its pixels."""

from __future__ import annotations

import subprocess
from pathlib import Path

from sessionlens.errors import RenderError
from sessionlens.render.ffmpeg import executable


def picture_hashes(path: Path, most: int) -> list[tuple[int, str]]:
    """(milliseconds, MD5) of its first pictures. Raises RenderError for what ffmpeg cannot decode."""
    command = [
        executable(), "-v", "error", "-i", str(path), "-map", "0:v:0", "-frames:v", str(most),
        "-fps_mode", "passthrough", "-enc_time_base", "1:1000", "-f", "framemd5", "-",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        words = done.stderr[-500:].decode("utf-8", "replace").strip()
        raise RenderError(f"ffmpeg cannot decode {path} (exit {done.returncode}); its last words:\n{words}")
    lines = (line.split(",") for line in done.stdout.decode().splitlines() if not line.startswith("#"))
    return [(int(fields[2]), fields[5].strip()) for fields in lines]
