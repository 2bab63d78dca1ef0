"""Shared by all tests: the hypothesis profiles and where the neighbours' data lies."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"

settings.register_profile(
    "quick", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("fuzz", max_examples=100_000, deadline=None)
settings.load_profile("quick")


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Data made by others' programs, beside the repository; absent in a plain clone."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared (samples, conformance, truth), which is not part of the project")
    return SHARED
