"""PAM with pam_unix: accounts that are locked, expired, have no password or need a new one.

The recorder has an /etc of its own (a mount namespace), so that no account of this machine is touched.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sessionlens_recorder.net.factors import can_use_pam
from sessionlens_recorder.net.pam import check_service
from sessionlens_recorder.net.passwords import hash_password

from .askpass import AskPass
from .conftest import BuildSite, Site, wait_for, write_secret

pytestmark = pytest.mark.slow

UNIX = "".join(f"{kind} required pam_unix.so nullok\n" for kind in ("auth", "account", "password"))
OWN_ETC = """
import ctypes, subprocess
assert ctypes.CDLL(None, use_errno=True).unshare(0x20000) == 0  # CLONE_NEWNS
subprocess.run(["mount", "--make-rprivate", "/"], check=True)
subprocess.run(["mount", "--bind", {etc!r}, "/etc"], check=True)
"""
ASKED = ("-oPreferredAuthentications=keyboard-interactive", "-oBatchMode=no", "-oNumberOfPasswordPrompts=1")
TODAY = (date.today() - date(1970, 1, 1)).days

StartSite = Callable[..., Site]


@pytest.fixture
def start_site(build_site: BuildSite, tmp_path: Path) -> StartSite:
    """`serve` with that line of /etc/shadow for john and for mary, less its name, and that stack."""
    if not can_use_pam():
        pytest.skip("needs pamela (sessionlens-recorder[pam]) and libpam")
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-m", "true"], check=False).returncode:
        pytest.skip("needs root, for an /etc of its own")

    def start(shadow: str, stack: str = UNIX, user: str = 'login = ["pam"]', server: str = "") -> Site:
        etc = tmp_path / "etc"
        shutil.copytree("/etc", etc, symlinks=True)
        (etc / "pam.d/sessionlens").write_text(stack)
        with open(etc / "passwd", "a") as accounts, open(etc / "shadow", "a") as secrets:
            for name in ("john", "mary"):
                accounts.write(f"{name}:x:4242:4242::/nowhere:/bin/sh\n")
                secrets.write(f"{name}:{shadow}\n")
        return build_site(user=user, server=server).start(sabotage=OWN_ETC.format(etc=str(etc)))

    return start


def hashed(password: str) -> str:
    line = ["openssl", "passwd", "-6", "-stdin"]
    done = subprocess.run(line, input=f"{password}\n", capture_output=True, text=True, check=True)
    return done.stdout.strip()


def log_in(
    site: Site, folder: Path, *answers: str, options: tuple[str, ...] = ASKED
) -> tuple[bool, str, AskPass]:
    """Whether that let in, what the user read, and what they were asked."""
    asked = AskPass(folder, *answers)
    done = site.ssh(*options, "--", "echo in", env=asked.environment)
    return done.stdout == b"in\n", done.stderr.decode(), asked


def test_a_password_of_the_machine(start_site: StartSite, tmp_path: Path) -> None:
    site = start_site(f"{hashed('tr0ub4dor')}:{TODAY}:0:99999:7:::")
    assert log_in(site, tmp_path / "right", "tr0ub4dor")[0]
    assert not log_in(site, tmp_path / "wrong", "no")[0]
    assert "PAM Error" in site.log()


def test_a_password_that_soon_expires(start_site: StartSite, tmp_path: Path) -> None:
    site = start_site(f"{hashed('tr0ub4dor')}:{TODAY - 27}:0:30:7:::")
    let_in, read, _ = log_in(site, tmp_path / "asked", "tr0ub4dor")
    assert let_in, read
    assert "your password will expire in 3 days" in read


@pytest.mark.parametrize("method", ["keyboard-interactive", "password"])
def test_an_account_that_has_expired(start_site: StartSite, tmp_path: Path, method: str) -> None:
    """Who has the right password is told why it does not help; who has not, is not."""
    site = start_site(f"{hashed('tr0ub4dor')}:{TODAY}:0:99999:7::1:")
    options = (f"-oPreferredAuthentications={method}", *ASKED[1:])
    let_in, read, _ = log_in(site, tmp_path / "asked", "tr0ub4dor", options=options)
    assert not let_in
    assert "Your account has expired" in read
    assert "expired" not in log_in(site, tmp_path / "wrong", "no", options=options)[1]


def test_a_locked_account(start_site: StartSite, tmp_path: Path) -> None:
    site = start_site(f"!{hashed('tr0ub4dor')}:{TODAY}:0:99999:7:::")
    assert not log_in(site, tmp_path / "asked", "tr0ub4dor")[0]


@pytest.mark.parametrize("method", ["keyboard-interactive", "password"])
def test_an_empty_password_lets_nobody_in(start_site: StartSite, tmp_path: Path, method: str) -> None:
    """As sshd without PermitEmptyPasswords, whatever `nullok` says."""
    site = start_site(f":{TODAY}:0:99999:7:::")
    options = (f"-oPreferredAuthentications={method}", *ASKED[1:])
    assert not log_in(site, tmp_path / "asked", "", options=options)[0]


def test_a_new_password_is_demanded(start_site: StartSite, tmp_path: Path) -> None:
    """Asked for in the same conversation, as by sshd; the old one then lets in no more."""
    site = start_site(f"{hashed('tr0ub4dor')}:0:0:99999:7:::")
    options = ("-oPreferredAuthentications=password", *ASKED[1:])
    let_in, read, _ = log_in(site, tmp_path / "unasked", "tr0ub4dor", options=options)
    assert not let_in, "a client that sends a password unasked can give no new one"
    assert "You are required to change your password" in read
    let_in, read, asked = log_in(
        site, tmp_path / "asked", "tr0ub4dor", "tr0ub4dor", "n3w-passw0rd", "n3w-passw0rd"
    )
    assert let_in, (read, asked.asked, site.log())
    assert asked.asked[1:] == ["Current password: ", "New password: ", "Retype new password: "]
    assert "You are required to change your password" in read
    assert not log_in(site, tmp_path / "old", "tr0ub4dor")[0]
    assert log_in(site, tmp_path / "new", "n3w-passw0rd")[0]
    assert "n3w-passw0rd" not in site.log()


def test_a_new_password_that_cannot_be_written(start_site: StartSite, tmp_path: Path) -> None:
    """As by pam_unix without root, which asks for it all the same: whose it is reads why they are not in."""
    stack = UNIX.replace("password required pam_unix.so nullok", "password required pam_deny.so")
    site = start_site(f"{hashed('tr0ub4dor')}:0:0:99999:7:::", stack)
    let_in, read, _ = log_in(site, tmp_path / "asked", "tr0ub4dor")
    assert not let_in
    assert "Your password was not changed, and has to be" in read
    assert "not changed" not in log_in(site, tmp_path / "wrong", "no")[1]


LATER = 'login = ["publickey", "pam"]\n[users.ann]\nlogin = ["pam"]'
"""Of john; mary has an account on the machine, and no section here."""


@pytest.mark.parametrize("method", ["keyboard-interactive", "password"])
@pytest.mark.parametrize("who", ["john", "mary", "mary%web01"])
def test_a_login_that_cannot_count_changes_and_tells_nothing(
    start_site: StartSite, tmp_path: Path, who: str, method: str
) -> None:
    """Not even who has the right password, of an account that wants a new one, is told so."""
    site = start_site(f"{hashed('tr0ub4dor')}:0:0:99999:7:::", user=LATER)
    shadow = (tmp_path / "etc/shadow").read_bytes()
    options = (
        f"-oUser={who}",
        "-oPubkeyAuthentication=no",
        f"-oPreferredAuthentications={method}",
        *ASKED[1:],
    )
    texts, times, questions = [], [], []
    for n, password in enumerate(["tr0ub4dor", "wr0ng-one"]):
        before = time.monotonic()
        let_in, read, asked = log_in(
            site, tmp_path / str(n), password, "tr0ub4dor", "n3w-passw0rd", "n3w-passw0rd", options=options
        )
        assert not let_in
        times.append(time.monotonic() - before)
        texts.append(read)
        questions.append(asked.asked)
    assert texts[0] == texts[1]
    assert len(questions[0]) == len(questions[1]) == 1
    assert "change your password" not in texts[0]
    assert min(times) > 1, f"pam_unix delays who is wrong: {times}"
    assert (tmp_path / "etc/shadow").read_bytes() == shadow


def test_who_cannot_count_is_told_what_anybody_who_is_wrong_is(start_site: StartSite, tmp_path: Path) -> None:
    """What modules say while they authenticate does not show who is configured."""
    (tmp_path / "said").write_text("two tries are left\n")
    stack = f"auth optional pam_echo.so file={tmp_path / 'said'}\n" + UNIX
    site = start_site(f"{hashed('tr0ub4dor')}:{TODAY}:0:99999:7:::", stack)
    read = [
        log_in(site, tmp_path / who, "no", options=(f"-oUser={who}", "-oPubkeyAuthentication=no", *ASKED))[1]
        for who in ("john", "mary")
    ]
    assert "two tries are left" in read[0]
    assert read[0] == read[1].replace("mary", "john")


def test_a_service_that_goes_later_lets_nobody_in(start_site: StartSite, tmp_path: Path) -> None:
    site = start_site(f"{hashed('tr0ub4dor')}:{TODAY}:0:99999:7:::")
    service = tmp_path / "etc/pam.d/sessionlens"
    (tmp_path / "etc/pam.d/other").write_text("auth required pam_permit.so\naccount required pam_permit.so\n")
    service.rename(service.with_name("away"))
    for method in ("keyboard-interactive", "password"):
        options = (f"-oPreferredAuthentications={method}", *ASKED[1:])
        let_in, _, asked = log_in(site, tmp_path / method, "tr0ub4dor", options=options)
        assert not let_in
        assert len(asked.asked) == 1
    assert site.log().count("error pam-service-unusable person=john") == 2
    service.with_name("away").rename(service)
    assert log_in(site, tmp_path / "back", "tr0ub4dor")[0]


SEEN = """
import os
from sessionlens_recorder.net.pam import check_service
from sessionlens_recorder.net.passwords import hash_password
os.setgroups([]), os.setgid(65534), os.setuid(65534)
for service in ("folder", "secret"):
    try:
        check_service(service)
    except ValueError as error:
        print(error)
