"""Recording sealed input against plain: the writer alone, and an upload through the bastion.

    python benchmarks/bench_sealed.py            200 MB through the bastion, five times each way
    python benchmarks/bench_sealed.py --mb 20    smaller

The bastion's part needs OpenSSH's sshd, ssh and ssh-keygen; without them only the writer is measured.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pwd
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sessionlens_recorder.bundle import BundleWriter, Input
from sessionlens_recorder.initialise import initialise
from sessionlens_recorder.sealing import new_identity, sealing

RUNS = 5
KEYS, PIECES, PIECE = 20_000, 3_000, 32 * 1024
SSHD = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
_, RECIPIENT = new_identity()
INPUTS: dict[str, Input] = {"plain": "plain", "sealed": sealing([RECIPIENT])}
ABOUT = f"""## Sealed input

Medians of {RUNS} runs, plain and sealed in turn. `ratio` is sealed ÷ plain: of time where smaller is better,
of speed where larger is. The writer is `ChannelWriter.input` in one thread, which hashes too once 1 MiB
waits, in time of the processor, since the machine is shared; the upload is `cat > /dev/null` through the
bastion over AES-GCM, all of it on this machine.

| what | plain | sealed | ratio |
|---|---|---|---|"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--mb", type=int, default=200, help="to upload through the bastion")
    chosen = parser.parse_args()
    print(ABOUT)
    key = pairs(lambda kind: writing(INPUTS[kind], b"x", KEYS))
    row("the writer: one key, µs", *(f"{value * 1e6:.1f}" for value in key), key[1] / key[0])
    bulk = pairs(lambda kind: writing(INPUTS[kind], os.urandom(PIECE), PIECES))
    speed = [PIECE / 1e6 / value for value in bulk]
    row("the writer: pieces of 32 KiB, MB/s", *(f"{value:.0f}" for value in speed), speed[1] / speed[0])
    size = [typing(INPUTS[kind]) for kind in ("plain", "sealed")]
    row("disk for a second of typing (5 keys), bytes", *map(str, size), size[1] / size[0])
    if SSHD is None:
        print("\nThe upload was not measured: there is no sshd here.")
        return
    with bastions() as ports:
        up = pairs(lambda kind: chosen.mb / uploading(*ports[kind], chosen.mb))
    row(f"upload of {chosen.mb} MB, MB/s", *(f"{value:.0f}" for value in up), up[1] / up[0])


def row(what: str, plain: str, sealed: str, ratio: float) -> None:
    print(f"| {what} | {plain} | {sealed} | {ratio:.2f} |", flush=True)


def pairs(measure: Callable[[str], float]) -> list[float]:
    """The medians of plain and sealed, in turn after one run each that does not count."""
    found: dict[str, list[float]] = {kind: [] for kind in INPUTS}
    for at in range(RUNS + 1):
        for kind, values in found.items():
            value = measure(kind)
            if at:
                values.append(value)
    return [statistics.median(values) for values in found.values()]


def writing(stored: Input, data: bytes, times: int) -> float:
    """Seconds of the processor for one call of `input`."""
    with tempfile.TemporaryDirectory() as folder:
        writer = BundleWriter.create(Path(folder), {"person": "john", "target": {"name": "web01"}}, stored)
        channel = writer.open_channel("shell", pty={"term": "xterm", "columns": 80, "rows": 24})
        packet = bytearray(data)
        start = time.process_time()
        for _ in range(times):
            channel.input(bytes(packet))  # in memory of its own, as what comes from a connection
        took = time.process_time() - start
        channel.close(0)
        writer.seal(None)
    return took / times


def typing(stored: Input) -> int:
    """Bytes in `in` and `timing` for five keys within two commits."""
    with tempfile.TemporaryDirectory() as folder:
        writer = BundleWriter.create(Path(folder), {"person": "john", "target": {"name": "web01"}}, stored)
        channel = writer.open_channel("shell", pty={"term": "xterm", "columns": 80, "rows": 24})
        files = [writer.path / "0.shell" / name for name in ("in", "timing")]
        before = sum(file.stat().st_size for file in files)
        for keys in (3, 2):
            for _ in range(keys):
                channel.input(b"x")
            writer.commit()
        took = sum(file.stat().st_size for file in files) - before
        writer.seal(None)
    return took


