"""The recorder beside the same sshd directly, and beside ssh-mitm where that runs: echo, throughput, logins,
memory, threads, idle processor.

Stock ssh clients, AES-GCM, recording and signing on. All ways are open at once and measured in turns, so
that each ratio is of one minute. In the table of echoes one session at a time sends a byte and waits for its
echo: the latency is the way's, not that of a queue for two cores.

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
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from bench_files import ME, configure, discard, free_port, running  # a file beside this script
from sessionlens_recorder.initialise import initialise
from sessionlens_recorder.sealing import new_identity

PINGS, LOGINS, AT_ONCE, REPEATS, IDLE_OF = 1000, 12, 8, 3, 100
SETTLE_S, IDLE_S = 2.0, 30.0  # what was measured before is committed; then nothing happens
MEGABYTES, FEW = 1024, 32  # logging in is little beside it; the few are for ssh-mitm, which is slow
MITM_S = 30.0  # for its first answer
LIMITS = '[limits]\nper_source = 1000\nper_person = 1000\ntotal = 1000\nstartups = "500:30:1000"\n'
TICK = os.sysconf("SC_CLK_TCK")


class Way:
    """One of the ways to the target: directly, through a recorder, through ssh-mitm."""

    def __init__(self, name: str, folder: Path, user: str, port: int, megabytes: int = MEGABYTES) -> None:
        self.name, self.megabytes = name, megabytes
        self._folder, self._user, self._port = folder, user, port

    def line(self, *command: str) -> list[str]:
        """The command line of a stock client."""
        return ["ssh", "-T", *self._options(), f"-p{self._port}", f"{self._user}@127.0.0.1", *command]

    def _options(self) -> list[str]:
        options = ["LogLevel=ERROR", "IdentitiesOnly=yes", f"IdentityFile={self._folder}/client"]
        options += ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "BatchMode=yes"]
        return ["-F", "none", "-caes128-gcm@openssh.com", *(f"-o{option}" for option in options)]

    def open(self) -> subprocess.Popen[bytes]:
        """A session that has answered once."""
        quiet = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        session = subprocess.Popen(self.line("cat"), bufsize=0, **quiet)
        echo(session)
        return session

    def login(self, _: int = 0) -> float:
        """Seconds from the start of a client to the end of `true`."""
        start = time.perf_counter()
        subprocess.run(self.line("true"), check=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return time.perf_counter() - start

    def down(self) -> float:
        """MB/s from the target, login included as in all that follow."""
        return self._speed(self.line(f"head -c {self.megabytes << 20} /dev/zero"))

    def up(self) -> float:
        """MB/s to the target."""
        with (
            open("/dev/zero", "rb") as zero,
            subprocess.Popen(
                ["head", "-c", str(self.megabytes << 20)], stdin=zero, stdout=subprocess.PIPE
            ) as data,
        ):
            return self._speed(self.line("cat > /dev/null"), data.stdout)

    def get(self) -> float:
        """MB/s of a file by sftp: listed with its hash, and no stream is kept."""
        data = self._folder / "data"
        with data.open("wb") as file:
            file.truncate(self.megabytes << 20)
        line = ["sftp", *self._options(), f"-P{self._port}", "-q", f"{self._user}@127.0.0.1:{data}"]
        return self._speed([*line, "/dev/null"])

    def _speed(self, line: list[str], data: object = subprocess.DEVNULL) -> float:
        start = time.perf_counter()
        subprocess.run(line, check=True, stdin=data, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # type: ignore[call-overload]
        return (self.megabytes << 20) / 1e6 / (time.perf_counter() - start)


def echo(session: subprocess.Popen[bytes]) -> float:
    """Milliseconds from a byte to its echo."""
    assert session.stdin is not None
    assert session.stdout is not None
    start = time.perf_counter()
    session.stdin.write(b"x")
    if not session.stdout.read(1):
        raise ConnectionError("a session has ended")
    return 1000 * (time.perf_counter() - start)


def percentiles(took: list[float]) -> tuple[float, float]:
    """The median and the 99th percentile."""
    return statistics.median(took), sorted(took)[len(took) * 99 // 100]


# what the recorder's processes take, from proc(5)


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
    time.sleep(SETTLE_S)
    before = processor(pids)
    time.sleep(IDLE_S)  # what is measured
    return 100 * (processor(pids) - before) / IDLE_S


# the tables


def flows(ways: Sequence[Way], recordings: list[Path]) -> None:
    """What is moved and who logs in: best of some in turns."""
    heads = [way.name for way in ways] + [f"{way.name} ÷ direct" for way in ways[1:]]
    print(f"| what | {' | '.join(heads)} |\n|{'---|' * (1 + len(heads))}")
    measures = {"download MB/s": Way.down, "upload MB/s": Way.up, "file by sftp, MB/s": Way.get}
    for name, measure in measures.items():
        runs: dict[Way, list[float]] = {way: [] for way in ways}
        for _ in range(REPEATS):
            for way, found in runs.items():
                found.append(attempt(measure, way))
                for folder in recordings:
                    discard(folder)
        row(name, [max(found) for found in runs.values()])
    alone = {way: [] for way in ways}  # type: ignore[var-annotated]
    for _ in range(LOGINS):
        for way, found in alone.items():
            found.append(attempt(Way.login, way))
    row("logins a second, one after the other", [1 / statistics.median(found) for found in alone.values()])
    row(f"logins a second, {AT_ONCE} at once", [at_once(way) for way in ways])


def attempt(measure, way: Way) -> float:  # type: ignore[no-untyped-def]
    """NaN where another's program fails; ours may not."""
    try:
        return float(measure(way))
    except subprocess.CalledProcessError:
        if way.name != "ssh-mitm":
            raise
        return float("nan")


