"""What is killed at the end of a connection is what it has started, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

OTHER_PROC = """
import os, subprocess, time
from pathlib import Path
from sessionlens_recorder.net.orphans import end_children
mine = subprocess.Popen(["sleep", "100"])
outside = os.readlink("/proc/self")
assert outside != str(os.getpid())
number = int(Path(f"/proc/self/task/{outside}/children").read_text())
Path("/proc/sys/kernel/ns_last_pid").write_text(str(number - 1))
reads, writes = os.pipe()
other = os.fork()
if other == 0:
    os.read(reads, 1)
    os._exit(7)
assert other == number, (other, number)
end_children()
os.write(writes, b"x")
assert os.waitstatus_to_exitcode(os.waitpid(other, 0)[1]) == 7
mine.kill()
"""


def test_numbers_of_another_pid_namespace_kill_nobody() -> None:
    """As in a container that is given the machine's /proc: who has that number here is somebody else."""
    inside = ["unshare", "--fork", "--pid"]
    if shutil.which("unshare") is None or subprocess.run([*inside, "true"], check=False).returncode:
        pytest.skip("needs root, for a PID namespace")
    done = subprocess.run(
        [*inside, sys.executable, "-c", OTHER_PROC], check=False, capture_output=True, text=True
    )
    if "ns_last_pid" in done.stderr:
        pytest.skip("needs a kernel that lets a number be chosen")
    assert done.returncode == 0, done.stderr
