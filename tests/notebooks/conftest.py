"""A real notebook server with JupyterLab 4 and Notebook 7, and a real Chromium that opens notebooks of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.conftest import Tab

HOSTS = {"lab": "lab/tree", "notebook": "notebooks"}
PATIENCE = 30_000  # ms: the machine is shared
TOKEN = "f1e2d3c4"  # of a server on loopback that lives as long as the tests
QUIET = {
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}
SAVING = {"@jupyter-widgets/jupyterlab-manager/plugin": {"saveState": True}}
OPEN = "window.jupyterapp?.shell?.currentWidget?.context?.isReady"
IDLE = f"{OPEN} && jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'"


@dataclass(frozen=True)
class Server:
    """Where it is, the folder of its notebooks, and the one of its settings."""

    url: str
    folder: Path
    environment: dict[str, str]

    def set(self, settings: dict[str, dict[str, Any]]) -> None:
        """Exactly these settings, for pages that are opened from now on."""
        folder = Path(self.environment["JUPYTERLAB_SETTINGS_DIR"])
        shutil.rmtree(folder, ignore_errors=True)
        for plugin, values in (QUIET | settings).items():
            file = folder / f"{plugin}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values))

    def stop_kernels(self) -> None:
        """As somebody does who comes back the next day."""
        for session in self._ask("GET", "/api/sessions"):
            self._ask("DELETE", f"/api/sessions/{session['id']}")

    def _ask(self, method: str, path: str) -> Any:
        headers = {"Authorization": f"token {TOKEN}"}
        order = urllib.request.Request(self.url + path, method=method, headers=headers)
        with urllib.request.urlopen(order) as answer:
            return json.loads(answer.read() or "null")

    def run(self, *command: str) -> None:
        """A Python program in the server's environment, in the folder of its notebooks."""
        subprocess.run(
            [sys.executable, *command], env=self.environment, cwd=self.folder, check=True, capture_output=True
        )


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[Server]:
    """On loopback, with a token, a home of its own, and nothing of this machine's configuration; a recording
    lies beside its notebooks."""
    pytest.importorskip("jupyterlab")
    pytest.importorskip("notebook")
    home = tmp_path_factory.mktemp("jupyter")
    folder = home / "notebooks"
    folder.mkdir()
    shutil.copytree(root / "fixtures/sessions/insider", folder / "recordings")
    places = {"HOME": home, "IPYTHONDIR": home / "ipython"}
    places |= {f"JUPYTER_{what}_DIR": home / what.lower() for what in ("CONFIG", "DATA", "RUNTIME")}
    places |= {f"JUPYTERLAB_{what}_DIR": home / what.lower() for what in ("SETTINGS", "WORKSPACES")}
    environment = os.environ | {name: str(path) for name, path in places.items()}
    environment |= {"JUPYTER_TOKEN": TOKEN, "PYTHONWARNINGS": "default"}
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1",
        "--ServerApp.port=0", f"--ServerApp.root_dir={folder}", "--LabApp.expose_app_in_browser=True",
        "--JupyterNotebookApp.expose_app_in_browser=True", "--LabApp.news_url=None",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, cwd=home)
    assert process.stderr is not None
    said: list[str] = []
    address = next_address(process.stderr, said)
    reader = threading.Thread(target=said.extend, args=(process.stderr,))
    reader.start()
    try:
        yield Server(address, folder, environment)
    finally:
        process.terminate()
        process.wait(30)
        reader.join()
        process.stderr.close()


def next_address(lines: Any, said: list[str]) -> str:
    """What the server says once it answers."""
    for line in lines:
        said.append(line)
        if found := re.search(r"(http://127\.0\.0\.1:\d+)/lab", line):
            return found[1]
    pytest.fail("no notebook server came up:\n" + "".join(said))


@dataclass(frozen=True)
class Opened:
    """A notebook in a page."""

    tab: Tab
    page: Page
    path: Path

    def command(self, name: str, **arguments: Any) -> None:
        """One of the application's commands, to its end."""
        self.page.evaluate("([name, args]) => jupyterapp.commands.execute(name, args)", [name, arguments])

    def run_all(self) -> None:
        """Every cell, to its end."""
        self.command("notebook:run-all-cells")

    def run(self, code: str) -> str:
        """A new last cell with this code, and what it printed."""
        before = self.cells.count()
        self.page.evaluate(ADD, code)
        self.page.wait_for_function(RAN, arg=before)
        return self.page.evaluate(TOLD, before)  # type: ignore[no-any-return]

    def until(self, code: str, wanted: str) -> None:
        """Run it until it prints that: the browser tells a kernel nothing new while that is busy."""
        said: list[str] = []
        while said[-1:] != [wanted]:
            assert len(said) < 10, said
            said.append(self.run(code))

    @property
    def cells(self) -> Locator:
        """All cells."""
        return self.page.locator(".jp-Cell.jp-Notebook-cell")

    def save(self) -> dict[str, Any]:
        """The file as the application writes it."""
        self.command("docmanager:save")
        return json.loads(self.path.read_text("utf-8"))  # type: ignore[no-any-return]


ADD = """async code => {
    const panel = jupyterapp.shell.currentWidget;
    const model = panel.context.model;
    const at = model.sharedModel.cells.length;
    model.sharedModel.insertCell(at, {cell_type: 'code', source: code});
    panel.content.activeCellIndex = at;
    await jupyterapp.commands.execute('notebook:run-cell');
}"""
RAN = "at => jupyterapp.shell.currentWidget.content.widgets[at].model.executionCount !== null"
TOLD = """at => {
    const outputs = jupyterapp.shell.currentWidget.content.widgets[at].model.outputs.toJSON();
    return outputs.map(o => o.text ?? o.data?.['text/plain'] ?? (o.traceback ?? []).join('\\n')).join('');
}"""


@pytest.fixture
def notebook(server: Server, open_tab: Callable[..., Tab]) -> Callable[..., Opened]:
    """`notebook(host, path)` opens a notebook of the server; without a `kernel` if told so."""

    def open_it(host: str, path: Path, *, kernel: bool = True) -> Opened:
        return opened(server, open_tab(1400, 1000), host, path, kernel=kernel)

    return open_it


def opened(server: Server, tab: Tab, host: str, path: Path, *, kernel: bool = True) -> Opened:
    """The notebook in this tab, once it can be used."""
    page = tab.page
    page.set_default_timeout(PATIENCE)
    page.goto(f"{server.url}/{HOSTS[host]}/{path.name}?token={TOKEN}&reset")
    if not kernel:
        page.locator(".jp-Dialog button.jp-mod-reject").click()
    page.wait_for_function(IDLE if kernel else OPEN)
    return Opened(tab, page, path)


@pytest.fixture(scope="session")
def make(server: Server) -> Callable[..., Path]:
    """`make("name", cell, …)` writes a notebook that was never run."""

    def write(name: str, *cells: str) -> Path:
        path = server.folder / f"{name}.ipynb"
        path.write_text(json.dumps(written(cells)))
        return path

    return write


def written(cells: Sequence[str]) -> dict[str, Any]:
    """A notebook that was never run."""
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "cells": [
            {
                "cell_type": "code", "id": f"cell-{n}", "metadata": {}, "source": source, "outputs": [],
                "execution_count": None,
            }
            for n, source in enumerate(cells)
        ],
    }  # fmt: skip
