"""ffmpeg as a child process: pictures in on stdin, one finished file out, or an error with its last words.

What ffmpeg says goes to a temporary file and is quoted when it fails. What it is told is in `recipes`.
"""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from sessionlens.errors import RenderError
from sessionlens.render.colour import Bytes
from sessionlens.render.matroska import I420, frame_header, header

INPUT = ("-hide_banner", "-nostdin", "-loglevel", "error", "-y", "-f", "matroska", "-i", "pipe:0")


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
    """One video being made, in a working folder. Leaving the `with` block normally finishes it; after an
    exception the process is gone. `name` is what errors call it."""

    def __init__(
        self, made: Path, size: tuple[int, int], arguments: Sequence[str], *, name: Path, pixels: bytes = I420
    ) -> None:
        self.made, self.size, self.name = made, size, name
        self._arguments, self._pixels = arguments, pixels
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        program = executable()
        with contextlib.ExitStack() as stack:
            self._words = stack.enter_context(tempfile.TemporaryFile())
            command = [program, *INPUT, *self._arguments, str(self.made)]
            try:
                self._process = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=self._words, stderr=self._words, bufsize=0
                )
            except OSError as error:
                raise RenderError(f"cannot start ffmpeg at {program}: {error.strerror or error}") from error
            stack.callback(self._end)
            self._send(header(*self.size, self._pixels))
            self._stack = stack.pop_all()
        return self

    def frame(self, milliseconds: int, picture: Bytes) -> None:
        """One picture; times have to rise."""
        self._send(frame_header(milliseconds, picture.nbytes))
        self._send(picture.data)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._stack:
            if kind is None:
                self._finish()

    def _finish(self) -> None:
        """Wait for ffmpeg."""
        process, pipe = self._running()
        with contextlib.suppress(BrokenPipeError):  # the exit code below says what happened
            pipe.close()
        if process.wait():
            raise self._failure()

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
        return RenderError(f"ffmpeg failed on {self.name} (exit {code}); its last words:\n{said}")