"""


def test_a_service_that_pam_would_not_read(start_site: StartSite, tmp_path: Path) -> None:
    """fopen(3) opens folders; and what root alone may read is passed over."""
    start_site("*:0:0:99999:7:::").stop()
    (tmp_path / "etc/pam.d/folder").mkdir()
    (tmp_path / "etc/pam.d/secret").touch(0o600)
    program = OWN_ETC.format(etc=str(tmp_path / "etc")) + SEEN
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "/etc/pam.d/folder is not a file" in done.stdout
    assert "the recorder's user cannot read /etc/pam.d/secret" in done.stdout


def test_capital_letters_that_pam_would_make_small(build_site: BuildSite) -> None:
    if not can_use_pam():
        pytest.skip("needs pamela (sessionlens-recorder[pam]) and libpam")
    with pytest.raises(AssertionError, match=r"capital letters, which PAM makes small"):
        build_site(server='pam_service = "SessionLens"', user='login = ["pam"]').start()


def test_a_service_that_is_not_there(build_site: BuildSite) -> None:
    """PAM would take `other`, which on Debian lets in with any password of the machine."""
    with pytest.raises(ValueError, match=r"no /etc/pam\.d/nobody-wrote-this; PAM would take"):
        check_service("nobody-wrote-this")
    if not can_use_pam():
        pytest.skip("needs pamela (sessionlens-recorder[pam]) and libpam")
    site = build_site(server='pam_service = "nobody-wrote-this"', user='login = ["pam"]')
    with pytest.raises(AssertionError, match=r"server\.pam_service"):
        site.start()


MIXED = """login = ["pam"]
[users.ann]
password_file = {file!r}
login = ["password"]"""


def test_who_is_wrong_waits_as_long_whichever_factor_is_theirs(start_site: StartSite, tmp_path: Path) -> None:
    """pam_unix takes two seconds for that, a password file 60 ms: the time told whose is which."""
    write_secret(tmp_path / "passwd", hash_password("ann's own"))
    user = MIXED.format(file=str(tmp_path / "passwd"))
    site = start_site(f"{hashed('tr0ub4dor')}:{TODAY}:0:99999:7:::", user=user)
    options = ("-oPubkeyAuthentication=no", "-oPreferredAuthentications=password", *ASKED[1:])
    texts, times = set(), []
    for who in ("john", "ann", "mary", "zoe"):
        before = time.monotonic()
        let_in, read, _ = log_in(site, tmp_path / who, "no", options=(f"-oUser={who}", *options))
        times.append(time.monotonic() - before)
        texts.add(read.replace(who, "NAME"))
        assert not let_in
    assert len(texts) == 1
    assert min(times) > 1, times
    for who, password in (("john", "tr0ub4dor"), ("ann", "ann's own")):
        assert log_in(site, tmp_path / f"{who}2", password, options=(f"-oUser={who}", *options))[0]


HANGS = """#!/bin/sh
sleep 1000 &
echo $$ $! > {file}.new; mv {file}.new {file}
wait
"""


def test_a_module_that_hangs_is_gone_with_the_login(start_site: StartSite, tmp_path: Path) -> None:
    """With all that it has started, which has a session of its own (pam_exec)."""
    started = tmp_path / "started"
    (tmp_path / "hangs").write_text(HANGS.format(file=started))
    (tmp_path / "hangs").chmod(0o755)
    stack = f"auth required pam_exec.so {tmp_path / 'hangs'}\naccount required pam_permit.so\n"
    site = start_site("*:0:0:99999:7:::", stack, server="login_grace = 3")
    assert not log_in(site, tmp_path / "asked", "no")[0]
    assert "no login in time" in wait_for(lambda: "connection-end" in site.log() and site.log())
    pids = [int(word) for word in started.read_text().split()]
    assert len(pids) == 2
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), "both are gone")
