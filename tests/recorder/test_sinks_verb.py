"""`sessionlens-recorder sinks`, and what is said of sinks before a bastion is ready."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import BuildSite, Site, free_port, wait_for
from .receivers import Collector
from .test_sinks_site import FILE, closing, splunk


def run_sinks(site: Site, *more: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "sessionlens_recorder", "sinks", "--config", site.folder / "recorder.toml"]
    return subprocess.run([*line, *more], capture_output=True, text=True, check=False)


def test_the_test_of_sinks(build_site: BuildSite, tmp_path: Path) -> None:
    hec = Collector()
    closed = free_port()
    udp = f'[sinks.udp]\ntype = "syslog"\ntransport = "udp"\naddress = "127.0.0.1:{closed}"\n'
    with closing(hec):
        site = build_site(target=FILE + splunk(hec.port, tmp_path) + udp)
        done = run_sinks(site, "--test")
        assert done.returncode == 1
        file, collector, syslog = done.stdout.splitlines()
        assert file.startswith(f"file (file {site.folder}/events.jsonl): ok: written to ")
        assert f'splunk (splunk http://127.0.0.1:{hec.port}): ok: HTTP 200 OK {{"text":"Success"' in collector
        assert syslog.startswith(f"udp (syslog udp 127.0.0.1:{closed}): FAILED: cannot be reached")
        (event,) = hec.accepted
        assert event["event"] == "sink-test" and event["uid"] in collector
        assert run_sinks(site).stdout.count(": 0 bytes wait; nothing was sent yet") == 3
        hec.answer = lambda request: (403, '{"text":"Invalid \x1b[2J token","code":4}')
        done = run_sinks(site, "--test")
        assert "FAILED: it answers HTTP 403" in done.stdout and "\x1b" not in done.stdout
        site.start()
        wait_for(lambda: "sink-down" in site.log())
        file, collector, _ = wait_for(
            lambda: ": 0 bytes wait\n" in (said := run_sinks(site).stdout) and said.splitlines()
        )
        assert file.endswith(" 0 bytes wait")
        assert " bytes wait" in collector and " 0 bytes wait" not in collector


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: (f / "token").chmod(0o644), "sinks.splunk: .*others can use"),
        (lambda f: (f / "token").write_text("\n"), "sinks.splunk: .*one line"),
        (lambda f: (f / "site0/spool").write_text(""), "events cannot be queued in .*spool.folder"),
    ],
)
def test_what_cannot_be_used_is_said_before_ready(
    build_site: BuildSite, tmp_path: Path, change: Callable[[Path], None], said: str
) -> None:
    site = build_site(target=splunk(1, tmp_path))
    change(tmp_path)
    line = [sys.executable, "-m", "sessionlens_recorder", "serve", "--config", site.folder / "recorder.toml"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 64
    (told,) = done.stderr.splitlines()
    assert re.search(said, told), told


def test_a_sink_that_is_down_is_said_to_be_since_when_and_why(build_site: BuildSite, tmp_path: Path) -> None:
    port = free_port()
    site = build_site(target=splunk(port, tmp_path)).start()
    wait_for(lambda: list((site.folder / "spool").glob("*.down")), "it is noted")
    line = [sys.executable, "-m", "sessionlens_recorder", "sinks", "--config", site.folder / "recorder.toml"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert re.search(r"down since 20\d\d-\d\d-\d\dT[\d:]+Z: cannot be reached: ", done.stdout), done.stdout
