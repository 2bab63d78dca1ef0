"""The README's "Record your own": its commands are run as they stand, but for the ports."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import DEADLINE_S, Sshd, free_port, wait_for

pytestmark = pytest.mark.slow

README = Path(__file__).parents[2] / "README.md"


def blocks() -> list[str]:
    """The section's commands, block by block."""
    section = README.read_text("utf-8").partition("## Record your own\n")[2].partition("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", section, re.DOTALL)


def program(path: Path, line: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\nexec {line} "$@"\n')
    path.chmod(0o755)


@pytest.fixture
def home(tmp_path: Path, sshd: Sshd) -> Path:
    """A home with a key pair and an authorized_keys that counts, and a work folder with .venv/bin in it."""
    keys = tmp_path / ".ssh"
    keys.mkdir()
    shutil.copy(sshd.client_key, keys / "id_ed25519")
    shutil.copy(f"{sshd.client_key}.pub", keys / "id_ed25519.pub")
    (keys / "authorized_keys").symlink_to(f"{sshd.client_key}.pub")
    for name in ("sessionlens", "sessionlens_recorder"):
        line = f"{sys.executable} -m {name}"
        program(tmp_path / ".venv/bin" / name.replace("_", "-"), line)
    options = f"-F none -i {keys}/id_ed25519 -oStrictHostKeyChecking=accept-new -oIdentitiesOnly=yes"
    program(tmp_path / "bin/ssh", f"{shutil.which('ssh')} {options} -oUserKnownHostsFile={keys}/known_hosts")
    return tmp_path


def test_record_your_own(home: Path, sshd: Sshd) -> None:
    ours = free_port()
    install, log_in, look = (
        block.replace(":22 ", f":{sshd.port} ")
        .replace("-p 22 ", f"-p {sshd.port} ")
        .replace("2222", f"{ours}")
        for block in blocks()
    )
    # the one change that cannot be avoided here: 2222 may be taken
    install = install.replace("init bastion ", f"init bastion --listen 127.0.0.1:{ours} ")
    environment = os.environ | {"HOME": str(home), "PATH": f"{home}/bin:{os.environ['PATH']}"}
    settings = {"cwd": home, "env": environment, "text": True, "stderr": subprocess.PIPE}
    shell = ["bash", "-euo", "pipefail", "-c"]
    with (
        open(home / "out", "w") as out,
        subprocess.Popen([*shell, install], stdout=out, start_new_session=True, **settings) as serving,
    ):
        try:
            wait_for(lambda: "\nready {" in (home / "out").read_text() or serving.poll() is not None)
            assert serving.poll() is None, serving.communicate()
            typed = subprocess.run(
                [*shell, log_in], input="echo re''corded\n", capture_output=True, timeout=DEADLINE_S,
                check=True, cwd=home, env=environment, text=True,
            )  # fmt: skip
            assert "recorded" in typed.stdout.splitlines()
            assert "This session is recorded" in typed.stderr
            wait_for(lambda: list((home / "bastion/recordings").glob("*/*/*/*/MANIFEST.sig")), "it is sealed")
            seen = subprocess.run(
                [*shell, look], capture_output=True, timeout=3 * DEADLINE_S, check=False,
                cwd=home, env=environment, text=True,
            )  # fmt: skip
            assert seen.returncode == 0, seen
        finally:
            os.killpg(serving.pid, signal.SIGTERM)
            serving.communicate(timeout=DEADLINE_S)
