"""Two bastions behind HAProxy (docs/recorder/network.md): whose connection it is, and one that goes down."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .conftest import DEADLINE_S, BuildSite, Site, facts, free_port, is_sealed, wait_for
from .live import shell

pytestmark = pytest.mark.slow


@pytest.fixture
def bastions(build_site: BuildSite) -> list[Site]:
    """Alike but for their names; HAProxy speaks to them from an address of its own."""
    two = [build_site(server='proxy_from = ["127.0.0.9"]') for _ in range(2)]
    for file in ("keys/host_ed25519", "keys/host_ed25519.pub", "users/john.pub"):
        shutil.copy2(two[0].folder / file, two[1].folder / file)
    return [site.start() for site in two]


@dataclass
class Balancer:
    """HAProxy, and where it takes orders."""

    port: int
    orders: Path
    process: subprocess.Popen[bytes]

    def order(self, words: str) -> str:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(str(self.orders))
            sock.sendall(words.encode() + b"\n")
            return sock.makefile().read()


@pytest.fixture
def balancer(root: Path, bastions: list[Site], tmp_path: Path) -> Iterator[Balancer]:
    """Its sections are those of the docs, with other addresses."""
    if (haproxy := shutil.which("haproxy", path="/usr/sbin:/usr/bin:/usr/local/sbin")) is None:
        pytest.skip("needs haproxy")
    page = (root / "docs/recorder/network.md").read_text()
    (section,) = re.findall(r"```haproxy\n(.*?)```", page, re.DOTALL)
    port, orders = free_port(), tmp_path / "orders"
    changes = {"192.0.2.10:22": f"127.0.0.1:{port}", "source 192.0.2.10": "source 127.0.0.9"}
    changes |= {f"198.51.100.{n}:2222": site.targets["web01"] for n, site in enumerate(bastions, 1)}
    changes |= {"/run/haproxy/admin.sock": str(orders)}
    for documented, here in changes.items():
        assert documented in section
        section = section.replace(documented, here)
    (tmp_path / "haproxy.cfg").write_text(section)
    with open(tmp_path / "haproxy.log", "w") as log:
        process = subprocess.Popen([haproxy, "-f", tmp_path / "haproxy.cfg"], stdout=log, stderr=log)
    wait_for(lambda: reached(port), (tmp_path / "haproxy.log").read_text())
    yield Balancer(port, orders, process)
    process.terminate()
    process.wait()


def reached(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


def known(site: Site, port: int) -> list[str]:
    """Options that go to the balancer, whose host key is the bastions'."""
    file = site.folder / "known_hosts"
    file.write_text(file.read_text().replace(site.targets["web01"].rpartition(":")[2], str(port)))
    return [f"-oPort={port}"]


def test_two_bastions_behind_haproxy(bastions: list[Site], balancer: Balancer) -> None:
    through = known(bastions[0], balancer.port)
    for number in range(21, 25):
        done = bastions[0].ssh(*through, "-b", f"127.0.0.{number}", "--", "true")
        assert done.returncode == 0, done.stderr
    bundles = [bundle for site in bastions for bundle in site.bundles()]
    addresses = {facts(bundle)["client"]["address"] for bundle in bundles}
    assert addresses == {f"127.0.0.{number}" for number in range(21, 25)}, "the users' own"
    assert all(site.bundles() for site in bastions), "both have some"
    assert bastions[0].stop() == 0
    assert "connection-end client=127.0.0.9" not in bastions[0].log(), "health checks are no events"
    assert "login-failed" not in bastions[0].log()
    for _ in range(3):  # the one that is left, at once or once the check has noticed
        wait_for(lambda: bastions[0].ssh(*through, "--", "true").returncode == 0, "the other one answers")
    assert len(bastions[1].bundles()) >= 3


def test_a_bastion_is_drained_and_another_dies(bastions: list[Site], balancer: Balancer) -> None:
    """On the drained one sessions go on and no new ones come; who was on the dead one gets in again."""
    client = bastions[0]
    through = known(client, balancer.port)
    with shell(client, *through) as session:
        session.type("echo here-I-$((20 + 2))\n")
        session.until("here-I-22")
        (drained,) = (n for n, site in enumerate(bastions) if site.bundles())
        first, second = bastions[drained], bastions[1 - drained]
        assert not balancer.order(f"set server bastions/gate{drained + 1} state drain").strip()
        for _ in range(3):
            assert client.ssh(*through, "--", "true").returncode == 0
        assert (len(first.bundles()), len(second.bundles())) == (1, 3)
        session.type("echo still-$((20 + 3))\n")
        session.until("still-23")
        with shell(client, *through) as other:
            other.type("echo there-I-$((20 + 4))\n")
            other.until("there-I-24")
            balancer.order(f"set server bastions/gate{drained + 1} state ready")
            assert second.process is not None
            second.process.kill()
            assert other.process.wait(DEADLINE_S) == 255
        wait_for(lambda: client.ssh(*through, "--", "true").returncode == 0, "the first one answers")
        session.type("exit\n")
        assert session.process.wait(DEADLINE_S) == 0
    assert first.stop() == 0
    second.process.wait()
    second.start()
    for site in bastions:
        wait_for(lambda site=site: all(map(is_sealed, site.bundles())), "all are sealed")  # type: ignore[misc]
        for bundle in site.bundles():
            site.verify(bundle)
