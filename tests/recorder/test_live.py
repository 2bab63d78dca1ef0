"""Running sessions from outside: listed, followed, ended; by whom, and that it is in the recording."""

from __future__ import annotations

import json
import os
import pty
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from .conftest import ME, BuildSite, Site, channel, events, facts, public, stream, wait_for

RUN = [sys.executable, "-m", "sessionlens_recorder"]
ENV = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "recorder")}


def run(site: Site, *arguments: str, unix: str | None = None) -> subprocess.CompletedProcess[str]:
    """`sessionlens-recorder …`, as this user or as another one."""
    return subprocess.run(command(site, *arguments, unix=unix), capture_output=True, text=True, timeout=30)


def command(site: Site, *arguments: str, unix: str | None = None) -> list[str]:
    line = [*RUN, *arguments, "--socket", str(socket_of(site))]
    return line if unix is None else ["setpriv", f"--reuid={unix}", "--clear-groups", *line]


def socket_of(site: Site) -> Path:
    """In the bastion's folder, unless a test says otherwise."""
    told = re.search(r'^socket = "(.*)"$', (site.folder / "recorder.toml").read_text(), re.MULTILINE)
    return Path(told[1]) if told else site.folder / "live.sock"


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """pytest keeps its own from all other users."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o711)
        yield Path(name)


def can_be(unix: str) -> None:
    """Skips where no other user can be had."""
    if os.getuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("needs root and setpriv to be another Unix user")
    try:
        pwd.getpwnam(unix)
    except KeyError:
        pytest.skip(f"needs a Unix user {unix}")
    probe = ["setpriv", f"--reuid={unix}", "--clear-groups", *RUN, "--version"]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip(f"{unix} cannot run the recorder here")


@contextmanager
def shell(site: Site, *options: str, target: str | None = "web01") -> Iterator[Shell]:
    """An interactive session of john's on a pty."""
    leader, follower = pty.openpty()
    line = ["ssh", *site.options("-tt", *options, target=target), "127.0.0.1"]
    if not shutil.which("setsid"):
        pytest.skip("needs setsid, for a terminal that ssh may ask on")
    line = ["setsid", "--ctty", *line]
    process = subprocess.Popen(line, stdin=follower, stdout=follower, stderr=follower)
    os.close(follower)
    os.set_blocking(leader, False)
    try:
        yield Shell(leader, process)
    finally:
        process.kill()
        process.wait()
        os.close(leader)


class Shell:
    def __init__(self, leader: int, process: subprocess.Popen[bytes]) -> None:
        self.leader, self.process, self.seen = leader, process, ""

    def type(self, text: str) -> None:
        os.write(self.leader, text.encode())

    def read(self) -> str:
        try:
            while data := os.read(self.leader, 65536):
                self.seen += data.decode("utf-8", "replace")
        except OSError:
            pass
        return self.seen

    def until(self, text: str, seconds: float = 20.0) -> None:
        try:
            wait_for(lambda: text in self.read(), seconds=seconds)
        except AssertionError as error:
            raise AssertionError(f"{text!r} is not in {self.seen!r}") from error


