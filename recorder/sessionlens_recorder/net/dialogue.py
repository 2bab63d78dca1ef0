"""Keyboard-interactive (RFC 4256), the server's half: one exchange of questions and answers.

Whoever asks (PAM, a one-time password, the target) does so on a thread of its own and waits; the answers
come on the leg's. An answer that nobody waits for is a protocol error, and a request that comes in between
abandons the exchange (RFC 4252, 5.1).
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence

Prompt = tuple[str, bool]  # text, and whether the answer is shown as it is typed
Ask = Callable[[str, str, Sequence[Prompt]], list[bytes]]  # title, instruction, prompts → answers

MOST_PROMPTS = 16
LONGEST_ANSWER = 4096


class Abandoned(Exception):
    """There will be no answer."""


class WrongAnswers(ValueError):
    """Not as many answers as questions, or one that is too long (RFC 4256, 3.4: a failure)."""


class Dialogue:
    """`ask` and `abandon` may be called from any thread, `answered` from the leg's."""

    def __init__(self, send: Callable[[str, str, Sequence[Prompt]], None]) -> None:
        self._send = send
        self._lock = threading.Lock()
        self._expected: int | None = None  # how many answers are due; None: none
        self._answers: queue.SimpleQueue[list[bytes] | None] = queue.SimpleQueue()
        self.abandoned = False

    def ask(self, title: str, instruction: str, prompts: Sequence[Prompt]) -> list[bytes]:
        """Put questions to the user. Raises Abandoned or WrongAnswers."""
        with self._lock:
            if self.abandoned:
                raise Abandoned
            self._expected = len(prompts)
        self._send(title, instruction, prompts)
        answers = self._answers.get()
        if answers is None:
            raise Abandoned
        if len(answers) != len(prompts) or any(len(answer) > LONGEST_ANSWER for answer in answers):
            raise WrongAnswers("not the answers to what was asked")
        return answers

    def answered(self, answers: list[bytes]) -> bool:
        """False if nobody asked."""
        with self._lock:
            if self._expected is None or self.abandoned:
                return False
            self._expected = None
        self._answers.put(answers)
        return True

    def abandon(self) -> None:
        with self._lock:
            self.abandoned = True
        self._answers.put(None)