@contextlib.contextmanager
def bastions() -> Iterator[dict[str, tuple[int, Path]]]:
    """A real sshd, and a bastion of each kind in front of it: port, and folder with key and known hosts."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        here = Path(folder)
        for name in ("host", "client", "john"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", here / name], check=True)
        port = target(here, stack)
        yield {kind: bastion(here, kind, port, stack) for kind in INPUTS}


def target(here: Path, stack: contextlib.ExitStack) -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    (here / "config").write_text(
        f"ListenAddress 127.0.0.1:{port}\nHostKey {here}/host\nPidFile {here}/pid\n"
        f"UsePAM no\nStrictModes no\nAuthorizedKeysFile {here}/client.pub\n"
    )
    log = here / "log"
    process = subprocess.Popen([str(SSHD), "-D", "-f", str(here / "config"), "-E", str(log)])
    stack.callback(process.wait)
    stack.callback(process.terminate)
    while not (log.exists() and "listening" in log.read_text()):
        if process.poll() is not None:
            raise SystemExit(f"sshd does not start: {log.read_text()}")
        time.sleep(0.01)
    return port


def bastion(here: Path, kind: str, port: int, stack: contextlib.ExitStack) -> tuple[int, Path]:
    folder = here / kind
    initialise(folder)
    stored = 'input = "plain"' if kind == "plain" else f'input_recipients = ["{RECIPIENT}"]'
    public = " ".join((here / "host.pub").read_text().split()[:2])
    (folder / "recorder.toml").write_text(
        f"""[server]
listen = "127.0.0.1:0"
host_key = "keys/host_ed25519"
signing_key = "keys/signing_ed25519"
recordings = "recordings"
[recording]
{stored}
[[rules]]
who = "john"
targets = "web01"
[users.john]
authorized_keys = "{here}/john.pub"
[targets.web01]
address = "127.0.0.1:{port}"
host_key = "{public}"
account = "{pwd.getpwuid(os.getuid()).pw_name}"
key = "{here}/client"
"""
    )
    line = [sys.executable, "-m", "sessionlens_recorder", "serve", "--config", str(folder / "recorder.toml")]
    with open(folder / "log", "w") as log:
        process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=log, text=True)
    stack.callback(process.wait)
    stack.callback(process.send_signal, signal.SIGTERM)
    assert process.stdout is not None
    word, _, opened = process.stdout.readline().partition(" ")
    if word != "ready":
        raise SystemExit(f"the bastion does not start: {(folder / 'log').read_text()}")
    return int(json.loads(opened)["server"].rpartition(":")[2]), here / "john"


def uploading(port: int, key: Path, mb: int) -> float:
    """Seconds from the first byte to the exit status."""
    options = ["-F", "none", "-i", str(key), "-p", str(port), "-c", "aes128-gcm@openssh.com"]
    for option in (
        "BatchMode=yes",
        "StrictHostKeyChecking=no",
        "UserKnownHostsFile=/dev/null",
        "LogLevel=ERROR",
    ):
        options += ["-o", option]
    line = ["ssh", *options, "john%web01@127.0.0.1", "echo ready; cat > /dev/null"]
    data = os.urandom(1 << 20)
    with subprocess.Popen(
        line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as ssh:
        assert ssh.stdin is not None
        assert ssh.stdout is not None
        if ssh.stdout.readline() != b"ready\n":
            raise SystemExit("no session through the bastion")
        start = time.perf_counter()
        for _ in range(mb * 1_000_000 // len(data)):
            ssh.stdin.write(data)
        ssh.stdin.close()
        if ssh.wait():
            raise SystemExit(f"the upload ended with {ssh.returncode}")
        return time.perf_counter() - start


if __name__ == "__main__":
    main()
