"""A session in which nothing happens costs nothing: its threads sleep until somebody has something to say."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

from sessionlens_recorder.net.revocation import Changes

from .conftest import BuildSite, wait_for
from .test_faults import needs_proc, process_of

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
