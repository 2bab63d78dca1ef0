"""The files of a short session as script(1) writes them."""

from __future__ import annotations

from pathlib import Path

from sessionlens.formats import open_source
from sessionlens.recording import Recording

OUT = (
    b'Script started on 2026-11-22 07:46:57+00:00 [COMMAND="bash" TERM="xterm" TTY="/dev/pts/0" COLUMNS="80" '
    b'LINES="24"]\none two three \nScript done on 2026-11-22 07:47:26+00:00 [COMMAND_EXIT_CODE="7"]\n'
)
IN = b"Script started on 2026-11-22 07:46:57+00:00\nls\r\nScript done on 2026-11-22 07:47:26+00:00\n"
TIMING = (
    b"H 0.000000 START_TIME 2026-11-22 07:46:57+00:00\nH 0.000000 INPUT_LOG in\n"
    b"O 1.000000 4\nI 0.000001 2\nO 0.500000 4\nS 0.000002 SIGWINCH ROWS=30 COLS=100\nI 0.1 1\nO 0.25 6\n"
    b"H 0.000000 DURATION 9.000000\nH 0.000000 EXIT_CODE 7\n"
)


def write(
    folder: Path, timing: bytes | None = TIMING, out: bytes | None = OUT, into: bytes | None = IN
) -> Path:
    folder.mkdir(exist_ok=True)
    for name, raw in (("timing", timing), ("out", out), ("in", into)):
        (folder / name).unlink(missing_ok=True)
        if raw is not None:
            (folder / name).write_bytes(raw)
    return folder


def load(folder: Path) -> Recording:
    return open_source(folder).channels[0].load()
