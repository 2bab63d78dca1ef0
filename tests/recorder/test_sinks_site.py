"""A bastion with sinks: what real sessions tell real receivers, and what a killed process loses (nothing)."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import paramiko
import pytest
from sessionlens_recorder.bundle import check, read_heads
from sessionlens_recorder.sinks.record import encode, make
from sessionlens_recorder.sinks.spool import Spool

from . import receivers
from .conftest import DEADLINE_S, BuildSite, Site, facts, free_port, wait_for
from .receivers import Collector, make_certificates, parse_message

pytestmark = pytest.mark.slow

Event = dict[str, Any]
SLOWLY = "for n in 1 2 3 4 5 6; do echo in; sleep 0.5; done"
FILE = '[sinks.file]\ntype = "file"\npath = "events.jsonl"\n'


def splunk(port: int, folder: Path, name: str = "splunk") -> str:
    token = folder / "token"
    token.write_text("s3cret\n")
    token.chmod(0o600)
    return f'[sinks.{name}]\ntype = "http"\nurl = "http://127.0.0.1:{port}"\ntoken_file = "{token}"\n'


def lines_of(site: Site, name: str = "events.jsonl") -> list[Event]:
    path = site.folder / name
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def named(events: list[Event], name: str) -> list[Event]:
    return [event for event in list(events) if event["event"] == name]


@contextmanager
def closing(*opened: Any) -> Iterator[None]:
    try:
        yield
    finally:
        for receiver in opened:
            receiver.close()


def process_of_sinks(site: Site) -> int:
    """Its id: the one child that the bastion has while nobody is connected."""
    assert site.process is not None
    children = Path(f"/proc/{site.process.pid}/task/{site.process.pid}/children")
    return int(wait_for(lambda: len(found := children.read_text().split()) == 1 and found[0]))


needs_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds processes in /proc")


def test_a_session_as_every_sink_has_it(build_site: BuildSite, tmp_path: Path) -> None:
    """syslog over TLS, Splunk, Sumo Logic and a file have the same events, and the heads are the bundle's."""
    ca_file, context = make_certificates(tmp_path)
    syslog, hec, sumo = receivers.Stream(context=context), Collector(), Collector(answer=lambda r: (200, ""))
    secret = tmp_path / "sumo-url"
    secret.write_text(f"http://127.0.0.1:{sumo.port}/receiver/v1/http/ABC\n")
    secret.chmod(0o600)
    sinks = f"""{FILE}{splunk(hec.port, tmp_path)}
[sinks.siem]
type = "syslog"
address = "127.0.0.1:{syslog.port}"
ca_file = "{ca_file}"
[sinks.sumo]
type = "http"
format = "sumo"
url_file = "{secret}"
[spool]
heads_every = 1
"""
    with closing(syslog, hec, sumo):
        site = build_site(target=sinks).start()
        hostile = 'root\x1b[2J\n<13>1 \u202e"]'
        knock(site, hostile)
        done, bundle = site.record("-R", "127.0.0.1:7:127.0.0.1:8", "--", SLOWLY)
        assert done.stdout.startswith(b"in\n")
        for sink in (hec, sumo):  # once the bastion stops, they have some seconds for what is left
            wait_for(lambda sink=sink: named(sink.accepted, "session-end"))
        assert site.stop() == 0
        events = lines_of(site)
        assert uids(hec.accepted) == uids(sumo.accepted) == uids(events)
        messages = wait_for(lambda: len(syslog.got) == len(events) and [parse_message(m) for m in syslog.got])
    assert [message["params"]["uid"] for message in messages] == uids(events)
    assert all(m.decode().replace("\ufeff", "").isprintable() for m in syslog.got)
    assert (site.folder / "events.jsonl").read_bytes().replace(b"\n", b"").decode("ascii").isprintable()
    order = [event["event"] for event in events]
    assert (order[0], order[-1]) == ("recorder-ready", "recorder-stopped")
    assert named(events, "login-failed")[0]["name"] == hostile
    (start,) = named(events, "session-start")
    (end,) = named(events, "session-end")
    assert (start["person"], start["target"], start["bundle"]) == ("john", "web01", bundle.name)
    assert start["session"] == end["session"] == facts(bundle)["session"]
    (refused,) = named(events, "policy-refused")
    assert (refused["what"], refused["session"]) == ("tcpip-forward", start["session"])
    heads = named(events, "chain-head")
    name, chains = read_heads(bundle)
    assert len(heads) >= 3, "at the start, while it ran, at the end"
    assert all(head["bundle"] == name == bundle.name for head in heads)
    assert all(chains[head["length"]] == head["chain"] for head in heads)
    assert [head.get("final") for head in heads] == [None] * (len(heads) - 1) + [True]
    assert heads[-1]["length"] == max(chains)
    assert site.log().count(" chain-head ") == 1, "stderr has the last one only"
    assert not check(bundle).damaged


