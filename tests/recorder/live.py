"""Helpers around running sessions: the command line, a terminal, and other Unix users."""

from __future__ import annotations

import json
import os
import pty
import pwd
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from .conftest import DEADLINE_S, BuildSite, Site, events, wait_for

RUN = [sys.executable, "-m", "sessionlens_recorder"]


ENV = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "recorder")}


def run(site: Site, *arguments: str, unix: str | None = None) -> subprocess.CompletedProcess[str]:
    """`sessionlens-recorder …`, as this user or as another one."""
    line = command(site, *arguments, unix=unix)
    return subprocess.run(line, capture_output=True, text=True, timeout=DEADLINE_S)


def command(site: Site, *arguments: str, unix: str | None = None) -> list[str]:
    line = [*RUN, *arguments, "--socket", str(socket_of(site))]
    return line if unix is None else ["setpriv", f"--reuid={unix}", "--clear-groups", *line]


def socket_of(site: Site) -> Path:
    """In the bastion's folder, unless a test says otherwise."""
    told = re.search(r'^socket = "(.*)"$', (site.folder / "recorder.toml").read_text(), re.MULTILINE)
    return Path(told[1]) if told else site.folder / "live.sock"


def can_be(unix: str) -> None:
    """Skips where no other user can be had."""
    if os.getuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("needs root and setpriv to be another Unix user")
    try:
        pwd.getpwnam(unix)
    except KeyError:
        pytest.skip(f"needs a Unix user {unix}")
    probe = ["setpriv", f"--reuid={unix}", "--clear-groups", *RUN, "--version"]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip(f"{unix} cannot run the recorder here")


@contextmanager
def shell(site: Site, *options: str, target: str | None = "web01") -> Iterator[Shell]:
    """An interactive session of john's on a pty."""
    leader, follower = pty.openpty()
    line = ["ssh", *site.options("-tt", *options, target=target), "127.0.0.1"]
    if not shutil.which("setsid"):
        pytest.skip("needs setsid, for a terminal that ssh may ask on")
    line = ["setsid", "--ctty", *line]
    process = subprocess.Popen(line, stdin=follower, stdout=follower, stderr=follower)
    os.close(follower)
    os.set_blocking(leader, False)
    try:
        yield Shell(leader, process)
    finally:
        process.kill()
        process.wait()
        os.close(leader)


class Shell:
    def __init__(self, leader: int, process: subprocess.Popen[bytes]) -> None:
        self.leader, self.process, self.seen = leader, process, ""

    def type(self, text: str) -> None:
        os.write(self.leader, text.encode())

    def read(self) -> str:
        try:
            while data := os.read(self.leader, 65536):
                self.seen += data.decode("utf-8", "replace")
        except OSError:
            pass
        return self.seen

    def until(self, text: str, seconds: float = DEADLINE_S) -> None:
        try:
            wait_for(lambda: text in self.read(), seconds=seconds)
        except AssertionError as error:
            raise AssertionError(f"{text!r} is not in {self.seen!r}") from error


def listed(site: Site) -> list[dict[str, Any]]:
    done = run(site, "sessions", "--json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def append(site: Site, text: str) -> None:
    """To the configuration, before the start."""
    file = site.folder / "recorder.toml"
    file.write_text(file.read_text() + text)


def only(site: Site, state: str = "running") -> str:
    """The id of the one session, once it is there."""
    found = wait_for(lambda: [one for one in listed(site) if one["state"] == state], f"one is {state}")
    return str(found[0]["session"])


def notes(bundle: Path) -> list[dict[str, Any]]:
    (folder,) = bundle.glob("*.connection")
    return events(folder)


def four_eyes(build_site: BuildSite, approver: str, more: str = "", **options: str) -> Site:
    site = build_site(target="four_eyes = true", **options)
    append(site, f'[live]\napprovers = ["{approver}"]\n{more}')
    return site.start()