def listed(site: Site) -> list[dict[str, Any]]:
    done = run(site, "sessions", "--json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def append(site: Site, text: str) -> None:
    """To the configuration, before the start."""
    file = site.folder / "recorder.toml"
    file.write_text(file.read_text() + text)


def only(site: Site, state: str = "running") -> str:
    """The id of the one session, once it is there."""
    found = wait_for(lambda: [one for one in listed(site) if one["state"] == state], f"one is {state}")
    return str(found[0]["session"])


def notes(bundle: Path) -> list[dict[str, Any]]:
    (folder,) = bundle.glob("*.connection")
    return events(folder)


@pytest.fixture
def live(build_site: BuildSite) -> Site:
    """A bastion where this user may watch."""
    site = build_site()
    append(site, f'[live]\nwatchers = ["{ME}"]\n')
    return site.start()


def test_the_socket_is_nobodys_by_default(build_site: BuildSite) -> None:
    site = build_site().start()
    assert (site.folder / "live.sock").stat().st_mode & 0o777 == 0o600
    with shell(site) as session:
        session.until("$" if os.getuid() else "#")
        mine = only(site)
        refused = run(site, "follow", mine, "--reason", "curious")
        assert refused.returncode == 64
        assert f"{ME} is not in live.watchers" in refused.stderr
        assert "live-refused" in site.log() and "what=watch" in site.log()
    site.stop()
    assert not (site.folder / "live.sock").exists()


def test_sessions_are_listed(live: Site) -> None:
    assert run(live, "sessions").stdout == "no sessions now\n"
    with shell(live) as session:
        session.type("echo here-I-$((20 + 2))\n")
        session.until("here-I-22")
        (row,) = wait_for(lambda: listed(live), "a session")
        assert row["person"] == "john" and row["target"] == "web01" and row["account"] == ME
        assert row["client"].startswith("127.0.0.1:") and row["since"].endswith("Z")
        assert row["channels"] == 1 and row["bytes"] > 100
        assert (row["bundle"],) == tuple(path.name for path in live.bundles())
        table = run(live, "sessions").stdout.splitlines()
        assert table[0].split()[:3] == ["session", "person", "account"]
        assert table[1].split()[:2] == [row["session"], "john"]
    wait_for(lambda: not listed(live), "it is gone")


def test_a_reason_is_needed(live: Site) -> None:
    assert run(live, "follow", "00000000", "--reason", " ").returncode == 64
    assert "reason is needed" in run(live, "end", "00000000", "--reason", " ").stderr
    assert "there is no session 00000000" in run(live, "end", "00000000", "--reason", "x").stderr


def test_following_shows_everything_from_the_beginning_and_is_recorded(live: Site) -> None:
    with shell(live) as session:
        session.type("printf 'fir%s \\033[31mred\\033[0m\\n' st\n")
        session.until("first")
        mine = only(live)
        watching = subprocess.Popen(
            command(live, "follow", mine, "--reason", "ticket 7"), stdout=subprocess.PIPE, text=True
        )
        wait_for(lambda: "session-watched" in live.log(), "it is told")
        session.type("echo sec''ond; exit\n")
        output, _ = watching.communicate(timeout=20)
    assert watching.returncode == 0
    assert "first red" in output and "second" in output and "\x1b" not in output
    bundle = live.sealed([])
    (watched,) = (note for note in notes(bundle) if note["event"] == "watched")
    assert (watched["by"], watched["reason"], watched["uid"]) == (ME, "ticket 7", os.getuid())
    assert 'reason="ticket 7"' in live.log()


def test_a_session_is_ended_and_its_user_reads_why(live: Site) -> None:
    with shell(live) as session:
        session.until("$" if os.getuid() else "#")
        done = run(live, "end", only(live), "--reason", "maintenance \u202e now")
        assert done.returncode == 64 and "printable" in done.stderr
        done = run(live, "end", only(live), "--reason", "maintenance now")
        assert done.returncode == 0, done.stderr
        session.until("ended by somebody who watches over it: maintenance now")
        assert session.process.wait(20) == 255
    bundle = live.sealed([])
    assert notes(bundle)[-2]["event"] == "ended" and notes(bundle)[-2]["by"] == ME
    assert f"ended by {ME}: maintenance now" in (bundle / "journal").read_text().replace("\\040", " ")
    assert b"maintenance now" in stream(channel(bundle, "0.shell"), "out")
    assert "session-ended" in live.log()


def test_who_is_not_named_is_told_nothing(build_site: BuildSite, public_folder: Path) -> None:
    can_be("nobody")
    site = build_site()
    append(site, f'[live]\nsocket = "{public_folder}/live.sock"\nwatchers = ["daemon"]\n')
    site.start()
    assert socket_of(site).stat().st_mode & 0o777 == 0o666
    with shell(site) as session:
        session.until("#")
        mine = only(site)
        refused = run(site, "sessions", unix="nobody")
        assert refused.returncode == 64 and "nobody is neither in live.watchers" in refused.stderr
        assert "live-refused by=nobody what=connect" in site.log()
        assert run(site, "sessions", unix="daemon").stdout.count(mine) == 2
        ended = run(site, "end", mine, "--reason", "enough", unix="daemon")
        assert ended.returncode == 0, ended.stderr
    assert any(note["event"] == "ended" and note["by"] == "daemon" for note in notes(site.sealed([])))


def four_eyes(build_site: BuildSite, approver: str, more: str = "", **options: str) -> Site:
    site = build_site(target="four_eyes = true", **options)
    append(site, f'[live]\napprovers = ["{approver}"]\n{more}')
    return site.start()


def test_a_second_person_allows_a_session(build_site: BuildSite) -> None:
    site = four_eyes(build_site, ME)
    with shell(site) as session:
        session.until("waiting for a second person to allow this")
        waiting = only(site, "waiting")
        assert not site.bundles()
        refused = run(site, "follow", waiting, "--reason", "look")
        assert refused.returncode == 64 and "did not allow" in refused.stderr
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
        assert refused.returncode == 64 and f"{ME} is not in live.approvers" in refused.stderr
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
        assert "42-there" in followed.communicate(timeout=20)[0]
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
        assert refused.returncode == 64 and "nobody allows a session of their own" in refused.stderr
        process.kill()


def test_who_is_idle_reads_so_and_is_ended(build_site: BuildSite) -> None:
    site = build_site(server='idle = "6s"').start()
    with shell(site) as session:
        session.until("nothing has happened for a while; this session ends in 3 s")
        session.type("echo still-$((1 + 1))\n")
        session.until("still-2")
        session.until("nothing has happened for 6 s; this session ends here")
        assert session.seen.count("for a while") == 2
        assert session.process.wait(20) == 255
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
        assert session.process.wait(20) == 255
    assert "lasted for 4 s" in (site.sealed([]) / "journal").read_text().replace("\\040", " ")


def test_a_session_through_a_jump_is_seen_and_ended_alone(build_site: BuildSite) -> None:
    site = four_eyes(build_site, ME)
    inner = " ".join(["ssh", *site.options(target=None), "-W", "%h:%p", "127.0.0.1"])
    options = [f"-oProxyCommand={inner}", f"-oUser={ME}", "-oHostKeyAlias=bastion"]
    known = site.folder / "known_hosts"
    known.write_text(known.read_text() + f"bastion {public(site.folder / 'keys/host_ed25519')}\n")
    line = ["ssh", *site.options(*options), "web01", "cat"]
    line[line.index(f"-oPort={site.targets['web01'].rpartition(':')[2]}")] = "-oPort=22"
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as one:
        mine = only(site, "waiting")
        assert run(site, "allow", mine, "--reason", "fine").returncode == 0
        assert only(site) == mine
        ended = run(site, "end", mine, "--reason", "enough")
        assert ended.returncode == 0, ended.stderr
        _, errors = one.communicate(timeout=20)
        assert b"ended by somebody who watches over it: enough" in errors
    bundle = site.sealed([])
    assert facts(bundle)["authentication"]["through_jump"] and facts(bundle)["allowed"]["by"] == ME


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
    site = four_eyes(build_site, ME, server="login_grace = 2")
    with shell(site) as session:
        session.until("waiting for a second person")
        waiting = only(site, "waiting")
        since = time.monotonic()
        wait_for(lambda: time.monotonic() > since + 3, "longer than the grace")
        assert run(site, "allow", waiting, "--reason", "fine").returncode == 0
        session.type("echo $((40 + 2))-there; exit\n")
        session.until("42-there")


def test_a_bastion_that_stops_ends_who_follows_and_who_waits(build_site: BuildSite) -> None:
    site = build_site(target="four_eyes = true")
    append(site, f'[live]\napprovers = ["{ME}"]\nwatchers = ["{ME}"]\n')
    site.start()
    with shell(site) as first, shell(site) as second:
        first.until("waiting for a second person")
        second.until("waiting for a second person")
        allowed = wait_for(lambda: listed(site), "both")[0]["session"]
        assert run(site, "allow", allowed, "--reason", "fine").returncode == 0
        following = subprocess.Popen(
            command(site, "follow", allowed, "--reason", "r"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        wait_for(lambda: "session-watched" in site.log(), "it is told")
        assert site.stop() == 0
        following.communicate(timeout=20)
    assert "crash" not in site.log() and "process-died" not in site.log()
    site.sealed([])


def test_a_reload_names_other_watchers(build_site: BuildSite) -> None:
    site = build_site().start()
    with shell(site) as session:
        session.until("$" if os.getuid() else "#")
        mine = only(site)
        assert run(site, "follow", mine, "--reason", "r").returncode == 64
        append(site, f'[live]\nwatchers = ["{ME}"]\n')
        assert site.process is not None
        site.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "recorder-reloaded" in site.log(), "it has reloaded")
        following = subprocess.Popen(
            command(site, "follow", mine, "--reason", "r"), stdout=subprocess.PIPE, text=True
        )
        wait_for(lambda: "session-watched" in site.log(), "it is told")
        session.type("exit\n")
        following.communicate(timeout=20)
        assert following.returncode == 0