def knock(site: Site, name: str) -> None:
    """Try to log in under a name that stock clients do not send."""
    host, _, port = site.server.rpartition(":")
    with paramiko.Transport((host, int(port))) as transport:
        transport.start_client(timeout=DEADLINE_S)
        with pytest.raises(paramiko.AuthenticationException):
            transport.auth_password(name, "x")


def uids(events: list[Event]) -> list[str]:
    return [event["uid"] for event in list(events)]


def test_heads_of_a_session_whose_process_was_killed(build_site: BuildSite) -> None:
    site = build_site(target=FILE).start()
    client = subprocess.Popen(
        ["ssh", *site.options(), "127.0.0.1", "echo in; sleep 60"], stdout=subprocess.PIPE
    )
    assert client.stdout is not None and client.stdout.readline() == b"in\n"
    wait_for(lambda: named(lines_of(site), "chain-head"))
    (start,) = named(lines_of(site), "session-start")
    os.kill(start["pid"], signal.SIGKILL)
    client.communicate()
    heads = wait_for(lambda: len(found := named(lines_of(site), "chain-head")) == 2 and found)
    (bundle,) = site.bundles()
    _, chains = read_heads(bundle)
    assert [chains[h["length"]] for h in heads] == [h["chain"] for h in heads]
    assert heads[1]["final"] and heads[1]["length"] == max(chains)
    (died,) = named(lines_of(site), "process-died")
    assert died["duty"] == "connection from 127.0.0.1"
    (recovered,) = named(lines_of(site), "bundle-recovered")
    assert recovered["session"] == start["session"], "in place of session-end"
    assert not named(lines_of(site), "session-end")


def test_while_the_endpoint_is_down_sessions_run_and_nothing_is_lost(
    build_site: BuildSite, tmp_path: Path
) -> None:
    """Down at the start, at a stop and at the next start; then up."""
    port = free_port()
    site = build_site(target=FILE + splunk(port, tmp_path)).start()
    site.record("true")
    wait_for(lambda: "sink-down" in site.log())
    assert site.stop() == 0
    site.start()
    site.record("true")
    hec = Collector(port)
    with closing(hec):
        site.record("true")
        ended = partial(named, hec.accepted, "session-end")
        wait_for(lambda: len(ended()) == 3, seconds=90)  # it is tried once a minute at least
        wait_for(lambda: named(hec.accepted, "sink-up"))
        assert site.stop() == 0
    assert len(named(hec.accepted, "recorder-ready")) == len(named(hec.accepted, "recorder-stopped")) == 2
    assert named(hec.accepted, "sink-down")
    assert not named(hec.accepted, "sink-lost")
    assert uids(hec.accepted) == uids(lines_of(site)), "once each, in order"


