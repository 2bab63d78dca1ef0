"""A private sshd and a private bastion on loopback: real programs, no mocks.

`site` is shared by the tests of one worker; `build_site` makes a new one where a test breaks things or needs
another configuration.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sessionlens_recorder.bundle import check, is_live, read_session
from sessionlens_recorder.initialise import initialise

ME = pwd.getpwuid(os.getuid()).pw_name
DEADLINE_S = 28.0  # for a busy machine, and less than the bastion's own patience (30 s and more)


def wait_for(condition: Callable[[], Any], what: str = "", seconds: float = DEADLINE_S) -> Any:
    """Wait on a state, not for a time."""
    end = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what or condition}")
        time.sleep(0.01)
    return answer


def make_key(path: Path, *options: str) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path, *options], check=True)
    return path


def public(path: Path) -> str:
    """`ssh-ed25519 AAAA…`"""
    return " ".join(path.with_name(path.name + ".pub").read_text().split()[:2])


def write_secret(path: Path, line: str) -> None:
    """As `umask 077` would: nobody else reads it."""
    path.touch(mode=0o600)
    path.write_text(line + "\n")


def free_port() -> int:
    """Outside of what the kernel gives to whoever asks for any: no other test is given it meanwhile."""
    for _ in range(100):
        port = random.SystemRandom().randrange(10_000, 32_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise OSError("no port between 10,000 and 32,000 is free")


def is_sealed(bundle: Path) -> bool:
    """And its recorder has let go of it."""
    return (bundle / "MANIFEST.sig").exists() and not is_live(bundle)


@dataclass
class Sshd:
    """A stock OpenSSH server with a configuration of its own, which lets this user in with `client_key`."""

    port: int
    host_key: Path
    client_key: Path
    process: subprocess.Popen[bytes]
    log: Path


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with running_sshd(tmp_path_factory.mktemp("sshd")) as sshd:
        yield sshd


@contextlib.contextmanager
def running_sshd(folder: Path, more: str = "", name: str = "sshd") -> Iterator[Sshd]:
    """`more` goes before the usual settings, and the first one counts; `name` is what PAM knows it by."""
    binary = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if binary is None:
        pytest.skip("needs openssh-server")
    host_key, client_key = make_key(folder / "host"), make_key(folder / "client")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    (folder / "home").mkdir()
    (folder / name).symlink_to(binary)
    port = free_port()
    (folder / "config").write_text(
        f"""{more}
