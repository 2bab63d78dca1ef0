"""To the target: with a certificate of the bastion's own, by the target's own dialogue, to no impostor."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import paramiko
import pytest
from paramiko import common

from .askpass import AskPass
from .certs import certify, keygen
from .conftest import ME, BuildSite, Site, Sshd, facts, make_key, public, running_sshd
from .test_factors import ASKED
from .test_login import PasswordTarget

pytestmark = pytest.mark.slow

# upstream = "ca"


@pytest.fixture
def trusting(tmp_path: Path) -> Iterator[tuple[Sshd, Path]]:
    """A real sshd that lets in whom the CA certifies, and nobody else."""
    ca = make_key(tmp_path / "user_ca")
    more = f"TrustedUserCAKeys {ca}.pub\nAuthorizedKeysFile none\nLogLevel VERBOSE"
    (tmp_path / "sshd").mkdir()
    with running_sshd(tmp_path / "sshd", more) as sshd:
        yield sshd, ca


def to(sshd: Sshd, **more: str) -> dict[str, str]:
    return {"address": f'"127.0.0.1:{sshd.port}"', "host_key": f'"{public(sshd.host_key)}"', **more}


def by_certificate(build_site: BuildSite, sshd: Sshd, ca: Path, **more: str) -> Site:
    return build_site(**to(sshd, upstream='"ca"', key="", ca_key=f'"{ca}"', **more)).start()


def test_a_certificate_for_one_person_session_and_minute(
    build_site: BuildSite, trusting: tuple[Sshd, Path]
) -> None:
    sshd, ca = trusting
    site = by_certificate(build_site, sshd, ca)
    done, bundle = site.record("echo in")
    assert done.stdout == b"in\n"
    session = facts(bundle)["session"]
    said = re.search(r"Accepted certificate ID \"(.*?)\" \(serial (\d+)\)", sshd.log.read_text())
    assert said is not None, sshd.log.read_text()
    assert said[1] == f"john sessionlens bastion1 {session}"
    assert int(said[2]) > 0


def test_what_the_certificate_permits(build_site: BuildSite, trusting: tuple[Sshd, Path]) -> None:
    """sshd itself would refuse what the bastion's policy does not allow."""
    from sessionlens_recorder.net.certificates import USER, parse_certificate
    from sessionlens_recorder.net.issuing import EARLY_S, VALID_S, issue, load_authority
    from sessionlens_recorder.session.policy import Limits, Policy

    _, ca = trusting
    key = issue(load_authority(ca), "id", "deploy", Policy(agent=True, limits=Limits(pty=False)))
    assert key.public_blob is not None
    certificate = parse_certificate(key.public_blob.key_blob)
    assert (certificate.type, certificate.principals) == (USER, ("deploy",))
    assert certificate.before - certificate.after == EARLY_S + VALID_S
    assert certificate.extensions == {"permit-agent-forwarding", "permit-user-rc"}


def test_another_account_is_not_certified(build_site: BuildSite, trusting: tuple[Sshd, Path]) -> None:
    sshd, _ = trusting
    other = make_key(Path(sshd.log).parent / "other_ca")
    site = by_certificate(build_site, sshd, other)
    done = site.ssh("true")
    assert f"web01 does not let {ME} log in".encode() in done.stderr


# host certificates


@pytest.fixture
def certified(tmp_path: Path) -> Iterator[Callable[..., tuple[Sshd, Path]]]:
    """A real sshd with a host certificate made with these options."""
    with contextlib.ExitStack() as stack:

        def run(*options: str, principals: str = "web01", kind: str = "ed25519") -> tuple[Sshd, Path]:
            folder = tmp_path / f"sshd{uuid.uuid4().hex[:6]}"
            folder.mkdir()
            ca, host = make_key(folder / "host_ca"), folder / "certified"
            keygen("-t", kind, "-N", "", "-f", host)
            certify(ca, host, *options, principals=principals, key_id="web01's key")
            more = f"HostKey {host}\nHostCertificate {host}-cert.pub"
            return stack.enter_context(running_sshd(folder, more)), ca

        yield run


@pytest.mark.parametrize(
    ("principals", "kind"), [("web01", "ed25519"), ("127.0.0.1,other", "rsa"), ("web01", "ecdsa")]
)
def test_a_host_ca_vouches_for_the_target(
    build_site: BuildSite, certified: Callable[..., tuple[Sshd, Path]], principals: str, kind: str
) -> None:
    sshd, ca = certified("-h", principals=principals, kind=kind)
    site = build_site(**to(sshd, host_key="", host_ca=f'"{public(ca)}"', key=f'"{sshd.client_key}"')).start()
    done, bundle = site.record("echo in")
    assert done.stdout == b"in\n"
    assert facts(bundle)["target"]["host_key_fingerprint"].startswith("SHA256:")


