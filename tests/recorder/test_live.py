"""Running sessions from outside: listed, followed, ended; by whom, and that it is in the recording."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from .conftest import DEADLINE_S, ME, BuildSite, Site, channel, facts, public, stream, wait_for
from .live import RUN, append, can_be, command, four_eyes, listed, notes, only, run, shell, socket_of

pytestmark = pytest.mark.slow


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
        assert refused.returncode == 77
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
        assert f" {row['since'][:19]}Z " in table[1]
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
        output, _ = watching.communicate(timeout=DEADLINE_S)
    assert watching.returncode == 0
    assert "first red" in output and "second" in output and "\x1b" not in output
    assert "Script started" not in output and "Script done" not in output, (
        "the file's own first and last line"
    )
    bundle = live.sealed([])
    (watched,) = (note for note in notes(bundle) if note["event"] == "watched")
    assert (watched["by"], watched["reason"], watched["uid"]) == (ME, "ticket 7", os.getuid())
    assert 'reason="ticket 7"' in live.log()


def test_a_full_screen_program_does_nothing_to_who_follows(live: Site, tmp_path: Path) -> None:
    """Its texts come in the order in which it wrote them; what hostile ones would do is not done."""
    hostile = tmp_path / "hostile"
    hostile.write_bytes(HOSTILE)
    with shell(live) as session:
        session.type(f"cat {hostile}; printf 'do%s\\n' ne\n")
        session.until("done")
        if pager := shutil.which("less"):
            session.type(f"LESS= LESSSECURE=1 TERM=xterm {pager} /etc/passwd\n")
            session.until("root:")
            session.type("q")
        with subprocess.Popen(
            command(live, "follow", only(live), "--reason", "look"), stdout=subprocess.PIPE
        ) as follower:
            wait_for(lambda: "session-watched" in live.log(), "it is followed")
            session.type("exit\n")
            assert follower.stdout is not None
            shown = follower.stdout.read().decode()
    assert follower.returncode == 0
    assert "painted" in shown
    assert "root:" in shown or not pager
    assert all(c.isprintable() or c in "\n\t" for c in shown)
    assert "ZXZpbA==" not in shown, "nothing for the clipboard"


HOSTILE = (
    b"\x1b[?1049h\x1b[2J\x1b[5;5Hpainted\x1b]52;c;ZXZpbA==\x07\x1b]0;title\x1b\\\x1bP+q544e\x1b\\"
    b"\xc2\x9b2J\x1b[6n\x1b[>c\x1b_x\x1b\\\x05\x0e\xe2\x80\xae\x1b[?1049l\r\n"
)


def test_a_session_is_ended_and_its_user_reads_why(live: Site) -> None:
    with shell(live) as session:
        session.until("$" if os.getuid() else "#")
        done = run(live, "end", only(live), "--reason", "maintenance \u202e now")
        assert done.returncode == 64 and "printable" in done.stderr
        done = run(live, "end", only(live), "--reason", "maintenance now")
        assert done.returncode == 0, done.stderr
        session.until("ended by somebody who watches over it: maintenance now")
        assert session.process.wait(DEADLINE_S) == 255
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
        assert refused.returncode == 77 and "nobody is neither in live.watchers" in refused.stderr
        assert "live-refused by=nobody what=connect" in site.log()
        assert run(site, "sessions", unix="daemon").stdout.count(mine) == 2
        ended = run(site, "end", mine, "--reason", "enough", unix="daemon")
        assert ended.returncode == 0, ended.stderr
    assert any(note["event"] == "ended" and note["by"] == "daemon" for note in notes(site.sealed([])))


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
        _, errors = one.communicate(timeout=DEADLINE_S)
        assert b"ended by somebody who watches over it: enough" in errors
    bundle = site.sealed([])
    assert facts(bundle)["authentication"]["through_jump"] and facts(bundle)["allowed"]["by"] == ME


def test_a_bastion_that_stops_ends_who_follows_and_who_waits(build_site: BuildSite) -> None:
    site = build_site(target="four_eyes = true")
    append(site, f'[live]\napprovers = ["{ME}"]\nwatchers = ["{ME}"]\n')
    site.start()
    with shell(site) as first, shell(site) as second:
        first.until("waiting for a second person")
        second.until("waiting for a second person")
        allowed = wait_for(lambda: listed(site), "both")[0]["session"]
        assert run(site, "allow", allowed, "--reason", "fine").returncode == 0
        assert only(site) == allowed
        following = subprocess.Popen(
            command(site, "follow", allowed, "--reason", "r"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        wait_for(lambda: "session-watched" in site.log(), "it is told")
        assert site.stop() == 0
        following.communicate(timeout=DEADLINE_S)
    assert "crash" not in site.log() and "process-died" not in site.log(), site.log()
    site.sealed([])


def test_a_reload_names_other_watchers(build_site: BuildSite) -> None:
    site = build_site().start()
    with shell(site) as session:
        session.until("$" if os.getuid() else "#")
        mine = only(site)
        assert run(site, "follow", mine, "--reason", "r").returncode == 77
        append(site, f'[live]\nwatchers = ["{ME}"]\n')
        assert site.process is not None
        site.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "recorder-reloaded" in site.log(), "it has reloaded")
        following = subprocess.Popen(
            command(site, "follow", mine, "--reason", "r"), stdout=subprocess.PIPE, text=True
        )
        wait_for(lambda: "session-watched" in site.log(), "it is told")
        session.type("exit\n")
        following.communicate(timeout=DEADLINE_S)
        assert following.returncode == 0


def test_a_socket_that_was_moved_needs_a_restart(build_site: BuildSite) -> None:
    site = build_site().start()
    append(site, '[live]\nsocket = "moved.sock"\n')
    assert site.process is not None
    site.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "restart-needed" in site.log(), site.log())
    line = [*RUN, "sessions", "--config", str(site.folder / "recorder.toml")]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 64
    assert "or one that was started before live.socket was changed to this: restart it" in done.stderr