def at_once(way: Way) -> float:
    start = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as several:
        for _ in several.map(lambda _: attempt(Way.login, way), range(3 * AT_ONCE)):
            pass
    return 3 * AT_ONCE / (time.perf_counter() - start)


def row(name: str, values: list[float]) -> None:
    shown = [f"{value:.3g}" for value in values] + [f"{value / values[0]:.2f}" for value in values[1:]]
    print(f"| {name} | {' | '.join(shown)} |", flush=True)


def echoes(direct: Way, through: Way, recorder: int, counts: list[int]) -> None:
    """The table of open sessions; the same sessions stay open for the next row."""
    print(
        "\n| sessions | echo p50 ms: direct | recorder | added | p99 ms: direct | recorder | ratio "
        "| MB a session | threads a session | idle: % of a core |\n" + "|---" * 10 + "|"
    )
    alone = tree(recorder)
    base = memory(alone), threads(alone)
    with ExitStack() as stack, ThreadPoolExecutor(AT_ONCE) as several:
        sessions: dict[Way, list[subprocess.Popen[bytes]]] = {direct: [], through: []}
        for count in counts:
            for way, opened in sessions.items():
                new = several.map(lambda _, way=way: way.open(), range(count - len(opened)))
                for session in new:
                    opened.append(session)
                    stack.callback(end, session)
            took: dict[Way, list[float]] = {direct: [], through: []}
            for at in range(PINGS):
                for way, opened in sessions.items():
                    took[way].append(echo(opened[at % count]))
            (p50, p99), (our50, our99) = percentiles(took[direct]), percentiles(took[through])
            pids = tree(recorder)
            each = (memory(pids) - base[0]) / count, (threads(pids) - base[1]) / count
            busy = f"{idle(pids):.1f}" if count in (IDLE_OF, counts[-1]) else ""
            print(
                f"| {count} | {p50:.2f} | {our50:.2f} | {our50 - p50:.2f} "
                f"| {p99:.2f} | {our99:.2f} | {our99 / p99:.1f} "
                f"| {each[0]:.1f} | {each[1]:.1f} | {busy} |",
                flush=True,
            )


