"""What the bastion says during a login: the messages of RFC 4252 and RFC 4256 that a server sends.

Texts are shown without the control characters that a target or a name might bring.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from paramiko import common
from paramiko.message import Message

from sessionlens_recorder.net.dialogue import Prompt
from sessionlens_recorder.net.leg import Leg


class Speaker:
    """One user's leg; any thread may speak."""

    def __init__(self, leg: Leg) -> None:
        self._leg = leg

    def accept_service(self, service: str) -> None:
        self._send(common.cMSG_SERVICE_ACCEPT, service)

    def show(self, text: str) -> None:
        """A banner."""
        self._send(common.cMSG_USERAUTH_BANNER, printable(text).replace("\n", "\r\n"), "en")

    def key_would_do(self, algorithm: str, blob: bytes) -> None:
        self._send(common.cMSG_USERAUTH_PK_OK, algorithm, blob)

    def succeed(self) -> None:
        self._send(common.cMSG_USERAUTH_SUCCESS)

    def fail(self, left: Iterable[str], *, partly: bool = False) -> None:
        """`partly`: what was given counts, and one of these is wanted beside it."""
        self._send(common.cMSG_USERAUTH_FAILURE, ",".join(left), partly)

    def put_questions(self, title: str, instruction: str, prompts: Sequence[Prompt]) -> None:
        m = Message()
        m.add_byte(common.cMSG_USERAUTH_INFO_REQUEST)
        for text in (title, instruction, ""):
            m.add_string(printable(text))
        m.add_int(len(prompts))
        for text, echo in prompts:
            m.add_string(printable(text))
            m.add_boolean(echo)
        self._leg.send(m.asbytes())

    def _send(self, number: bytes, *fields: str | bytes | bool) -> None:
        m = Message()
        m.add_byte(number)
        for field in fields:
            if isinstance(field, bool):
                m.add_boolean(field)
            else:
                m.add_string(field)
        self._leg.send(m.asbytes())


def printable(text: str) -> str:
    return "".join(c for c in text if c.isprintable() or c in "\n\t")
