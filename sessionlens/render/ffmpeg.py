"""ffmpeg as a child process: frames in on stdin, one finished MP4 out, or none at all.

The file is written beside its final name and renamed at the end. What ffmpeg says goes to a temporary file
and is quoted when it fails. Settings follow the measured recipe: H.264, constant quantiser (quality does not
drift with the gaps between frames), the given timestamps, bit-exact.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from sessionlens.errors import RenderError
from sessionlens.render.colour import Bytes
from sessionlens.render.matroska import frame_header, header

THREADS = "2"
X264 = "cabac=1:8x8dct=1:me=umh:merange=128:subme=0:scenecut=0"
CODEC = (
    "-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "high", "-x264-params", X264, "-qp", "24",
    "-pix_fmt", "yuv420p", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
    "-color_range", "tv", "-fps_mode", "passthrough", "-enc_time_base", "1:1000",
    "-video_track_timescale", "1000", "-threads", THREADS,
)  # fmt: skip
MUXER = ("-movflags", "+faststart", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact")
PIPE = 1 << 20
ARGUMENT_LIMIT = 20_000  # Windows allows 32,767 characters for the whole command line


def level(width: int, height: int) -> str:
    """The H.264 level that players may go by (ITU-T H.264, table A-1): the picture's, since millisecond
    timestamps make x264 believe in 1,000 pictures a second and name one that few players have."""
    return "4.2" if width * height <= 1920 * 1080 else "5.2"


def executable() -> str:
    """The path of ffmpeg: imageio-ffmpeg's own, or what its variable IMAGEIO_FFMPEG_EXE names."""
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise RenderError(
            "no ffmpeg: imageio-ffmpeg has none here; install one, or name it in IMAGEIO_FFMPEG_EXE"
        ) from error


class Encoder:
    """One video being written. Leaving the `with` block normally finishes it; an exception leaves nothing
    behind."""

    def __init__(
        self, path: Path, width: int, height: int, metadata: str, key_frames_ms: Sequence[int]
    ) -> None:
        self.path, self.width, self.height = path, width, height
        self._metadata, self._keys = metadata, key_frames_ms
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        program = executable()
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(beside(self.path))
            self._part = Path(folder) / "video.mp4"
            self._words = stack.enter_context(tempfile.TemporaryFile())
            command = [program, *self._arguments(Path(folder))]
            try:
                self._process = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=self._words, stderr=self._words, bufsize=0
                )
            except OSError as error:
                raise RenderError(f"cannot start ffmpeg at {program}: {error.strerror or error}") from error
            stack.callback(self._end)
            widen(self._running()[1])
            self._send(header(self.width, self.height))
            self._stack = stack.pop_all()
        return self

    def frame(self, milliseconds: int, picture: Bytes) -> None:
        """One I420 picture; times have to rise."""
        self._send(frame_header(milliseconds, picture.nbytes))
        self._send(picture.data)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._stack:
            if kind is None:
                self._finish()

    def _finish(self) -> None:
        """Wait for ffmpeg, and give the file its name."""
        process, pipe = self._running()
        with contextlib.suppress(BrokenPipeError):  # the exit code below says what happened
            pipe.close()
        if process.wait():
            raise self._failure()
        try:
            self._part.replace(self.path)
        except OSError as error:
            raise RenderError(f"cannot write {self.path}: {error.strerror or error}") from error

    def _send(self, data: bytes | memoryview) -> None:
        process, pipe = self._running()
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[pipe.write(rest) or 0 :]
        except (BrokenPipeError, OSError) as error:
            process.wait()
            raise self._failure() from error

    def _running(self) -> tuple[subprocess.Popen[bytes], IO[bytes]]:
        process = self._process
        if process is None or process.stdin is None:
            raise RuntimeError("the encoder was not entered")
        return process, process.stdin

    def _end(self) -> None:
        """Leave no process and no pipe behind."""
        process, pipe = self._running()
        if process.poll() is None:
            process.kill()
        with contextlib.suppress(OSError):  # what was not written is of no use any more
            pipe.close()
        process.wait()

    def _failure(self) -> RenderError:
        """What ffmpeg said last."""
        self._words.seek(0)
        said = self._words.read()[-2000:].decode("utf-8", "replace").strip() or "nothing"
        code = self._process.returncode if self._process else None
        return RenderError(f"ffmpeg failed on {self.path} (exit {code}); its last words:\n{said}")

    def _arguments(self, folder: Path) -> list[str]:
        """The command line after the program's name."""
        tags = folder / "tags.txt"
        tags.write_text(self._metadata, encoding="utf-8", newline="\n")
        return [
            "-hide_banner", "-nostdin", "-loglevel", "error", "-y",
            "-f", "matroska", "-i", "pipe:0", "-f", "ffmetadata", "-i", str(tags),
            "-map", "0:v", "-map_metadata", "1", "-map_chapters", "1",
            *CODEC, "-level", level(self.width, self.height), *self._key_frames(folder),
            *MUXER, "-f", "mp4", str(self._part),
        ]  # fmt: skip

    def _key_frames(self, folder: Path) -> list[str]:
        """The times of forced key frames; a list too long for a command line goes through a file (ffmpeg ≥
        7)."""
        times = ",".join(f"{ms // 1000}.{ms % 1000:03}" for ms in self._keys)
        if not times:
            return []
        if len(times) < ARGUMENT_LIMIT:
            return ["-force_key_frames", times]
        listed = folder / "key-frames.txt"
        listed.write_text(times, encoding="ascii")
        return ["-/force_key_frames", str(listed)]


def widen(pipe: IO[bytes]) -> None:
    """Let the pipe hold a good part of a picture instead of 64 KiB, where the system can: less waiting."""
    if sys.platform == "linux":
        import fcntl

        with contextlib.suppress(OSError):  # a limit of the system; slower, and nothing else
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)


def beside(path: Path) -> tempfile.TemporaryDirectory[str]:
    """A working folder on the same disk as the file to come."""
    folder = path.parent
    if path.is_dir():
        raise RenderError(f"cannot write {path}: it is a folder; name a file in it")
    try:
        return tempfile.TemporaryDirectory(prefix=f".{path.name[:40]}.", suffix=".part", dir=folder)
    except OSError as error:
        reason = error.strerror or error
        raise RenderError(f"cannot write into {os.fspath(folder)}: {reason}; choose another place") from error
