"""`[users.NAME]`: how a person proves who they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sessionlens_recorder.config.section import Section, check_name
from sessionlens_recorder.net.authorized_keys import read_authorized_keys
from sessionlens_recorder.net.passwords import read_password_file


@dataclass(frozen=True, slots=True)
class User:
    """One person."""

    name: str
    authorized_keys: Path | None
    password_file: Path | None
    actor: Literal["interactive", "automated"] | None  # None: not said


def read_user(section: Section) -> User:
    check_name(section)
    user = User(
        name=section.name,
        authorized_keys=section.optional_file("authorized_keys"),
        password_file=section.optional_file("password_file"),
        actor=section.choice("actor", ("interactive", "automated", None), None),
    )
    section.done()
    if user.authorized_keys is None and user.password_file is None:
        raise section.error(None, "needs authorized_keys or password_file (or both: either lets in)")
    if (keys := user.authorized_keys) is not None:
        section.check("authorized_keys", lambda: read_authorized_keys(keys))
    if (line := user.password_file) is not None:
        section.check("password_file", lambda: read_password_file(line))
    return user
