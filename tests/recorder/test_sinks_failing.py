"""A sink that breaks or hangs: its process begins again, and no stop waits for it."""

from __future__ import annotations

from pathlib import Path

from .conftest import BuildSite, free_port, wait_for
from .receivers import Collector
from .test_sinks_site import FILE, closing, lines_of, named, needs_proc, splunk


@needs_proc
def test_an_error_in_a_sink_is_in_the_log_and_the_process_begins_again(build_site: BuildSite) -> None:
    sabotage = """
from pathlib import Path
from sessionlens_recorder.sinks.file import Lines
send = Lines.send
def fail(self, events):
    if not self._path.with_name("mended").exists():
        raise RuntimeError("a mistake of ours")
    return send(self, events)
Lines.send = fail
"""
    site = build_site(target=FILE).start(sabotage=sabotage)
    wait_for(lambda: "duty=sinks" in site.log())
    assert "a mistake of ours" in site.log()
    done, _ = site.record("echo in")
    assert done.stdout == b"in\n"
    (site.folder / "mended").touch()
    wait_for(lambda: named(lines_of(site), "session-end"), seconds=90)  # short lives delay the next one
    events = lines_of(site)
    assert events[0]["event"] == "recorder-ready", "nothing was lost"
    assert {"crash", "process-died"} <= {event["event"] for event in events}


def test_a_sink_that_hangs_keeps_no_bastion_from_stopping(build_site: BuildSite, tmp_path: Path) -> None:
    hec = Collector()
    hec.hang.set()
    with closing(hec):
        site = build_site(target=FILE + splunk(hec.port, tmp_path)).start()
        wait_for(lambda: hec.requests)
        assert site.stop() == 0
        assert named(lines_of(site), "recorder-stopped"), "the others heard of it"
        hec.hang.clear()
        site.start()
        wait_for(lambda: named(hec.accepted, "recorder-stopped"), "and that one does afterwards")


STOPPED_IN_BETWEEN = """
import time
from pathlib import Path
from sessionlens_recorder.sinks.process import Sender
keep_house, asked = Sender._keep_house, Path({asked!r})
def slowly(self, workers):
    keep_house(self, workers)
    while asked.exists() and all(worker.is_alive() for worker in workers):
        asked.with_name("waits").touch()
        time.sleep(0.01)
Sender._keep_house = slowly
"""


@needs_proc
def test_a_sink_that_is_through_first_at_a_stop_cuts_nobody_off(
    build_site: BuildSite, tmp_path: Path
) -> None:
    """One that is down ends at once, maybe while the process looks after its queue."""
    asked = tmp_path / "asked"
    site = build_site(target=FILE + splunk(free_port(), tmp_path))
    site.start(sabotage=STOPPED_IN_BETWEEN.format(asked=str(asked)))
    wait_for(lambda: named(lines_of(site), "sink-down"))
    asked.touch()
    wait_for(asked.with_name("waits").exists)
    assert site.stop() == 0
    assert "process-died" not in site.log()
    assert named(lines_of(site), "recorder-stopped")
