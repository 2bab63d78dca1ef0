"""Limits, reload, metrics: of a real bastion."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from sessionlens_recorder.config import ConfigError, load
from sessionlens_recorder.config.limits import parse_size

from .conftest import DEADLINE_S, BuildSite, Site, facts, free_port, is_sealed, wait_for
from .openssh import Echo, master
from .test_jump import jump, run


def connect(site: Site) -> socket.socket:
    host, _, port = site.server.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=DEADLINE_S)


def limited(build_site: BuildSite, table: str) -> Site:
    return build_site().replaced("[recording]", f"{table}\n[recording]")


def first_line(sock: socket.socket) -> bytes:
    with sock.makefile("rb") as file:
        return file.readline()


@contextmanager
def strangers(site: Site, count: int) -> Iterator[None]:
    """Connections that say nothing."""
    with ExitStack() as stack:
        for _ in range(count):
            assert first_line(stack.enter_context(connect(site))).startswith(b"SSH-2.0-")
        yield


def test_strangers_are_throttled_and_those_who_log_in_are_no_strangers(build_site: BuildSite) -> None:
    site = limited(build_site, '[limits]\nstartups = "3:100:3"\nper_source_startups = 4').start()
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with ExitStack() as stack:
        for _ in range(3):  # each is logged in before the next one comes
            line = ["ssh", *site.options(), "127.0.0.1", "echo in; cat"]
            user = stack.enter_context(subprocess.Popen(line, **pipes))  # type: ignore[call-overload]
            assert user.stdout.readline() == b"in\n"
        with strangers(site, 3):
            with connect(site) as sock:
                assert first_line(sock) == b"SessionLens: too many connections; try again later\r\n"
            for _ in range(20):
                connect(site).close()
            assert site.log().count("connection-refused") == 1, "a flood is not a flood in the log"
            assert "3 connections are not logged in yet" in site.log()
            assert site.ssh("true").returncode == 255
        user.stdin.write(b"still here\n")
        user.stdin.flush()
        assert user.stdout.readline() == b"still here\n"
    done = wait_for(lambda: (d := site.ssh("true")).returncode == 0 and d)
    assert done.returncode == 0


def test_each_source_has_a_limit(build_site: BuildSite) -> None:
    site = limited(build_site, "[limits]\nper_source = 2").start()
    with strangers(site, 2):
        with connect(site) as sock:
            assert b"too many connections" in first_line(sock)
        host, _, port = site.server.rpartition(":")
        other = socket.create_connection((host, int(port)), source_address=("127.0.0.2", 0))
        with other:
            assert first_line(other).startswith(b"SSH-2.0-"), "another one is not hindered"
    assert "source=127.0.0.1" in site.log()


def test_one_address_that_never_logs_in_shuts_out_nobody(build_site: BuildSite) -> None:
    site = limited(build_site, '[limits]\nstartups = "10:100:100"').start()
    with strangers(site, 10):
        for _ in range(50):
            with connect(site) as sock:
                assert b"too many connections" in first_line(sock)
        for _ in range(4):
            assert site.ssh("-b", "127.0.0.77", "--", "true").returncode == 0
    assert "10 connections from 127.0.0.1 are not logged in yet" in site.log()


def test_all_together_have_a_limit(build_site: BuildSite) -> None:
    site = limited(build_site, '[limits]\ntotal = 2\nstartups = "50:30:50"').start()
    with strangers(site, 2), connect(site) as sock:
        assert b"too many connections" in first_line(sock)
    assert "2 connections are open" in site.log()


def test_a_person_has_a_limit(build_site: BuildSite) -> None:
    """Of sessions: `ssh -J` counts each of those inside."""
    site = limited(build_site, "[limits]\nper_person = 2").start()
    with running(site), running(site):
        refused = site.ssh("true")
        assert refused.returncode == 255
        assert b"john has 2 sessions open, and no more are allowed" in refused.stderr
        assert "why=too-many" in site.log()
        assert b"2 sessions open" in run(jump(site, "true")).stderr
    for _ in range(3):  # what has ended counts no more, once it is sealed
        wait_for(lambda: run(jump(site, "true")).returncode == 0, "there is room")


@contextmanager
def running(site: Site) -> Iterator[None]:
    """A session in which a command has begun."""
    line = ["ssh", *site.options(), "127.0.0.1", "echo in; cat"]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as user:
        assert user.stdout is not None
        assert user.stdout.readline() == b"in\n"
        yield
        user.communicate()


@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="reads limits in /proc")
def test_the_kernel_limits_each_process(build_site: BuildSite) -> None:
    site = limited(build_site, '[limits]\nmemory = "3G"\nfiles = 700').start()
    assert site.process is not None
    with strangers(site, 1):
        children = Path(f"/proc/{site.process.pid}/task/{site.process.pid}/children")
        (child,) = wait_for(lambda: [pid for pid in children.read_text().split() if "700" in limits(pid)])
        found = re.sub(r" +", " ", limits(child))
    assert "Max address space 25769803776 25769803776 bytes" in found
    assert "Max data size 3221225472 3221225472 bytes" in found
    assert "Max open files 700 700" in found
    assert "Max core file size 0 0 bytes" in found
    assert "Max file size unlimited unlimited" in found


NOBODY = """import os, encodings.ascii, encodings.idna, encodings.latin_1
import sessionlens_recorder.cli, sessionlens_recorder.net.server  # Python itself may be out of its sight
os.setgroups([])
os.setgid(65534)
os.setuid(65534)"""


def limits(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/limits").read_text()
    except OSError:
        return ""


@pytest.mark.skipif(os.getuid() != 0, reason="another user's process needs root")
def test_it_needs_no_root(build_site: BuildSite, tmp_path: Path) -> None:
    site = limited(build_site, "")
    for path in [site.folder, *site.folder.rglob("*")]:
        os.chown(path, 65534, 65534)
    file, key = site.folder / "recorder.toml", site.folder / "keys/web01"
    found = re.search(r'(?m)^key = "(.*)"$', file.read_text())
    assert found
    key.write_bytes(Path(found[1]).read_bytes())
    key.chmod(0o600)
    os.chown(key, 65534, 65534)
    site.replaced(found[0], f'key = "{key}"')
    for folder in (tmp_path, *tmp_path.parents):
        if not folder.stat().st_mode & 0o001:
            folder.chmod(0o711)
    site.start(sabotage=NOBODY)
    done = site.ssh("true")
    assert done.returncode == 0, (done.stderr, site.stop(), site.log())
    (bundle,) = site.bundles()
    wait_for(lambda: is_sealed(bundle))
    for path in [bundle, *bundle.rglob("*")]:
        found = path.stat()
        assert found.st_uid == 65534
        assert found.st_mode & 0o7777 == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ('[limits]\nstartups = "10:30"', "limits.startups: '10:30' is not \"start:rate:full\""),
        ('[limits]\nstartups = "20:30:10"', "start is at least 1 and at most full"),
        ('[limits]\nmemory = "1M"', "is too little for a connection"),
        ("[limits]\nfiles = 3", "is not a number from 256"),
        ("[limits]\ntotl = 3", 'did you mean "total"'),
        ('[disk]\nreserve = "5"', "is not a percentage"),
        ('[disk]\nreserve_least = "lots"', "is not a size"),
        (
            "[retention]\ndays = 0",
            "number of days, more than 0 and at most 36500; leave it out to keep recordings",
        ),
        ("[retention]\ndays = -1", "has to be a number of days, more than 0"),
        ('[retention]\ndays = "1d"', "has to be a number of days, more than 0"),
        ('[metrics]\nlisten = "0.0.0.0:9464"', "can be reached from elsewhere"),
        ('[metrics]\nlisten = "example.org:9464"', "metrics.listen"),
    ],
)
def test_what_makes_no_sense_is_refused(build_site: BuildSite, table: str, problem: str) -> None:
    site = limited(build_site, table)
    with pytest.raises(ConfigError, match=re.escape(problem)):
        load(site.folder / "recorder.toml")


def test_sizes() -> None:
    assert [parse_size(text) for text in ("0", "12", "3K", "2G")] == [0, 12, 3072, 2 << 30]


def test_what_is_usual(build_site: BuildSite) -> None:
    config = load(build_site().folder / "recorder.toml")
    assert (config.limits.startups.start, config.limits.startups.rate) == (10, 30)
    assert (config.disk.warn, config.disk.reserve, config.disk.reserve_least) == (0.8, 0.05, 2 << 30)
    assert config.retention.days is None
    assert config.metrics.listen is None


# SIGHUP


def hup(site: Site, event: str) -> None:
    count = site.log().count(event)
    assert site.process is not None
    site.process.send_signal(signal.SIGHUP)
    wait_for(lambda: site.log().count(event) > count, f"{event} in {site.log()}")


def test_hup_survives_a_live_socket_that_somebody_removed(build_site: BuildSite) -> None:
    site = build_site().start()
    for socket_file in site.folder.rglob("live.sock"):
        socket_file.unlink()
    hup(site, "reload-failed")
    assert "a restart makes it anew" in site.log()
    assert site.ssh("true").returncode == 0


def test_hup_reads_the_configuration_for_new_connections(build_site: BuildSite) -> None:
    site = build_site().start()
    line = ["ssh", *site.options(), "127.0.0.1", "echo in; cat"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(line, **pipes) as user:  # type: ignore[call-overload]
        assert user.stdout.readline() == b"in\n"
        address = dict(site.targets)
        site.replaced('who = "*"', 'who = "nobody"')
        hup(site, "recorder-reloaded")
        refused = site.ssh("true")
        assert refused.returncode == 255
        assert b"no rule" in refused.stderr, refused.stderr
        user.stdin.write(b"still here\n")
        user.stdin.flush()
        assert user.stdout.readline() == b"still here\n", "a running session stays"
        user.stdin.close()
    assert site.targets == address


def test_recordings_name_their_configuration(build_site: BuildSite) -> None:
    """By its SHA-256, in a file that the journal covers: another one after a reload."""
    site = build_site().start()
    file = site.folder / "recorder.toml"
    digests: list[str] = []
    for _ in range(2):
        _, bundle = site.record("true")
        digests.append(facts(bundle)["config_sha256"])
        assert digests[-1] == hashlib.sha256(file.read_bytes()).hexdigest()
        assert " session.json " in (bundle / "journal").read_text()
        file.write_text(file.read_text() + "# changed\n")
        hup(site, "recorder-reloaded")
    assert digests[0] != digests[1]


def test_the_end_is_told(build_site: BuildSite) -> None:
    site = build_site().start()
    with running(site):
        assert site.stop() == 0
    log = site.log()
    assert "recorder-stopping connections=1" in log
    assert log.index("recorder-stopping") < log.index("session-end") < log.index("recorder-stopped")


def test_a_broken_configuration_keeps_the_old_one(build_site: BuildSite) -> None:
    site = build_site().start()
    site.replaced('name = "bastion1"', 'nam = "bastion1"')
    hup(site, "reload-failed")
    assert 'did you mean \\"name\\"' in site.log()
    assert site.ssh("true").returncode == 0
    site.replaced('nam = "bastion1"', 'name = "bastion1"')
    hup(site, "recorder-reloaded")
    assert site.ssh("true").returncode == 0


def test_hup_opens_and_closes_listeners(build_site: BuildSite) -> None:
    site = build_site().start()
    old = site.targets["web01"]
    site.replaced('listen = "127.0.0.1:0"\naccount', "account")
    hup(site, "recorder-reloaded")
    host, _, port = old.rpartition(":")
    with pytest.raises(OSError):
        socket.create_connection((host, int(port)), timeout=5).close()
    assert site.ssh("-l", "john%web01", "--", "true", target=None).returncode == 0


def test_hup_says_what_needs_a_restart(build_site: BuildSite) -> None:
    site = build_site().start()
    site.replaced("[recording]", '[metrics]\nlisten = "127.0.0.1:0"\n[recording]')
    hup(site, "restart-needed")
    assert "warning restart-needed" in site.log()
    assert "what=metrics" in site.log()


# metrics


def scrape(site: Site) -> str:
    with urllib.request.urlopen(f"http://{site.metrics}/metrics", timeout=DEADLINE_S) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        return str(answer.read().decode())


def value(page: str, name: str) -> float:
    found = re.search(rf"(?m)^sessionlens_{re.escape(name)} (\S+)$", page)
    assert found, f"{name} in\n{page}"
    return float(found[1])


SAMPLE = re.compile(
    r"[a-zA-Z_:][a-zA-Z0-9_:]*"
    r'(\{[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*"(,[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*")*\})?'
    r" (?:[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|NaN|[+-]Inf)"
)


def test_prometheus_can_read_what_is_counted(build_site: BuildSite) -> None:
    more = '[metrics]\nlisten = "127.0.0.1:0"\n[sinks.file]\ntype = "file"\npath = "told.jsonl"'
    site = limited(build_site, more).start()
    assert value(scrape(site), "sessions") == 0
    line = ["ssh", *site.options(), "127.0.0.1", "echo in; cat"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(line, **pipes) as user:  # type: ignore[call-overload]
        assert user.stdout.readline() == b"in\n"
        page = scrape(site)
        assert (value(page, "sessions"), value(page, "sessions_total")) == (1, 1)
        assert value(page, "connections") == 1
        user.stdin.write(bytes(100_000))
        user.stdin.close()
        user.stdout.read()
    wait_for(lambda: value(scrape(site), "connections") == 0)
    site.ssh("true", key=site.folder / "keys/host_ed25519")
    page = wait_for(lambda: value(p := scrape(site), "logins_failed_total") and p)
    assert (value(page, "sessions"), value(page, "sessions_total")) == (0, 1)
    for direction in ("to_target", "to_user"):
        assert 100_000 < value(page, f'bytes_total{{direction="{direction}"}}') < 130_000
    assert value(page, 'sink_lost_events{sink="file"}') == 0
    assert value(page, 'events_total{event="session-end",level="info"}') == 1
    assert value(page, "commit_seconds_count") >= 1
    assert value(page, 'commit_seconds_bucket{le="+Inf"}') == value(page, "commit_seconds_count")
    for row in page.splitlines():
        assert row.startswith(("# HELP sessionlens_", "# TYPE sessionlens_")) or SAMPLE.fullmatch(row), row
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"http://{site.metrics}/", timeout=DEADLINE_S)
    parser = pytest.importorskip("prometheus_client.parser", reason="the real parser: prometheus_client")
    families = {family.name: family for family in parser.text_string_to_metric_families(page)}
    assert families["sessionlens_commit_seconds"].type == "histogram"


def test_what_passes_a_tunnel_is_counted_while_it_is_open(build_site: BuildSite, tmp_path: Path) -> None:
    """Nothing is written of it until it ends."""
    site = build_site(target='forward = ["127.0.0.1:*"]')
    site.replaced("[recording]", '[metrics]\nlisten = "127.0.0.1:0"\n[recording]').start()
    port = free_port()
    passed = lambda: value(scrape(site), 'bytes_total{direction="to_target"}')  # noqa: E731
    with (
        closing(Echo()) as echo,
        master(site, tmp_path, f"-L127.0.0.1:{port}:127.0.0.1:{echo.port}"),
        socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S) as tunnel,
    ):
        for times in (1, 2):
            tunnel.sendall(bytes(100_000))
            wait_for(lambda times=times: passed() >= times * 100_000, "it is counted")


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds processes in /proc")
def test_a_client_of_the_metrics_that_hangs_hinders_nobody(build_site: BuildSite) -> None:
    site = limited(build_site, '[metrics]\nlisten = "127.0.0.1:0"').start()
    host, _, port = site.metrics.rpartition(":")
    with socket.create_connection((host, int(port))) as silent:
        silent.send(b"GET /metr")
        assert site.ssh("true").returncode == 0
        assert value(scrape(site), "sessions_total") == 1, "after its patience"


def test_a_bastion_that_refuses_everybody_says_so_when_it_is_ready(build_site: BuildSite) -> None:
    site = limited(build_site, '[disk]\nreserve_least = "900000T"').start()
    (ready,) = (line for line in site.log().splitlines() if " recorder-ready " in line)
    assert "less than the reserve" in ready and "(disk.reserve, disk.reserve_least)" in ready
    assert "less than the reserve" in site.ready["refuses"]
