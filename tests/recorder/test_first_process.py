"""The recorder as process 1 of a container: nobody else hears signals there or collects what others leave."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from .conftest import DEADLINE_S, BuildSite, wait_for

SPACE = ["unshare", "--pid", "--fork", "--kill-child"]


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def inside(first: int, script: str) -> None:
    """A process of the same container, as one that `podman exec` starts: what it leaves is the first's."""
    line = ["nsenter", f"--target={first}", "--pid", "sh", "-c", script]
    subprocess.run(line, check=True, timeout=DEADLINE_S)


def test_the_recorder_is_process_1(build_site: BuildSite, tmp_path: Path) -> None:
    if shutil.which("nsenter") is None or subprocess.run([*SPACE, "true"], check=False).returncode:
        pytest.skip("needs root, for a space of process numbers")
    site = build_site().start(before=SPACE)
    assert site.process is not None
    (first,) = children(site.process.pid)
    assert Path(f"/proc/{first}/status").read_text().split("NSpid:")[1].split("\n")[0].split()[-1] == "1"
    done, _ = site.record("--", "echo in")
    assert done.stdout == b"in\n"
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    inside(first, f"cat {pipe} & exit 0")
    (orphan,) = wait_for(
        lambda: [pid for pid in children(first) if name_of(pid) == "cat"], "it is the first's"
    )
    pipe.write_text("now\n")
    wait_for(lambda: orphan not in children(first), "nothing is left of it, no zombie either")
    os.kill(first, signal.SIGTERM)
    assert site.process.wait(DEADLINE_S) == 0
    assert "recorder-stopped" in site.log()


def name_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:  # gone since
        return ""
