"""Becomes the leader of its terminal, then becomes the program: what login(1) does between fork and exec.

`python leader.py PROGRAM [ARGUMENT …]`, started in a new session with the terminal as standard input. It is
a script and not a function because code between fork and exec (`preexec_fn`, `pty.fork`) is not safe in a
process that has threads, and the target has them. It imports nothing of SessionLens, to start quickly.
See tty_ioctl(4), TIOCSCTTY.
"""

from __future__ import annotations

import fcntl
import os
import sys
import termios


def main(argv: list[str]) -> int:
    """Take the terminal, then never return, unless the program cannot be started."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    try:
        os.execvp(argv[0], argv)  # noqa: S606 - no shell on purpose
    except OSError as error:
        sys.stderr.write(f"{argv[0]}: {error.strerror}\n")
    return 127


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