@pytest.mark.parametrize(
    ("options", "principals", "why"),
    [
        (["-h"], "web02", b"it is for web02"),
        (["-h"], "", b"it names no principal"),
        (["-h", "-V", "-2h:-1h"], "web01", b"it expired at"),
        (["-h", "-O", "critical:x@example.org=1"], "web01", b"critical option"),
    ],
)
def test_host_certificates_that_do_not_hold(
    build_site: BuildSite,
    certified: Callable[..., tuple[Sshd, Path]],
    options: list[str],
    principals: str,
    why: bytes,
) -> None:
    sshd, ca = certified(*options, principals=principals)
    site = build_site(**to(sshd, host_key="", host_ca=f'"{public(ca)}"')).start()
    done = site.ssh("true")
    assert done.returncode == 255
    assert b"the host certificate of web01 (web01's key) IS NOT VALID" in done.stderr
    assert why in done.stderr
    assert b"Nothing was sent to it" in done.stderr
    assert site.bundles() == []


def test_a_host_ca_that_is_another(
    build_site: BuildSite, certified: Callable[..., tuple[Sshd, Path]], tmp_path: Path
) -> None:
    sshd, _ = certified("-h")
    other = public(make_key(tmp_path / "other"))
    done = build_site(**to(sshd, host_key="", host_ca=f'"{other}"')).start().ssh("true")
    assert b"IS NOT VALID: its CA is not trusted" in done.stderr


def test_a_plain_key_where_a_host_ca_is_wanted(build_site: BuildSite, sshd: Sshd, tmp_path: Path) -> None:
    other = public(make_key(tmp_path / "other"))
    done = build_site(host_key="", host_ca=f'"{other}"').start().ssh("true")
    assert b"no SSH connection to web01" in done.stderr


# upstream = "passthrough": the target's own dialogue


class AskingTarget(PasswordTarget):
    """A target with keyboard-interactive: a hidden question, then two at once of which one is shown."""

    def get_allowed_auths(self, username: str) -> str:
        return "keyboard-interactive"

    def check_auth_interactive(self, username: str, submethods: str) -> paramiko.InteractiveQuery:
        self.heard: list[list[str]] = []
        return paramiko.InteractiveQuery("web01", "wel\x1b[2Jcome", ("Passcode:\x07", False))

    def check_auth_interactive_response(self, responses: list[str]) -> object:
        self.heard.append(list(responses))
        if len(self.heard) == 1:
            return paramiko.InteractiveQuery("", "", ("Token: ", True), ("Colour: ", False))
        right = [["pässword"], ["123456", "red"]]
        return common.AUTH_SUCCESSFUL if self.heard == right else common.AUTH_FAILED


@pytest.fixture
def asking_target(tmp_path: Path) -> Iterator[AskingTarget]:
    target = AskingTarget(tmp_path)
    yield target
    target.close()


def passthrough(build_site: BuildSite, port: int, host_key: Path, **more: str) -> Site:
    changes = {"address": f'"127.0.0.1:{port}"', "host_key": f'"{public(host_key)}"', "key": ""}
    return build_site(upstream='"passthrough"', **changes, **more).start()


def test_the_targets_questions_are_relayed_one_by_one(
    build_site: BuildSite, asking_target: AskingTarget, tmp_path: Path
) -> None:
    site = passthrough(build_site, asking_target.port, asking_target.key_path)
    answers = AskPass(tmp_path / "ask", "pässword", "123456", "red")
    done, bundle = site.record(*ASKED, "--", "id", env=answers.environment)
    assert done.stdout == b"ran id"
    assert [line.rstrip() for line in answers.asked] == ["Passcode:", "Token:", "Colour:"]
    assert asking_target.heard == [["pässword"], ["123456", "red"]]
    everything = b"".join(path.read_bytes() for path in bundle.rglob("*") if path.is_file())
    for secret in ("pässword", "123456"):
        assert secret.encode() not in everything + site.log().encode(), "never stored or logged"