def end(session: subprocess.Popen[bytes]) -> None:
    assert session.stdin is not None
    session.stdin.close()
    session.wait()


# what runs


def bastion(folder: Path, port: int, stored: str) -> tuple[list[str | Path], int]:
    """A bastion whose input is stored so: its command, and its port."""
    initialise(folder)
    plain = (folder.parent / "bastion/recorder.toml").read_text()
    toml = plain.replace(f"127.0.0.1:{port}", f"127.0.0.1:{(own := free_port())}")
    (folder / "recorder.toml").write_text(toml.replace('input = "plain"', stored))
    return serve(folder), own


def serve(folder: Path) -> list[str | Path]:
    return [sys.executable, "-m", "sessionlens_recorder", "serve", "--config", folder / "recorder.toml"]


@contextmanager
def mitm(folder: Path, sshd: int) -> Iterator[Way | str]:
    """ssh-mitm as a way to the target, or why there is none. It lets everybody in and has the key itself."""
    program = os.environ.get("SESSIONLENS_SSH_MITM") or shutil.which("ssh-mitm")
    if program is None:
        yield "it is not installed"
        return
    port, logs = free_port(), folder / "mitm"
    command = [program, "server", "--listen-address", "127.0.0.1", "--listen-port", str(port)]
    command += ["--remote-host", "127.0.0.1", "--remote-port", str(sshd), "--accept-first-publickey"]
    command += ["--auth-username", ME, "--auth-key", str(folder / "client"), "--store-command-data"]
    command += ["--host-key-ed25519", str(folder / "host"), "--session-log-dir", str(logs)]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=folder, **quiet) as process:
        try:
            way = Way("ssh-mitm", folder, ME, port, FEW)
            why_not = refusal(way, process)
            if why_not is not None:
                process.kill()
            yield why_not or way
        finally:
            process.kill()


def refusal(way: Way, process: subprocess.Popen[bytes]) -> str | None:
    """What a stock client says if no command comes through within some time."""
    deadline, said = time.monotonic() + MITM_S, "it does not answer"
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(subprocess.TimeoutExpired):
            line = way.line("echo through")
            done = subprocess.run(
                line, stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=False
            )
            if done.stdout == b"through\n":
                return None
            said = f"the stock client says {done.stderr.decode('utf-8', 'replace').strip()!r}"
        time.sleep(0.5)
    return said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sessions", type=int, nargs="+", default=[1, 50, 100, 250])
    counts = sorted(parser.parse_args().sessions)
    print("## The recorder beside sshd\n")
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        sshd, port = configure(folder, "")
        with (folder / "sshd_config").open("a") as file:
            file.write("MaxStartups 1000\nMaxSessions 100\n")
        with (folder / "bastion/recorder.toml").open("a") as file:
            file.write(LIMITS)
        binary = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin") or "sshd"
        stack.enter_context(running([binary, "-D", "-f", folder / "sshd_config"], sshd))
        recorder = stack.enter_context(running(serve(folder / "bastion"), port))
        _, recipient = new_identity()
        command, sealed = bastion(folder / "sealed", port, f'input_recipients = ["{recipient}"]')
        stack.enter_context(running(command, sealed))
        other = stack.enter_context(mitm(folder, sshd))
        direct, through = Way("direct", folder, ME, sshd), Way("recorder", folder, "john%t", port)
        ways = [direct, through, Way("sealed input", folder, "john%t", sealed)]
        ways += [other] if isinstance(other, Way) else []
        flows(ways, [folder / "bastion/recordings", folder / "sealed/recordings"])
        if isinstance(other, str):
            print(f"\nssh-mitm was not measured: {other}.")
        echoes(direct, through, recorder, counts)


if __name__ == "__main__":
    main()
