"""The factors that a person gives by typing: a password, PAM's conversation, a one-time password."""

from __future__ import annotations

import time

from sessionlens_recorder import logs
from sessionlens_recorder.config import NAME, Config, User
from sessionlens_recorder.net.dialogue import Ask
from sessionlens_recorder.net.factors import Factor
from sessionlens_recorder.net.pam import answering, check_pam
from sessionlens_recorder.net.passwords import check_password, read_password_file
from sessionlens_recorder.net.totp import check_code


def password_holds(user: User | None, password: bytes) -> bool:
    """Takes as long for nobody as for somebody."""
    line = None
    if user is not None and user.password_file is not None:
        try:
            line = read_password_file(user.password_file)
        except (OSError, ValueError) as error:
            logs.error("password-file-unreadable", person=user.name, reason=error)
    return check_password(password, line)


def check_given(
    config: Config, user: User | None, due: list[Factor], address: str, password: bytes
) -> tuple[Factor, str | None]:
    """A password that a client gives without being asked: for which factor, and why it does not count."""
    if user is not None and "pam" in due and "password" not in due:
        return "pam", _check_pam_password(config, user, address, password)
    holds = password_holds(user if "password" in due else None, password)
    return "password", None if holds else "no such person, or not the password"


def _check_pam_password(config: Config, user: User, address: str, password: bytes) -> str | None:
    try:
        return check_pam(config.server.pam_service, user.name, address, answering(password))
    except (PermissionError, ValueError) as error:
        return str(error)


def ask_factor(factor: Factor, config: Config, user: User, address: str, ask: Ask) -> str | None:
    """None if it was given, or why it does not count. What `ask` raises passes."""
    if factor == "pam":
        return check_pam(config.server.pam_service, user.name, address, ask)
    code = ask("", "", [("Verification code: ", False)])[0]
    try:
        holds = user.totp_file is not None and check_code(user.totp_file, code, time.time())
    except (OSError, ValueError) as error:
        logs.error("totp-file-unreadable", person=user.name, reason=error)
        return "one-time passwords cannot be checked"
    return None if holds else "not the code, or used already"


def ask_nobody(factor: Factor | None, config: Config, name: str, address: str, ask: Ask) -> str:
    """The same questions for whoever has nothing to answer, so that nobody learns who exists."""
    if factor == "pam" and NAME.fullmatch(name):
        check_pam(config.server.pam_service, name, address, ask)
    elif factor == "totp":
        ask("", "", [("Verification code: ", False)])
    elif factor is not None:
        ask("", "", [("Password: ", False)])
    return "no such person, or something else was due"