def test_whether_an_answer_is_shown_is_the_targets_choice(
    build_site: BuildSite, asking_target: AskingTarget
) -> None:
    """A client of our own, since ssh's askpass cannot tell."""
    site = passthrough(build_site, asking_target.port, asking_target.key_path)
    host, _, port = site.targets["web01"].partition(":")
    transport = paramiko.Transport(socket.create_connection((host, int(port))))
    seen: list[tuple[str, list[tuple[str, bool]]]] = []

    def answer(title: str, instruction: str, prompts: list[tuple[str, bool]]) -> list[str]:
        seen.append((instruction, prompts))
        return ["pässword"] if len(prompts) == 1 else ["123456", "red"]

    try:
        transport.start_client()
        more = transport.auth_publickey("john", paramiko.Ed25519Key.from_private_key_file(str(site.key)))
        assert more == ["keyboard-interactive", "password"]
        transport.auth_interactive("john", answer)
        assert transport.is_authenticated()
    finally:
        transport.close()
        transport.join()
    assert seen == [
        ("wel[2Jcome", [("Passcode:", False)]),  # without the control characters
        ("", [("Token: ", True), ("Colour: ", False)]),
    ]


def test_a_wrong_answer_may_be_given_again(
    build_site: BuildSite, asking_target: AskingTarget, tmp_path: Path
) -> None:
    site = passthrough(build_site, asking_target.port, asking_target.key_path)
    answers = AskPass(tmp_path / "ask", "pässword", "0", "red", "pässword", "123456", "red")
    options = ("-oBatchMode=no", "-oNumberOfPasswordPrompts=2")
    done = site.ssh(*options, "--", "id", env=answers.environment)
    assert done.stdout == b"ran id"
    assert f"web01 does not let {ME} log in".encode() in done.stderr


def test_a_password_given_unasked_answers_one_hidden_question(
    build_site: BuildSite, asking_target: AskingTarget, tmp_path: Path
) -> None:
    site = passthrough(build_site, asking_target.port, asking_target.key_path)
    answers = AskPass(tmp_path / "ask", "pässword")
    options = (*ASKED, "-oPreferredAuthentications=publickey,password")
    done = site.ssh(*options, "--", "id", env=answers.environment)
    assert done.returncode == 255
    assert asking_target.heard == [["pässword"]], "the second questions stay unanswered"


class Insatiable(PasswordTarget):
    """A target that asks a million questions at once."""

    def get_allowed_auths(self, username: str) -> str:
        return "keyboard-interactive"

    def check_auth_interactive(self, username: str, submethods: str) -> paramiko.InteractiveQuery:
        return paramiko.InteractiveQuery("", "", *[(f"{n}?", True) for n in range(17)])


def test_a_target_that_asks_too_much(build_site: BuildSite, tmp_path: Path) -> None:
    target = Insatiable(tmp_path)
    try:
        site = passthrough(build_site, target.port, target.key_path)
        answers = AskPass(tmp_path / "ask", "x")
        options = (*ASKED, "-oPreferredAuthentications=publickey,keyboard-interactive")
        done = site.ssh(*options, "--", "id", env=answers.environment)
    finally:
        target.close()
    assert done.returncode == 255
    assert b"the target asks 17 questions at once" in done.stderr
    assert answers.asked == []


def test_a_real_sshd_with_pam(build_site: BuildSite, tmp_path: Path) -> None:
    if os.getuid() != 0 or (shutil.which("sshd") is None and not Path("/usr/sbin/sshd").exists()):
        pytest.skip("needs root, for a file in /etc/pam.d, and openssh-server")
    script = tmp_path / "check"
    script.write_text("#!/bin/sh\n[ \"$(tr -d '\\0')\" = tr0ub4dor ]\n")
    script.chmod(0o755)
    service = f"sl-test-{uuid.uuid4().hex[:8]}"
    stack = f"auth required pam_exec.so expose_authtok quiet {script}\nauth required pam_permit.so\n"
    stack += "account required pam_permit.so\nsession required pam_permit.so\n"
    Path(f"/etc/pam.d/{service}").write_text(stack)
    (tmp_path / "sshd").mkdir()
    more = "UsePAM yes\nKbdInteractiveAuthentication yes\nPasswordAuthentication no\nPermitRootLogin yes"
    try:
        with running_sshd(tmp_path / "sshd", more, service) as sshd:
            site = passthrough(build_site, sshd.port, sshd.host_key)
            answers = AskPass(tmp_path / "ask", "tr0ub4dor")
            done = site.ssh(*ASKED, "--", "echo in", env=answers.environment)
            assert done.stdout == b"in\n", (done.stderr, sshd.log.read_text())
    finally:
        Path(f"/etc/pam.d/{service}").unlink()
    assert answers.asked == ["Password: "]
