"""Checked and replayed with tools that others trust, and none of ours."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from sessionlens_recorder.bundle import BundleWriter

DOCS = Path(__file__).resolve().parents[2] / "docs" / "recording-format.md"


def need(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A sealed bundle; its key is beside it as `key`, the signers file as `allowed_signers`."""
    need("ssh-keygen")
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    (tmp_path / "allowed_signers").write_text(
        f'bastion namespaces="sessionlens" {key.with_suffix(".pub").read_text()}'
    )

    def sign(manifest: bytes) -> str:
        command = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", "sessionlens"]
        return subprocess.run(command, input=manifest, capture_output=True, check=True).stdout.decode()

    writer = BundleWriter.create(tmp_path / "recordings", {"person": "jöhn", "target": {"name": "web01"}})
    pty = {"term": 'x"\nO 9.000000 9', "columns": 80, "rows": 24}
    channel = writer.open_channel("shell", pty=pty, command=b'say "hi"\nI 1.000000 1\n\xff')
    channel.output(b"one\r\n")
    channel.input(b"ls\r")
    writer.commit()
    channel.resize(100, 30)
    channel.stderr(b"two\r\n")
    channel.output(b"three")
    channel.close(3)
    writer.seal(sign)
    return writer.path


def run(*command: str | Path, cwd: Path, stdin: Path | None = None) -> str:
    given = stdin.read_bytes() if stdin else None
    done = subprocess.run(command, cwd=cwd, input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def test_scriptreplay_replays_the_output(bundle: Path) -> None:
    need("scriptreplay")
    shown = run("scriptreplay", "-T", "timing", "-O", "out", cwd=bundle / "0.shell")
    assert shown.replace("\r\n", "\n").strip() == "one\ntwo\nthree"


def test_scriptreplay_replays_input_and_output_together(bundle: Path) -> None:
    need("scriptreplay")
    both = ("scriptreplay", "-T", "timing", "-I", "in", "-O", "out")
    assert run(*both, cwd=bundle / "0.shell").replace("\r", "").strip() == "one\ntwo\nthree"
    assert run(*both, "-x", "in", cwd=bundle / "0.shell").strip() == "ls"
    only_input = run("scriptreplay", "-T", "timing", "-I", "in", "-c", "never", cwd=bundle / "0.shell")
    assert only_input.strip() == "ls"


def test_scriptreplay_reads_the_facts_and_the_resize(bundle: Path) -> None:
    need("scriptreplay")
    facts = run("scriptreplay", "--summary", "-T", "timing", "-O", "out", cwd=bundle / "0.shell")
    assert re.search(r"COLUMNS:\s+80\n", facts)
    assert re.search(r"EXIT_CODE:\s+3\n", facts)
    assert r"say \x22hi\x22\x0aI 1.000000 1\x0a\xff" in facts
    signals = run("scriptreplay", "-T", "timing", "-O", "out", "-x", "signal", cwd=bundle / "0.shell")
    assert signals.split() == ["SIGWINCH", "ROWS=30", "COLS=100"]


def test_sha256sum_agrees(bundle: Path) -> None:
    need("sha256sum")
    assert run("sha256sum", "-c", "--strict", "MANIFEST", cwd=bundle).count(": OK") == 7


def test_ssh_keygen_accepts_the_signature(bundle: Path) -> None:
    signers = bundle.parents[4] / "allowed_signers"
    command = ("ssh-keygen", "-Y", "verify", "-f", signers, "-I", "bastion", "-n", "sessionlens")
    assert "Good" in run(*command, "-s", "MANIFEST.sig", cwd=bundle, stdin=bundle / "MANIFEST")


def test_the_shell_script_of_the_documentation_checks_the_chain(bundle: Path) -> None:
    need("sh", "sha256sum", "dd")
    script = re.search(r"```sh\n(#!/bin/sh\n.*?)```", DOCS.read_text(), re.S)
    assert script
    assert run("sh", "-c", script[1], cwd=bundle).strip().endswith("the journal holds")
    journal = (bundle / "journal").read_bytes()
    (bundle / "journal").write_bytes(journal.replace(b"clock ", b"clocc ", 1))
    done = subprocess.run(["sh", "-c", script[1]], cwd=bundle, capture_output=True, check=False)
    assert done.returncode == 1
    (bundle / "journal").write_bytes(journal)
    out = bytearray((bundle / "0.shell/out").read_bytes())
    out[-3] ^= 1
    (bundle / "0.shell/out").write_bytes(out)
    done = subprocess.run(["sh", "-c", script[1]], cwd=bundle, capture_output=True, check=False)
    assert done.returncode == 1
    assert b"0.shell/out" in done.stdout