ListenAddress 127.0.0.1:{port}
HostKey {host_key}
PidFile {folder / "pid"}
AuthorizedKeysFile {client_key}.pub
StrictModes no
UsePAM no
LogLevel DEBUG1
MaxSessions 20
MaxStartups 100:30:200
AcceptEnv LANG LC_*
SetEnv HOME={folder / "home"}
StreamLocalBindUnlink yes
X11Forwarding yes
Subsystem sftp internal-sftp
"""
    )
    log = folder / "log"
    process = subprocess.Popen([folder / name, "-D", "-f", folder / "config", "-E", log])
    wait_for(lambda: log.exists() and "listening" in log.read_text(), "sshd listens")
    yield Sshd(port, host_key, client_key, process, log)
    process.terminate()
    process.wait(DEADLINE_S)


@dataclass
class Site:
    """A bastion in front of one target, and a user, john, with a key."""

    folder: Path
    key: Path
    server: str = ""
    targets: dict[str, str] = field(default_factory=dict)
    metrics: str = ""
    ready: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None

    @property
    def recordings(self) -> Path:
        return self.folder / "recordings"

    def start(self, *, sabotage: str = "", before: Sequence[str] = (), **options: Any) -> Site:
        """Start `serve`; `sabotage` is Python that is run before it, in the same process; `before` a program
        that becomes it.
        """
        program = f"import sys\n{sabotage}\nfrom sessionlens_recorder.cli import main\nsys.exit(main())"
        serve = ["serve", "--config", str(self.folder / "recorder.toml")]
        command = [*before, sys.executable, "-c", program, *serve]
        with open(self.folder / "log", "a") as log:
            options = {"stderr": log} | options
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **options)
        assert self.process.stdout is not None
        word, _, addresses = self.process.stdout.readline().partition(" ")
        self.process.stdout.close()
        assert word == "ready", self.log()
        self.ready = opened = json.loads(addresses)
        self.server, self.targets = opened["server"], opened["targets"]
        self.metrics = opened.get("metrics", "")
        known = public(self.folder / "keys/host_ed25519")
        hosts = {address.rpartition(":")[2] for address in (self.server, *self.targets.values())}
        (self.folder / "known_hosts").write_text("".join(f"[127.0.0.1]:{port} {known}\n" for port in hosts))
        return self

    def replaced(self, old: str, new: str) -> Site:
        """Change the configuration, before the start."""
        file = self.folder / "recorder.toml"
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))
        return self

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(DEADLINE_S)

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def options(self, *more: str, target: str | None = "web01", key: Path | None = None) -> list[str]:
        """Options for ssh, scp and sftp, all but the host."""
        address = self.targets[target] if target else self.server
        settings = {
            "BatchMode": "yes",
            "IdentitiesOnly": "yes",
            "IdentityFile": key or self.key,
            "LogLevel": "INFO",
            "Port": address.rpartition(":")[2],
            "StrictHostKeyChecking": "yes",
            "User": "john",
            "UserKnownHostsFile": self.folder / "known_hosts",
        }
        return ["-F", "none", *more, *(f"-o{name}={value}" for name, value in settings.items())]

    def ssh(
        self, *arguments: str, timeout: float = DEADLINE_S, **more: Any
    ) -> subprocess.CompletedProcess[bytes]:
        """`ssh OPTIONS 127.0.0.1 COMMAND`: options are the arguments up to "--"."""
        split = arguments.index("--") if "--" in arguments else 0
        options, command = arguments[:split], arguments[split + 1 if "--" in arguments else 0 :]
        known = {name: more.pop(name) for name in ("target", "key") if name in more}
        more.setdefault("stdin", subprocess.DEVNULL) if "input" not in more else None
        line = ["ssh", *self.options(*options, **known), "127.0.0.1", *command]
        return subprocess.run(line, capture_output=True, timeout=timeout, check=False, **more)

    def bundles(self) -> list[Path]:
        return sorted(path.parent for path in self.recordings.glob("*/*/*/*/session.json"))

    def sealed(self, before: list[Path]) -> Path:
        """The one bundle that was not there before, once it is sealed; and it verifies."""
        (new,) = wait_for(lambda: [path for path in self.bundles() if path not in before], "a new bundle")
        wait_for(lambda: is_sealed(new), f"{new} is sealed\n{self.log()}")
        self.verify(new)
        return Path(new)

    def verify(self, bundle: Path) -> None:
        """Structure, hashes and chain hold, and the signature is this bastion's, as ssh-keygen sees it."""
        assert check(bundle).problems == ()
        signers = self.folder / "allowed_signers"
        line = ["ssh-keygen", "-Y", "verify", "-f", signers, "-I", signers.read_text().split()[0]]
        line += ["-n", "sessionlens", "-s", bundle / "MANIFEST.sig"]
        with open(bundle / "MANIFEST", "rb") as manifest:
            done = subprocess.run(line, stdin=manifest, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr

    def record(self, *arguments: str, **more: Any) -> tuple[subprocess.CompletedProcess[bytes], Path]:
        """Run ssh; the answer is how it ended and its sealed bundle."""
        before = self.bundles()
        done = self.ssh(*arguments, **more)
        return done, self.sealed(before)


EVERYTHING = """[[rules]]
who = "*"
targets = "*"
allow = ["shell", "exec", "sftp", "subsystem", "forward", "agent", "x11"]"""

BuildSite = Callable[..., Site]


def write_site(
    folder: Path,
    sshd: Sshd,
    server: str = "",
    user: str = "",
    target: str = "",
    rules: str = EVERYTHING,
    **changes: str,
) -> Site:
    """A folder with keys and a configuration; `server`, `user`, `target`: more lines for those sections."""
    folder.mkdir(exist_ok=True)
    initialise(folder)
    key = make_key(folder / "john")
    (folder / "users/john.pub").write_text(public(key) + " john@laptop\n")
    values = {
        "address": f'"127.0.0.1:{sshd.port}"',
        "host_key": f'"{public(sshd.host_key)}"',
        "listen": '"127.0.0.1:0"',
        "account": f'"{ME}"',
        "key": f'"{sshd.client_key}"',
    } | changes
    lines = "\n".join(f"{name} = {value}" for name, value in values.items() if value)
    (folder / "recorder.toml").write_text(
        f"""[server]
name = "bastion1"
listen = "127.0.0.1:0"
host_key = "keys/host_ed25519"
signing_key = "keys/signing_ed25519"
recordings = "recordings"
{server}
[recording]
input = "plain"
{rules}
[users.john]
authorized_keys = "users/john.pub"
{user}
[targets.web01]
{lines}
{target}
"""
    )
    return Site(folder, key)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, sshd: Sshd) -> Iterator[Site]:
    """One bastion for all tests of a worker that leave it as it is."""
    folder = tmp_path_factory.mktemp("site")
    site = write_site(folder, sshd, target='forward = ["127.0.0.1:*", "localhost:*", "/tmp/*"]').start()
    yield site
    site.stop()


@pytest.fixture
def build_site(tmp_path: Path, sshd: Sshd) -> Iterator[BuildSite]:
    """A bastion of one's own, stopped after the test: build_site(server=…, user=…, target=…, key=…)."""
    built: list[Site] = []

    def build(**options: str) -> Site:
        built.append(write_site(tmp_path / f"site{len(built)}", sshd, **options))
        return built[-1]

    yield build
    for site in built:
        if site.process is not None and site.process.poll() is None:
            site.stop()


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """pytest keeps its own from all other users."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o711)
        yield Path(name)


def channel(bundle: Path, name: str) -> Path:
    """A channel's folder by `N.kind`, and that it is there."""
    assert (bundle / name).is_dir(), sorted(path.name for path in bundle.iterdir())
    return bundle / name


def stream(folder: Path, name: str) -> bytes:
    """`in` or `out` without the first and last lines that script(1) adds."""
    data = (folder / name).read_bytes()
    start, end = data.index(b"\n") + 1, data.rindex(b"\nScript done on ")
    return data[start:end]


def events(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]


def facts(bundle: Path) -> dict[str, Any]:
    return read_session(bundle)
