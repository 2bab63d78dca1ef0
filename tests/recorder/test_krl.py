"""Revocation lists that the real ssh-keygen wrote, and people who are revoked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sessionlens_recorder.net.authorized_keys import parse_public_key
from sessionlens_recorder.net.certificates import is_certificate, parse_certificate
from sessionlens_recorder.net.krl import MAGIC, RevokedKeys, read_revoked_keys
from sessionlens_recorder.net.revocation import Revocations, parse_people, revoke

from .certs import certify, keygen
from .conftest import DEADLINE_S, BuildSite, Site, make_key, public, wait_for


def check(revoked: RevokedKeys, path: Path) -> str | None:
    blob = parse_public_key(path.read_text())[1]
    certificate = parse_certificate(blob) if is_certificate(blob) else None
    return revoked.check(certificate.key if certificate else blob, certificate)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two CAs; keys a to f with certificates 1 to 6 of the first, g with number 3 of the second."""
    folder = tmp_path_factory.mktemp("krl")
    for name in ("ca", "ca2"):
        make_key(folder / name)
    for number, name in enumerate("abcdef", 1):
        certify(folder / "ca", make_key(folder / name), "-z", str(number), key_id=f"id-{name}")
    certify(folder / "ca2", make_key(folder / "g"), "-z", "3", key_id="id-g")
    return folder


def krl(folder: Path, specification: str, name: str, *options: object) -> RevokedKeys:
    (folder / f"{name}.spec").write_text(specification)
    keygen("-k", "-f", folder / name, *options, folder / f"{name}.spec")
    return read_revoked_keys((folder / name).read_bytes())


def listed(revoked: RevokedKeys, folder: Path) -> dict[str, str]:
    """Which certificates are revoked; and that ssh-keygen thinks so too."""
    found = {name: check(revoked, folder / f"{name}-cert.pub") for name in "abcdefg"}
    return {name: reason for name, reason in found.items() if reason}


@pytest.mark.parametrize(
    ("specification", "revoked"),
    [
        ("serial: 3\n", "c"),
        ("serial: 1-2\n", "ab"),
        ("serial: 1\nserial: 3\nserial: 5\nserial: 6\n", "acef"),
        ("serial: 2-5\nserial: 9000000000000000000\n", "bcde"),
        ("id: id-b\nid: id-e\n", "be"),
        ("id: id-g\n", ""),
        ("".join(f"serial: {n}\n" for n in range(1, 400, 2)), "ace"),
    ],
)
def test_certificates_by_number_and_id(
    folder: Path, tmp_path: Path, specification: str, revoked: str
) -> None:
    (tmp_path / "spec").write_text(specification)
    keygen("-k", "-f", tmp_path / "krl", "-s", folder / "ca.pub", tmp_path / "spec")
    read = read_revoked_keys((tmp_path / "krl").read_bytes())
    assert "".join(listed(read, folder)) == revoked
    for name in "abcdefg":
        asked = ["ssh-keygen", "-Q", "-f", tmp_path / "krl", folder / f"{name}-cert.pub"]
        stock = subprocess.run(asked, capture_output=True, check=False).returncode
        assert (stock != 0) is (name in revoked), name


def test_an_id_of_any_authority(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "spec").write_text("id: id-g\n")
    keygen("-k", "-f", tmp_path / "krl", "-s", "none", tmp_path / "spec")
    read = read_revoked_keys((tmp_path / "krl").read_bytes())
    assert listed(read, folder) == {"g": "the key id 'id-g' is revoked"}


@pytest.mark.parametrize("word", ["key", "sha1", "sha256"])
def test_keys_their_certificates_and_authorities(folder: Path, tmp_path: Path, word: str) -> None:
    lines = [(folder / f"{name}.pub").read_text() for name in ("b", "ca2")]
    (tmp_path / "spec").write_text("".join(f"{word}: {line}" for line in lines))
    keygen("-k", "-f", tmp_path / "krl", tmp_path / "spec")
    read = read_revoked_keys((tmp_path / "krl").read_bytes())
    assert listed(read, folder) == {"b": "this key is revoked", "g": "its CA is revoked"}
    assert check(read, folder / "b.pub") == "this key is revoked"
    assert check(read, folder / "a.pub") is None


def test_a_list_of_keys_in_its_place(folder: Path) -> None:
    names = ("b.pub", "c-cert.pub", "ca2.pub")
    text = "# gone\n\n" + "".join((folder / name).read_text() for name in names)
    assert "".join(listed(read_revoked_keys(text.encode()), folder)) == "bcg"
    assert read_revoked_keys(b"") == RevokedKeys()


