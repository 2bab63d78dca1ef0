"""What root's orders make is given to the recorder's user, and nothing that user puts in its place is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sessionlens_recorder.bundle import BundleWriter

from .conftest import BuildSite, Site

NOBODY = 65534
SPOOL = '[sinks.file]\ntype = "file"\npath = "told.jsonl"\n[spool]\nfolder = "queue"\n'
PLANTING = """
import runpy, sys
from pathlib import Path

folder, pattern, victim = sys.argv[1:4]
sys.argv[1:4] = []

def plant(event, arguments):
    "The moment before: what was made is out of the way, and a link in its place."
    if event == "os.chown" and not Path(victim + ".planted").exists():
        for made in Path(folder).rglob(pattern):
            Path(victim + ".planted").touch()
            made.rename(Path(folder) / "away")
            made.symlink_to(victim)

sys.addaudithook(plant)
runpy.run_module("sessionlens_recorder", run_name="__main__")
"""


@pytest.fixture
def site(build_site: BuildSite) -> Site:
    """All of whose files are somebody's who is not root."""
    if os.getuid():
        pytest.skip("needs root")
    site = build_site()
    file = site.folder / "recorder.toml"
    file.write_text(file.read_text() + SPOOL)
    bundle = BundleWriter.create(site.recordings, {"person": "john", "target": {"name": "web01"}})
    bundle.seal(None)
    for path in (site.folder, *site.folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    return site


def order(site: Site, *arguments: str, pattern: str, victim: Path) -> str:
    """As root, with the link put there; what was said."""
    line = [sys.executable, "-c", PLANTING, str(site.folder), pattern, str(victim), *arguments]
    line += ["--config", str(site.folder / "recorder.toml")]
    said = subprocess.run(line, capture_output=True, text=True, check=False).stderr
    assert victim.with_name(victim.name + ".planted").exists(), said
    return said


def victim_of(tmp_path: Path, kind: str) -> Path:
    victim = tmp_path / "victim"
    victim.mkdir() if kind == "folder" else victim.touch()
    return victim


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [("hold", "*.hold.new"), ("list", ".revoked_people.*"), ("queue", "0*.jsonl"), ("folder", "queue")],
)
def test_a_link_put_in_the_place_of_what_root_makes_gives_nothing_away(
    site: Site, tmp_path: Path, kind: str, pattern: str
) -> None:
    victim = victim_of(tmp_path, kind)
    bundle = next(site.recordings.glob("*/*/*/*"))
    line = ["hold", str(bundle), "--case", "C"] if kind == "hold" else ["revoke", "john"]
    order(site, *line, pattern=pattern, victim=victim)
    assert (victim.stat().st_uid, victim.stat().st_gid) == (0, 0)
    assert (site.folder / "away").lstat().st_uid == NOBODY, "what was made is the recorder's"


def test_a_list_that_is_a_link_is_not_copied_for_the_recorder(site: Site, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("root:hash\n")
    (site.folder / "revoked_people").symlink_to(secret)
    line = [sys.executable, "-m", "sessionlens_recorder", "revoke", "john"]
    done = subprocess.run(
        [*line, "--config", str(site.folder / "recorder.toml")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 64, done
    assert "revoked_people" in done.stderr
    copies = [path for path in site.folder.rglob("*") if path.is_file() and not path.is_symlink()]
    assert not any(b"root:hash" in path.read_bytes() for path in copies)
