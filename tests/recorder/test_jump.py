"""`ssh -J bastion target`, with the stock client: recorded inside, and nothing else outside."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
from pathlib import Path

import pytest
from sessionlens_recorder.config import load
from sessionlens_recorder.live.desk import Order
from sessionlens_recorder.net.identity import Proof
from sessionlens_recorder.net.jump import Jump
from sessionlens_recorder.session import wire

from .conftest import DEADLINE_S, ME, BuildSite, Site, Sshd, facts, make_key, public, stream, wait_for
from .live import append, listed, notes
from .live import run as order
from .test_faults import needs_proc, process_of
from .test_krl import recorder

pytestmark = pytest.mark.slow


def jump(site: Site, *arguments: str, who: str = "john", inner: str = ME, host: str = "web01") -> list[str]:
    """ssh with a configuration of its own, since -J reads options for both hosts from there only."""
    _, _, port = site.server.rpartition(":")
    (site.folder / "known").write_text(
        f"[127.0.0.1]:{port} {public(site.folder / 'keys/host_ed25519')}\n{host} {public(shown_key(site))}\n"
    )
    (site.folder / "ssh_config").write_text(
        f"""Host bastion
    HostName 127.0.0.1
    Port {port}
    User {who}
Host *
    BatchMode yes
    IdentitiesOnly yes
    IdentityFile {site.key}
    StrictHostKeyChecking yes
    UserKnownHostsFile {site.folder / "known"}
    LogLevel INFO
