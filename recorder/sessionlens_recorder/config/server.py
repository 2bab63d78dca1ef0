"""`[server]`: where the bastion listens, with which keys, and what it says before the login."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sessionlens_recorder.config.section import NAME, Address, Section

NOTICE = "This session is recorded: everything that is shown and everything that you type.\n"
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


def read_server(section: Section) -> Server:
    server = Server(
        name=section.text("name", "bastion"),
        listen=section.address("listen"),
        host_key=section.file("host_key"),
        signing_key=section.file("signing_key"),
        recordings=section.path_of("recordings"),
        notice=section.text("notice", NOTICE),
        login_grace=section.number("login_grace", 60.0, 1.0, 3600.0),
    )
    if not NAME.fullmatch(server.name):
        raise section.error("name", f"{server.name!r} is not a name (letters, digits, '.', '_', '-')")
    if not server.notice.strip():
        raise section.error("notice", f'cannot be empty; to show none write "{ELSEWHERE} <where>"')
    section.done()
    return server
