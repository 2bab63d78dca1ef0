"""Sessions that wait for a second person."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

import sessionlens as sl

from .conftest import DEADLINE_S, ME, BuildSite, facts, wait_for
from .live import can_be, command, four_eyes, listed, notes, only, run, shell

pytestmark = pytest.mark.slow


def test_a_second_person_allows_a_session(build_site: BuildSite) -> None:
    site = four_eyes(build_site, ME)
    with shell(site) as session:
        session.until("waiting for a second person to allow this")
        waiting = only(site, "waiting")
        assert not site.bundles()
        refused = run(site, "follow", waiting, "--reason", "look")
        assert refused.returncode == 77 and "did not allow" in refused.stderr
        allowed = run(site, "allow", waiting, "--reason", "ticket 8")
        assert allowed.returncode == 0, allowed.stderr
        session.until("$" if os.getuid() else "#")
        assert only(site) == waiting
        again = run(site, "allow", waiting, "--reason", "ticket 8")
        assert again.returncode == 64 and "does not wait" in again.stderr
        ended = run(site, "end", waiting, "--reason", "seen enough")
        assert ended.returncode == 0, ended.stderr
    bundle = site.sealed([])
    told = facts(bundle)["allowed"]
    assert (told["by"], told["reason"], told["uid"]) == (ME, "ticket 8", os.getuid())
    info = sl.open(bundle).info
    assert (info.allowed_by, info.ended) == (f"{ME}: ticket 8", f"ended by {ME}: seen enough")
    assert bundle.name.endswith(waiting)
    for event in ("approval-waiting", "approval-given"):
        assert f"{event} session={waiting} person=john target=web01" in site.log()


def test_a_second_person_is_another_unix_user(build_site: BuildSite, public_folder: Path) -> None:
    can_be("daemon")
    site = four_eyes(build_site, "daemon", f'socket = "{public_folder}/live.sock"\n')
    with shell(site) as session:
        session.until("waiting for a second person to allow this")
        waiting = only(site, "waiting")
        refused = run(site, "allow", waiting, "--reason", "root may do all")
        assert refused.returncode == 77 and f"{ME} is not in live.approvers" in refused.stderr
        assert run(site, "allow", waiting, "--reason", "fine", unix="daemon").returncode == 0
        session.type("echo $((40 + 2))-there\n")
        session.until("42-there")
        followed = subprocess.Popen(
            command(site, "follow", waiting, "--reason", "I allowed it", unix="daemon"),
            stdout=subprocess.PIPE,
            text=True,
        )
        wait_for(lambda: "session-watched" in site.log(), "it is told")
        assert run(site, "end", waiting, "--reason", "enough", unix="daemon").returncode == 0
        assert "42-there" in followed.communicate(timeout=DEADLINE_S)[0]
    bundle = site.sealed([])
    assert facts(bundle)["allowed"]["by"] == "daemon"
    assert [note["event"] for note in notes(bundle)][:2] == ["watched", "ended"]


def test_a_second_person_says_no(build_site: BuildSite) -> None:
    site = four_eyes(build_site, ME)
    with shell(site) as session:
        session.until("waiting for a second person")
        assert run(site, "end", only(site, "waiting"), "--reason", "not now").returncode == 0
        session.until("a second person did not allow this: not now")
    assert not site.bundles()
    assert "approval-refused" in site.log()
    wait_for(lambda: not listed(site), "nobody waits")


def test_nobody_comes(build_site: BuildSite) -> None:
    site = four_eyes(build_site, ME, 'wait = "1s"\n')
    done = site.ssh("--", "true")
    assert done.returncode == 255
    assert b"no second person has allowed this in time" in done.stderr
    assert "approval-refused" in site.log()


def test_who_leaves_waits_no_more(build_site: BuildSite) -> None:
    site = four_eyes(build_site, ME)
    with shell(site) as session:
        session.until("waiting for a second person")
        only(site, "waiting")
    wait_for(lambda: not listed(site), "nobody waits")
    assert "the user left before a second person came" in site.log()


def test_nobody_allows_their_own(build_site: BuildSite) -> None:
    site = build_site()
    text = (site.folder / "recorder.toml").read_text().replace("[users.john]", f"[users.{ME}]")
    text = text.replace('who = "*"', 'who = "*"\nfour_eyes = true')
    (site.folder / "recorder.toml").write_text(f'{text}[live]\napprovers = ["{ME}"]\n')
    site.start()
    options = [one if one != "-oUser=john" else f"-oUser={ME}" for one in site.options()]
    with subprocess.Popen(["ssh", *options, "127.0.0.1", "true"], stderr=subprocess.PIPE) as process:
        refused = run(site, "allow", only(site, "waiting"), "--reason", "mine")
        assert refused.returncode == 77 and "nobody allows a session of their own" in refused.stderr
        process.kill()


def test_a_second_person_may_come_after_questions(build_site: BuildSite) -> None:
    """Then the login is on a thread of its own, and the connection's goes on reading."""
    site = four_eyes(build_site, ME, server="ask_reason = true")
    with shell(site, "-oBatchMode=no") as session:
        session.until("eason")
        session.type("ticket 3\n")
        session.until("waiting for a second person")
        assert run(site, "allow", only(site, "waiting"), "--reason", "fine").returncode == 0
        session.type("echo $((40 + 2))-there; exit\n")
        session.until("42-there")
    told = facts(site.sealed([]))
    assert told["reason"] == "ticket 3" and told["allowed"]["reason"] == "fine"
    with shell(site, "-oBatchMode=no") as session:
        session.until("eason")
        session.type("ticket 4\n")
        session.until("waiting for a second person")
        only(site, "waiting")
    wait_for(lambda: not listed(site), "nobody waits")


def test_the_grace_of_a_login_does_not_run_while_it_waits(build_site: BuildSite) -> None:
    site = four_eyes(build_site, ME, server="login_grace = 6")
    with shell(site) as session:
        session.until("waiting for a second person")
        waiting = only(site, "waiting")
        since = time.monotonic()
        wait_for(lambda: time.monotonic() > since + 7, "longer than the grace")
        assert run(site, "allow", waiting, "--reason", "fine").returncode == 0
        session.type("echo $((40 + 2))-there; exit\n")
        session.until("42-there")