@needs_proc
@pytest.mark.parametrize("victim", ["the sinks", "the bastion"])
def test_killed_at_any_time_it_goes_on_where_it_was(
    build_site: BuildSite, tmp_path: Path, victim: str
) -> None:
    hec = Collector()
    with closing(hec):
        site = build_site(target=splunk(hec.port, tmp_path)).start()
        site.record("true")
        hec.hang.set()
        sinks = process_of_sinks(site)
        site.record("true")
        assert site.process is not None
        os.kill(sinks if victim == "the sinks" else site.process.pid, signal.SIGKILL)
        if victim == "the bastion":
            site.process.wait()
        hec.hang.clear()
        hec.released.set()
        if victim == "the bastion":
            site.start()
        site.record("true")
        wait_for(lambda: len(set(uids(named(hec.accepted, "session-end")))) == 3)
        if victim == "the sinks":
            (died,) = wait_for(lambda: named(hec.accepted, "process-died"))
            assert (died["duty"], died["how"]) == ("sinks", "killed by signal 9")
            assert process_of_sinks(site) != sinks
        assert not named(hec.accepted, "sink-lost")
        assert not named(hec.accepted, "events-lost")
        assert site.stop() == 0


def test_when_the_queue_overflows_the_loss_is_counted_and_told(build_site: BuildSite, tmp_path: Path) -> None:
    """Only the sink that is down loses; what it got and what it lost is everything."""
    port = free_port()
    site = build_site(target=f"{FILE}{splunk(port, tmp_path)}[spool]\nlimit = 8\n").start()
    spool = Spool(site.folder / "spool", 8 << 20)
    put: list[str] = []
    while len(put) < 4000:  # much more than the queue holds, as fast as the file takes it
        for _ in range(200):
            event = make("gate", "login-failed", "info", {"name": "x" * 4000})
            line = encode(event)
            wait_for(partial(spool.append, line), "somebody deletes what is too much")
            put.append(event["uid"])
        wait_for(lambda: put[-1].encode() in tail(site.folder / "events.jsonl"))
    assert set(put) <= set(uids(lines_of(site)))
    total = wait_for(lambda: size_of(site.folder / "spool") <= 8 << 20 and size_of(site.folder / "spool"))
    assert total > 4 << 20, "the queue is not thrown away as a whole"
    hec = Collector(port)
    with closing(hec):
        wait_for(lambda: named(hec.accepted, "sink-lost"), seconds=90)
        assert site.stop() == 0
    lost = sum(event["count"] for event in named(hec.accepted, "sink-lost") if event["sink"] == "splunk")
    everything, got = uids(lines_of(site)), set(uids(hec.accepted))
    assert lost > 1000
    assert len(set(everything)) == len(got) + lost
    assert got <= set(everything)


def tail(path: Path) -> bytes:
    return path.read_bytes()[-20_000:] if path.exists() else b""


def size_of(folder: Path) -> int:
    sizes = []
    for file in folder.glob("*.jsonl"):
        try:
            sizes.append(file.stat().st_size)
        except FileNotFoundError:
            continue
    return sum(sizes)


def test_a_queue_that_was_deleted_or_cannot_be_written_ends_no_session(build_site: BuildSite) -> None:
    site = build_site(target=FILE).start()
    site.record("true")
    wait_for(lambda: named(lines_of(site), "session-end"))
    shutil.rmtree(site.folder / "spool")
    done, _ = site.record("echo in")
    assert done.stdout == b"in\n"
    (site.folder / "spool").mkdir()
    done, _ = site.record("echo in")
    assert done.stdout == b"in\n"
    lost = wait_for(lambda: named(lines_of(site), "events-lost"))
    assert lost[0]["count"] >= 1, "the start of the session without a queue"
    wait_for(lambda: len(named(lines_of(site), "session-end")) >= 2)


def test_what_the_configuration_allows_is_told_too(build_site: BuildSite) -> None:
    site = build_site(target='forward = ["127.0.0.1:*"]\n' + FILE).start()
    receiver = Collector()
    with closing(receiver):
        tunnel = ["-W", f"127.0.0.1:{receiver.port}"]
        said = b"POST / HTTP/1.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        assert b"200 OK" in site.ssh(*tunnel, "--", input=said).stdout
    wait_for(lambda: named(lines_of(site), "session-end"))
    (allowed,) = named(lines_of(site), "policy-allowed")
    assert allowed["what"] == f"channel direct-tcpip 127.0.0.1:{receiver.port}"
    assert not named(lines_of(site), "policy-refused")
