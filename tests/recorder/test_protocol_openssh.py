"""Below programs and tunnels: key exchanges, keepalives, and what the other end does not know."""

from __future__ import annotations

import os
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from paramiko.common import MSG_UNIMPLEMENTED

from .conftest import (
    DEADLINE_S,
    ME,
    Site,
    Sshd,
    channel,
    events,
    public,
    running_sshd,
    stream,
    wait_for,
    write_site,
)
from .messages import DENIED, opening, request
from .messages import ask as global_request
from .openssh import kinds
from .speaker import Heard, client, log_in, open_session, send

PQ = "mlkem768x25519-sha256"
EARLY = "from sessionlens_recorder.net.packetizer import BufferedPacketizer as P\nP.REKEY_BYTES = 1 << 20"
"""The bastion exchanges keys after a MiB on both legs, instead of after 512."""


@contextmanager
def between(folder: Path, settings: str, sabotage: str = "") -> Iterator[tuple[Site, Sshd]]:
    """A bastion in front of an sshd with more settings."""
    with running_sshd(folder, settings) as target:
        site = write_site(folder / "site", target).start(sabotage=sabotage)
        try:
            yield site, target
        finally:
            site.stop()


def exchanges(text: str) -> int:
    return text.count("SSH2_MSG_KEXINIT received")


def copy(site: Site, *options: str) -> int:
    """Eight megabytes there and back; the answer is how often ssh exchanged keys."""
    sent = os.urandom(8_000_000)
    done, bundle = site.record("-v", *options, "--", "cat", input=sent)
    assert done.stdout == sent
    folder = channel(bundle, "0.exec")
    assert stream(folder, "in") == sent
    assert stream(folder, "out") == sent
    return exchanges(done.stderr.decode())


def test_rekey_from_the_client(site: Site) -> None:
    assert copy(site) == 1
    assert copy(site, "-oRekeyLimit=1M") > 4


def test_rekey_from_both_servers(tmp_path: Path) -> None:
    """Towards the client the bastion is one, the target's sshd is the other."""
    with between(tmp_path, "RekeyLimit 1M", EARLY) as (site, target):
        assert copy(site) > 4
        assert exchanges(target.log.read_text()) > 4


def test_rekey_from_all_ends_at_once(tmp_path: Path) -> None:
    with between(tmp_path, "RekeyLimit 1M", EARLY) as (site, target):
        assert copy(site, "-oRekeyLimit=1M") > 4
        assert exchanges(target.log.read_text()) > 4


def idle_until(site: Site, heard: Path, line: str, *options: str) -> Path:
    """A session in which nothing happens until ssh's debug log has this line; its bundle."""
    before = site.bundles()
    heard.touch()
    words = ["ssh", *site.options("-vvv", *options, "-E", str(heard)), "127.0.0.1", "cat"]
    words = [word.replace("LogLevel=INFO", "LogLevel=DEBUG3") for word in words]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        wait_for(lambda: line in heard.read_text(), line)
        out, _ = process.communicate(b"still here", timeout=DEADLINE_S)
    assert (process.returncode, out) == (0, b"still here")
    return site.sealed(before)


def test_keepalives_of_the_client(site: Site, tmp_path: Path) -> None:
    """A global request, which the target answers with REQUEST_FAILURE, as it would directly."""
    bundle = idle_until(site, tmp_path / "heard", "receive packet: type 82", "-oServerAliveInterval=1")
    assert not kinds(bundle, "connection"), "nothing was refused"


def test_keepalives_of_the_server(tmp_path: Path) -> None:
    """A request on the channel, which the client answers."""
    with between(tmp_path, "ClientAliveInterval 1") as (site, _):
        asked = "rtype keepalive@openssh.com reply 1"
        folder = channel(idle_until(site, tmp_path / "heard", asked), "0.exec")
    told = [one["by"] for one in events(folder) if one["event"] == "keepalive@openssh.com"]
    assert set(told) == {"target"}


def test_compression_is_off(site: Site) -> None:
    done, bundle = site.record("-C", "-v", "--", "echo plain")
    assert done.stdout == b"plain\n"
    agreed = [line for line in done.stderr.decode().splitlines() if "compression: " in line]
    assert len(agreed) == 2, agreed
    assert all(line.endswith("compression: none") for line in agreed), agreed
    assert stream(channel(bundle, "0.exec"), "out") == b"plain\n"


