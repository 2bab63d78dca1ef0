"""No session outlives the accept process, for nobody could list, follow, end or stop it; and no program that
a connection has started (a module of PAM's, authorized_keys_command) outlives the connection.

prctl(2) and /proc, Linux; elsewhere they go on, and sessions are recorded and sealed.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
PATIENCE_S = 1.0
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def end_with(parent: int) -> None:
    """SIGTERM for this process once its parent is gone, or now if it is gone already."""
    if _libc is None:
        return
    _libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)


def adopt() -> None:
    """What children of this process leave behind becomes its own child, and not that of process 1."""
    if _libc is not None:
        _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_children() -> None:
    """Kill them, and those that are then adopted; not by their process group, which they may have left."""
    end = time.monotonic() + PATIENCE_S
    while (pids := _children()) and time.monotonic() < end:
        for pid in pids:
            with contextlib.suppress(OSError):  # gone by itself; another user's, as a setuid program is
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.005)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _children() -> list[int]:
    """Of all threads; none where /proc does not say so, or has the numbers of another PID namespace."""
    found = []
    own = Path("/proc", str(os.getpid()))
    if not own.exists() or not own.samefile("/proc/self"):
        return []
    for listed in own.glob("task/*/children"):
        with contextlib.suppress(OSError):  # the thread has just ended
            found += [int(pid) for pid in listed.read_text().split()]
    return found