"""
    )
    configured = ["ssh", "-F", str(site.folder / "ssh_config")]
    return [*configured, "-J", "bastion", f"-oUser={inner}", host, *arguments]


def shown_key(site: Site) -> Path:
    """What web01 shows: its own, where there is one."""
    own = site.folder / "keys/web01_shown"
    return own if own.exists() else site.folder / "keys/host_ed25519"


def run(line: list[str], **more: object) -> subprocess.CompletedProcess[bytes]:
    settings = {"stdin": subprocess.DEVNULL} if "input" not in more else {}
    return subprocess.run(line, capture_output=True, timeout=DEADLINE_S, check=False, **settings, **more)  # type: ignore[call-overload,no-any-return]


@pytest.fixture
def own_key(build_site: BuildSite) -> Site:
    """A site whose target shows a host key of its own to clients."""
    site = build_site(target='listen_host_key = "keys/web01_shown"')
    make_key(site.folder / "keys/web01_shown")
    return site.start()


def test_a_jump_is_recorded_and_shows_the_targets_key(own_key: Site) -> None:
    before = own_key.bundles()
    done = run(jump(own_key, "echo in; echo out >&2; exit 3"))
    assert (done.returncode, done.stdout) == (3, b"in\n")
    bundle = own_key.sealed(before)
    assert sorted(stream(bundle / "0.exec", "out").splitlines()) == [b"in", b"out"]
    said = facts(bundle)
    assert (said["person"], said["account"], said["target"]["name"]) == ("john", ME, "web01")
    assert said["authentication"]["through_jump"] is True
    assert said["authentication"]["methods"] == ["publickey"]
    assert said["client"]["address"] == "127.0.0.1"
    assert own_key.log().count(" jump session=") == 1


def test_a_listener_shows_the_targets_key(own_key: Site) -> None:
    done = own_key.ssh("-oUserKnownHostsFile=" + str(own_key.folder / "listener"), "--", "true")
    assert done.returncode == 255, "the bastion's key is not expected there"
    port = own_key.targets["web01"].rpartition(":")[2]
    known = own_key.folder / "known_hosts"
    known.write_text(f"[127.0.0.1]:{port} {public(shown_key(own_key))}\n")
    assert own_key.ssh("true").returncode == 0


def test_large_transfers_through_a_jump(own_key: Site) -> None:
    data = os.urandom(6_000_000)
    done = run(jump(own_key, "cat"), input=data)
    assert done.stdout == data


def test_the_address_of_the_target_is_the_target(own_key: Site, sshd: object) -> None:
    """Whoever jumps to where the target really is gets the recorded one all the same."""
    address = own_key.folder.joinpath("recorder.toml").read_text().partition('address = "127.0.0.1:')[2]
    port = address.partition('"')[0]
    before = own_key.bundles()
    line = jump(own_key, "echo in", host="127.0.0.1")
    line.insert(1, f"-p{port}")
    known = own_key.folder / "known"
    known.write_text(known.read_text() + f"[127.0.0.1]:{port} {public(shown_key(own_key))}\n")
    done = run(line)
    assert done.stdout == b"in\n", done.stderr
    assert own_key.sealed(before)


def test_nothing_but_targets_is_reached(own_key: Site) -> None:
    done = run(jump(own_key, "true", host="web02"))
    assert b"web02:22 is none of the targets; there are: web01" in done.stderr
    master = ["ssh", "-F", str(own_key.folder / "ssh_config")]
    shell = run([*master, "bastion", "true"])
    assert b"say which target: NAME%TARGET or NAME+TARGET, where TARGET is one of: web01" in shell.stderr
    remote = run([*master, "-oExitOnForwardFailure=yes", "-NR", "0:127.0.0.1:9", "bastion"])
    assert b"remote port forwarding failed" in remote.stderr
    assert own_key.bundles() == []


def test_nothing_is_forwarded_to_a_target(build_site: BuildSite, sshd: Sshd) -> None:
    """On a connection to a target, even where its forwards may go anywhere."""
    site = build_site(target='forward = ["*"]').start()
    done, _ = site.record("-W", f"127.0.0.1:{sshd.port}", "--")
    assert b"is a target: `ssh -J` gets there, with a login that names none" in done.stderr
    done, _ = site.record("-W", "web01:22", "--")  # what -J john+web01@bastion asks for
    assert b"web01:22 is a target: `ssh -J` gets there, with a login that names none" in done.stderr


def test_the_way_is_listed_and_can_be_ended(build_site: BuildSite) -> None:
    """The outer connection has no recording; it is told apart from the session inside."""
    site = build_site()
    append(site, f'[live]\nwatchers = ["{ME}"]\napprovers = ["{ME}"]\n')
    site.start()
    line = jump(site, "echo in; cat")
    client = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert client.stdout is not None and client.stdout.readline() == b"in\n"
    rows = {row["state"]: row for row in listed(site)}
    assert set(rows) == {"jump", "running"}
    outer = rows["jump"]
    assert (outer["person"], outer["target"], outer["bundle"]) == ("john", None, None)
    assert f"jump session={outer['session']} person=john" in site.log()
    assert "only the way to others" in order(site, "follow", outer["session"], "--reason", "x").stderr
    assert "does not wait" in order(site, "allow", outer["session"], "--reason", "x").stderr
    done = order(site, "end", outer["session"], "--reason", "maintenance")
    assert done.returncode == 0, done.stderr
    _, told = client.communicate(timeout=DEADLINE_S)
    assert b"ended by somebody who watches over it: maintenance" in told
    site.sealed([])
    wait_for(lambda: not listed(site), "both are gone")
    assert f"session-ended session={outer['session']}" in site.log()


def test_who_ends_the_way_is_in_every_recording_inside(build_site: BuildSite, tmp_path: Path) -> None:
    """Two sessions through one connection; one's client takes nothing, so that the end lasts."""
    site = build_site()
    append(site, f'[live]\nwatchers = ["{ME}"]\n')
    site.start()
    jump(site)
    ours = ["ssh", "-F", str(site.folder / "ssh_config")]
    through = f"-oProxyCommand={' '.join(ours)} -S {tmp_path / 'm'} -W web01:22 bastion"
    inner = [*ours, through, f"-oUser={ME}", "web01"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    started = []

    def start(line: list[str]) -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen(line, **pipes))  # type: ignore[call-overload]
        return started[-1]

    try:
        start([*ours, "-MNS", str(tmp_path / "m"), "bastion"])
        wait_for(lambda: (tmp_path / "m").exists(), "the way is there")
        both = [start([*inner, "echo in; cat"]) for _ in range(2)]
        for one in both:
            assert one.stdout is not None and one.stdout.readline() == b"in\n"
        (outer,) = [row["session"] for row in listed(site) if row["state"] == "jump"]
        both[0].send_signal(signal.SIGSTOP)
        done = order(site, "end", outer, "--reason", "ticket 9")
        assert done.returncode == 0, done.stderr
        for bundle in site.bundles():
            assert [ended(note) for note in notes(bundle) if note["event"] == "ended"] == [ENDED]
        both[0].send_signal(signal.SIGCONT)
        for one in both:
            assert b"who watches over it: ticket 9" in one.communicate(timeout=DEADLINE_S)[1]
    finally:
        for process in started:
            process.kill()
            process.communicate()
    wait_for(lambda: not listed(site), "all are gone")
    assert len(site.bundles()) == 2
    for bundle in site.bundles():
        wait_for((bundle / "MANIFEST.sig").exists, "it is sealed")
        journal = (bundle / "journal").read_text().replace("\\040", " ")
        assert f"ended by {ME}: ticket 9" in journal
        assert f"session-ended session={bundle.name[-8:]} by={ME}" in site.log()


