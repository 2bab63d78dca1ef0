"""Who was let in is asked about again before anything that comes much later: a second person's word, a
session through a jump.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import paramiko
import pytest

from .certs import ca_site, certify
from .conftest import DEADLINE_S, ME, BuildSite, Site, facts, make_key, public, wait_for
from .dialling import dialled
from .test_faults import process_of
from .test_krl import recorder

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc"),
]


def test_who_is_revoked_while_waiting_does_not_get_in(build_site: BuildSite, tmp_path: Path) -> None:
    site = build_site(target="four_eyes = true", server="ask_reason = false")
    with open(site.folder / "recorder.toml", "a") as file:
        file.write(f'[live]\napprovers = ["{ME}"]\n')
    site.start()
    command = ["ssh", *site.options(), "127.0.0.1", f"touch {tmp_path / 'ran'}"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) as login:
        wait_for(lambda: "approval-waiting" in site.log(), "it waits")
        (line,) = recorder(site, "sessions", "--json").stdout.splitlines()
        assert recorder(site, "revoke", "john", "--reason", "dismissed").returncode == 0
        recorder(site, "allow", json.loads(line)["session"], "--reason", "change 1")
        assert b"john is revoked" in login.communicate(timeout=DEADLINE_S)[1]
    assert not (tmp_path / "ran").exists()
    assert not site.bundles(), "the target was not dialled"
    assert "login-refused" in site.log() and "why=revoked" in site.log()


def test_the_groups_of_a_persons_own_authority_count_for_nothing(
    build_site: BuildSite, tmp_path: Path
) -> None:
    """It vouches for one person; whoever holds its key could name any group."""
    rules = '[[rules]]\nwho = "@dba"\ntargets = "*"\n\n[[rules]]\nwho = "jane"\ntargets = "*"\n'
    site = build_site(rules=rules)
    ca, key = ca_site(site, tmp_path)
    own = make_key(tmp_path / "own_ca")
    text = (site.folder / "recorder.toml").read_text()
    users = f'[users.vendor]\nuser_ca = "{public(own)}"\n[users.jane]\nuser_ca = "{public(own)}"\n'
    (site.folder / "recorder.toml").write_text(text + users)
    site.start()
    certify(own, key, principals="vendor,jane,dba")
    refused = site.ssh("-oUser=vendor", "--", "true", key=key)
    assert b"no rule lets vendor reach web01" in refused.stderr
    done, bundle = site.record("-oUser=jane", "--", "true", key=key)
    assert (done.returncode, facts(bundle)["authentication"]["groups"]) == (0, [])
    certify(ca, key, principals="vendor,dba")
    assert site.ssh("-oUser=vendor", "--", "true", key=key).returncode == 0, "the server's own CA may"


# jumps


@contextmanager
def inside(outer: paramiko.Transport, window: int = 1 << 21) -> Iterator[paramiko.Transport]:
    """A recorded session through it, logged in."""
    tunnel = outer.open_channel("direct-tcpip", ("web01", 22), ("127.0.0.1", 1), window, 1 << 15)
    transport = Through(tunnel)
    try:
        transport.start_client(timeout=DEADLINE_S)
        transport.auth_none(ME)
        yield transport
    finally:
        with suppress(EOFError):  # as below
            transport.close()
        transport.join()


class Through(paramiko.Transport):
    """Its thread takes leave of the tunnel at its end, and fails where that has gone before it."""

    def run(self) -> None:
        with suppress(EOFError):
            super().run()


def runs(transport: paramiko.Transport, command: str = "echo in") -> bytes:
    with transport.open_session() as program:
        program.settimeout(DEADLINE_S)
        program.exec_command(command)
        return program.makefile("rb").read()


def refusal(outer: paramiko.Transport) -> str:
    with pytest.raises(paramiko.SSHException) as refused, inside(outer):
        pass
    return str(refused.value)


def test_a_key_that_was_taken_away_opens_nothing_through_a_jump(build_site: BuildSite) -> None:
    site = build_site().start()
    with dialled(site, None) as outer:
        with inside(outer) as session:
            assert runs(session) == b"in\n"
            (site.folder / "users/john.pub").write_text("")
            refusal(outer)
            assert runs(session) == b"in\n", "what runs goes on, as with sshd"
        wait_for(lambda: "why=lapsed" in site.log(), site.log())
        assert "not an authorized key" in site.log()


LATER = """
import datetime as real, os, time, types
from sessionlens_recorder.net import age, credentials
def later():
    return 7200 * os.path.exists({at!r})
