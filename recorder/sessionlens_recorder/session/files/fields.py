"""The fields of an SFTP packet: draft-ietf-secsh-filexfer-02, sections 3, 5 and 7."""

from __future__ import annotations

import struct
from typing import Any

from sessionlens_recorder.session.files.framing import NotUnderstood
from sessionlens_recorder.session.wire import Reader

_SIZE, _OWNER, _PERMISSIONS, _TIMES, _EXTENDED = 0x1, 0x2, 0x4, 0x8, 0x80000000
_KNOWN = _SIZE | _OWNER | _PERMISSIONS | _TIMES | _EXTENDED

CODES = (
    "SSH_FX_OK",
    "SSH_FX_EOF",
    "SSH_FX_NO_SUCH_FILE",
    "SSH_FX_PERMISSION_DENIED",
    "SSH_FX_FAILURE",
    "SSH_FX_BAD_MESSAGE",
    "SSH_FX_NO_CONNECTION",
    "SSH_FX_CONNECTION_LOST",
    "SSH_FX_OP_UNSUPPORTED",
)
OK, EOF = CODES[0], CODES[1]
_USUAL = frozenset(
    {
        "", "success", "end of file", "no such file", "permission denied", "failure", "bad message",
        "no connection", "connection lost", "operation unsupported",
    }
)  # fmt: skip
"""What sftp-server(8) says beside each code: anything else is worth keeping."""


class Fields(Reader):
    """Reads a packet's fields in order, from behind its type. What is cut short is a ValueError."""

    def u64(self) -> int:
        return struct.unpack(">Q", self._take(8))[0]  # type: ignore[no-any-return]

    def take_rest(self) -> bytes:
        """All that there still is."""
        rest = self.rest()
        self.skip()
        return rest

    def attributes(self) -> dict[str, Any]:
        """ATTRS; only what is there."""
        flags = self.u32()
        if flags & ~_KNOWN:
            raise NotUnderstood(f"attributes with unknown flags {flags:#x}")
        found: dict[str, Any] = {}
        if flags & _SIZE:
            found["size"] = self.u64()
        if flags & _OWNER:
            found |= {"uid": self.u32(), "gid": self.u32()}
        if flags & _PERMISSIONS:
            found["permissions"] = f"{self.u32():06o}"
        if flags & _TIMES:
            found |= {"atime": self.u32(), "mtime": self.u32()}
        if flags & _EXTENDED:
            found["extended"] = [[self.string(), self.string()] for _ in range(self._count(8))]
        return found

    def names(self) -> list[bytes]:
        """The names of a NAME packet; what `ls -l` would say of each is left out."""
        return [self._name() for _ in range(self._count(12))]

    def status(self) -> tuple[str, str | None]:
        """The code's name, and what the server says beyond it. Some leave text and language out."""
        number = self.u32()
        code = CODES[number] if number < len(CODES) else f"SSH_FX_{number}"
        if not self.rest():
            return code, None
        text, language = self.text(), self.text()
        if language not in ("", "en", "en-US"):
            text = f"{text} [{language}]"
        return code, None if text.lower() in _USUAL else text

    def end(self) -> None:
        """There is nothing more: what a server may skip would pass and be in no recording."""
        if rest := self.rest():
            raise NotUnderstood(f"{len(rest)} bytes more than such a packet has")

    def _name(self) -> bytes:
        name = self.string()
        self.string()
        self.attributes()
        return name

    def _count(self, least: int) -> int:
        """How many follow; each has `least` bytes, so that a lie ends before it costs anything."""
        count = self.u32()
        if count * least > len(self.rest()):
            raise NotUnderstood(f"{count} entries in {len(self.rest())} bytes")
        return count