def test_host_keys_of_the_target_are_dropped(site: Site, sshd: Sshd, tmp_path: Path) -> None:
    """Else ssh would note the target's keys as the bastion's; directly it does hear of them."""
    known = tmp_path / "known"
    known.write_text(f"[127.0.0.1]:{sshd.port} {public(sshd.host_key)}\n")
    line = ["ssh", "-v", "-F", "none", "-i", sshd.client_key, f"-p{sshd.port}", "-oBatchMode=yes"]
    line += [f"-oUserKnownHostsFile={known}", "-oUpdateHostKeys=yes", f"{ME}@127.0.0.1", "true"]
    direct = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    assert b"hostkeys-00@openssh.com" in direct.stderr
    before = (site.folder / "known_hosts").read_bytes()
    done, bundle = site.record("-v", "-oUpdateHostKeys=yes", "--", "true")
    assert done.returncode == 0
    assert b"hostkeys-00" not in done.stderr
    assert (site.folder / "known_hosts").read_bytes() == before
    assert not kinds(bundle, "connection"), "nothing was refused: nobody asked for anything"


def test_global_requests_that_nobody_knows(site: Site) -> None:
    before = site.bundles()
    with client(site) as transport:
        heard = Heard(transport)
        log_in(transport, site)
        send(transport, global_request("nonsense@example.org", reply=False))
        send(transport, global_request("nonsense@example.org", b"data"))
        wait_for(lambda: DENIED in heard, "it is answered")
    (folder,) = kinds(site.sealed(before), "connection")
    assert heard.count(DENIED) == 1, "the first wanted no answer"
    told = [(one["event"], one["what"]) for one in events(folder) if "what" in one]
    assert told == [("refused", "nonsense@example.org")] * 2


def test_channel_requests_that_nobody_knows(site: Site) -> None:
    """The target's to answer, and recorded with their bytes."""
    before = site.bundles()
    with client(site) as transport:
        heard = Heard(transport)
        log_in(transport, site)
        number = open_session(transport, heard)
        send(transport, request(number, "nonsense@example.org", b"data"))
        wait_for(lambda: [payload for payload in heard if payload[0] == 100], "it is refused")
        send(transport, request(number, "exec", b"\0\0\0\4true"))
        wait_for(lambda: [payload for payload in heard if payload[0] == 99], "and the channel goes on")
        wait_for(lambda: [payload for payload in heard if payload[0] == 97], "to its end")
    told = {one["event"]: one for one in events(channel(site.sealed(before), "0.exec"))}
    assert told["nonsense@example.org"]["data"] == "data"
    assert told["refused"]["by"] == "target"


def test_channels_that_nobody_knows(site: Site) -> None:
    before = site.bundles()
    with client(site) as transport:
        heard = Heard(transport)
        log_in(transport, site)
        send(transport, opening("nonsense@example.org", 7))
        (failure,) = wait_for(lambda: [payload for payload in heard if payload[0] == 92], "it is refused")
    assert struct.unpack(">II", failure[1:9]) == (7, 1), "administratively prohibited"
    (folder,) = kinds(site.sealed(before), "connection")
    assert events(folder)[0]["what"] == "channel nonsense@example.org"


def test_messages_that_nobody_knows(site: Site) -> None:
    """RFC 4253, 11.4: UNIMPLEMENTED with the number of the packet; the session goes on."""
    before, refused = site.bundles(), []
    with client(site) as transport:
        transport._handler_table[MSG_UNIMPLEMENTED] = lambda m: refused.append(m.get_int())
        heard = Heard(transport)
        log_in(transport, site)
        for number in (192, 193):
            send(transport, bytes([number]) + b"what is this?")
        wait_for(lambda: len(refused) == 2, "each is answered")
        open_session(transport, heard)
    assert refused[1] == refused[0] + 1
    site.sealed(before)


def test_the_key_exchange_is_post_quantum(site: Site) -> None:
    """With ssh itself where it can, from 9.9 on; with paramiko as the client everywhere."""
    known = subprocess.run(["ssh", "-Q", "kex"], capture_output=True, check=True).stdout.split()
    if PQ.encode() in known:
        done, _ = site.record("-v", f"-oKexAlgorithms={PQ}", "--", "true")
        assert done.returncode == 0, done.stderr
    before = site.bundles()
    with client(site, kex=PQ) as transport:
        heard = Heard(transport)
        log_in(transport, site)
        open_session(transport, heard)
    site.sealed(before)
