"""What the kernel lets one process have: setrlimit(2). Lowered by the process itself, which needs no root.

RLIMIT_FSIZE stays as it is: how long a recording gets is for the disk to say.
"""

from __future__ import annotations

import resource
from contextlib import suppress

from sessionlens_recorder.config.limits import Limits

RESERVED = 8  # address space is mostly set aside and never used: 64 MiB for each thread's malloc(3) arena
SPARE = 64  # descriptors of the accept process besides two for each connection


def limit_connection(limits: Limits) -> None:
    """Of a connection's process: a flood or a leak ends this one, and no other."""
    wanted = {resource.RLIMIT_CORE: 0, resource.RLIMIT_NOFILE: limits.files}
    if limits.memory:
        wanted |= {resource.RLIMIT_DATA: limits.memory, resource.RLIMIT_AS: RESERVED * limits.memory}
    for what, most in wanted.items():
        _lower(what, most)


def _lower(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    value = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with suppress(OSError, ValueError):  # a system without it
        resource.setrlimit(what, (value, value))


def prepare_accepting(limits: Limits) -> None:
    """Of the accept process: a pipe and a socket to each connection; no core dump has keys in it."""
    _lower(resource.RLIMIT_CORE, 0)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * limits.total + SPARE
    if resource.RLIM_INFINITY not in (soft, hard):
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
