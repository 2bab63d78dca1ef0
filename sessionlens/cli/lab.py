"""sessionlens lab: the example notebooks in JupyterLab, with the recordings that they use."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import sessionlens
from sessionlens.cli.common import say
from sessionlens.errors import NotFoundError, UsageError

FIRST = "notebooks/01-quickstart.ipynb"
OFFLINE = (  # it asks nobody for updates, news or extensions: where evidence is looked at there is no network
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.news_url=None",
    "--LabApp.extension_manager=readonly",
)
_USED = re.compile(r"\.\./(fixtures/[\w./-]*\w)")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--into",
        type=Path,
        default=Path("sessionlens-notebooks"),
        metavar="FOLDER",
        help="where the notebooks are copied (default: ./sessionlens-notebooks)",
    )
    parser.add_argument("--force", action="store_true", help="replace notebooks that are there already")
    parser.add_argument("--no-open", action="store_true", help="start JupyterLab, and open no browser")
    parser.add_argument(
        "more", nargs=argparse.REMAINDER, metavar="-- ARGUMENT", help="further arguments for `jupyter lab`"
    )


def run(arguments: argparse.Namespace) -> int:
    if arguments.more and arguments.more[0] != "--":
        raise UsageError(f"{arguments.more[0]!r}: arguments for JupyterLab come behind --")
    if find_spec("jupyterlab") is None:
        raise UsageError("JupyterLab is not installed here: pip install jupyterlab")
    copied, kept = copy(examples(), arguments.into, force=arguments.force)
    say(
        f"{arguments.into}: {copied} files copied"
        + (f", {kept} were there (--force replaces them)" if kept else "")
    )
    command = [sys.executable, "-m", "jupyterlab", f"--LabApp.default_url=/lab/tree/{FIRST}", *OFFLINE]
    command += ["--no-browser"] if arguments.no_open else []
    return start([*command, *arguments.more[1:]], arguments.into)


def examples() -> Path:
    """The folder of `notebooks` and `fixtures`: in the package, or, in a checkout, above it."""
    package = Path(sessionlens.__file__).parent
    found = (folder for folder in (package / "_examples", package.parent) if (folder / FIRST).is_file())
    if (folder := next(found, None)) is None:
        raise NotFoundError("the notebooks are not part of this installation: install the wheel")
    return folder


def copy(source: Path, target: Path, *, force: bool) -> tuple[int, int]:
    """Copy the notebooks and what they use; how many files, and how many others stayed as they were."""
    copied = kept = 0
    for path in wanted(source):
        to = target / path.relative_to(source)
        if to.exists() and (not force or to.is_dir()):
            kept += to.read_bytes() != path.read_bytes() if to.is_file() else 1
            continue
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, to)
        copied += 1
    return copied, kept


def wanted(source: Path) -> Iterator[Path]:
    """The notebooks, and the files below the fixtures that they name."""
    used: set[Path] = set()
    for notebook in sorted((source / "notebooks").glob("*.ipynb")):
        yield notebook
        for name in _USED.findall(notebook.read_text("utf-8")):
            named = source / name
            used.update(path for path in [named, *named.rglob("*")] if path.is_file())
    yield from sorted(used)


def start(command: list[str], folder: Path) -> int:
    """JupyterLab in this process's place, so that it gets each signal; on Windows as a child."""
    if os.name != "nt":
        sys.stdout.flush()
        os.chdir(folder)
        os.execv(command[0], command)  # noqa: S606
    return subprocess.call(command, cwd=folder)
