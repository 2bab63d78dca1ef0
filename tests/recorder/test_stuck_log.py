"""Who reads the bastion's stderr hangs, and nobody notices but the one who reads on."""

from __future__ import annotations

import fcntl
import os
import re
import select
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .conftest import DEADLINE_S, BuildSite, wait_for

PROGRAM = """
import sys
from sessionlens_recorder import logs
logs.set_up()
for n in range(int(sys.argv[1])):
    logs.error("accept-failed", reason="x" * 500 + str(n))
print("through", flush=True)
sys.stdin.readline()
logs.event("sink-up", sink="last")
"""


def take(descriptor: int) -> str:
    """What is there to read."""
    data = b""
    while select.select([descriptor], [], [], 0)[0] and (part := os.read(descriptor, 1 << 16)):
        data += part
    return data.decode()


def fill(write_end: int) -> None:
    """The pipe, without making those who share its end not wait."""
    own = os.open(f"/proc/self/fd/{write_end}", os.O_WRONLY | os.O_NONBLOCK)
    try:
        while True:
            os.write(own, b"." * 4096)
    except BlockingIOError:
        os.close(own)


def make_pipe() -> tuple[int, int]:
    return os.pipe()


def make_socket() -> tuple[int, int]:
    ours, theirs = socket.socketpair()
    return ours.detach(), theirs.detach()


def make_terminal() -> tuple[int, int]:
    return os.openpty()


Ends = tuple[int, int]


@pytest.fixture(params=[make_pipe, make_socket, make_terminal], ids=["pipe", "socket", "terminal"])
def ends(request: pytest.FixtureRequest) -> Iterator[Ends]:
    """To read from, and to write to."""
    make: Callable[[], Ends] = request.param
    pair = make()
    yield pair
    for end in pair:
        os.close(end)


def test_lines_that_nobody_reads_are_counted_and_told(ends: Ends) -> None:
    read, write = ends
    before = fcntl.fcntl(write, fcntl.F_GETFL)
    line = [sys.executable, "-c", PROGRAM, "2000"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(line, stderr=write, text=True, **pipes) as process:  # type: ignore[call-overload]
        try:
            ready = select.select([process.stdout], [], [], DEADLINE_S)[0]
            assert ready, "it waits for who reads its stderr"
            first = take(read)
            process.stdin.write("\n")
            process.stdin.flush()
            wait_for(lambda: select.select([read], [], [], 0)[0], "the last line")
            process.wait(DEADLINE_S)
            last = take(read)
        finally:
            process.kill()
    assert fcntl.fcntl(write, fcntl.F_GETFL) == before, "whoever shares it waits as before"
    whole = [int(number) for number in re.findall(r"accept-failed reason=x{500}(\d+)\r?\n", first + last)]
    lost = [int(number) for number in re.findall(r"error log-lost count=(\d+)\r?\n", first + last)]
    assert whole == sorted(set(whole))
    assert 0 < len(whole) < 2000
    assert len(whole) + sum(lost) == 2000
    assert "sink-up sink=last" in last


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="fills a pipe through /proc")
def test_a_bastion_whose_log_is_stuck_goes_on(build_site: BuildSite) -> None:
    read, write = os.pipe()
    site = build_site()
    sink = '[sinks.file]\ntype = "file"\npath = "events.jsonl"\n[recording]'
    site.replaced("[recording]", sink).start(stderr=write)
    told = site.folder / "events.jsonl"
    try:
        fill(write)
        done, _ = site.record("echo ok")
        assert done.stdout == b"ok\n"
        wait_for(told.exists, "the sinks hear of something")
        wait_for(lambda: '"log-lost"' in told.read_text(), "the sinks hear that stderr is stuck")
        take(read)
        assert site.record("echo ok")[0].stdout == b"ok\n"
        assert "error log-lost count=" in take(read)
        fill(write)
        assert site.stop() == 0, "SIGTERM ends it"
    finally:
        os.close(read)
        os.close(write)
