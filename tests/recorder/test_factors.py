"""Factors in sequence: keys, passwords, one-time passwords, PAM, questions; with the stock client."""

from __future__ import annotations

import contextlib
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import paramiko
import pytest
from paramiko import common
from sessionlens_recorder.net.dialogue import Abandoned, Dialogue, WrongAnswers
from sessionlens_recorder.net.factors import Progress, can_use_pam, methods
from sessionlens_recorder.net.passwords import hash_password
from sessionlens_recorder.net.totp import check_code, code_at, new_secret, otpauth, read_totp_file

import sessionlens as sl

from .askpass import AskPass
from .conftest import DEADLINE_S, BuildSite, Site, facts, make_key, wait_for, write_secret
from .speaker import client, send

ASKED = ("-oBatchMode=no", "-oNumberOfPasswordPrompts=1")


def test_progress_along_sequences() -> None:
    progress = Progress((("publickey", "totp"), ("pam",), ("publickey", "pam", "totp")))
    assert progress.due == ["publickey", "pam"]
    assert methods(progress.due) == ["publickey", "keyboard-interactive", "password"]
    progress.pass_factor("publickey")
    assert (progress.due, progress.complete) == (["totp", "pam"], False)
    progress.pass_factor("pam")
    assert progress.due == ["totp"]
    progress.pass_factor("totp")
    assert progress.complete
    assert progress.passed == ["publickey", "pam", "totp"]
    assert not Progress(()).complete, "who has no way in is not in"


