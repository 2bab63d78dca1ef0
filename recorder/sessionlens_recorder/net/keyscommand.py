"""authorized_keys_command, as sshd has it: a program that prints a person's keys.

It is run without a shell, with a plain environment, a time limit and a limit to what it prints. Unlike sshd's
it runs as the recorder's own user, who is not root.
"""

from __future__ import annotations

import base64
import contextlib
import os
import re
import signal
import stat
import subprocess
import threading
from pathlib import Path

from sessionlens_recorder.net.authorized_keys import fingerprint
from sessionlens_recorder.session.wire import Reader

LIMIT_S = 10.0
LIMIT_BYTES = 1024 * 1024
_TOKEN = re.compile("%(.?)")


def check_command(words: tuple[str, ...]) -> None:
    """ValueError if others could change what is run, or a token is none."""
    program = Path(words[0])
    if not program.is_absolute():
        raise ValueError(f"{program} is not an absolute path")
    for part in (program, *program.parents):
        found = part.stat()
        if found.st_uid not in (0, os.geteuid()):
            raise ValueError(f"{part} belongs neither to root nor to the recorder's user, so it is not run")
        shared = part != program and found.st_mode & stat.S_ISVTX  # like /tmp: only its own may be renamed
        if found.st_mode & 0o022 and not shared:
            raise ValueError(f"{part} can be changed by others, so it is not run; chmod go-w {part}")
    if not os.access(program, os.X_OK):
        raise ValueError(f"{program} cannot be run")
    for word in words[1:]:
        _expand(word, dict.fromkeys("uktf", ""))


def run_command(words: tuple[str, ...], person: str, blob: bytes) -> str:
    """What it prints. ValueError or OSError says why there is nothing."""
    check_command(words)
    tokens = {
        "u": person,
        "k": base64.b64encode(blob).decode(),
        "t": Reader(blob, 0).text(),
        "f": fingerprint(blob),
    }
    line = [words[0], *(_expand(word, tokens) for word in words[1:])]
    process = subprocess.Popen(
        line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/",
        env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8"}, start_new_session=True,
    )  # fmt: skip
    axe = threading.Timer(LIMIT_S, _kill, (process,))
    axe.start()
    try:
        with process:
            printed = process.stdout.read(LIMIT_BYTES + 1) if process.stdout else b""
            if len(printed) > LIMIT_BYTES:
                _kill(process)
                raise ValueError(f"{words[0]} prints more than {LIMIT_BYTES} bytes")
    finally:
        axe.cancel()
    if process.returncode != 0:
        how = f"exit code {process.returncode}" if process.returncode > 0 else f"signal {-process.returncode}"
        raise ValueError(f"{words[0]} ended with {how} (it has {LIMIT_S:g} s)")
    return printed.decode("utf-8", "replace")


def _expand(word: str, tokens: dict[str, str]) -> str:
    """%u person, %k key, %t its type, %f fingerprint, %% a percent sign."""

    def value(match: re.Match[str]) -> str:
        if match[1] not in tokens and match[1] != "%":
            raise ValueError(f"{match[0]!r} is not known; %u, %k, %t, %f and %% are")
        return "%" if match[1] == "%" else tokens[match[1]]

    return _TOKEN.sub(value, word)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
