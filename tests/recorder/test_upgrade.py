"""The program is installed over while it runs: it goes on as it was, until it is started again."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from .conftest import DEADLINE_S, BuildSite, make_key, wait_for
from .live import append, listed, run, shell

pytestmark = pytest.mark.slow

NOTED = """
import sys
from sessionlens_recorder.net.server import Server
class Note:
    def find_spec(self, name, path=None, target=None):
        with open({file!r}, "a") as file:
            file.write(name + "\\n")
accept = Server._accept
def accept_and_note(self):
    sys.meta_path.insert(0, Note())
    accept(self)
Server._accept = accept_and_note
"""


def test_a_recorder_that_runs_reads_no_part_of_its_program(build_site: BuildSite, tmp_path: Path) -> None:
    """Neither its own nor its libraries'."""
    noted = tmp_path / "noted"
    site = build_site(target='forward = ["127.0.0.1:*"]')
    append(site, '[sinks.all]\ntype = "file"\npath = "all.jsonl"\n[metrics]\nlisten = "127.0.0.1:0"\n')
    site.start(sabotage=NOTED.format(file=str(noted)))
    with shell(site) as session:
        session.type("echo here-I-$((20 + 2))\n")
        session.until("here-I-22")
        assert site.ssh("true", key=make_key(tmp_path / "wrong")).returncode == 255
        for scp in (["scp"], ["scp", "-O"]):
            line = [*scp, *site.options(), site.key, f"127.0.0.1:{tmp_path}/there"]
            subprocess.run(line, check=True, capture_output=True, timeout=DEADLINE_S)
        assert site.ssh("-W", "127.0.0.1:1", "--", target="web01").returncode != 0
        (row,) = listed(site)
        assert site.process is not None
        site.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "recorder-reloaded" in site.log(), site.log())
        assert site.ssh("true").returncode == 0
        assert run(site, "end", row["session"], "--reason", "upgrade").returncode == 0
    assert site.stop() == 0
    assert not noted.exists(), noted.read_text()
