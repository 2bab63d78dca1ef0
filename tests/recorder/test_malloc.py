"""Memory that is freed and taken again costs no page faults."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

FAULTS = """
import resource
from sessionlens_recorder.net.malloc import keep_freed_memory
{call}
def busy():
    pieces = [bytearray(b"x") * 100_000 for _ in range(20)]
busy()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(50):
    busy()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(call: str) -> int:
    code = FAULTS.format(call=call)
    return int(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="the C library has no mallopt(3)")
def test_what_was_freed_is_kept_for_the_next() -> None:
    assert 10 * faults("keep_freed_memory()") < faults("")
