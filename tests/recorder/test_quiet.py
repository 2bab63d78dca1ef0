"""A session in which nothing happens costs nothing: its threads sleep until somebody has something to say."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

import pytest
from sessionlens_recorder.net.revocation import Changes

from .conftest import BuildSite, wait_for
from .test_faults import needs_proc, process_of, sealed_as

pytestmark = pytest.mark.slow

LOOKED_AT_S = 5.0


def switches(pid: int) -> int:
    """How often the threads of a process have gone to sleep by themselves."""
    found = [
        re.search(r"^voluntary_ctxt_switches:\s+(\d+)", (task / "status").read_text(), re.MULTILINE)
        for task in Path(f"/proc/{pid}/task").iterdir()
    ]
    return sum(int(each[1]) for each in found if each)


@needs_proc
def test_a_quiet_session_sleeps(build_site: BuildSite) -> None:
    site = build_site().start()
    line = ["ssh", *site.options(), "127.0.0.1", "echo up; cat"]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as client:
        assert client.stdin is not None and client.stdout is not None
        assert client.stdout.readline() == b"up\n"
        (bundle,) = site.bundles()
        wait_for(lambda: b" 0.exec/out " in (bundle / "journal").read_bytes(), "what was said is committed")
        pid = process_of(site)
        woken = []
        for _ in range(2):  # the last wakings of the login may fall into the first
            before = switches(pid)
            time.sleep(LOOKED_AT_S)  # what is measured; it was 35 with polling
            woken.append(switches(pid) - before)
        assert min(woken) <= 4, woken
        client.stdin.write(b"more\n")
        client.stdin.flush()
        assert client.stdout.readline() == b"more\n"
        wait_for(
            lambda: (bundle / "journal").read_bytes().count(b" 0.exec/in ") == 2, "and wakes when it is used"
        )
        client.stdin.close()


def test_changes_are_seen_once(tmp_path: Path) -> None:
    changes, people, keys = Changes(), tmp_path / "people", tmp_path / "keys"
    changes.watch(people, None)
    assert not changes.seen()
    people.write_text("john\n")
    assert changes.seen() and not changes.seen()
    keys.write_text("")
    changes.watch(keys, people)
    assert not changes.seen(), "a file that is watched from now on has not changed"
    keys.unlink()
    assert changes.seen() and not changes.seen()


def test_a_disk_that_hangs_while_nothing_happens_ends_the_session(build_site: BuildSite) -> None:
    """In the checkpoint of a quiet session; what passed after it would be in no journal."""
    site = build_site()
    site.start(
        sabotage=f"""
from pathlib import Path
import time
from sessionlens_recorder.bundle import journal, writer
from sessionlens_recorder.net import recording
recording.STALLED_S, recording.LOOK_S, writer.IDLE_CHECKPOINT_NS = 1.0, 0.2, 300_000_000
sync = journal.Journal.sync
def hanging(self):
    while Path({str(site.folder / "hang")!r}).exists():
        time.sleep(0.05)
    return sync(self)
journal.Journal.sync = hanging
"""
    )
    hang, line = site.folder / "hang", ["ssh", *site.options(), "127.0.0.1", "echo up; cat"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(line, **pipes) as client:  # type: ignore[call-overload]
        assert client.stdout.readline() == b"up\n"
        (bundle,) = site.bundles()
        wait_for(lambda: b" 0.exec/out " in (bundle / "journal").read_bytes(), "what was said is committed")
        hang.touch()
        said = client.stderr.read()  # without a key being pressed
        hang.unlink()
    assert b"this session is no longer recorded, so it ends here" in said
    sealed_as(bundle, "aborted")
