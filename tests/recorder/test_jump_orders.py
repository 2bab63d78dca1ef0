"""An order about the way of `ssh -J` that comes while a session inside is only beginning."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from .conftest import DEADLINE_S, ME, BuildSite, Site, wait_for
from .live import append, only, run
from .test_jump import jump

HELD = """
import time
from pathlib import Path
import sessionlens_recorder.net.connection as connection
folder, name = Path({folder!r}), {name!r}
function = getattr(connection, name)
def held(*arguments):
    done = function(*arguments)
    (folder / "waits").touch()
    while not (folder / "go").exists():
        time.sleep(0.01)
    return done
setattr(connection, name, held)
"""


def end_in_between(build_site: BuildSite, folder: Path, name: str) -> tuple[Site, bytes]:
    """End the way when a session inside has just done `name`; the site, and what its user read."""
    site = build_site()
    append(site, f'[live]\nwatchers = ["{ME}"]\n')
    site.start(sabotage=HELD.format(folder=str(folder), name=name))
    line = jump(site, "echo in")
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as client:
        wait_for((folder / "waits").exists, "the session inside is beginning")
        done = run(site, "end", only(site, "jump"), "--reason", "ticket 9")
        assert done.returncode == 0, done.stderr
        (folder / "go").touch()
        out, read = client.communicate(timeout=DEADLINE_S)
    assert out == b""
    return site, read


def test_it_is_recorded_once_there_is_a_recording(build_site: BuildSite, tmp_path: Path) -> None:
    site, _ = end_in_between(build_site, tmp_path, "open_bundle")
    bundle = site.sealed([])
    (file,) = bundle.glob("*.connection/events.jsonl")
    notes = [json.loads(line) for line in file.read_text().splitlines()]
    (ended,) = (note for note in notes if note["event"] == "ended")
    assert (ended["by"], ended["reason"]) == (ME, "ticket 9")
    journal = (bundle / "journal").read_text().replace("\\040", " ")
    assert f"ended by {ME}: ticket 9" in journal


def test_none_begins_after_it(build_site: BuildSite, tmp_path: Path) -> None:
    """While the target was asked; it answers, and finds nobody."""
    site, _ = end_in_between(build_site, tmp_path, "connect")
    assert site.stop() == 0
    assert site.bundles() == []
    assert "session-start" not in site.log()
