"""Password files: one line `$scrypt$ln=15,r=8,p=1$<salt>$<hash>` (the PHC string format), made by `passwd`.

RFC 7914. Checking takes as long for an unknown person as for a known one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
from pathlib import Path

_COST, _BLOCK, _PARALLEL = 15, 8, 1  # 32 MiB and some 60 ms
_LINE = re.compile(r"\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)")
_MEMORY = 256 * 1024 * 1024


def hash_password(password: str) -> str:
    """The line for password_file."""
    salt = os.urandom(16)
    digest = _scrypt(password.encode(), salt, _COST, _BLOCK, _PARALLEL, 32)
    return f"$scrypt$ln={_COST},r={_BLOCK},p={_PARALLEL}${_encode(salt)}${_encode(digest)}"


def read_password_file(path: Path) -> str:
    """The hash line of a password file; ValueError says what is wrong. Empty lines and # comments are
    skipped.
    """
    lines = [line.strip() for line in path.read_text().splitlines()]
    hashes = [line for line in lines if line and not line.startswith("#")]
    if len(hashes) != 1 or not _LINE.fullmatch(hashes[0]):
        raise ValueError(f"{path} is not one line made by `sessionlens-recorder passwd`")
    return hashes[0]


def check_password(password: bytes, line: str | None) -> bool:
    """Is this the password of that hash line? None (nobody of that name) takes as long and is False."""
    match = _LINE.fullmatch(line or _NOBODY)
    if match is None:
        return False
    cost, block, parallel = (int(number) for number in match.group(1, 2, 3))
    salt, expected = (base64.b64decode(text + "=" * (-len(text) % 4)) for text in match.group(4, 5))
    digest = _scrypt(password, salt, cost, block, parallel, len(expected))
    return hmac.compare_digest(digest, expected) and line is not None


def _scrypt(password: bytes, salt: bytes, cost: int, block: int, parallel: int, size: int) -> bytes:
    return hashlib.scrypt(password, salt=salt, n=1 << cost, r=block, p=parallel, dklen=size, maxmem=_MEMORY)


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


_NOBODY = f"$scrypt$ln={_COST},r={_BLOCK},p={_PARALLEL}${_encode(bytes(16))}${_encode(bytes(32))}"
