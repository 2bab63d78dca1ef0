"""sessionlens doctor: what this machine has, and what is missing for which purpose."""

from __future__ import annotations

import argparse
import platform
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version

from sessionlens import __version__
from sessionlens.cli.common import say

PACKAGES = (
    "sessionlens-recorder",
    "paramiko",
    "pyte",
    "Pillow",
    "imageio-ffmpeg",
    "numpy",
    "pandas",
    "ipywidgets",
    "anywidget",
)
EXTRAS = {
    "XlsxWriter": "tables as .xlsx (.csv needs nothing)",
    "Jinja2": "df.sl.style() in a notebook",
}
PROGRAMS = {
    "bash": "the demo's target",
    "ssh": "logging in through the recorder",
    "ssh-keygen": "checking signatures without SessionLens",
    "scriptreplay": "replaying without SessionLens",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(arguments: argparse.Namespace) -> int:
    """0: everything needed is there; 1: something needed is missing."""
    del arguments
    say(f"sessionlens {__version__} · Python {platform.python_version()} · {platform.platform()}")
    missing = [name for name in PACKAGES if not report_package(name)]
    video = report_ffmpeg()
    for name, purpose in EXTRAS.items():
        report_extra(name, purpose)
    for name, purpose in PROGRAMS.items():
        path = shutil.which(name)
        say(f"  {'ok     ' if path else 'absent '} {name:<22}{path or 'only needed for: ' + purpose}")
    if missing or not video:
        say("something needed is missing: pip install --force-reinstall ./recorder .")
    return 1 if missing or not video else 0


def report_package(name: str) -> bool:
    """Say which version of a package is here."""
    try:
        found = version(name)
    except PackageNotFoundError:
        say(f"  MISSING {name:<22}pip install {name}")
        return False
    say(f"  ok      {name:<22}{found}")
    return True


def report_extra(name: str, purpose: str) -> None:
    """Say which version of a package is here that one thing alone needs."""
    try:
        say(f"  ok      {name:<22}{version(name)}")
    except PackageNotFoundError:
        say(f"  absent  {name:<22}only needed for: {purpose}; pip install {name}")


def report_ffmpeg() -> bool:
    """Say which ffmpeg makes the videos, and whether it has H.264."""
    import imageio_ffmpeg

    try:
        program = imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as error:
        say(f"  MISSING {'ffmpeg':<22}{error}")
        return False
    listed = subprocess.run(
        [program, "-hide_banner", "-encoders"], capture_output=True, text=True, check=False
    )
    works = "libx264" in listed.stdout
    say(f"  {'ok     ' if works else 'MISSING'} {'ffmpeg with libx264':<22}{program}")
    return works
