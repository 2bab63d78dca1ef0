"""recorder.toml: read once, checked whole, and from then on a frozen value.

Every mistake is a ConfigError that names file, line and key and says what to do. Unknown keys are
mistakes: a policy with a typing error must not silently be no policy.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from sessionlens_recorder.net.authorized_keys import parse_public_key, read_authorized_keys
from sessionlens_recorder.net.passwords import read_password_file
from sessionlens_recorder.section import ConfigError, Section
from sessionlens_recorder.session.policy import Policy

__all__ = ["Config", "ConfigError", "Server", "Target", "User", "load"]

NOTICE = "This session is recorded: everything that is shown and everything that you type.\n"
ELSEWHERE = "given elsewhere:"
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")
Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Server:
    """`[server]` and `[recording]`."""

    name: str  # this bastion, in session.json and allowed_signers
    listen: Address
    host_key: Path
    signing_key: Path
    recordings: Path
    notice: str  # shown before the login, unless it begins with "given elsewhere:"
    login_grace: float  # seconds from the connection to the end of the login
    input: Literal["plain"]


@dataclass(frozen=True, slots=True)
class User:
    """`[users.NAME]`: how a person proves who they are."""

    name: str
    authorized_keys: Path | None
    password_file: Path | None
    actor: Literal["interactive", "automated"] | None  # None: not said


@dataclass(frozen=True, slots=True)
class Target:
    """`[targets.NAME]`: where a session goes on, as whom, and what may pass."""

    name: str
    address: Address
    host_keys: tuple[tuple[str, bytes], ...]  # pinned: (type, blob)
    listen: Address | None
    account: str | None  # None: the person's name
    upstream: Literal["key", "passthrough"]
    key: Path | None
    policy: Policy


@dataclass(frozen=True, slots=True)
class Config:
    """The whole file, and the SHA-256 of its bytes."""

    path: Path
    sha256: str
    server: Server
    users: dict[str, User]
    targets: dict[str, Target]


def load(path: Path) -> Config:
    """Read and check a configuration, and that the files it names can be read."""
    try:
        data = path.read_bytes()
        text = data.decode()
        document = tomllib.loads(text)
    except OSError as error:
        hint = "; `sessionlens-recorder init DIR` makes one" if isinstance(error, FileNotFoundError) else ""
        raise ConfigError(path, None, None, f"cannot be read: {error.strerror}{hint}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(path, data[: error.start].count(b"\n") + 1, None, "is not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise ConfigError(path, int(line[1]) if line else None, None, str(error)) from error
    root = Section(path, text, (), document)
    server = _server(root.section("server"), root.section("recording", required=False))
    users = {section.name: _user(section) for section in root.sections("users")}
    targets = {section.name: _target(section) for section in root.sections("targets")}
    root.done()
    if not users:
        raise root.error(None, "there is no [users.NAME] yet: nobody could log in")
    if not targets:
        raise root.error(None, "there is no [targets.NAME] yet: there is nowhere to go")
    return Config(path, hashlib.sha256(data).hexdigest(), server, users, targets)


def _server(section: Section, recording: Section) -> Server:
    server = Server(
        name=section.text("name", "bastion"),
        listen=section.address("listen"),
        host_key=section.file("host_key"),
        signing_key=section.file("signing_key"),
        recordings=section.path_of("recordings"),
        notice=section.text("notice", NOTICE),
        login_grace=section.number("login_grace", 60.0, 1.0, 3600.0),
        input="plain",
    )
    if not NAME.fullmatch(server.name):
        raise section.error("name", f"{server.name!r} is not a name (letters, digits, '.', '_', '-')")
    if not server.notice.strip():
        raise section.error("notice", f'cannot be empty; to show none write "{ELSEWHERE} <where>"')
    if recording.choice("input", ("plain", "sealed", "off"), "plain") != "plain":
        raise recording.error("input", 'only "plain" is possible in this version')
    section.done()
    recording.done()
    return server


def _user(section: Section) -> User:
    _check_name(section)
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


def _target(section: Section) -> Target:
    _check_name(section)
    target = Target(
        name=section.name,
        address=section.address("address"),
        host_keys=tuple(
            section.check("host_key", partial(parse_public_key, key)) for key in section.texts("host_key")
        ),
        listen=section.optional_address("listen"),
        account=section.text("account", "") or None,
        upstream=section.choice("upstream", ("key", "passthrough"), "key"),
        key=section.optional_file("key"),
        policy=Policy(
            forward=tuple(section.texts("forward", ())),
            agent=section.flag("agent"),
            x11=section.flag("x11"),
        ),
    )
    section.done()
    if not target.host_keys:
        raise section.error(
            "host_key", f"is missing; `ssh-keyscan {target.address[0]}` shows it: check it first"
        )
    if (target.upstream == "key") != (target.key is not None):
        raise section.error("key", 'goes with upstream = "key", and only with that')
    return target


def _check_name(section: Section) -> None:
    if not NAME.fullmatch(section.name):
        raise section.error(None, f"{section.name!r} is not a name (letters, digits, '.', '_', '-')")
