"""The factors that a person gives by typing: a password, PAM's conversation, a one-time password."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sessionlens_recorder import logs
from sessionlens_recorder.config import NAME, User
from sessionlens_recorder.net.dialogue import Ask
from sessionlens_recorder.net.factors import Factor
from sessionlens_recorder.net.pam import Show, answering, check_pam, check_service, pretend
from sessionlens_recorder.net.passwords import check_password, read_password_file
from sessionlens_recorder.net.totp import check_code
from sessionlens_recorder.net.tries import Tries

PASSWORDS: tuple[Factor, ...] = ("password", "pam")
NOT_IT = "no such person, or not the password"


@dataclass(frozen=True, slots=True)
class Knock:
    """Somebody at the door: what they call themselves, and the person of that name if there is one."""

    name: str
    user: User | None
    address: str
    service: str
    """PAM's."""
    show: Show


def check_typed(user: User | None, password: bytes) -> str | None:
    """None, or why it does not count. Takes as long for nobody as for somebody."""
    if user is None or user.password_file is None:
        check_password(password, None)
        return NOT_IT
    tries, wait, line = Tries(user.password_file), None, None
    try:
        wait = tries.begin(time.time())
        line = None if wait else read_password_file(user.password_file)
        holds = check_password(password, line)
        if holds:
            tries.right()
    except (OSError, ValueError) as error:
        logs.error("password-file-unreadable", person=user.name, reason=error)
        return NOT_IT
    return None if holds else wait or NOT_IT


def check_given(
    knock: Knock, due: list[Factor], firsts: list[Factor], password: bytes
) -> tuple[Factor, str | None]:
    """A password that a client gives without being asked: for which factor, and why it does not count.

    It goes to all that passwords are for by the first factors that there are, of which one can count: who is
    wrong waits as long whoever they are, and nobody too. `firsts` is empty once somebody is known.
    """
    counts: Factor | None = next((factor for factor in PASSWORDS if factor in due), None)
    problem: str | None = NOT_IT
    for factor in (one for one in PASSWORDS if one == counts or one in firsts):
        user = knock.user if factor == counts else None
        told = check_typed(user, password) if factor == "password" else _give_pam(knock, user, password)
        if factor == counts:
            problem = told
            if told is None:
                break
    return counts or "password", problem


def _give_pam(knock: Knock, user: User | None, password: bytes) -> str | None:
    ask = answering(password)
    try:
        return ask_nobody("pam", knock, ask) if user is None else _ask_pam(knock, user, ask)
    except (PermissionError, ValueError) as error:
        return str(error)


def ask_factor(factor: Factor, knock: Knock, user: User, ask: Ask) -> str | None:
    """None if it was given, or why it does not count. What `ask` raises passes."""
    if factor == "pam":
        return _ask_pam(knock, user, ask)
    code = ask("", "", [("Verification code: ", False)])[0]
    try:
        return check_code(user.totp_file, code, time.time()) if user.totp_file else "has no codes"
    except (OSError, ValueError) as error:
        logs.error("totp-file-unreadable", person=user.name, reason=error)
        return "one-time passwords cannot be checked"


def _ask_pam(knock: Knock, user: User, ask: Ask) -> str | None:
    """The file may have gone since the start."""
    try:
        check_service(knock.service)
    except ValueError as error:
        logs.error("pam-service-unusable", person=user.name, reason=error)
        ask("", "", [("Password: ", False)])
        return "PAM cannot be asked"
    return check_pam(knock.service, user.name, knock.address, ask, knock.show)


def ask_nobody(factor: Factor | None, knock: Knock, ask: Ask) -> str:
    """The same questions for whoever has nothing to answer, so that nobody learns who exists."""
    if factor == "pam" and NAME.fullmatch(knock.name) and _is_usable(knock.service):
        pretend(knock.service, knock.name, knock.address, ask, knock.show)
    elif factor == "totp":
        ask("", "", [("Verification code: ", False)])
    elif factor is not None:
        ask("", "", [("Password: ", False)])
    return "no such person, or something else was due"


def _is_usable(service: str) -> bool:
    try:
        check_service(service)
    except ValueError:
        return False
    return True
