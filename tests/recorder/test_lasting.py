"""Sessions that end because they are idle, or last for too long."""

from __future__ import annotations

import pytest

from .conftest import DEADLINE_S, BuildSite, channel, stream
from .live import shell

pytestmark = pytest.mark.slow


def test_who_is_idle_reads_so_and_is_ended(build_site: BuildSite) -> None:
    site = build_site(server='idle = "6s"').start()
    with shell(site) as session:
        session.until("nothing has happened for a while; this session ends in 3 s")
        session.type("echo still-$((1 + 1))\n")
        session.until("still-2")
        session.until("nothing has happened for 6 s; this session ends here")
        assert session.seen.count("for a while") == 2
        assert session.process.wait(DEADLINE_S) == 255
    bundle = site.sealed([])
    assert "idle for 6 s" in (bundle / "journal").read_text().replace("\\040", " ")
    assert stream(channel(bundle, "0.shell"), "out").count(b"for a while") == 2
    assert site.log().count("session-warned") == 2


def test_a_command_that_prints_is_not_idle_but_a_terminal_that_prints_is(build_site: BuildSite) -> None:
    site = build_site(server='idle = "3s"').start()
    done, _ = site.record("--", "for i in 1 2 3 4 5; do echo $i; sleep 1; done")
    assert done.returncode == 0, done.stderr
    before = site.bundles()
    with shell(site) as session:
        session.type("while :; do echo tick; sleep 0.5; done\n")
        session.until("nothing has happened for 3 s; this session ends here")
    site.sealed(before)


def test_a_session_may_last_so_long_and_a_target_has_its_own_times(build_site: BuildSite) -> None:
    site = build_site(server='longest = "10h"', target='longest = "4s"').start()
    with shell(site) as session:
        session.until("a session may last 4 s; this one ends in 2 s")
        session.until("a session may last 4 s; this one ends here")
        assert session.process.wait(DEADLINE_S) == 255
    assert "lasted for 4 s" in (site.sealed([]) / "journal").read_text().replace("\\040", " ")
