"""What goes wrong while a session runs: the user reads why, the bundle is sealed, nothing is unrecorded."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sessionlens_recorder.bundle import check

from .conftest import DEADLINE_S, BuildSite, Site, Sshd, channel, events, stream, wait_for

pytestmark = pytest.mark.slow

CHATTER = "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.01; done"


@contextmanager
def running(site: Site, command: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A session that runs, and its bundle, once something was recorded."""
    before = site.bundles()
    line = ["ssh", *site.options(), "127.0.0.1", command]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(line, **pipes) as process:  # type: ignore[call-overload]
        (bundle,) = wait_for(lambda: [path for path in site.bundles() if path not in before])
        out = bundle / "0.exec/out"
        wait_for(lambda: out.exists() and out.stat().st_size > 200, "something is recorded")
        yield process, bundle
        process.kill()


def sealed_as(bundle: Path, state: str) -> None:
    """Wait until it is."""
    signature = bundle / "MANIFEST.sig"
    wait_for(lambda: signature.exists() and check(bundle).state == state, f"{bundle} is {state}")


def processes_of(site: Site) -> list[int]:
    assert site.process is not None
    return [
        int(pid)
        for pid in Path(f"/proc/{site.process.pid}/task/{site.process.pid}/children").read_text().split()
    ]


def process_of(site: Site) -> int:
    """Of the only connection, once what looks after the folder of recordings is through."""
    found = wait_for(lambda: [pids for pids in [processes_of(site)] if len(pids) == 1], "one process is left")
    return found[0][0]


needs_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds processes in /proc")


@needs_proc
def test_a_killed_connection_is_sealed_as_aborted(build_site: BuildSite) -> None:
    site = build_site().start()
    with running(site, CHATTER) as (client, bundle):
        child = process_of(site)
        os.kill(child, signal.SIGKILL)
        out, _ = client.communicate(timeout=DEADLINE_S)
    sealed_as(bundle, "aborted")
    report = check(bundle)
    assert not report.damaged
    assert "signal 9" in (report.reason or "")
    assert out in (bundle / "0.exec/out").read_bytes(), "what the user saw is recorded"


@needs_proc
def test_a_killed_bastion_is_tidied_up_at_the_next_start(build_site: BuildSite) -> None:
    site = build_site().start()
    with running(site, CHATTER) as (client, bundle):
        child = process_of(site)
        assert site.process is not None
        site.process.send_signal(signal.SIGSTOP)  # it would seal what this one leaves
        stat = Path(f"/proc/{site.process.pid}/stat")
        wait_for(lambda: stat.read_text().rpartition(") ")[2][0] == "T", "it stands still")
        os.kill(child, signal.SIGKILL)
        site.process.kill()
        site.process.wait(DEADLINE_S)
        client.communicate(timeout=DEADLINE_S)
    wait_for(lambda: check(bundle).state == "unsealed", "the lock is free")
    site.start()
    sealed_as(bundle, "aborted")


@needs_proc
def test_no_session_outlives_a_killed_accept_process(build_site: BuildSite) -> None:
    """Nobody could see or end it."""
    site = build_site().start()
    with running(site, CHATTER) as (client, bundle):
        assert site.process is not None
        site.process.kill()
        out, err = client.communicate(timeout=DEADLINE_S)
    assert b"the bastion is being stopped" in err
    sealed_as(bundle, "sealed")
    assert stream(channel(bundle, "0.exec"), "out").startswith(out)


def test_a_stopped_bastion_tells_its_users(build_site: BuildSite) -> None:
    site = build_site().start()
    with running(site, CHATTER) as (client, bundle):
        assert site.stop() == 0
        out, err = client.communicate(timeout=DEADLINE_S)
    assert b"the bastion is being stopped" in err
    assert client.returncode == 255
    report = check(bundle)
    assert (report.state, report.damaged) == ("sealed", False)
    recorded = stream(channel(bundle, "0.exec"), "out")
    assert recorded.startswith(out), "what the user saw is recorded"
    assert b"the bastion is being stopped" in recorded, "and what the bastion said"


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))


def test_a_file_that_cannot_grow_ends_the_session(build_site: BuildSite, tmp_path: Path) -> None:
    reached, sent = tmp_path / "reached", os.urandom(400_000)
    site = build_site().start(preexec_fn=_limited)
    with running(site, f"yes | head -n 200; cat > {reached}") as (client, bundle):
        assert client.stdin is not None
        client.stdin.write(sent[:20_000])
        client.stdin.flush()
        wait_for(lambda: reached.exists() and reached.stat().st_size == 20_000)
        _, err = client.communicate(sent[20_000:], timeout=DEADLINE_S)
    sealed_as(bundle, "aborted")
    assert client.returncode == 255
    assert b"this session can no longer be recorded, so it ends here" in err
    recorded = (bundle / "0.exec/in").read_bytes()
    got = reached.read_bytes()
    assert 0 < len(got) < 110_000
    assert got in recorded, "what reached the target is in the recording"
    report = check(bundle)
    assert (report.state, report.damaged) == ("aborted", False)
    assert "File too large" in (report.reason or "")
    assert "recording-failed" in site.log()


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    """A file system in memory."""
    folder.mkdir(exist_ok=True)
    line = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder]
    if subprocess.run(line, capture_output=True, check=False).returncode:
        pytest.skip("mounting a file system needs root")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    with mounted(tmp_path / "small", "size=1M") as folder:
        yield folder


