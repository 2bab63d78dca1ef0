"""The recorder beside the same sshd directly: echo, throughput, logins, memory, threads, idle processor.

Stock ssh clients, recording and signing on, plain input. All sessions of a row are open at once; one at a
time sends a byte and waits for its echo: the latency is the way's, not that of a queue for two cores.

    python benchmarks/bench_recorder.py                 1, 50, 100 and 250 sessions
    python benchmarks/bench_recorder.py --sessions 1 10
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from bench_files import ME, configure, running  # a file beside this script

PINGS, LOGINS, MEGABYTES, IDLE_S = 1000, 20, 256, 10.0
LIMITS = '[limits]\nper_source = 1000\ntotal = 1000\nstartups = "500:30:1000"\n'
TICK = os.sysconf("SC_CLK_TCK")


class Way:
    """One of the two ways to the target: directly, or through the recorder."""

    def __init__(self, folder: Path, user: str, port: int) -> None:
        self.folder, self.user, self.port = folder, user, port

    def line(self, *command: str) -> list[str]:
        """The command line of a stock client."""
        options = [
            "-F",
            "none",
            "-T",
            "-oLogLevel=ERROR",
            "-oIdentitiesOnly=yes",
            f"-oIdentityFile={self.folder}/client",
        ]
        options += [
            "-oStrictHostKeyChecking=no",
            "-oUserKnownHostsFile=/dev/null",
            "-caes128-gcm@openssh.com",
        ]
        return ["ssh", *options, f"-p{self.port}", f"{self.user}@127.0.0.1", *command]

    @contextmanager
    def sessions(self, count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
        """So many sessions, each of which has answered once."""
        with ExitStack() as stack:
            opened = []
            for _ in range(count):
                quiet = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
                opened.append(stack.enter_context(subprocess.Popen(self.line("cat"), bufsize=0, **quiet)))
                echo(opened[-1])
            yield opened
            for each in opened:
                each.stdin.close()

    def login(self) -> float:
        """Seconds from the start of a client to the end of `true`."""
        start = time.perf_counter()
        subprocess.run(self.line("true"), check=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return time.perf_counter() - start

    def down(self) -> float:
        """MB/s from the target."""
        start = time.perf_counter()
        subprocess.run(
            self.line(f"head -c {MEGABYTES << 20} /dev/zero"), check=True, stdout=subprocess.DEVNULL
        )
        return (MEGABYTES << 20) / 1e6 / (time.perf_counter() - start)

    def up(self) -> float:
        """MB/s to the target."""
        start = time.perf_counter()
        with (self.folder / "data").open("rb") as data:
            subprocess.run(self.line("cat > /dev/null"), check=True, stdin=data)
        return (MEGABYTES << 20) / 1e6 / (time.perf_counter() - start)


def echo(session: subprocess.Popen[bytes]) -> float:
    """Seconds from a byte to its echo."""
    start = time.perf_counter()
    session.stdin.write(b"x")
    session.stdout.read(1)
    return time.perf_counter() - start


def latency(sessions: list[subprocess.Popen[bytes]]) -> tuple[float, float]:
    """The median and the 99th percentile of echoes, in ms."""
    took = sorted(echo(sessions[at % len(sessions)]) * 1000 for at in range(PINGS))
    return statistics.median(took), took[PINGS * 99 // 100]


def tree(pid: int) -> list[int]:
    """A process and its descendants."""
    children = told(pid, f"task/{pid}/children").split()
    return [pid, *(each for child in children for each in tree(int(child)))]


def told(pid: int, name: str) -> str:
    """A file of /proc; empty where the process has just ended (one that sealed a bundle, say)."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/{name}").read_text()
    return ""


def memory(pids: list[int]) -> float:
    """MB that are theirs: proportional set size."""
    rows = (row for pid in pids for row in told(pid, "smaps_rollup").splitlines())
    return sum(int(row.split()[1]) for row in rows if row.startswith("Pss:")) / 1024


def threads(pids: list[int]) -> int:
    rows = (row for pid in pids for row in told(pid, "status").splitlines())
    return sum(int(row.split()[1]) for row in rows if row.startswith("Threads:"))


def processor(pids: list[int]) -> float:
    """Seconds of processor time so far."""
    stats = (stat.rpartition(") ")[2].split() for pid in pids if (stat := told(pid, "stat")))
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / TICK


def idle(pids: list[int]) -> float:
    """Per cent of a core while nothing is sent."""
    before = processor(pids)
    time.sleep(IDLE_S)  # what is measured
    return 100 * (processor(pids) - before) / IDLE_S


def echoes(direct: Way, through: Way, recorder: int, counts: list[int]) -> None:
    """The table of open sessions."""
    print(
        "| sessions | echo p50 ms: direct | recorder | added | p99 ms: direct | recorder | ratio "
        "| MB a session | threads a session | idle: % of a core |\n" + "|---" * 10 + "|"
    )
    for count in counts:
        alone = tree(recorder)
        with direct.sessions(count) as sessions:
            p50, p99 = latency(sessions)
        base = memory(alone), threads(alone)
        with through.sessions(count) as sessions:
            our50, our99 = latency(sessions)
            pids = tree(recorder)
            each = (memory(pids) - base[0]) / count, (threads(pids) - base[1]) / count
            busy = idle(pids)
        print(
            f"| {count} | {p50:.2f} | {our50:.2f} | {our50 - p50:.2f} "
            f"| {p99:.2f} | {our99:.2f} | {our99 / p99:.1f} "
            f"| {each[0]:.1f} | {each[1]:.1f} | {busy:.1f} |",
            flush=True,
        )


def flows(direct: Way, through: Way) -> None:
    """The table of what is moved, best of five in turns."""
    print("\n| what | direct | recorder | ratio |\n|---|---|---|---|")
    for name, measure in (("download MB/s", Way.down), ("upload MB/s", Way.up)):
        pairs = [(measure(direct), measure(through)) for _ in range(5)]
        one, other = max(a for a, _ in pairs), max(b for _, b in pairs)
        print(f"| {name} | {one:.0f} | {other:.0f} | {other / one:.2f} |", flush=True)
    pairs = [(direct.login(), through.login()) for _ in range(LOGINS)]
    one, other = (1 / statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"| logins a second, one after the other | {one:.1f} | {other:.1f} | {other / one:.2f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sessions", type=int, nargs="+", default=[1, 50, 100, 250])
    counts = parser.parse_args().sessions
    print("## The recorder beside sshd\n")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sshd, bastion = configure(folder, "")
        with (folder / "sshd_config").open("a") as file:
            file.write("MaxStartups 1000\nMaxSessions 100\n")
        with (folder / "bastion/recorder.toml").open("a") as file:
            file.write(LIMITS)
        (folder / "data").write_bytes(bytes(MEGABYTES << 20))
        binary = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin") or "sshd"
        serve = [
            sys.executable,
            "-m",
            "sessionlens_recorder",
            "serve",
            "--config",
            folder / "bastion/recorder.toml",
        ]
        with running([binary, "-D", "-f", folder / "sshd_config"], sshd), running(serve, bastion):
            found = subprocess.run(
                ["pgrep", "-of", str(folder / "bastion/recorder.toml")], stdout=subprocess.PIPE, check=True
            )
            direct, through = Way(folder, ME, sshd), Way(folder, "john%t", bastion)
            flows(direct, through)
            print()
            echoes(direct, through, int(found.stdout), counts)


if __name__ == "__main__":
    main()
