"""`init`: a folder with everything that `serve` needs but the users and the targets."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sessionlens_recorder import signing
from sessionlens_recorder.config import NAME

TEMPLATE = """\
# SessionLens recorder. Paths are relative to this file. Start it with:
#   sessionlens-recorder serve --config recorder.toml

[server]
name = "{name}"                       # this bastion, in recordings and in allowed_signers
listen = "127.0.0.1:2222"             # ssh -p 2222 john%web01@this-machine; 0.0.0.0 or [::] for all addresses
host_key = "keys/host_ed25519"
signing_key = "keys/signing_ed25519"  # seals the recordings; allowed_signers beside this file verifies them
recordings = "recordings"
# login_grace = 60                    # seconds for the login
# notice = \"\"\"
# This session is recorded: everything that is shown and everything that you type.
# \"\"\"                                 # or: notice = "given elsewhere: <where>"

[recording]
input = "plain"                       # what users type, passwords too, is stored as it is

# Who may log in. One of the two, or both: either lets in.
#[users.john]
#authorized_keys = "users/john.pub"
#password_file = "users/john.passwd"  # sessionlens-recorder passwd > users/john.passwd

# Where sessions go on. ssh-keyscan shows a host key; compare it before you trust it.
#[targets.web01]
#address = "10.0.0.5:22"
#host_key = "ssh-ed25519 AAAA…"       # pinned; a change is refused. A list of several is possible
#listen = "127.0.0.1:2301"            # an address of its own (optional); john%web01 at the server's works too
#account = "deploy"                   # on the target; default: the person's name
#upstream = "key"                     # log in there with a stored key; or "passthrough": ask for the password
#key = "keys/web01"
#forward = ["127.0.0.1:*"]            # what -L, -D, -R and Unix-socket forwards may reach; default: nothing
#agent = false                        # agent forwarding
#x11 = false                          # X11 forwarding
"""


def initialise(folder: Path) -> list[tuple[Path, str]]:
    """Make the folder's files; nothing that is there is touched. The answer lists them with what they are
    for.
    """
    host, signing_key = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    name = socket.gethostname().partition(".")[0]
    name = name if NAME.fullmatch(name) else "bastion"
    secret, public = 0o600, 0o644
    trust = signing.allowed_signers_line(signing_key, name).encode()
    files = {
        "recorder.toml": (
            TEMPLATE.format(name=name).encode(),
            secret,
            "configuration: add users and targets",
        ),
        "keys/host_ed25519": (signing.private_text(host), secret, "host key, private"),
        "keys/host_ed25519.pub": (_public(host, name), public, "host key, for known_hosts"),
        "keys/signing_ed25519": (signing.private_text(signing_key), secret, "signing key, private"),
        "keys/signing_ed25519.pub": (_public(signing_key, name), public, "signing key"),
        "allowed_signers": (trust, public, "give this to whoever verifies recordings"),
    }
    there = [folder / path for path in files if (folder / path).exists()]
    if there:
        raise ValueError(f"{there[0]} is there already; give an empty folder")
    for part in ("keys", "users"):
        (folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    for path, (content, mode, _) in files.items():
        _write_new(folder / path, content, mode)
    return [(folder / path, what) for path, (_, _, what) in files.items()]


def _public(key: Ed25519PrivateKey, name: str) -> bytes:
    return f"{signing.public_line(key)} {name}\n".encode()


def _write_new(path: Path, content: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with open(descriptor, "wb") as file:
        file.write(content)
