"""The demo: a recorder, a target and an insider on loopback, and the evidence that comes out. POSIX only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sessionlens.demo.run import DemoResult, run_demo
    from sessionlens.demo.stage import DemoError

__all__ = ["DemoError", "DemoResult", "run_demo"]


def __getattr__(name: str) -> Any:
    """Load on first use: the target, a child process of its own, needs none of it."""
    from importlib import import_module

    homes = {"DemoError": "stage", "DemoResult": "run", "run_demo": "run"}
    if name not in homes:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{homes[name]}"), name)
