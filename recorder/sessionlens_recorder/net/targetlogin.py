"""The login at the target: with a key or certificate, or with what the user answers to the target's own
questions ("passthrough"), which is passed on and neither kept nor logged.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import paramiko
from paramiko import SSHException
from paramiko.auth_handler import AuthHandler
from paramiko.message import Message

from sessionlens_recorder.net.dialogue import MOST_PROMPTS, Ask, Prompt
from sessionlens_recorder.net.leg import TargetLeg

MOST_STEPS = 5
TYPING_S = 3600.0  # the user may be typing; login_grace ends that
Handler = Callable[[str, str, list[Prompt]], Any]  # bytes, which are sent as they are


class TargetAuth(AuthHandler):
    """paramiko's, one for the whole login (so that the banner is kept), which believes no number of
    prompts.
    """

    def attempt(self, start: Callable[[threading.Event], None]) -> list[str]:
        """One method; the answer is what is wanted beyond it."""
        done = threading.Event()
        start(done)
        return list(self.wait_for_response(done))

    def _parse_userauth_info_request(self, m: Message) -> None:
        for _ in range(3):  # title, instruction, language
            m.get_string()
        count = m.get_int()
        if count > MOST_PROMPTS:
            raise SSHException(f"the target asks {count} questions at once")
        m.rewind()
        super()._parse_userauth_info_request(m)  # type: ignore[misc]


def log_in(leg: TargetLeg, target: str, account: str, secret: paramiko.PKey | bytes | Ask) -> list[str]:
    """Raises what paramiko raises. The answer is what is wanted beyond it; empty: in."""
    auth = TargetAuth(leg)
    leg.auth_handler = auth
    if isinstance(secret, paramiko.PKey):
        return auth.attempt(lambda done: auth.auth_publickey(account, secret, done))
    if isinstance(secret, bytes):
        return _with_password(auth, account, secret)
    leg.auth_timeout = TYPING_S
    return _by_asking(auth, target, account, secret)


def _with_password(auth: TargetAuth, account: str, password: bytes) -> list[str]:
    """A target that only has keyboard-interactive gets it as the answer to a single hidden question."""
    try:
        return auth.attempt(lambda done: auth.auth_password(account, password, done))  # type: ignore[arg-type]
    except paramiko.BadAuthenticationType as error:
        if "keyboard-interactive" not in error.allowed_types:
            raise
    left = [password]

    def answer(title: str, instruction: str, prompts: list[Prompt]) -> Any:
        if not prompts:
            return []
        if len(prompts) != 1 or prompts[0][1] or not left:
            raise SSHException("it asks for more than a password")
        return [left.pop()]

    return auth.attempt(lambda done: auth.auth_interactive(account, answer, done))


def _by_asking(auth: TargetAuth, target: str, account: str, ask: Ask) -> list[str]:
    """The target's own dialogue, prompt by prompt; its password, if that is all it takes."""
    wanted = _wanted(auth, account)
    for _ in range(MOST_STEPS):
        if "keyboard-interactive" in wanted:
            wanted = auth.attempt(lambda done: auth.auth_interactive(account, _passing_on(ask), done))
        elif "password" in wanted:
            (password,) = ask("", "", [(f"Password of {account} on {target}: ", False)])
            wanted = auth.attempt(lambda done, it=password: auth.auth_password(account, it, done))  # type: ignore[misc]
        else:
            break
    return wanted


def _passing_on(ask: Ask) -> Handler:
    return lambda title, instruction, prompts: ask(title, instruction, prompts)


def _wanted(auth: TargetAuth, account: str) -> list[str]:
    """Which methods there are; empty if it takes none at all."""
    try:
        return auth.attempt(lambda done: auth.auth_none(account, done))
    except paramiko.BadAuthenticationType as error:
        return list(error.allowed_types)