def test_codes_of_rfc_6238() -> None:
    """Appendix B, the last six digits."""
    secret = b"12345678901234567890"
    for moment, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        assert code_at(secret, moment // 30) == code


def test_a_code_counts_once(tmp_path: Path) -> None:
    file = tmp_path / "totp"
    file.write_text(new_secret() + "\n")
    now = 1_700_000_000.0
    code = code_at(read_totp_file(file), int(now) // 30).encode()
    assert check_code(file, b"000000" if code != b"000000" else b"000001", now)
    assert check_code(file, code, now + 29) is None
    assert check_code(file, code, now + 29), "used"
    earlier = code_at(read_totp_file(file), int(now) // 30 - 1).encode()
    assert check_code(file, earlier, now), "older than one that was used"
    later = code_at(read_totp_file(file), int(now) // 30 + 1).encode()
    assert check_code(file, later, now) is None
    assert check_code(file, later, now + 300), "too old"
    assert "john" in otpauth(new_secret(), "john", "x y")
    file.write_text("short\n")
    with pytest.raises(ValueError, match="not one line made by"):
        read_totp_file(file)


def with_totp(site: Site) -> Callable[[], str]:
    """The file for john; the answer gives the code of now."""
    file = site.folder / "users/john.totp"
    write_secret(file, new_secret())
    return lambda: code_at(read_totp_file(file), int(time.time()) // 30)


def test_a_key_and_then_a_code(build_site: BuildSite, tmp_path: Path) -> None:
    site = build_site(user='totp_file = "users/john.totp"\nlogin = ["publickey", "totp"]')
    code = with_totp(site)
    site.start()
    assert site.ssh("true").returncode == 255, "the key is not enough"
    wrong = AskPass(tmp_path / "wrong", "000000")
    assert site.ssh(*ASKED, "--", "true", env=wrong.environment).returncode == 255
    assert wrong.asked == ["Verification code: "]
    right = AskPass(tmp_path / "right", code())
    done, bundle = site.record(*ASKED, "--", "echo in", env=right.environment)
    assert done.stdout == b"in\n"
    said = facts(bundle)["authentication"]
    assert said["method"] == "publickey"
    assert said["second_factor"] == "totp"
    assert said["methods"] == ["publickey", "totp"]
    again = AskPass(tmp_path / "again", code_used := right_code(tmp_path / "right"))
    assert code_used not in site.log()
    assert site.ssh(*ASKED, "--", "true", env=again.environment).returncode == 255, "a code counts once"
    other = make_key(tmp_path / "other")
    stranger = AskPass(tmp_path / "stranger", code())
    assert site.ssh(*ASKED, "--", "true", env=stranger.environment, key=other).returncode == 255
    assert stranger.asked == [], "without the key nobody is asked for a code"


def right_code(folder: Path) -> str:
    return (folder / "answers").read_text().strip()


def test_a_password_and_then_a_key(build_site: BuildSite, tmp_path: Path) -> None:
    site = build_site(
        user='password_file = "users/john.passwd"\n'
        'login = [["password", "publickey"], ["publickey", "password"]]'
    )
    write_secret(site.folder / "users/john.passwd", hash_password("secret"))
    site.start()
    for order in ("password,publickey", "publickey,password"):
        asked = AskPass(tmp_path / order, "secret")
        options = (*ASKED, f"-oPreferredAuthentications={order}")
        done, bundle = site.record(*options, "--", "echo in", env=asked.environment)
        assert done.stdout == b"in\n"
        assert facts(bundle)["authentication"]["methods"] == order.split(",")
    alone = AskPass(tmp_path / "alone", "secret")
    options = (*ASKED, "-oPreferredAuthentications=password")
    assert site.ssh(*options, "--", "true", env=alone.environment).returncode == 255


@pytest.fixture
def pam_service() -> Iterator[Callable[[str], str]]:
    """A service file in /etc/pam.d; root only."""
    if not can_use_pam():
        pytest.skip("needs pamela (sessionlens-recorder[pam]) and libpam")
    if os.getuid() != 0:
        pytest.skip("needs root, for a file in /etc/pam.d")
    made: list[Path] = []

    def make(content: str) -> str:
        made.append(Path("/etc/pam.d") / f"sessionlens-test-{uuid.uuid4().hex[:12]}")
        made[-1].write_text(content)
        return made[-1].name

    yield make
    for file in made:
        file.unlink()


PERMIT = "auth required pam_permit.so\naccount required pam_permit.so\n"
PASSWORD = """auth required pam_exec.so expose_authtok quiet {script}
account required pam_permit.so
"""


def pam_site(build_site: BuildSite, service: str, login: str = '["pam"]') -> Site:
    return build_site(server=f'pam_service = "{service}"', user=f"login = {login}").start()


def checking_password(folder: Path) -> str:
    """A PAM stack that lets in with the password `tr0ub4dor`, and asks for it as pam_unix does."""
    script = folder / "check"
    script.write_text("#!/bin/sh\n[ \"$(tr -d '\\0')\" = tr0ub4dor ]\n")
    script.chmod(0o755)
    return PASSWORD.format(script=script)


def test_pam_that_permits_and_pam_that_denies(
    build_site: BuildSite, pam_service: Callable[[str], str], tmp_path: Path
) -> None:
    answers = AskPass(tmp_path / "ask")
    site = pam_site(build_site, pam_service(PERMIT), '["publickey", "pam"]')
    done, bundle = site.record(*ASKED, "--", "echo in", env=answers.environment)
    assert done.stdout == b"in\n"
    assert facts(bundle)["authentication"]["second_factor"] == "pam"
    denied = pam_site(build_site, pam_service(PERMIT.replace("pam_permit.so\nacc", "pam_deny.so\nacc")))
    assert denied.ssh(*ASKED, "--", "true", env=answers.environment).returncode == 255
    assert "PAM: " in denied.log()
    expired = pam_site(
        build_site, pam_service(PERMIT.replace("t required pam_permit", "t required pam_deny"))
    )
    assert expired.ssh(*ASKED, "--", "true", env=answers.environment).returncode == 255, "account management"


@pytest.mark.parametrize("method", ["keyboard-interactive", "password"])
def test_pam_asks_for_a_password(
    build_site: BuildSite, pam_service: Callable[[str], str], tmp_path: Path, method: str
) -> None:
    site = pam_site(build_site, pam_service(checking_password(tmp_path)))
    options = (*ASKED, f"-oPreferredAuthentications={method}")
    right, wrong = AskPass(tmp_path / "right", "tr0ub4dor"), AskPass(tmp_path / "wrong", "no")
    done, bundle = site.record(*options, "--", "echo in", env=right.environment)
    assert done.stdout == b"in\n"
    assert facts(bundle)["authentication"]["method"] == "pam"
    if method == "keyboard-interactive":
        assert right.asked == ["Password: "]
    assert site.ssh(*options, "--", "true", env=wrong.environment).returncode == 255
    stranger = AskPass(tmp_path / "stranger", "tr0ub4dor")
    done = site.ssh("-oUser=mallory", *options, "--", "true", env=stranger.environment)
    assert done.returncode == 255
    assert len(stranger.asked) == 1, "who does not exist is asked the same"
    everything = b"".join(path.read_bytes() for path in bundle.rglob("*") if path.is_file())
    assert b"tr0ub4dor" not in everything + site.log().encode()


def test_pam_and_a_code_in_one_conversation(
    build_site: BuildSite, pam_service: Callable[[str], str], tmp_path: Path
) -> None:
    service = pam_service(checking_password(tmp_path))
    site = build_site(
        server=f'pam_service = "{service}"', user='totp_file = "users/john.totp"\nlogin = ["pam", "totp"]'
    )
    code = with_totp(site)
    site.start()
    asked = AskPass(tmp_path / "asked", "tr0ub4dor", code())
    done = site.ssh(*ASKED, "--", "echo in", env=asked.environment)
    assert done.stdout == b"in\n"
    assert asked.asked == ["Password: ", "Verification code: "]


def test_the_notice_is_acknowledged_and_a_reason_given(build_site: BuildSite, tmp_path: Path) -> None:
    site = build_site(server="acknowledge = true", target="ask_reason = true").start()
    assert site.ssh("true").returncode == 255, "who cannot be asked does not get in"
    no = AskPass(tmp_path / "no", "no")
    done = site.ssh(*ASKED, "--", "true", env=no.environment)
    assert b"the recording was not acknowledged" in done.stderr
    yes = AskPass(tmp_path / "yes", "Yes", "CHG-4711 \x1b[2Jrestart")
    done, bundle = site.record(*ASKED, "--", "echo in", env=yes.environment)
    assert done.stdout == b"in\n"
    assert yes.asked == ["Type yes to go on: ", "Reason or ticket for the session on web01: "]
    assert facts(bundle)["acknowledged"] is True
    assert facts(bundle)["reason"] == "CHG-4711 \x1b[2Jrestart"
    found = sl.corpus(bundle).search("chg-4711")
    assert (list(found["where"]), list(found["person"])) == (["session"], ["john"]), (
        "the lab finds the ticket"
    )
    assert 'reason="CHG-4711 \\x1b[2Jrestart"' in site.log()
    empty = AskPass(tmp_path / "empty", "yes", "", "")
    assert b"no reason was given" in site.ssh(*ASKED, "--", "true", env=empty.environment).stderr
    late = AskPass(tmp_path / "late", "yes", "", "CHG-4712")
    _, bundle = site.record(*ASKED, "--", "true", env=late.environment)
    assert facts(bundle)["reason"] == "CHG-4712", "an empty answer may be given once more"


def test_a_program_is_asked_nothing(build_site: BuildSite) -> None:
    site = build_site(server="acknowledge = true", user='actor = "automated"').start()
    done, bundle = site.record("echo in")
    assert done.stdout == b"in\n"
    assert facts(bundle)["acknowledged"] is None


def test_purpose_and_contact_are_in_the_notice(build_site: BuildSite) -> None:
    site = build_site(server='purpose = "incident response"\ncontact = "soc@example.org"').start()
    said = site.ssh("true").stderr
    assert b"This session is recorded" in said
    assert b"Purpose: incident response\r\nContact: soc@example.org" in said.replace(b"\r\r", b"\r")


# peers that break the rules


ONE_ANSWER = b"\x3d\0\0\0\1\0\0\0\x06" + b"000000"


def interactive(transport: paramiko.Transport, name: str = "john") -> None:
    m = paramiko.message.Message()
    m.add_byte(common.cMSG_USERAUTH_REQUEST)
    for part in (name, "ssh-connection", "keyboard-interactive", "", ""):
        m.add_string(part)
    send(transport, m.asbytes())


@pytest.fixture
def asking(build_site: BuildSite) -> Site:
    site = build_site(user='totp_file = "users/john.totp"\nlogin = [["totp", "publickey"], ["publickey"]]')
    with_totp(site)
    return site.start()


class Ears:
    """What the bastion answers to a client of our own."""

    def __init__(self, transport: paramiko.Transport) -> None:
        self.heard: list[int] = []
        self._transport = transport
        transport.auth_handler = None
        for number in (common.MSG_SERVICE_ACCEPT, common.MSG_USERAUTH_FAILURE, 60):
            transport._handler_table[number] = lambda m, n=number: self.heard.append(n)
        transport._handler_table[common.MSG_USERAUTH_BANNER] = lambda m: None
        send(transport, b"\x05\0\0\0\x0cssh-userauth")

    def wait(self, *numbers: int) -> None:
        wait_for(lambda: self.heard == list(numbers), f"{numbers}, not {self.heard}")


def test_as_many_answers_as_questions(asking: Site) -> None:
    with client(asking) as transport:
        ears = Ears(transport)
        interactive(transport)
        ears.wait(6, 60)
        send(transport, b"\x3d\0\0\0\0")
        ears.wait(6, 60, 51)
        send(transport, b"\x3d\0\0\0\0")  # and one that nobody asked for
        wait_for(lambda: not transport.is_active(), "the bastion hangs up")


def test_a_new_request_abandons_the_questions(asking: Site) -> None:
    with client(asking) as transport:
        ears = Ears(transport)
        interactive(transport)
        ears.wait(6, 60)
        interactive(transport)
        ears.wait(6, 60, 60)
        send(transport, ONE_ANSWER)
        ears.wait(6, 60, 60, 51)


def test_questions_cannot_be_begun_for_ever(asking: Site) -> None:
    with client(asking) as transport:
        Ears(transport)
        for _ in range(20):
            with contextlib.suppress(EOFError, OSError):  # it may have hung up by then
                interactive(transport)
        wait_for(lambda: not transport.is_active(), "the bastion hangs up")
    wait_for(lambda: "connection-end" in asking.log(), "the end is logged")
    assert "too many attempts to log in" in asking.log()
    assert "session-start" not in asking.log()


def test_strangers_are_asked_the_same(asking: Site) -> None:
    with client(asking) as transport:
        ears = Ears(transport)
        interactive(transport, "mallory")
        ears.wait(6, 60)
        send(transport, ONE_ANSWER)
        ears.wait(6, 60, 51)


def test_a_dialogue() -> None:
    sent: list[str] = []
    dialogue = Dialogue(lambda title, instruction, prompts: sent.append(instruction))
    assert not dialogue.answered([b"x"]), "nobody asked"
    answers: list[object] = []

    def ask() -> None:
        for _ in range(3):
            try:
                answers.append(dialogue.ask("", "who", [("name", True)]))
            except (Abandoned, WrongAnswers) as error:
                answers.append(type(error))

    thread = threading.Thread(target=ask)
    thread.start()
    for number, given in enumerate(([b"john"], [b"a", b"b"]), 1):
        wait_for(lambda number=number: len(sent) == number)
        assert dialogue.answered(given)
        assert not dialogue.answered(given), "once"
    wait_for(lambda: len(sent) == 3)
    dialogue.abandon()
    thread.join(DEADLINE_S)
    assert answers == [[b"john"], WrongAnswers, Abandoned]
    with pytest.raises(Abandoned):
        dialogue.ask("", "", [])