def test_what_cannot_be_read_is_no_list(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "spec").write_text("serial: 1-3\nid: x\n")
    keygen("-k", "-f", tmp_path / "krl", "-s", folder / "ca.pub", tmp_path / "spec")
    data = (tmp_path / "krl").read_bytes()
    for broken in (
        data[:-1],
        data + b"\x01",
        data + b"\x04\0\0\0\0",
        MAGIC,
        b"not a key\n",
        data[:12] + b"\2",
    ):
        with pytest.raises(ValueError):
            read_revoked_keys(broken)
    critical = b"\xff" + (n := b"\0\0\0\1x\1\0\0\0\0").__len__().to_bytes(4, "big") + n
    with pytest.raises(ValueError, match="critical extension 'x'"):
        read_revoked_keys(data + critical)
    assert read_revoked_keys(data + critical.replace(b"x\1", b"x\0"))


def test_revoked_keys_are_read_without_a_restart(build_site: BuildSite, tmp_path: Path) -> None:
    file = tmp_path / "revoked"
    file.write_text("")
    site = build_site(server=f'revoked_keys = "{file}"').start()
    assert site.ssh("true").returncode == 0
    keygen("-k", "-f", file, f"{site.key}.pub")
    done = site.ssh("true")
    assert b"Permission denied" in done.stderr
    assert "this key is revoked" in site.log()
    file.write_text("")
    assert site.ssh("true").returncode == 0
    file.unlink()
    assert site.ssh("true").returncode == 255, "as in sshd: without the list nobody's key is good"
    assert "revoked_keys cannot be read" in site.log()


class Running:
    """A session in which a command has begun."""

    def __init__(self, site: Site, **options: Path) -> None:
        self.before = site.bundles()
        line = ["ssh", *site.options(**options), "127.0.0.1", "echo up; cat"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(line, stdin=pipe, stdout=pipe, stderr=pipe)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"up\n"

    def ended(self) -> bytes:
        """What the user read; input stays open until then, or `cat` would end by itself."""
        assert self.process.wait(DEADLINE_S) == 255
        return self.process.communicate()[1]


def test_a_key_that_is_revoked_ends_its_sessions(build_site: BuildSite, tmp_path: Path) -> None:
    file = tmp_path / "revoked"
    file.write_text("")
    site = build_site(server=f'revoked_keys = "{file}"').start()
    running = Running(site)
    file.write_text(public(site.key) + "\n")
    assert b"SessionLens: this key is revoked; this session ends here" in running.ended()
    assert site.sealed(running.before)


def recorder(site: Site, *arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "sessionlens_recorder", *arguments]
    return subprocess.run(
        [*line, "--config", str(site.folder / "recorder.toml")], capture_output=True, text=True, check=False
    )


def test_revoke_refuses_new_sessions_and_ends_running_ones(build_site: BuildSite) -> None:
    site = build_site().start()
    running = Running(site)
    done = recorder(site, "revoke", "john", "--reason", "left the company")
    assert done.returncode == 0
    assert "john may log in no more" in done.stdout
    assert b"SessionLens: john is revoked; this session ends here" in running.ended()
    sealed = site.sealed(running.before)
    assert (sealed / "journal").read_text().splitlines()[-1].split()[0] == "seal"
    refused = site.ssh("true")
    assert b"john is revoked" in refused.stderr
    assert "was on the list already" in recorder(site, "revoke", "john").stdout
    assert "may log in again" in recorder(site, "revoke", "john", "--undo").stdout
    assert site.ssh("true").returncode == 0
    assert "NO SUCH USER is configured" in recorder(site, "revoke", "nobody").stdout
    assert recorder(site, "revoke", "../x").returncode == 64


def test_the_list_of_people(tmp_path: Path) -> None:
    file = tmp_path / "people"
    file.write_text("# who left\nmary 2026-01-01T00:00:00Z")
    assert revoke(file, "john", "two\nlines")
    assert not revoke(file, "john", "")
    people = parse_people(file.read_bytes())
    assert list(people) == ["mary", "john"]
    assert people["john"].endswith("two lines")
    assert revoke(file, "mary", "", undo=True)
    assert file.read_text().startswith("# who left\njohn ")
    revocations = Revocations(None, file)
    assert revocations.check_person("john") == "john is revoked"
    assert revocations.check_person("mary") is None
    file.unlink()
    file.mkdir()
    wait_for(lambda: "cannot be read" in (revocations.check_person("mary") or ""))
