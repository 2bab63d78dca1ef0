"""What goes wrong between machines, and with what the bastion's own system lends it (docs/faults.md)."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sessionlens_recorder.bundle import BundleWriter, check, read_clocks

from .conftest import (
    DEADLINE_S,
    BuildSite,
    Site,
    Sshd,
    channel,
    is_sealed,
    public,
    running_sshd,
    stream,
    wait_for,
)
from .network import Wire, cable
from .test_faults import CHATTER, needs_proc, process_of, running, sealed_as, small_disk

pytestmark = pytest.mark.slow

__all__ = ["small_disk"]

UNREACHABLE = "[limits]\nunreachable = 4\n[recording]"


def test_a_read_only_disk_lets_nobody_through(build_site: BuildSite, small_disk: Path) -> None:
    site = build_site().replaced('recordings = "recordings"', f'recordings = "{small_disk}"')
    site.replaced("[recording]", '[disk]\nreserve = "0%"\nreserve_least = "0"\n[recording]').start()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "none", small_disk], check=True)
    reached = site.folder / "reached"
    refused = site.ssh(f"touch {reached}")
    assert refused.returncode == 255
    assert b"sessions cannot be recorded at the moment" in refused.stderr
    assert not reached.exists(), "nothing reached the target"
    assert "recording-impossible" in site.log()
    subprocess.run(["umount", small_disk], check=True)
    assert site.ssh("true").returncode == 0, "and it works again without a restart"


def test_a_deleted_file_ends_the_session(build_site: BuildSite) -> None:
    site = build_site().start()
    with running(site, CHATTER) as (client, bundle):
        wait_for(lambda: b" 0.exec/out " in (bundle / "journal").read_bytes(), "it is chained")
        (bundle / "0.exec/out").unlink()
        _, err = client.communicate(timeout=DEADLINE_S)
    assert client.returncode == 255
    assert b"0.exec/out was deleted while it was being written" in err
    wait_for(lambda: is_sealed(bundle))
    sealed = check(bundle)
    assert sealed.damaged, "what is gone is not called intact"
    assert any(problem.file == "0.exec/out" for problem in sealed.problems)


def test_a_target_in_a_black_hole(build_site: BuildSite, tmp_path: Path) -> None:
    with cable() as wire, far_sshd(tmp_path, wire.inside, wire.far) as far:
        site = build_site(address=f'"{wire.far}:{far.port}"', host_key=f'"{public(far.host_key)}"')
        site.replaced(str(site_key(site)), str(far.client_key)).replaced("[recording]", UNREACHABLE).start()
        with running(site, CHATTER) as (client, bundle):
            wire.pull()
            out, err = client.communicate(timeout=DEADLINE_S)
    assert client.returncode == 255
    assert b"the connection to the target has ended" in err
    sealed_as(bundle, "sealed")
    assert stream(channel(bundle, "0.exec"), "out").startswith(out)


def site_key(site: Site) -> str:
    found = re.search(r'(?m)^key = "(.*)"$', (site.folder / "recorder.toml").read_text())
    assert found
    return found[1]


@contextmanager
def far_sshd(folder: Path, inside: list[str], address: str) -> Iterator[Sshd]:
    """A real sshd behind the cable."""
    (folder / "far").mkdir()
    with running_sshd(folder / "far") as near:
        config = (folder / "far/config").read_text()
        lines = config.replace("127.0.0.1", address).replace("pid\n", "pid2\n")
        (folder / "far/config2").write_text(lines)
        log = folder / "far/log2"
        line = [*inside, folder / "far/sshd", "-D", "-f", folder / "far/config2", "-E", log]
        with subprocess.Popen(line) as process:
            wait_for(lambda: log.exists() and "listening" in log.read_text(), "the far sshd listens")
            yield near
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            process.terminate()
            for pid in map(int, children):  # nothing tells them that their clients are gone
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)


def test_a_client_that_is_gone_without_a_word(build_site: BuildSite) -> None:
    """Half-open: no FIN, no RST."""
    with cable() as wire:
        site = build_site().replaced('listen = "127.0.0.1:0"\nhost', 'listen = "0.0.0.0:0"\nhost')
        site.replaced("[recording]", UNREACHABLE).start()
        port = site.server.rpartition(":")[2]
        known = public(site.folder / "keys/host_ed25519")
        (site.folder / "known_hosts").write_text(f"[{wire.near}]:{port} {known}\n")
        options = site.options("-l", "john%web01", target=None)
        line = [*wire.inside, "ssh", *options, wire.near, CHATTER]
        with subprocess.Popen(line, stdout=subprocess.PIPE) as client:
            (bundle,) = wait_for(site.bundles)
            wait_for(lambda: b"line 5\n" in client.stdout.readline() or None)  # type: ignore[union-attr]
            wire.pull()
            sealed_as(bundle, "sealed")
            client.kill()
    assert "the user left" in (check(bundle).reason or "")


def test_a_target_reset_in_mid_transfer(build_site: BuildSite, sshd: Sshd, tmp_path: Path) -> None:
    wire, reached = Wire(sshd.port), tmp_path / "reached"
    site = build_site(address=f'"127.0.0.1:{wire.port}"').start()
    line = ["ssh", *site.options(), "127.0.0.1", f"cat > {reached}"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(line, **pipes) as client:
        with contextlib.suppress(BrokenPipeError):
            for number in range(400):
                client.stdin.write(os.urandom(16384))  # type: ignore[union-attr]
                if number == 100:
                    wait_for(lambda: reached.exists() and reached.stat().st_size > 500_000)
                    wire.cut()
        with contextlib.suppress(BrokenPipeError):
            client.stdin.close()  # type: ignore[union-attr]
        err = client.stderr.read()  # type: ignore[union-attr]
    assert client.returncode == 255
    assert b"the connection to the target has ended" in err
    (bundle,) = site.bundles()
    sealed_as(bundle, "sealed")
    assert reached.read_bytes() in (bundle / "0.exec/in").read_bytes(), "what reached it is recorded"


def test_a_target_that_never_answers(build_site: BuildSite) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        site = build_site(server="login_grace = 3", address=f'"127.0.0.1:{port}"').start()
        began = time.monotonic()
        done = site.ssh("true")
        assert done.returncode == 255
        assert time.monotonic() - began < 15
    assert site.bundles() == []
    wait_for(lambda: "no login in time" in site.log())


@needs_proc
def test_a_target_that_stops_reading(build_site: BuildSite, tmp_path: Path) -> None:
    """Nothing is lost, and nothing piles up at the bastion: SSH's windows hold the client back."""
    site, sent, reached = build_site().start(), os.urandom(12 << 20), tmp_path / "reached"
    line = ["ssh", *site.options(), "127.0.0.1", f"echo = $PPID .; cat > {reached}"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(line, **pipes) as client:
        target = int(client.stdout.readline().split()[1])  # type: ignore[union-attr]
        child = process_of(site)
        before = rss(child)
        os.kill(target, signal.SIGSTOP)
        try:
            os.set_blocking(client.stdin.fileno(), False)  # type: ignore[union-attr]
            written, still = 0, time.monotonic()
            while time.monotonic() - still < 2:  # until the client has been held back for two seconds
                with contextlib.suppress(BlockingIOError):
                    written += os.write(client.stdin.fileno(), sent[written : written + 65536])  # type: ignore[union-attr]
                    still = time.monotonic()
                    continue
                time.sleep(0.01)
            grown = rss(child) - before
        finally:
            os.kill(target, signal.SIGCONT)
        assert written < len(sent)
        os.set_blocking(client.stdin.fileno(), True)  # type: ignore[union-attr]
        client.stdin.write(sent[written:])  # type: ignore[union-attr]
        client.stdin.close()  # type: ignore[union-attr]
        assert client.wait(DEADLINE_S) == 0
    assert grown < 32 << 10, f"{grown} KiB more at the bastion"
    (bundle,) = site.bundles()
    sealed_as(bundle, "sealed")
    assert reached.read_bytes() == sent
    assert stream(channel(bundle, "0.exec"), "in") == sent


def rss(pid: int) -> int:
    """KiB."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1])


STEP = """import os, sessionlens_recorder.bundle.clock as clock, time as real, types
def stepped():
    return real.time_ns() + (3600 * 10**9 if os.path.exists({at!r}) else 0)
clock.time = types.SimpleNamespace(monotonic_ns=real.monotonic_ns, time_ns=stepped)
"""


def test_a_clock_that_is_stepped(build_site: BuildSite, tmp_path: Path) -> None:
    """The wall clock jumps by an hour: the session goes on, and the journal shows when."""
    at = tmp_path / "stepped"
    site = build_site().start(sabotage=STEP.format(at=str(at)))
    with running(site, f"{CHATTER} & read x; kill $!; echo over") as (client, bundle):
        wait_for(lambda: b" 0.exec/out " in (bundle / "journal").read_bytes(), "something is chained")
        at.touch()
        size = (bundle / "journal").stat().st_size
        wait_for(lambda: (bundle / "journal").stat().st_size > size, "and more after the step")
        out, _ = client.communicate(b"\n", timeout=DEADLINE_S)
    assert client.returncode == 0
    assert out.endswith(b"over\n")
    sealed_as(bundle, "sealed")
    assert not check(bundle).problems
    assert stepped_by(bundle) == [3600]


def test_a_clock_that_is_stepped_while_nothing_happens(build_site: BuildSite, tmp_path: Path) -> None:
    """A quiet session is told of it: the journal shows it at once, not with the next checkpoint."""
    at = tmp_path / "stepped"
    site = build_site().start(sabotage=STEP.format(at=str(at)))
    with running(site, "seq 100; read x") as (client, bundle):
        wait_for(lambda: b" 0.exec/out " in (bundle / "journal").read_bytes(), "what was said is committed")
        at.touch()
        wait_for(lambda: stepped_by(bundle) == [3600], "it shows")
        client.communicate(b"\n", timeout=DEADLINE_S)
    sealed_as(bundle, "sealed")


def stepped_by(bundle: Path) -> list[int]:
    """Seconds, of each step in the journal."""
    pairs = [pair for _, _, pair in read_clocks(bundle)]
    steps = [later.step_since(earlier) for earlier, later in pairwise(pairs)]
    return [round(step / 1e9) for step in steps if step]


# what the system lends


@contextmanager
def strace(pid: int, *options: str) -> Iterator[None]:
    """System calls of a process that fail, as strace(1) has them fail."""
    if shutil.which("strace") is None:
        pytest.skip("strace makes system calls fail")
    line = ["strace", "-f", "-p", str(pid), "-o", "/dev/null", *options]
    with subprocess.Popen(line, stderr=subprocess.PIPE) as process:
        said = process.stderr.readline()  # type: ignore[union-attr]
        if b"attached" not in said:
            pytest.skip(f"strace cannot attach: {said.decode().strip()}")
        yield
        process.terminate()


@needs_proc
def test_a_disk_that_does_not_keep_what_it_took(build_site: BuildSite) -> None:
    """fsync(2) fails: nobody knows what is on the disk, so the session ends."""
    site = build_site().start()
    with running(site, CHATTER) as (client, bundle):
        child = process_of(site)
        with strace(child, "-e", "trace=fsync", "-e", "inject=fsync:error=EIO"):
            out, err = client.communicate(timeout=DEADLINE_S)
            wait_for(lambda: "sealing-failed" in site.log() or "bundle-recovered" in site.log())
    assert client.returncode == 255
    assert b"this session can no longer be recorded" in err
    assert b"Input/output error" in err
    sealed_as(bundle, "aborted")
    assert not check(bundle).damaged
    assert out in (bundle / "0.exec/out").read_bytes()


def test_no_process_is_left(build_site: BuildSite) -> None:
    site = build_site().start()
    assert site.process is not None
    with running(site, CHATTER) as (client, bundle):
        with strace(
            site.process.pid, "-e", "trace=%process", "-e", "inject=clone,clone3,fork,vfork:error=EAGAIN"
        ):
            refused = site.ssh("true")
        assert refused.returncode == 255
        assert "fork-failed" in site.log()
        client.stdin.close()  # type: ignore[union-attr]
        assert check(bundle).state == "live", "who is in stays in"
    assert site.ssh("true").returncode == 0, "and it works again"


def _few_descriptors() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24))


def test_no_descriptor_is_left(build_site: BuildSite) -> None:
    few = '[limits]\nstartups = "100:30:100"\n[recording]'
    site = build_site().replaced("[recording]", few).start(preexec_fn=_few_descriptors)
    host, _, port = site.server.rpartition(":")
    with ExitStack() as stack:
        for _ in range(30):
            sock = stack.enter_context(socket.create_connection((host, int(port)), timeout=10))
            sock.settimeout(2)
            with contextlib.suppress(OSError):
                sock.recv(100)
            if "fork-failed" in site.log() or "accept-failed" in site.log():
                break
        else:
            raise AssertionError(site.log())
    assert wait_for(lambda: site.ssh("true").returncode == 0), "and it works again"
    assert site.log().count("accept-failed") < 5, "no flood of lines"


def test_a_journal_that_somebody_holds(build_site: BuildSite) -> None:
    site = build_site()
    writer = BundleWriter.create(site.recordings, {"person": "john"})
    writer.open_channel("exec", command=b"ls").output(b"what it printed\n")
    writer.release()
    with open(writer.path / "journal") as journal:
        fcntl.flock(journal, fcntl.LOCK_EX)
        site.start()
        wait_for(lambda: "bundle-recovery-failed" in site.log())
        assert "its journal is locked" in site.log()
        assert site.ssh("true").returncode == 0, "new sessions have journals of their own"
    assert site.stop() == 0
    site.start()
    sealed_as(writer.path, "aborted")
