"""One-time passwords by time: RFC 6238 with SHA-1, 30 seconds and six digits, as the usual apps do.

`totp_file` has one line, the secret in base32. A code counts once: the step of the last one that was taken is
kept beside the file, in `<file>.used`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import struct
from pathlib import Path
from urllib.parse import quote

from sessionlens_recorder.net.tries import Tries, locked

STEP_S, DIGITS, DRIFT = 30, 6, 1  # one step early or late


def new_secret() -> str:
    return base64.b32encode(secrets.token_bytes(20)).decode()


def otpauth(secret: str, person: str, issuer: str) -> str:
    """What an authenticator app takes, as a link or QR code."""
    return f"otpauth://totp/{quote(issuer)}:{quote(person)}?secret={secret}&issuer={quote(issuer)}"


def read_totp_file(path: Path) -> bytes:
    """The secret; ValueError says what is wrong. Empty lines and # comments are skipped."""
    lines = [line.strip() for line in path.read_text().splitlines()]
    found = [line for line in lines if line and not line.startswith("#")]
    try:
        secret = base64.b32decode("".join(found).replace(" ", "").upper())
    except binascii.Error:
        secret = b""
    if len(found) != 1 or len(secret) < 16:
        raise ValueError(f"{path} is not one line made by `sessionlens-recorder totp`")
    return secret


def code_at(secret: bytes, step: int) -> str:
    """RFC 4226, 5.3."""
    digest = hmac.digest(secret, struct.pack(">Q", step), hashlib.sha1)
    offset = digest[-1] & 15
    number = struct.unpack_from(">I", digest, offset)[0] & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def check_code(path: Path, code: bytes, now: float) -> str | None:
    """None if this is the code of now and was not given before, or why it does not count. OSError where that
    cannot be remembered.
    """
    tries = Tries(path)
    if wait := tries.begin(now):
        return wait
    secret, current = read_totp_file(path), int(now) // STEP_S
    given = code.replace(b" ", b"")
    steps = [
        step
        for step in range(current - DRIFT, current + DRIFT + 1)
        if hmac.compare_digest(code_at(secret, step).encode(), given)
    ]
    if not steps or not _use(path.with_name(path.name + ".used"), steps[0]):
        return "not the code, or used already"
    tries.right()
    return None


def _use(path: Path, step: int) -> bool:
    """Take a step, unless it or a later one has been taken."""
    with locked(path) as descriptor:
        last = os.pread(descriptor, 32, 0).strip()
        if last and step <= int(last):
            return False
        os.pwrite(descriptor, f"{step:<20}\n".encode(), 0)
        os.fsync(descriptor)
        return True
