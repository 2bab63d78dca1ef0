"""A session with sealed input, and the file with the key that opens it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sessionlens_recorder.sealing import sealing

from .sealing import PRIVATE, PUBLIC, STEPS, record


@pytest.fixture
def key(tmp_path: Path) -> Path:
    (tmp_path / "input.key").write_text(f"# mine\n{PRIVATE}\n")
    return tmp_path / "input.key"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return record(tmp_path / "r", STEPS, sealing([PUBLIC]))
