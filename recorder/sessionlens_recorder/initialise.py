"""`init`: a folder with everything that `serve` needs; users and targets if they are named."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sessionlens_recorder import sealing, signing
from sessionlens_recorder.config import NAME
from sessionlens_recorder.config.recording import Stored
from sessionlens_recorder.config.rules import USUAL
from sessionlens_recorder.config.section import parse_address
from sessionlens_recorder.config.server import NOTICES
from sessionlens_recorder.net.authorized_keys import fingerprint, parse_public_key, read_authorized_keys
from sessionlens_recorder.session.rules import KINDS
from sessionlens_recorder.templates import INPUT, MORE, RULE, TARGET, TEMPLATE, USER

SECRET, PUBLIC = 0o600, 0o644
INPUT_KEY = "input.key"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the new configuration is to have; without a user or a target, those sections are comments."""

    name: str = "bastion"
    listen: str = "127.0.0.1:2222"
    user: str | None = None
    authorized_keys: Path | None = None  # None: a password
    target: str | None = None
    address: str | None = None
    account: str | None = None
    host_key: str | None = None  # `ssh-ed25519 AAAA…`, or what ssh-keyscan prints
    input: Stored = "sealed"  # how what users type is stored: a key of INPUT


@dataclass(frozen=True, slots=True)
class Made:
    """The files with what they are for, and what the next steps need to know."""

    files: list[tuple[Path, str]]
    host_key: str  # fingerprint
    pinned: list[str]  # fingerprints of the target's host keys
    upstream: str | None  # the line that lets the bastion in at the target
    input_key: Path | None  # what opens the input, to be taken away


def initialise(folder: Path, wishes: Wishes | None = None) -> Made:
    """Make the folder's files; nothing that is there is touched. ValueError says what cannot be."""
    wishes = wishes or Wishes()
    user, people = _user(wishes)
    pins = host_keys(wishes.host_key) if wishes.host_key is not None else []
    target = _target(wishes, pins)
    host, signing_key, upstream = (Ed25519PrivateKey.generate() for _ in range(3))
    name = _checked(wishes.name)
    trust = signing.allowed_signers_line(signing_key, name).encode()
    parse_address(wishes.listen)
    private, recipient = sealing.new_identity()
    config = TEMPLATE.format(
        name=_quoted(name).ljust(30),
        listen=_quoted(wishes.listen).ljust(28),
        input=INPUT[wishes.input].format(recipient=_quoted(recipient)),
        rule=_rule(wishes),
        user=user,
        target=target,
        notice="\n".join(f"# {line}" for line in NOTICES[wishes.input].splitlines()),
        more=MORE,
    )
    complete = wishes.user is not None and wishes.target is not None
    files: dict[str, tuple[bytes, int, str]] = {
        "recorder.toml": (
            config.encode(),
            SECRET,
            "configuration" if complete else "configuration: add users and targets",
        ),
        "keys/host_ed25519": (signing.private_text(host), SECRET, "host key, private"),
        "keys/host_ed25519.pub": (_public(host, name), PUBLIC, "host key, for known_hosts"),
        "keys/signing_ed25519": (signing.private_text(signing_key), SECRET, "signing key, private"),
        "keys/signing_ed25519.pub": (_public(signing_key, name), PUBLIC, "signing key"),
        "allowed_signers": (trust, PUBLIC, "give this to whoever verifies recordings"),
    }
    if wishes.target is not None:
        key = f"keys/{wishes.target}"
        if key in files:
            raise ValueError(f"{key} is a key of the bastion's own; give the target another name")
        files[key] = signing.private_text(upstream), SECRET, f"key for {wishes.target}, private"
        files[f"{key}.pub"] = _public(upstream, name), PUBLIC, f"to be installed on {wishes.target}"
    if wishes.input == "sealed":
        files[INPUT_KEY] = private.encode(), SECRET, "opens what users typed, private: take it away from here"
    if people is not None:
        files[f"users/{wishes.user}.pub"] = people, PUBLIC, f"who logs in as {wishes.user}"
    if in_work_tree(folder):
        files[".gitignore"] = b"*\n", PUBLIC, "keeps keys and recordings out of git"
    _write(folder, files)
    return Made(
        [(folder / path, what) for path, (_, _, what) in files.items()],
        fingerprint(parse_public_key(signing.public_line(host))[1]),
        [fingerprint(parse_public_key(pin)[1]) for pin in pins],
        _public(upstream, name).decode().strip() if wishes.target is not None else None,
        folder / INPUT_KEY if INPUT_KEY in files else None,
    )


