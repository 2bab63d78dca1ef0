"""`[users.NAME]`: how a person proves who they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from sessionlens_recorder.config.login import check_login, read_login
from sessionlens_recorder.config.section import Section, check_name
from sessionlens_recorder.config.server import Server
from sessionlens_recorder.net.authorized_keys import parse_public_key, read_authorized_keys
from sessionlens_recorder.net.factors import Factor, Sequences, can_use_pam
from sessionlens_recorder.net.passwords import read_password_file
from sessionlens_recorder.net.totp import read_totp_file


@dataclass(frozen=True, slots=True)
class User:
    """One person; those whom only a certificate or a command knows have no section, and no files."""

    name: str
    authorized_keys: Path | None = None
    password_file: Path | None = None
    actor: Literal["interactive", "automated"] | None = None  # None: not said
    totp_file: Path | None = None
    login: Sequences = ()  # empty: any one of what there is
    user_ca: tuple[bytes, ...] = ()  # beside the server's
    principals: tuple[str, ...] = ()  # in a certificate, beside the name
    groups: tuple[str, ...] = ()


def read_user(section: Section, server: Server) -> User:
    check_name(section)
    user = User(
        name=section.name,
        authorized_keys=section.optional_file("authorized_keys"),
        password_file=section.optional_file("password_file"),
        actor=section.choice("actor", ("interactive", "automated", None), None),
        totp_file=section.optional_file("totp_file"),
        login=read_login(section) or server.login,
        user_ca=read_public_keys(section, "user_ca"),
        principals=tuple(section.texts("principals")),
        groups=tuple(section.texts("groups")),
    )
    section.done()
    for key, path, read in (
        ("authorized_keys", user.authorized_keys, read_authorized_keys),
        ("password_file", user.password_file, read_password_file),
        ("totp_file", user.totp_file, read_totp_file),
    ):
        if path is not None:
            section.check(key, partial(read, path))
    check_login(section, user.login, partial(_has, user, server))
    if not user.login and not any(_has(user, server, factor) for factor in ("publickey", "password")):
        raise section.error(
            None, "needs authorized_keys or password_file (or both: either lets in), or login"
        )
    return user


def read_public_keys(section: Section, key: str) -> tuple[bytes, ...]:
    """One or several `ssh-ed25519 AAAA…`, as blobs."""
    lines = section.texts(key)
    return tuple(section.check(key, partial(parse_public_key, line))[1] for line in lines)


def _has(user: User, server: Server, factor: Factor) -> bool:
    match factor:
        case "publickey":
            own = user.authorized_keys is not None or user.user_ca
            return bool(own or server.user_ca or server.authorized_keys_command)
        case "password":
            return user.password_file is not None
        case "totp":
            return user.totp_file is not None
        case "pam":
            return can_use_pam()