class Later(real.datetime):
    @classmethod
    def now(cls, zone=None):
        return real.datetime.now(zone) + real.timedelta(seconds=later())
credentials.datetime = Later
age.time = types.SimpleNamespace(monotonic=lambda: time.monotonic() + later())
"""  # two hours have gone by, once that file is there


def test_a_certificate_that_has_expired_opens_nothing_through_a_jump(
    build_site: BuildSite, tmp_path: Path
) -> None:
    site = build_site()
    ca, path = ca_site(site, tmp_path)
    site.start(sabotage=LATER.format(at=str(tmp_path / "later")))
    certify(ca, path, "-V", "-5m:+1h")
    key = paramiko.Ed25519Key.from_private_key_file(str(path))
    key.load_certificate(f"{path}-cert.pub")
    with dialled(site, None, key=key) as outer:
        with inside(outer) as session:
            assert runs(session) == b"in\n"
        (tmp_path / "later").touch()
        refusal(outer)
    assert "it expired at" in site.log()


def test_a_jump_has_its_time_and_lets_nobody_in_after_it(build_site: BuildSite, tmp_path: Path) -> None:
    site = build_site(server='longest = "2h"', target='longest = "1h"')
    site.start(sabotage=LATER.format(at=str(tmp_path / "later")))
    with dialled(site, None) as outer:
        with inside(outer) as session:
            (tmp_path / "later").touch()
            opens_nothing(outer)
            assert "a login may last 2 h" in site.log()
            assert runs(session) == b"in\n", "this one has a time of its own"
        wait_for(lambda: "lasted for 2 h" in site.log(), site.log())
        wait_for(lambda: not outer.is_active(), "it ends with the last one inside")


def opens_nothing(outer: paramiko.Transport) -> None:
    with pytest.raises(paramiko.ChannelException):
        outer.open_channel("direct-tcpip", ("web01", 22), ("127.0.0.1", 1))


def test_a_jump_through_which_nobody_goes_is_idle(build_site: BuildSite) -> None:
    site = build_site(server='idle = "5s"', target='idle = "1h"').start()
    with dialled(site, None) as outer:
        with inside(outer) as session:
            assert runs(session, "sleep 6; echo in") == b"in\n"
        wait_for(lambda: not outer.is_active(), "it has ended")
    wait_for(lambda: "idle for 5 s" in site.log(), site.log())


@pytest.mark.parametrize("window", [1024, 16384, 24576])
def test_a_client_that_takes_little_at_a_time(site: Site, window: int) -> None:
    """PuTTY's window is 16 KiB, dropbear's 24."""
    with dialled(site, None) as outer, inside(outer, window) as session:
        assert len(runs(session, "head -c 300000 /dev/zero")) == 300_000


def cost(site: Site) -> tuple[int, int]:
    """Threads and descriptors of the one connection that there is."""
    pid = process_of(site)
    threads, descriptors = (sum(1 for _ in Path(f"/proc/{pid}/{what}").iterdir()) for what in ("task", "fd"))
    return threads, descriptors


def test_tunnels_that_nobody_closes_cost_nothing_and_are_counted(build_site: BuildSite) -> None:
    site = build_site().start()
    with dialled(site, None) as outer:
        outer._channel_handler_table = {**outer._channel_handler_table, 97: lambda channel, m: None}
        before = cost(site)
        tunnels = []
        for _ in range(16):
            tunnels.append(outer.open_channel("direct-tcpip", ("web01", 22), ("127.0.0.1", 1)))
            tunnels[-1].sendall(b"SSH-1.0-x\r\n")
        wait_for(lambda: cost(site) <= before, "nothing is left of them")
        opens_nothing(outer)
        assert "there are 16 connections through this one already" in site.log()
