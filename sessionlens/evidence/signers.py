"""The allowed_signers file of ssh-keygen(1), ALLOWED SIGNERS: whose signatures count, for what, when."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

from sessionlens.errors import NotFoundError, UsageError

_FIELD = re.compile(r'(?:"[^"]*"|[^\s"])+')
_OPTION = re.compile(r'([A-Za-z-]+)(?:="([^"]*)")?(?:,|\Z)')
_KEY_TYPE = re.compile(r"(?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.-]+")
_TIME = re.compile(r"(\d{8})(\d{4}(?:\d{2})?)?(Z)?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Signer:
    """One line: these principals sign with this key."""

    line: int
    principals: str
    key: bytes
    namespaces: tuple[str, ...] | None
    valid_after_ns: int | None
    valid_before_ns: int | None
    authority: bool
    """cert-authority: the key signs certificates, not data."""

    def refusal(self, namespace: str, at_ns: int) -> str | None:
        """Why a signature by this key does not count, or None if it does."""
        if self.authority:
            return f"line {self.line} allows certificates of this key only (cert-authority)"
        if self.namespaces is not None and not _matches(namespace, self.namespaces):
            return f"line {self.line} does not allow this key for {namespace!r} (namespaces)"
        if self.valid_after_ns is not None and at_ns < self.valid_after_ns:
            return f"line {self.line}: the key was not valid yet when the recording was sealed (valid-after)"
        if self.valid_before_ns is not None and at_ns > self.valid_before_ns:
            return (
                f"line {self.line}: the key was no longer valid when the recording was sealed (valid-before)"
            )
        return None


def read(path: Path) -> list[Signer]:
    """All lines of the file. Raises NotFoundError, or UsageError naming the line that makes no sense."""
    if not path.is_file():
        raise NotFoundError(
            f"{path}: no such file; --signers wants an allowed_signers file, see ssh-keygen(1)"
        )
    try:
        text = path.read_text("utf-8", "replace")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    lines = enumerate(text.split("\n"), 1)
    return [
        _parse(path, number, line)
        for number, line in lines
        if line.strip() and not line.lstrip().startswith("#")
    ]


def _parse(path: Path, number: int, line: str) -> Signer:
    fields = _FIELD.findall(line)
    has_options = len(fields) > 1 and not _KEY_TYPE.fullmatch(fields[1])
    rest = fields[2:] if has_options else fields[1:]
    if len(rest) < 2 or not _KEY_TYPE.fullmatch(rest[0]):
        raise UsageError(f"{path}, line {number}: not `principals [options] key-type base64-key`")
    try:
        key = base64.b64decode(rest[1], validate=True)
    except binascii.Error as error:
        raise UsageError(f"{path}, line {number}: the key is not base64") from error
    options = _options(fields[1], f"{path}, line {number}") if has_options else {}
    namespaces = options.get("namespaces")
    return Signer(
        number,
        fields[0].strip('"'),
        key,
        None if namespaces is None else tuple(namespaces.split(",")),
        _time(options.get("valid-after"), f"{path}, line {number}"),
        _time(options.get("valid-before"), f"{path}, line {number}"),
        "cert-authority" in options,
    )


def _options(text: str, where: str) -> dict[str, str]:
    options: dict[str, str] = {}
    offset = 0
    while offset < len(text):
        match = _OPTION.match(text, offset)
        name = match[1].lower() if match else ""
        if match is None or name not in ("namespaces", "valid-after", "valid-before", "cert-authority"):
            raise UsageError(f"{where}: unknown option {text[offset:]!r}")
        options[name] = match[2] or ""
        offset = match.end()
    return options


def _time(text: str | None, where: str) -> int | None:
    """YYYYMMDD[HHMM[SS]][Z]; without Z in this machine's time zone, as ssh-keygen has it."""
    if text is None:
        return None
    match = _TIME.fullmatch(text)
    try:
        if match is None:
            raise ValueError("not YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS")
        moment = datetime.strptime(match[1] + (match[2] or "0000").ljust(6, "0"), "%Y%m%d%H%M%S")
    except ValueError as error:
        raise UsageError(f"{where}: {text!r} is not a time: {error}") from error
    aware = moment.replace(tzinfo=UTC) if match[3] else moment.astimezone()
    return (aware - _EPOCH) // timedelta(seconds=1) * 1_000_000_000


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    """OpenSSH pattern list: `*`, `?`, and `!` which excludes."""
    if any(p.startswith("!") and fnmatchcase(name, _literal(p[1:])) for p in patterns):
        return False
    return any(fnmatchcase(name, _literal(p)) for p in patterns if not p.startswith("!"))


def _literal(pattern: str) -> str:
    return pattern.replace("[", "[[]")
