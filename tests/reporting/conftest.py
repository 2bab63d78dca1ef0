"""Recordings that reports are made of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import sessionlens as sl

Maker = Callable[..., Path]


@pytest.fixture
def insider(root: Path) -> sl.Session:
    return sl.open(root / "fixtures" / "sessions" / "insider")


@pytest.fixture
def signers(root: Path) -> Path:
    return root / "fixtures" / "allowed_signers"


@pytest.fixture
def plain(shell_session: Maker) -> Path:
    """A session that can be seen whole, in which a tree is deleted."""
    return shell_session([("ls", "a\n"), ("rm -rf /srv/app", "rm: done\n"), ("pwd", "/home/john\n")], "plain")
