"""The unit for systemd. There is none here to run it; what can be shown without is that it reads well, that
its filter lets every system call through that the recorder makes, and that its folders are those of the docs.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import DEADLINE_S, BuildSite, channel, events, wait_for
from .live import append, run, shell

UNIT = "recorder/contrib/sessionlens-recorder.service"
ADDED = {"adjtimex", "clock_adjtime"}  # to @system-service


def filtered(root: Path) -> list[str]:
    """The words of SystemCallFilter."""
    (line,) = re.findall(r"^SystemCallFilter=(.*)$", (root / UNIT).read_text(), re.MULTILINE)
    return str(line).split()


def test_the_unit_reads_well(root: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze checks units")
    unit = tmp_path / "sessionlens-recorder.service"
    text = (root / UNIT).read_text()
    unit.write_text(text.replace("/opt/sessionlens/bin/sessionlens-recorder", sys.executable))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "sessionlens" in line]
    assert not ours, done.stderr


def test_the_clock_can_be_asked(root: Path) -> None:
    """With ProtectClock=yes, or a filter without these, no session began: its process was killed."""
    text = (root / UNIT).read_text()
    assert set(filtered(root)) > ADDED
    assert "\nProtectClock=" not in text
    assert "\nSystemCallErrorNumber=EPERM\n" in text, "what is forgotten is refused, and kills no session"


def test_the_socket_of_the_docs_can_be_made(root: Path) -> None:
    assert 'socket = "/run/sessionlens/live.sock"' in (root / "docs/recorder/sessions.md").read_text()
    assert "\nRuntimeDirectory=sessionlens\nRuntimeDirectoryMode=0755\n" in (root / UNIT).read_text()


def test_its_signal_goes_to_all_and_ends_sessions_in_order(root: Path, build_site: BuildSite) -> None:
    """KillMode=control-group: all but the accept process take no notice, or sinks would end before the rest
    (and systemd kills all at once with KillMode=mixed when the accept process has died alone).
    """
    text = (root / UNIT).read_text()
    assert "\nKillMode=control-group\n" in text
    (name,) = re.findall(r"^KillSignal=(\w+)$", text, re.MULTILINE)
    site = build_site()
    append(site, '[sinks.all]\ntype = "file"\npath = "all.jsonl"\n[metrics]\nlisten = "127.0.0.1:0"\n')
    site.start()
    with shell(site) as session:
        session.type("echo in-$((20 + 2))\n")
        session.until("in-22")
        assert site.process is not None
        main = site.process.pid
        listed = Path(f"/proc/{main}/task/{main}/children")
        if not listed.exists():
            pytest.skip("needs /proc to say who the children are")
        everybody = [main, *map(int, listed.read_text().split())]
        assert len(everybody) >= 4
        for pid in everybody[::-1]:
            os.kill(pid, signal.Signals[name])
        session.until("the bastion is being stopped; this session ends here")
        assert site.process.wait(DEADLINE_S) == 0
    site.sealed([])
    assert "process-died" not in site.log()
    told = [json.loads(line)["event"] for line in (site.folder / "all.jsonl").read_text().splitlines()]
    assert told[-1] == "recorder-stopped" and "session-end" in told


def allowed(words: list[str]) -> set[str]:
    """System calls, sets (@…) opened."""
    names: set[str] = set()
    for word in words:
        if not word.startswith("@"):
            names.add(word)
            continue
        line = ["systemd-analyze", "--no-pager", "syscall-filter", word]
        told = subprocess.run(line, capture_output=True, text=True, check=True).stdout.splitlines()[1:]
        names |= allowed([one.strip() for one in told if one.strip() and not one.strip().startswith("#")])
    return names


def called(trace: Path) -> set[str]:
    return set(re.findall(r"^\d+ +(\w+)\(", trace.read_text(errors="replace"), re.MULTILINE))


def test_no_call_is_filtered(root: Path, build_site: BuildSite, tmp_path: Path) -> None:
    """From the start to the end: a login, a terminal, sftp, the socket, metrics, a sink."""
    if shutil.which("strace") is None or shutil.which("systemd-analyze") is None:
        pytest.skip("strace says what is called, systemd-analyze what its sets are")
    if subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], capture_output=True).returncode:
        pytest.skip("nothing can be traced here")
    trace, site = tmp_path / "trace", build_site()
    with open(site.folder / "recorder.toml", "a") as config:
        config.write('[sinks.all]\ntype = "file"\npath = "all.jsonl"\n[metrics]\nlisten = "127.0.0.1:0"\n')
    site.start(before=["strace", "-D", "-f", "-q", "-s", "0", "-o", str(trace)])
    _, bundle = site.record("-tt", "--", "echo in")
    file = tmp_path / "file"
    file.write_text("content")
    line = ["scp", *site.options(), file, f"127.0.0.1:{tmp_path}/there"]
    subprocess.run(line, check=True, capture_output=True, timeout=60)
    assert run(site, "sessions").returncode == 0
    wait_for(lambda: "session-end" in (site.folder / "all.jsonl").read_text(), "the sink has it")
    assert site.stop() == 0
    wait_for(lambda: "exited with 0" in trace.read_text(errors="replace")[-200:], "traced to its end")
    assert events(channel(bundle, "0.exec"))
    assert ADDED & called(trace), "the clock was asked"
    assert called(trace) - allowed(filtered(root)) == set()
