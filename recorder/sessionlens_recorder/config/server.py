"""`[server]`: where the bastion listens, with which keys, and what it says before the login."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sessionlens_recorder.config.login import check_login, read_login
from sessionlens_recorder.config.recording import Stored
from sessionlens_recorder.config.section import NAME, Address, Section
from sessionlens_recorder.net.authorized_keys import parse_public_key
from sessionlens_recorder.net.factors import Sequences, can_use_pam
from sessionlens_recorder.net.keyscommand import check_command
from sessionlens_recorder.net.krl import read_revoked_keys
from sessionlens_recorder.net.proxied import Network, read_networks

_SHOWN = "This session is recorded: everything that is shown"
NOTICES: dict[Stored, str] = {
    "plain": f"{_SHOWN} and everything that you type.\n",
    "sealed": f"{_SHOWN} and everything that you type,\nwhich is encrypted for those who hold a key to it.\n",
    "off": f"{_SHOWN}. What you type is recorded where it is shown.\n",
}
ELSEWHERE = "given elsewhere:"


@dataclass(frozen=True, slots=True)
class Server:
    """The bastion itself."""

    name: str  # this bastion, in session.json and allowed_signers
    listen: Address
    host_key: Path
    signing_key: Path
    recordings: Path
    notice: str  # shown before the login, unless it begins with "given elsewhere:"
    login_grace: float  # seconds from the connection to the end of the login
    login: Sequences  # for whoever has none of their own
    user_ca: tuple[bytes, ...]  # public keys of the CAs whose user certificates are believed
    authorized_keys_command: tuple[str, ...]
    revoked_keys: Path | None
    revoked_people: Path
    pam_service: str
    acknowledge: bool
    ask_reason: bool
    idle: float | None = None  # seconds without anything happening, after which a session ends
    longest: float | None = None  # seconds that a session may last
    proxy_from: tuple[Network, ...] = ()  # TCP balancers that say whose connection it is


def read_server(section: Section, stored: Stored) -> Server:
    """`stored`: how what users type is, for the notice that is usual."""
    server = Server(
        name=section.text("name", "bastion"),
        listen=section.address("listen"),
        host_key=section.file("host_key"),
        signing_key=section.file("signing_key"),
        recordings=section.path_of("recordings"),
        notice=_notice(section, stored),
        login_grace=section.number("login_grace", 60.0, 1.0, 3600.0),
        login=read_login(section),
        user_ca=tuple(
            section.check("user_ca", partial(parse_public_key, line))[1] for line in section.texts("user_ca")
        ),
        authorized_keys_command=_command(section),
        revoked_keys=section.optional_file("revoked_keys"),
        revoked_people=section.path_of("revoked_people", "revoked_people"),
        pam_service=section.text("pam_service", "sessionlens"),
        acknowledge=section.flag("acknowledge"),
        ask_reason=section.flag("ask_reason"),
        idle=section.optional_duration("idle", 2.0),
        longest=section.optional_duration("longest", 2.0),
        proxy_from=section.check("proxy_from", lambda: read_networks(section.texts("proxy_from"))),
    )
    if not NAME.fullmatch(server.name):
        raise section.error("name", f"{server.name!r} is not a name (letters, digits, '.', '_', '-')")
    if not NAME.fullmatch(server.pam_service):
        raise section.error("pam_service", "is not the name of a file in /etc/pam.d")
    if server.pam_service != server.pam_service.lower():  # PAM would read another file
        raise section.error("pam_service", "has capital letters, which PAM makes small: rename the file too")
    if (revoked := server.revoked_keys) is not None:
        section.check("revoked_keys", lambda: read_revoked_keys(revoked.read_bytes()))
    check_login(section, server.login, lambda factor: factor != "pam" or can_use_pam())
    section.done()
    return server


def _notice(section: Section, stored: Stored) -> str:
    """The text, and below it purpose and contact where they are given."""
    notice, purpose, contact = (
        section.text("notice", NOTICES[stored]), section.text("purpose", ""), section.text("contact", "")
    )  # fmt: skip
    if not notice.strip():
        raise section.error("notice", f'cannot be empty; to show none write "{ELSEWHERE} <where>"')
    if notice.startswith(ELSEWHERE):
        if purpose or contact:
            raise section.error("notice", "is given elsewhere, and so would be purpose and contact")
        return notice
    more = "".join(f"{word}: {text}\n" for word, text in (("Purpose", purpose), ("Contact", contact)) if text)
    return notice if not more else f"{notice.rstrip()}\n{more}"


def _command(section: Section) -> tuple[str, ...]:
    text = section.text("authorized_keys_command", "")
    words = section.check("authorized_keys_command", lambda: tuple(shlex.split(text)))
    if words:
        section.check("authorized_keys_command", lambda: check_command(words))
    return words