ENDED = {"by": ME, "uid": os.getuid(), "reason": "ticket 9"}


class Brief:
    """A connection inside that is over at once."""

    def serve(self) -> int:
        return 0

    def end(self, reason: str, told: str) -> None: ...
    def ended_by(self, order: Order) -> None: ...


def test_nobody_comes_in_once_it_ends(own_key: Site) -> None:
    config, sent = load(own_key.folder / "recorder.toml"), list[bytes]()
    proof = Proof(config.users["john"], ("publickey",))
    way = Jump(config, proof, sent.append, lambda *_: Brief(), lambda end: None)
    opening = struct.pack(">B I12s 3I I5sI", wire.CHANNEL_OPEN, 12, b"direct-tcpip", 7, 9, 9, 5, b"web01", 22)
    way.received(opening)
    wait_for(lambda: wire.close(7) in sent, "it came in, and is over")
    way.ended_by(Order("end", "5d1c0f3a", ME, os.getuid(), "ticket 9"))
    way.received(opening)
    assert sent[-1] == wire.open_failure(7, "this connection is just ending")
    way.end(None)


def ended(note: dict[str, object]) -> dict[str, object]:
    return {name: note[name] for name in ENDED}


def test_the_account_is_the_targets(own_key: Site) -> None:
    before = own_key.bundles()
    assert run(jump(own_key, "true", inner="john")).returncode == 0, "one's own name does too"
    own_key.sealed(before)
    done = run(jump(own_key, "true", inner="someone"))
    assert f"on web01 you are {' or '.join(sorted((ME, 'john')))}, not 'someone'".encode() in done.stderr


def test_rules_hold_inside(build_site: BuildSite) -> None:
    site = build_site(rules='[[rules]]\nwho = "jane"\ntargets = "web01"').start()
    assert b"no rule lets john reach web01" in run(jump(site, "true")).stderr
    assert site.bundles() == []


def test_a_stranger_does_not_jump(own_key: Site, tmp_path: Path) -> None:
    line = jump(own_key, "true", who="mallory")
    assert b"Permission denied" in run(line).stderr
    assert " jump " not in own_key.log()


class Inside:
    """A session through a jump in which a command has begun."""

    def __init__(self, site: Site) -> None:
        self.before = site.bundles()
        pipe = subprocess.PIPE
        line = jump(site, "echo up; cat")
        self.process = subprocess.Popen(line, stdin=pipe, stdout=pipe, stderr=pipe)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"up\n"

    def told(self) -> bytes:
        self.process.wait(DEADLINE_S)
        return self.process.communicate()[1]


def test_sigterm_tells_and_seals_what_is_inside(own_key: Site) -> None:
    inside = Inside(own_key)
    assert own_key.stop() == 0
    assert b"the bastion is being stopped; this session ends here" in inside.told()
    assert (own_key.sealed(inside.before) / "journal").read_text().splitlines()[-1].startswith("seal")


def test_a_client_that_is_killed_leaves_a_sealed_bundle(own_key: Site) -> None:
    inside = Inside(own_key)
    os.kill(inside.process.pid, signal.SIGKILL)
    inside.process.communicate()
    assert own_key.sealed(inside.before)


def test_a_revoked_person_is_out_inside_too(own_key: Site) -> None:
    inside = Inside(own_key)
    assert recorder(own_key, "revoke", "john").returncode == 0
    inside.told()
    assert own_key.sealed(inside.before)
    wait_for(lambda: "john is revoked" in own_key.log())


@needs_proc
def test_a_process_that_dies_leaves_a_sealed_bundle(own_key: Site) -> None:
    first = Inside(own_key)
    os.kill(process_of(own_key), signal.SIGKILL)
    first.told()
    sealed = own_key.sealed(first.before)
    assert "killed by signal 9" in (sealed / "journal").read_text().splitlines()[-1]
