"""User certificates: made by ssh-keygen, shown by the stock client, checked by the bastion."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sessionlens_recorder.net.authorized_keys import parse_public_key
from sessionlens_recorder.net.certificates import (
    HOST,
    USER,
    certificate_name,
    check_certificate,
    parse_certificate,
    plain_name,
)

from .certs import ca_site, certify
from .conftest import BuildSite, Site, channel, events, facts, make_key, public


def blob_of(path: Path) -> bytes:
    return parse_public_key(path.read_text())[1]


@pytest.fixture
def certified(build_site: BuildSite, tmp_path: Path) -> tuple[Site, Path, Path]:
    site = build_site(target='forward = ["127.0.0.1:*"]\nagent = true\nx11 = true')
    ca, key = ca_site(site, tmp_path)
    return site.start(), ca, key


def test_a_certificate_lets_in_and_is_in_the_recording(certified: tuple[Site, Path, Path]) -> None:
    site, ca, key = certified
    assert site.ssh("true", key=key).returncode == 255, "the key alone does not"
    certify(ca, key, "-z", "42", key_id="john@corp, laptop 7", principals="john,ops")
    done, bundle = site.record("echo in", key=key)
    assert done.stdout == b"in\n"
    said = facts(bundle)["authentication"]
    assert said["certificate_id"] == "john@corp, laptop 7"
    assert (said["certificate_serial"], said["groups"], said["methods"]) == (
        42,
        ["john", "ops"],
        ["publickey"],
    )
    shown = subprocess.run(["ssh-keygen", "-lf", f"{ca}.pub"], capture_output=True, text=True, check=True)
    assert said["certificate_ca"] == shown.stdout.split()[1]


@pytest.mark.parametrize(
    ("options", "principals", "why"),
    [
        ([], "jane,ops", "it is for jane, ops"),
        ([], "", "it names no principal"),
        (["-V", "-2h:-1h"], "john", "it expired at"),
        (["-V", "+1h:+2h"], "john", "it is not valid before"),
        (["-O", "source-address=10.0.0.0/8"], "john", "may not be used from 127.0.0.1"),
        (
            ["-O", "critical:new@example.org=1"],
            "john",
            "critical option 'new@example.org', which is not known",
        ),
    ],
)
def test_what_does_not_let_in(
    certified: tuple[Site, Path, Path], options: list[str], principals: str, why: str
) -> None:
    site, ca, key = certified
    certify(ca, key, *options, principals=principals)
    done = site.ssh("true", key=key)
    assert b"Permission denied" in done.stderr
    assert why.encode() not in done.stderr, "a stranger is told nothing"
    assert why in site.log()


def test_a_certificate_of_another_ca(certified: tuple[Site, Path, Path], tmp_path: Path) -> None:
    site, _, key = certified
    certify(make_key(tmp_path / "other_ca"), key)
    assert site.ssh("true", key=key).returncode == 255
    assert "its CA is not trusted" in site.log()


@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_other_kinds_of_keys_and_authorities(build_site: BuildSite, tmp_path: Path, kind: str) -> None:
    site = build_site()
    for name in ("ca", "key"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", tmp_path / name], check=True, capture_output=True
        )
    site.replaced('name = "bastion1"', f'name = "bastion1"\nuser_ca = ["{public(tmp_path / "ca")}"]').start()
    certify(tmp_path / "ca", tmp_path / "key")
    assert site.ssh("true", key=tmp_path / "key").returncode == 0


def test_an_authority_that_signs_with_sha1_is_refused(build_site: BuildSite, tmp_path: Path) -> None:
    ca, key = tmp_path / "ca", make_key(tmp_path / "key")
    subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-N", "", "-f", ca], check=True)
    signed = subprocess.run(
        ["ssh-keygen", "-q", "-t", "ssh-rsa", "-s", ca, "-I", "x", "-n", "john", f"{key}.pub"],
        capture_output=True, check=False,
    )  # fmt: skip
    if signed.returncode != 0:
        pytest.skip("this ssh-keygen signs nothing with SHA-1")
    certificate = parse_certificate(blob_of(tmp_path / "key-cert.pub"))
    problem = check_certificate(certificate, USER, ["john"], [certificate.ca], datetime.now(UTC))
    assert problem == "its CA signed with ssh-rsa, which is not accepted"


def test_users_whom_only_a_certificate_knows(build_site: BuildSite, tmp_path: Path) -> None:
    """jane has no section; that she is in the group ops is what her certificate says."""
    rules = '[[rules]]\nwho = "@ops"\ntargets = "web01"\nallow = ["exec"]'
    site = build_site(rules=rules)
    ca, key = ca_site(site, tmp_path)
    site.start()
    certify(ca, key, principals="jane,ops")
    done, bundle = site.record("-oUser=jane", "--", "echo in", key=key)
    assert done.stdout == b"in\n"
    assert facts(bundle)["person"] == "jane"
    assert site.ssh("-oUser=ops", "--", "true", key=key).returncode == 0, "a principal is a name too"
    certify(ca, key, principals="jane")
    refused = site.ssh("-oUser=jane", "--", "true", key=key)
    assert b"no rule lets jane reach web01" in refused.stderr


def test_a_persons_own_authority_and_principals(build_site: BuildSite, tmp_path: Path) -> None:
    ca, key = make_key(tmp_path / "ca"), make_key(tmp_path / "key")
    site = build_site(user=f'user_ca = "{public(ca)}"\nprincipals = ["j.doe"]').start()
    certify(ca, key, principals="j.doe")
    assert site.ssh("true", key=key).returncode == 0
    assert site.ssh("-oUser=jane", "--", "true", key=key).returncode == 255


def test_what_extensions_do_not_permit(certified: tuple[Site, Path, Path]) -> None:
    site, ca, key = certified
    certify(ca, key, "-O", "clear")
    done, bundle = site.record("-tt", "-W", "127.0.0.1:9", "--", key=key)
    assert b"the certificate of this login does not allow forwarding" in done.stderr
    done, bundle = site.record("-tt", "--", "true", key=key)
    assert b"PTY allocation request failed" in done.stderr
    reasons = [one["reason"] for one in events(channel(bundle, "0.exec")) if one["event"] == "refused"]
    assert reasons == ["the certificate of this login does not allow a terminal"]


def test_force_command_lets_exactly_that_command_pass(certified: tuple[Site, Path, Path]) -> None:
    site, ca, key = certified
    certify(ca, key, "-O", "force-command=echo forced")
    assert site.ssh("echo forced", key=key).stdout == b"forced\n"
    for other in ("echo forced; id", "id"):
        done = site.ssh(other, key=key)
        assert done.returncode != 0
        assert done.stdout == b""
    shell = site.ssh(key=key, input=b"id\n")
    assert shell.stdout == b""
    certify(ca, key, "-O", "force-command=internal-sftp")
    assert site.ssh("id", key=key).stdout == b""
    sftp = ["sftp", *site.options(key=key), "-b", "-", "127.0.0.1"]
    assert subprocess.run(sftp, input=b"pwd\n", capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("part", ["key_id", "principals", "signature"])
def test_a_changed_byte_is_noticed(tmp_path: Path, part: str) -> None:
    ca, key = make_key(tmp_path / "ca"), make_key(tmp_path / "key")
    certify(ca, key)
    blob = blob_of(tmp_path / "key-cert.pub")
    certificate = parse_certificate(blob)
    now = datetime.now(UTC)
    assert check_certificate(certificate, USER, ["john"], [certificate.ca], now) is None
    old, new = {
        "key_id": (b"john@corp", b"jane@corp"),
        "principals": (b"\0\0\0\4john", b"\0\0\0\4jane"),
        "signature": (certificate.signature[-4:], b"\0\0\0\0"),
    }[part]
    assert old in blob
    changed = parse_certificate(blob.replace(old, new))
    problem = check_certificate(changed, USER, ["john", "jane"], [changed.ca], now)
    assert problem == "its CA's signature: the signature does not hold"


def test_what_is_cut_short_or_has_more_is_none(tmp_path: Path) -> None:
    ca, key = make_key(tmp_path / "ca"), make_key(tmp_path / "key")
    certify(ca, key)
    blob = blob_of(tmp_path / "key-cert.pub")
    for broken in (blob[:-1], blob + b"x", blob[:40], b"", blob_of(tmp_path / "key.pub")):
        with pytest.raises(ValueError):
            parse_certificate(broken)


def test_a_hosts_certificate_is_no_users(tmp_path: Path) -> None:
    """The stock client would not even show it."""
    ca, key = make_key(tmp_path / "ca"), make_key(tmp_path / "key")
    certify(ca, key, "-h")
    host = parse_certificate(blob_of(tmp_path / "key-cert.pub"))
    now = datetime.now(UTC)
    assert check_certificate(host, HOST, ["john"], [host.ca], now) is None
    assert check_certificate(host, USER, ["john"], [host.ca], now) == "it is a host's certificate"


def test_names_of_kinds() -> None:
    for plain, certified in (
        ("ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com"),
        ("rsa-sha2-512", "rsa-sha2-512-cert-v01@openssh.com"),
        ("sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519-cert-v01@openssh.com"),
    ):
        assert certificate_name(plain) == certified
        assert plain_name(certified) == plain
        assert plain_name(plain) == plain
