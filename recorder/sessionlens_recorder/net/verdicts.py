"""Verdicts against a login: what its client is told, what the log has of it, and how many there may be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from paramiko import SSHException

from sessionlens_recorder import logs
from sessionlens_recorder.net.leg import Leg
from sessionlens_recorder.net.speaking import Speaker, printable
from sessionlens_recorder.net.upstream import Refused

MAX_ATTEMPTS = 10  # FAILUREs in one connection; an agent full of keys needs some
NO_METHOD = "refused@sessionlens"  # no client has it; OpenSSH takes an empty list for all of its own


class Verdicts:
    """Of one connection. Strangers are told nothing but which methods there are; persons are told why."""

    def __init__(self, leg: Leg, speaker: Speaker, client: tuple[str, int]) -> None:
        self._leg, self._speaker, (self._client, self._port) = leg, speaker, client
        self._failures = 0

    def fail(
        self, left: Iterable[str], method: str | None, name: str | None, reason: str | None, **fields: Any
    ) -> None:
        """Not let in by this method (None: not one of ours); `left` are those to go on with."""
        if method is not None:
            told = {"name": name, "method": method, "reason": reason, **fields}
            logs.event("login-failed", client=self._client, port=self._port, **told)
            self._failures += 1
        if self._failures >= MAX_ATTEMPTS:
            raise SSHException("too many attempts to log in")
        self._speaker.fail(left)

    def ask_again(self, left: Iterable[str], person: str | None, refusal: Refused) -> bool:
        """The person may give it once more. False: that was so often enough."""
        self._failures += 1
        if self._failures >= MAX_ATTEMPTS:
            return False
        self._log(person, refusal)
        self._speaker.show(f"{refusal}\n")
        self._speaker.fail(left)
        return True

    def refuse(self, person: str | None, refusal: Refused) -> None:
        """For good: the reason, no method that is left, and the end. OpenSSH leaves at the second."""
        self._log(person, refusal)
        self._speaker.show(f"{refusal}\n")
        self._speaker.fail((NO_METHOD,))
        self._leg.finish([], printable(str(refusal)))

    def _log(self, person: str | None, refusal: Refused) -> None:
        logs.warning(
            "login-refused",
            client=self._client,
            port=self._port,
            person=person,
            why=refusal.event,
            reason=refusal,
        )
