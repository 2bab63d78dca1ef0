"""Files through the recorder: stock sftp and scp, up and down, as a ratio to the same sshd directly."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sessionlens_recorder.initialise import initialise

MEGABYTES = 192
RUNS = 5
ME = pwd.getpwuid(os.getuid()).pw_name
WAYS = ("sftp get", "sftp put", "scp -O down", "scp -O up")


def key(path: Path) -> str:
    """Make a key; its public half."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return " ".join(path.with_name(path.name + ".pub").read_text().split()[:2])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def running(command: list[str | Path], port: int) -> Iterator[int]:
    """A server, from when it listens on; its process."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def configure(folder: Path, copies: str) -> tuple[int, int]:
    """An sshd and a bastion in front of it: their ports."""
    sshd, bastion = free_port(), free_port()
    host, client = key(folder / "host"), key(folder / "client")
    (folder / "sshd_config").write_text(
        f"ListenAddress 127.0.0.1:{sshd}\nHostKey {folder}/host\nPidFile {folder}/pid\nStrictModes no\n"
        f"AuthorizedKeysFile {folder}/client.pub\nUsePAM no\nSubsystem sftp internal-sftp\n"
    )
    initialise(folder / "bastion")
    (folder / "bastion/recorder.toml").write_text(
        f'[server]\nlisten = "127.0.0.1:{bastion}"\nhost_key = "keys/host_ed25519"\n'
        f'signing_key = "keys/signing_ed25519"\nrecordings = "recordings"\n'
        f'[recording]\ninput = "plain"\n{copies}\n'
        f'[[rules]]\nwho = "john"\ntargets = "t"\n'
        f'[users.john]\nauthorized_keys = "{folder}/client.pub"\n'
        f'[targets.t]\naddress = "127.0.0.1:{sshd}"\nhost_key = "{host}"\naccount = "{ME}"\n'
        f'key = "{folder}/client"\n'
    )
    assert client
    return sshd, bastion


def seconds(folder: Path, way: str, user: str, port: int) -> float:
    """How long one transfer takes, login included."""
    options = ["-F", "none", "-oLogLevel=ERROR", f"-oIdentityFile={folder}/client", "-oIdentitiesOnly=yes"]
    options += [
        "-oStrictHostKeyChecking=no",
        "-oUserKnownHostsFile=/dev/null",
        "-c",
        "aes128-gcm@openssh.com",
    ]
    data, copy, there = folder / "data", folder / "copy", f"{user}@127.0.0.1"
    copy.unlink(missing_ok=True)
    batch = ""
    if way.startswith("sftp"):
        verb = way.split()[1]
        batch = f"{verb} {data} {copy}\n"
        line = ["sftp", *options, f"-P{port}", "-q", "-b", "-", there]
    else:
        pair = [f"{there}:{data}", str(copy)] if way.endswith("down") else [str(data), f"{there}:{copy}"]
        line = ["scp", "-O", "-q", *options, f"-P{port}", *pair]
    start = time.perf_counter()
    subprocess.run(line, input=batch.encode(), check=True, stdout=subprocess.DEVNULL)
    took = time.perf_counter() - start
    assert copy.stat().st_size == MEGABYTES << 20
    return took


def discard(recordings: Path) -> None:
    """Make room once a recording is sealed: sealing is part of the work of no run."""
    bundles = [path.parent for path in recordings.glob("*/*/*/*/session.json")]
    while not all((bundle / "MANIFEST.sig").exists() for bundle in bundles):
        time.sleep(0.05)
    for file in recordings.rglob("*"):
        if file.name in ("in", "out") or file.name.startswith("copy-"):
            file.unlink()


def measure(
    copies: str = "", progress: Callable[[str], None] = lambda text: None
) -> dict[str, tuple[float, float]]:
    """Per way the fewest seconds directly and through the recorder, taken in turns."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sshd, bastion = configure(folder, copies)
        (folder / "data").write_bytes(os.urandom(1 << 20) * MEGABYTES)
        recorder = [
            sys.executable,
            "-m",
            "sessionlens_recorder",
            "serve",
            "--config",
            folder / "bastion/recorder.toml",
        ]
        binary = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin") or "sshd"
        with running([binary, "-D", "-f", folder / "sshd_config"], sshd), running(recorder, bastion):
            found = {}
            for way in WAYS:
                pairs = []
                for _ in range(RUNS):
                    pairs.append((seconds(folder, way, ME, sshd), seconds(folder, way, "john%t", bastion)))
                    discard(folder / "bastion/recordings")
                    progress(f"{way} {pairs[-1]}")
                found[way] = (min(direct for direct, _ in pairs), min(through for _, through in pairs))
            return found


def main() -> None:
    print("## Files through the recorder\n")
    print(
        f"{MEGABYTES} MiB, login included, best of {RUNS} runs, in turns with the same sshd directly; "
        "recording, hashing and signing on.\n"
    )
    heads = ("what", "direct MB/s", "through the recorder MB/s", "ratio", "ratio with `copies` of everything")
    print(f"| {' | '.join(heads)} |\n|---|---|---|---|---|")
    plain, copied = measure(), measure('copies = "1G"')
    size = (MEGABYTES << 20) / 1e6
    for way in WAYS:
        direct, through = plain[way]
        ratio = copied[way][0] / copied[way][1]
        print(
            f"| {way} | {size / direct:.0f} | {size / through:.0f} | {direct / through:.2f} | {ratio:.2f} |"
        )


if __name__ == "__main__":
    main()
