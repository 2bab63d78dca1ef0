"""Nobody lists, follows or ends the sessions of an accept process that is gone (killed by the kernel
for want of memory, say), and no second person watches them. So they end, told as when the
bastion is stopped, and are sealed.
"""

from __future__ import annotations

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int) -> None:
    """SIGTERM comes when the parent ends: prctl(2), so on Linux only. Elsewhere they go on."""
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    except (OSError, AttributeError):
        return
    if os.getppid() != parent:  # before it could be asked for
        os.kill(os.getpid(), signal.SIGTERM)
