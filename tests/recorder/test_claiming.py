"""Two recorders never work on the same recordings, queue or file of heads."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import DEADLINE_S, BuildSite, Site

FILE = '[sinks.heads]\ntype = "file"\npath = "{}"\n'


def second(site: Site, folder: Path, **places: Path) -> subprocess.CompletedProcess[str]:
    """A copy of the bastion's folder, with these places still its own."""
    shutil.copytree(site.folder, folder, ignore=shutil.ignore_patterns("live.sock", "recordings", "spool"))
    file = folder / "recorder.toml"
    text = file.read_text().replace('recordings = "recordings"', f'recordings = "{places["recordings"]}"')
    text += f'[spool]\nfolder = "{places["spool"]}"\n'
    file.write_text(text.replace(FILE.format("heads.jsonl"), FILE.format(places["heads"])))
    line = [sys.executable, "-m", "sessionlens_recorder", "serve", "--config", str(file)]
    return subprocess.run(line, capture_output=True, text=True, timeout=DEADLINE_S, check=False)


@pytest.mark.parametrize("shared", ["recordings", "spool", "heads"])
def test_a_second_recorder_is_refused(build_site: BuildSite, tmp_path: Path, shared: str) -> None:
    site = build_site(target=FILE.format("heads.jsonl")).start()
    theirs = {"recordings": "recordings", "spool": "spool", "heads": "heads.jsonl"}
    places = {name: tmp_path / "other" / path for name, path in theirs.items()}
    places[shared] = site.folder / theirs[shared]
    done = second(site, tmp_path / "other", **places)
    assert done.returncode == 64, done.stderr
    assert f"another recorder works with {places[shared]} (" in done.stderr
    assert "stop that one, or give this one a place of its own" in done.stderr


def test_one_that_was_killed_hinders_nobody(build_site: BuildSite) -> None:
    site = build_site(target=FILE.format("heads.jsonl")).start()
    assert site.process is not None
    site.process.send_signal(signal.SIGKILL)
    site.process.wait()
    site.start()
    _, bundle = site.record("true")
    assert bundle.is_dir()
