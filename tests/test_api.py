"""The public face: names sorted and callable after every module was imported; importing is light."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from types import ModuleType

import sessionlens

HEAVY = ("pandas", "numpy", "PIL", "paramiko", "pyte", "imageio_ffmpeg", "ipywidgets")


def test_all_is_sorted_and_pinned() -> None:
    assert sessionlens.__all__ == sorted(sessionlens.__all__)
    assert set(sessionlens.__all__) >= {"open", "corpus", "verify", "Session", "Terminal", "ran"}
    assert dir(sessionlens) == sessionlens.__all__


def test_no_module_shadows_a_public_name() -> None:
    for module in pkgutil.walk_packages(sessionlens.__path__, "sessionlens."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in sessionlens.__all__:
        value = getattr(sessionlens, name)
        assert not isinstance(value, ModuleType), name
        assert callable(value) or name == "__version__"


def test_importing_loads_nothing_heavy() -> None:
    code = f"import sys, sessionlens; sys.exit([m for m in {HEAVY!r} if m in sys.modules] or 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""
    assert done.returncode == 0


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(sessionlens, "no_such_name")
