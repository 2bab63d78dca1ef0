"""`sessionlens lab`: the notebooks are copied, nothing is overwritten, JupyterLab opens the first of them."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from contextlib import suppress
from http.client import HTTPConnection
from importlib.util import find_spec
from pathlib import Path

import pytest

from sessionlens.cli import EX_USAGE, lab, main


def test_copies_notebooks_and_what_they_use(tmp_path: Path) -> None:
    copied, kept = lab.copy(lab.examples(), tmp_path, force=False)
    assert kept == 0
    assert copied == sum(path.is_file() for path in tmp_path.rglob("*"))
    assert (tmp_path / lab.FIRST).read_bytes() == (lab.examples() / lab.FIRST).read_bytes()
    for notebook in (tmp_path / "notebooks").glob("*.ipynb"):
        for name in re.findall(r"\.\./(fixtures/[\w./-]*\w)", notebook.read_text("utf-8")):
            assert (tmp_path / name).exists(), (notebook.name, name)


def test_what_is_there_stays(tmp_path: Path) -> None:
    lab.copy(lab.examples(), tmp_path, force=False)
    mine = tmp_path / lab.FIRST
    mine.write_text("mine")
    assert lab.copy(lab.examples(), tmp_path, force=False) == (0, 1)
    assert mine.read_text() == "mine"
    copied, kept = lab.copy(lab.examples(), tmp_path, force=True)
    assert copied > 0
    assert kept == 0
    assert mine.read_text("utf-8") != "mine"


def test_arguments_for_jupyter_come_behind_two_dashes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lab", "--into", str(tmp_path / "x"), "stray"]) == EX_USAGE
    assert "--" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_says_what_to_install(tmp_path: Path) -> None:
    """In an interpreter that sees our packages, and no JupyterLab."""
    program = (
        "import sys, importlib.util as util; real = util.find_spec\n"
        "util.find_spec = lambda name, *more: None if name == 'jupyterlab' else real(name, *more)\n"
        "from sessionlens.cli import main; sys.exit(main(['lab']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == EX_USAGE
    assert "pip install jupyterlab" in done.stderr
    assert list(tmp_path.iterdir()) == []


def free_port() -> int:
    """If another program takes it meanwhile, JupyterLab takes the next, and says so."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.browser
@pytest.mark.skipif(find_spec("jupyterlab") is None, reason="jupyterlab is not installed")
@pytest.mark.skipif(os.name == "nt", reason="there JupyterLab is a child, and ends by its own keys")
def test_a_real_jupyterlab(tmp_path: Path) -> None:
    env = os.environ | {
        "HOME": str(tmp_path),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTER_DATA_DIR": str(tmp_path / "data"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "-m", "sessionlens", "lab", "--no-open", "--into", str(tmp_path / "lab")]
    more = ["--", f"--port={free_port()}", "--ServerApp.ip=127.0.0.1", "--allow-root"]
    with subprocess.Popen(
        [*command, *more], cwd=tmp_path, env=env, stderr=subprocess.STDOUT, stdout=subprocess.PIPE, text=True
    ) as started:
        try:
            assert started.stdout is not None
            said = ""
            for line in started.stdout:  # it says its address before it listens
                said += line
                if found := re.search(r"http://(127\.0\.0\.1:\d+)/(lab\S*)\?token=(\w+)", line):
                    break
            else:
                pytest.fail(said)
            address, page, token = found.groups()
            assert page == f"lab/tree/{lab.FIRST}"
            asked = HTTPConnection(address, timeout=60)
            while asked.sock is None and started.poll() is None:
                with suppress(ConnectionRefusedError):
                    asked.connect()
                os.sched_yield()
            asked.request("GET", f"/api/contents/{lab.FIRST}", headers={"Authorization": f"token {token}"})
            assert json.load(asked.getresponse())["content"]["cells"]
            asked.close()
        finally:
            started.terminate()
            started.communicate(timeout=60)
