"""The command line, and what importing and installing the recorder brings along."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from sessionlens_recorder.cli import main
from sessionlens_recorder.net.passwords import check_password


def test_init_writes_a_folder_and_does_not_overwrite_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(tmp_path / "b")]) == 0
    names = {str(path.relative_to(tmp_path / "b")) for path in (tmp_path / "b").rglob("*") if path.is_file()}
    assert {"recorder.toml", "allowed_signers", "keys/host_ed25519", "keys/signing_ed25519"} <= names
    for secret in ("recorder.toml", "keys/host_ed25519", "keys/signing_ed25519"):
        assert (tmp_path / "b" / secret).stat().st_mode & 0o77 == 0
    assert tomllib.loads((tmp_path / "b/recorder.toml").read_text())["recording"]["input"] == "plain"
    assert ' namespaces="sessionlens" ssh-ed25519 AAAA' in (tmp_path / "b/allowed_signers").read_text()
    assert main(["init", str(tmp_path / "b")]) == 64
    assert "is there already" in capsys.readouterr().err
    subprocess.run(
        ["ssh-keygen", "-y", "-f", tmp_path / "b/keys/host_ed25519"], check=True, capture_output=True
    )


def test_serve_with_a_bad_configuration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "c.toml").write_text("[serve]\n")
    assert main(["serve", "--config", str(tmp_path / "c.toml")]) == 64
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"sessionlens-recorder: {tmp_path}/c.toml")


def test_passwd_prints_a_line_for_password_file() -> None:
    command = [sys.executable, "-m", "sessionlens_recorder", "passwd"]
    done = subprocess.run(command, input="secret\n", capture_output=True, text=True, check=True)
    assert check_password(b"secret", done.stdout.strip())
    done = subprocess.run(command, input="\n", capture_output=True, text=True, check=False)
    assert done.returncode == 64


def test_importing_the_recorder_does_not_import_the_lab() -> None:
    code = (
        "import sys, sessionlens_recorder.cli, sessionlens_recorder.net.server\n"
        "heavy = {'sessionlens', 'pandas', 'numpy', 'PIL', 'pyte'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_recorder_depends_on_paramiko_and_cryptography_only(root: Path) -> None:
    project = tomllib.loads((root / "recorder/pyproject.toml").read_text())["project"]
    names = {dependency.split(">")[0] for dependency in project["dependencies"]}
    assert names == {"paramiko", "cryptography"}
