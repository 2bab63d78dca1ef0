"""The factors that a person gives by typing: a password, PAM's conversation, a one-time password."""

from __future__ import annotations

import time

from sessionlens_recorder import logs
from sessionlens_recorder.config import NAME, Config, User
from sessionlens_recorder.net.dialogue import Ask
from sessionlens_recorder.net.factors import Factor
from sessionlens_recorder.net.pam import Show, answering, check_pam
from sessionlens_recorder.net.passwords import check_password, read_password_file
from sessionlens_recorder.net.totp import check_code
from sessionlens_recorder.net.tries import Tries

NOT_IT = "no such person, or not the password"


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
    config: Config, user: User | None, due: list[Factor], address: str, password: bytes, show: Show
) -> tuple[Factor, str | None]:
    """A password that a client gives without being asked: for which factor, and why it does not count."""
    if user is not None and "pam" in due and "password" not in due:
        return "pam", _check_pam_password(config, user, address, password, show)
    return "password", check_typed(user if "password" in due else None, password)


def _check_pam_password(config: Config, user: User, address: str, password: bytes, show: Show) -> str | None:
    try:
        return check_pam(config.server.pam_service, user.name, address, answering(password), show)
    except (PermissionError, ValueError) as error:
        return str(error)


def ask_factor(factor: Factor, config: Config, user: User, address: str, ask: Ask, show: Show) -> str | None:
    """None if it was given, or why it does not count. What `ask` raises passes."""
    if factor == "pam":
        return check_pam(config.server.pam_service, user.name, address, ask, show)
    code = ask("", "", [("Verification code: ", False)])[0]
    try:
        return check_code(user.totp_file, code, time.time()) if user.totp_file else "has no codes"
    except (OSError, ValueError) as error:
        logs.error("totp-file-unreadable", person=user.name, reason=error)
        return "one-time passwords cannot be checked"


def ask_nobody(factor: Factor | None, config: Config, name: str, address: str, ask: Ask, show: Show) -> str:
    """The same questions for whoever has nothing to answer, so that nobody learns who exists."""
    if factor == "pam" and NAME.fullmatch(name):
        check_pam(config.server.pam_service, name, address, ask, show)
    elif factor == "totp":
        ask("", "", [("Verification code: ", False)])
    elif factor is not None:
        ask("", "", [("Password: ", False)])
    return "no such person, or something else was due"