def test_a_full_disk_ends_the_session(build_site: BuildSite, small_disk: Path) -> None:
    site = build_site().replaced('recordings = "recordings"', f'recordings = "{small_disk}"')
    site = site.replaced("[recording]", '[disk]\nreserve = "0%"\nreserve_least = "0"\n[recording]').start()
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(200_000))
    done = site.ssh("head -c 3000000 /dev/zero")
    assert done.returncode == 255
    assert b"this session can no longer be recorded" in done.stderr
    assert b"No space left on device" in done.stderr
    (bundle,) = [path.parent for path in small_disk.glob("*/*/*/*/session.json")]
    assert done.stdout in (bundle / "0.exec/out").read_bytes(), "what the user saw is recorded"
    with (small_disk / "rest").open("wb", buffering=0) as rest, pytest.raises(OSError, match="No space left"):
        while True:  # what did not fit may have been larger than what is left
            rest.write(bytes(4096))
    refused = site.ssh("true")
    assert refused.returncode == 255
    assert (
        b"cannot be recorded at the moment" in refused.stderr
        or b"can no longer be recorded" in refused.stderr
    )
    ballast.unlink()
    sealed_as(bundle, "aborted")
    assert "No space left on device" in (check(bundle).reason or ""), (
        "once there is room, why it ended is kept"
    )


def test_a_disk_with_room_and_hardly_an_inode(build_site: BuildSite) -> None:
    site = build_site()
    with mounted(site.recordings, "size=1G,nr_inodes=1500") as disk:
        site.replaced("[recording]", '[disk]\nwarn = "30%"\nreserve_least = "1M"\n[recording]').start()
        with running(site, CHATTER) as (client, bundle):
            for number in range(700):
                (disk / str(number)).touch()
            refused = site.ssh("true")
            assert b"cannot be recorded at the moment" in refused.stderr
            assert "inodes are free, which is less than the reserve of 1,000" in site.log()
            wait_for(lambda: "disk-short" in site.log() and "disk-filling used=4" in site.log(), site.log())
            size = (bundle / "0.exec/out").stat().st_size
            wait_for(lambda: (bundle / "0.exec/out").stat().st_size > size, "the running one goes on")
            client.kill()
        sealed_as(bundle, "sealed")
        assert site.stop() == 0


def test_a_deleted_folder_ends_the_session(build_site: BuildSite) -> None:
    site = build_site().start()
    with running(site, CHATTER) as (client, bundle):
        shutil.rmtree(bundle)
        _, err = client.communicate(timeout=DEADLINE_S)
    assert client.returncode == 255
    assert b"was deleted while it was being written" in err
    wait_for(lambda: "sealing-failed" in site.log())
    assert "session-end" not in site.log(), "a bundle that is gone is not called sealed"


@needs_proc
def test_a_target_that_dies(build_site: BuildSite, sshd: Sshd) -> None:
    site = build_site().start()
    with running(site, f"echo = $PPID .; {CHATTER}") as (client, bundle):
        out = bundle / "0.exec/out"
        found = wait_for(lambda: re.search(rb"= (\d+) \.\n", out.read_bytes()))
        os.kill(int(found[1]), signal.SIGKILL)
        _, err = client.communicate(timeout=DEADLINE_S)
    assert b"the connection to the target has ended" in err
    assert client.returncode == 255
    sealed_as(bundle, "sealed")


def test_a_user_who_vanishes(site: Site) -> None:
    with running(site, CHATTER) as (client, bundle):
        client.kill()
    sealed_as(bundle, "sealed")
    names = [event["event"] for event in events(channel(bundle, "0.exec"))]
    assert names[-1] == "close"


SABOTAGE = {
    "dead": (
        "from sessionlens_recorder.bundle import BundleWriter\nBundleWriter.commit = None",
        b"this session is no longer recorded, so it ends here",
    ),
    "stalled": (
        "import time, sessionlens_recorder.net.recording as c\n"
        "c.STALLED_S = 1.0\n"
        "c.BundleWriter.commit = lambda self: time.sleep(60)",
        b"this session is no longer recorded, so it ends here",
    ),
    "wrong": (
        "from sessionlens_recorder.session.channel import ProgramChannel\n"
        "ProgramChannel.data_received = None",
        b"an error in the recorder; this session ends here",
    ),
}


@pytest.mark.parametrize("fault", SABOTAGE)
def test_a_recorder_that_is_dead_stalled_or_wrong_ends_the_session(build_site: BuildSite, fault: str) -> None:
    program, told = SABOTAGE[fault]
    site = build_site().start(sabotage=program)
    done, bundle = site.record("echo before; sleep 60")
    assert done.returncode == 255
    assert told in done.stderr
    sealed_as(bundle, "aborted")
    if fault != "stalled":
        assert "crash" in site.log(), "with its traceback, on one line"
        assert "\nTraceback" not in site.log()
