"""pytest's fixture `sl_golden`, as another team has it: pytest in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(600)  # several processes each, which import pandas

TEST = """
def test_what_the_recordings_show(sl_golden):
    sl_golden.check("recordings")
"""
LIGHT = """
import sys
def test_nothing_heavy_is_imported():
    assert "sessionlens.golden.plugin" in sys.modules
    heavy = ("numpy", "pandas", "PIL", "pyte", "paramiko", "sessionlens.session")
    assert not [m for m in heavy if m in sys.modules]
"""

if "sessionlens.golden.plugin" not in {each.value for each in entry_points(group="pytest11")}:
    pytest.skip("needs the entry points: pip install -e .", allow_module_level=True)


def run(folder: Path, *options: str, test: str = TEST, **environment: str) -> tuple[int, str]:
    """pytest in the folder above the recordings: exit code and what it said."""
    (folder / "test_it.py").write_text(test)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    here = {name: value for name, value in os.environ.items() if name not in ("CI", "PYTEST_ADDOPTS")}
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env=here | environment
    )
    return done.returncode, done.stdout + done.stderr


def test_it_makes_goldens_and_compares(folder: Path) -> None:
    project = folder.parent
    code, said = run(project)
    assert code == 1 and "`sessionlens golden update`" in said
    assert run(project, "--sl-golden-update")[0] == 0
    assert run(project)[0] == 0
    golden = folder / "colours.cast.golden.txt"
    golden.write_text(golden.read_text("utf-8").replace("bad", "bed"), "utf-8")
    code, said = run(project, "--sl-golden-pages", "pages")
    assert code == 1 and "row 0, column 4: 'e' bg=red became 'a' bg=red" in said
    assert (project / "pages" / "recordings" / "colours.cast.html").exists()


def test_a_folder_of_goldens_by_option_and_by_argument(folder: Path) -> None:
    project = folder.parent
    assert run(project, "--sl-golden-update", "--sl-golden-dir", "kept")[0] == 0
    assert (project / "kept" / "recordings" / "shell.golden.txt").exists()
    assert run(project, "--sl-golden-dir", "kept")[0] == 0
    rooted = TEST.replace('"recordings"', '"recordings/shell", root="recordings", goldens="kept"')
    assert run(project, "--sl-golden-update", test=rooted)[0] == 0
    assert (project / "kept" / "shell.golden.txt").exists()


def test_update_is_refused_under_ci(written: Path) -> None:
    code, said = run(written.parent, "--sl-golden-update", CI="1")
    assert code == 4 and "CI is set" in said
    assert run(written.parent, CI="1")[0] == 0


def test_what_is_not_compared_is_said(with_pictures: Path) -> None:
    golden = with_pictures / "colours.cast.golden.txt"
    text = golden.read_text("utf-8")
    golden.write_text(text.replace(" by Pillow", " by Old Pillow"), "utf-8")
    (with_pictures / "colours.cast.golden.1.png").unlink()
    code, said = run(with_pictures.parent, "-n", "1")  # compared in a process, said by another
    assert code == 0
    assert "sl_golden: not compared: recordings/colours.cast: picture 1: painted by Old Pillow" in said


def test_nothing_heavy_is_imported_before_it_is_used(tmp_path: Path) -> None:
    code, said = run(tmp_path, test=LIGHT)
    assert code == 0, said


def test_what_does_not_open_fails_an_update_too(folder: Path) -> None:
    (folder / "build.cast").write_text('{"version": 2, "wid', "utf-8")
    code, said = run(folder.parent, "--sl-golden-update")
    assert code == 1 and "could not be opened" in said and "build.cast" in said
