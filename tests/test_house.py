"""House rules that a machine can check: README and CI agree, the recorder is small, nothing local leaks."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

import sessionlens

TEST_COMMAND = "python3 -m venv .venv && .venv/bin/pip install -q 'nox[uv]' && .venv/bin/nox"
DEMO_COMMAND = "python3 -m venv .venv && .venv/bin/pip install ./recorder . && .venv/bin/sessionlens demo"


def tracked(root: Path) -> list[Path]:
    """The files that git tracks."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [root / name for name in done.stdout.decode().split("\0") if name]


def test_readme_and_ci_run_the_same_commands(root: Path) -> None:
    readme = (root / "README.md").read_text("utf-8")
    assert DEMO_COMMAND in readme
    assert TEST_COMMAND in readme
    assert TEST_COMMAND in (root / ".ci" / "run").read_text("utf-8")
    assert readme.count("python3 -m venv") == 2


def test_the_recorder_needs_paramiko_and_cryptography_and_nothing_else(root: Path) -> None:
    project = tomllib.loads((root / "recorder" / "pyproject.toml").read_text("utf-8"))["project"]
    names = {re.split(r"[<>=!~ ]", requirement)[0] for requirement in project["dependencies"]}
    assert names == {"paramiko", "cryptography"}
    assert project["version"] == sessionlens.__version__


def test_every_dependency_has_its_reason(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    reasons = (root / "docs" / "decisions" / "0002-dependencies.md").read_text("utf-8")
    for requirement in project["dependencies"]:
        assert re.split(r"[<>=!~ ]", requirement)[0] in reasons + "sessionlens-recorder"


def test_nothing_of_this_machine_is_tracked(root: Path) -> None:
    for file in tracked(root):
        assert file.name not in {"uv.lock", "poetry.lock", "package-lock.json", "pylock.toml"}
        if file.is_file() and file.suffix in {".py", ".md", ".toml", ".txt", ".ipynb", ".json", ".cfg"}:
            text = file.read_text("utf-8", "replace")
            assert str(root) + "/" not in text, file


def test_no_file_is_over_eight_megabytes(root: Path) -> None:
    assert all(file.stat().st_size <= 8 << 20 for file in tracked(root) if file.is_file())


def test_no_two_decisions_have_one_number(root: Path) -> None:
    numbers = [path.name[:4] for path in (root / "docs/decisions").glob("*.md")]
    assert sorted(numbers) == sorted(set(numbers))
