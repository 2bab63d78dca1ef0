"""A backup that was made while the bastion ran, restored in another place."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from sessionlens_recorder.bundle import read_end, read_heads

from .conftest import BuildSite, Site, is_sealed, wait_for
from .live import append, shell

pytestmark = pytest.mark.slow

SOON = "import sessionlens_recorder.net.left as left; left.COPY_S = 1.0"


def test_a_restored_bastion_accuses_no_recording(build_site: BuildSite, tmp_path: Path) -> None:
    """A session goes on in the first place; what the second makes of its copy contradicts nothing."""
    heads = tmp_path / "heads.jsonl"
    site = build_site()
    append(site, f'[sinks.heads]\ntype = "file"\npath = "{heads}"\nevents = ["chain-head"]\n')
    site.start()
    _, before = site.record("echo before")
    with shell(site) as session:
        session.type("echo early-$((20 + 2))\n")
        session.until("early-22")
        (running,) = (bundle for bundle in site.bundles() if bundle != before)
        began = time.time()
        wait_for(lambda: time.time() > began + 2)
        (tmp_path / "restored").mkdir()
        tar = subprocess.run(["tar", "-C", site.folder, "-cp", "."], capture_output=True, check=True)
        session.type("echo late-$((20 + 3)); exit\n")
        session.until("late-23")
    wait_for(lambda: is_sealed(running), "the first place has all of it")
    assert site.stop() == 0
    subprocess.run(["tar", "-C", tmp_path / "restored", "-xp"], input=tar.stdout, check=True)
    restored = Site(tmp_path / "restored", tmp_path / "restored/john").start(sabotage=SOON)
    copy = restored.recordings / running.relative_to(site.recordings)
    wait_for(lambda: is_sealed(copy), "the copy is sealed")
    assert restored.ssh("echo after").stdout == b"after\n"
    assert restored.stop() == 0
    for bundle in (*restored.bundles(), *site.bundles()):
        restored.verify(bundle)
    end = read_end(copy)
    assert end is not None and end[0] == "abort" and "this is a copy, made at 20" in end[1]
    assert "this is a copy" in restored.log()
    chains = {bundle.name: read_heads(bundle)[1] for bundle in (*restored.bundles(), *site.bundles())}
    told = [json.loads(line) for line in heads.read_text().splitlines()]
    assert {head["bundle"] for head in told} == set(chains)
    assert all(chains[head["bundle"]][head["length"]] == head["chain"] for head in told)


def test_what_changes_hands_is_no_copy(build_site: BuildSite, tmp_path: Path) -> None:
    """The bastion dies; then somebody corrects owners and modes, and makes a snapshot by hard links."""
    heads = tmp_path / "heads.jsonl"
    site = build_site()
    append(site, f'[sinks.heads]\ntype = "file"\npath = "{heads}"\nevents = ["chain-head"]\n')
    site.start()
    with shell(site) as session:
        session.type("echo early-$((20 + 2))\n")
        session.until("early-22")
        (running,) = site.bundles()
        began = time.time()
        assert site.process is not None
        main = site.process.pid
        listed = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        for pid in (main, *map(int, listed)):
            os.kill(pid, signal.SIGKILL)
        site.process.wait()
    wait_for(lambda: time.time() > began + 2)
    for file in (running, *running.rglob("*")):
        file.chmod(file.stat().st_mode | 0o040)
    subprocess.run(["cp", "-al", running, tmp_path / "snapshot"], check=True)
    site.start(sabotage=SOON)
    wait_for(lambda: is_sealed(running), "it is sealed")
    assert site.stop() == 0
    assert "this is a copy" not in site.log()
    told = [json.loads(line) for line in heads.read_text().splitlines()]
    assert [head["bundle"] for head in told if head.get("final")] == [running.name]