def host_keys(text: str) -> list[str]:
    """`TYPE BASE64` of each key in what ssh-keyscan prints, in known_hosts or in a .pub file."""
    found = []
    for line in text.splitlines():
        words = line.split()
        if not words or line.startswith("#"):
            continue
        start = 0 if words[0].startswith(("ssh-", "ecdsa-")) else 1
        key = " ".join(words[start : start + 2])
        try:
            parse_public_key(key)
        except ValueError as error:
            raise ValueError(f"--host-key: {error}") from error
        found.append(key)
    if not found:
        raise ValueError("--host-key is empty; ssh-keyscan prints nothing if no sshd answers at that address")
    return found


def in_work_tree(folder: Path) -> bool:
    """Whether git would offer to add the folder's files."""
    place = folder.resolve()
    return any((parent / ".git").exists() for parent in (place, *place.parents))


def _user(wishes: Wishes) -> tuple[str, bytes | None]:
    """The section, and the public keys."""
    if wishes.user is None:
        if wishes.authorized_keys is not None:
            raise ValueError("--authorized-keys goes with --user: whose keys are these?")
        return USER, None
    name = _checked(wishes.user)
    if wishes.authorized_keys is None:
        return f'[users."{name}"]\npassword_file = "users/{name}.passwd"\n', None
    try:
        keys, refused = read_authorized_keys(wishes.authorized_keys)
        content = wishes.authorized_keys.read_bytes()
    except OSError as error:
        raise ValueError(f"{wishes.authorized_keys} cannot be read: {error.strerror}") from error
    if content.startswith(b"-----BEGIN"):
        raise ValueError(f"{wishes.authorized_keys} is a private key; give its public half, a .pub")
    if not keys or refused:
        why = f"line {refused[0].number}: {refused[0].reason}" if refused else "it is empty"
        raise ValueError(f"{wishes.authorized_keys} is not a file of public keys, a .pub: {why}")
    return f'[users."{name}"]\nauthorized_keys = "users/{name}.pub"\n', content


def _rule(wishes: Wishes) -> str:
    """For whoever was named, to whichever target was named."""
    if wishes.user is None or wishes.target is None:
        return RULE
    return (
        "# Who may reach what; nobody anything without a rule.\n"
        f'[[rules]]\nwho = "{wishes.user}"\ntargets = "{wishes.target}"\n'
        f"allow = [{', '.join(map(_quoted, USUAL))}]    "
        f"# and {', '.join(_quoted(kind) for kind in KINDS if kind not in USUAL)}\n"
    )


def _target(wishes: Wishes, pins: list[str]) -> str:
    if wishes.target is None:
        if (wishes.address, wishes.account, wishes.host_key) != (None, None, None):
            raise ValueError("--address, --account and --host-key go with --target: what is it called?")
        return TARGET
    name = _checked(wishes.target)
    if wishes.address is None or not pins:
        raise ValueError("--target needs --address HOST:PORT and --host-key (what ssh-keyscan prints)")
    parse_address(wishes.address)
    lines = [f'[targets."{name}"]', f"address = {_quoted(wishes.address)}"]
    lines.append(f"host_key = [{', '.join(_quoted(pin) for pin in pins)}]  # pinned; a change is refused")
    if wishes.account is not None:
        lines.append(f"account = {_quoted(wishes.account)}")
    lines.append(f'key = "keys/{name}"')
    return "\n".join(lines) + "\n"


def _checked(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a name (letters, digits, '.', '_', '-')")
    return name


def _quoted(text: str) -> str:
    """A TOML string."""
    if not text.isprintable():
        raise ValueError(f"{text!r} has characters that cannot be printed")
    return json.dumps(text, ensure_ascii=False)


def _write(folder: Path, files: dict[str, tuple[bytes, int, str]]) -> None:
    there = [folder / path for path in files if (folder / path).exists()]
    if there:
        raise ValueError(f"{there[0]} is there already; give an empty folder")
    try:
        for part in ("keys", "users"):
            (folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
        for path, (content, mode, _) in files.items():
            write_new(folder / path, content, mode)
    except OSError as error:
        where = error.filename or folder
        raise ValueError(f"{where} cannot be written: {error.strerror}; give another folder") from error


def _public(key: Ed25519PrivateKey, name: str) -> bytes:
    return f"{signing.public_line(key)} {name}\n".encode()


def write_new(path: Path, content: bytes, mode: int) -> None:
    """A file that was not there before. OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with open(descriptor, "wb") as file:
        file.write(content)
