"""Keyboard-interactive within a login: one dialogue at a time, each on a thread of its own.

The thread asks without holding the login's turn, so that PAM may take its time; what comes of it happens in
the turn, and not at all if the client has turned to something else meanwhile.
"""

from __future__ import annotations

import threading
from typing import Protocol

from paramiko import SSHException
from paramiko.message import Message

from sessionlens_recorder.net.dialogue import Abandoned, Ask, Dialogue, WrongAnswers
from sessionlens_recorder.net.speaking import Speaker

MAX_DIALOGUES = 10  # in one login, abandoned ones too


class Talk(Protocol):
    """What is talked about; login.Login."""

    def ask_first(self, dialogue: Dialogue) -> str | None:
        """Outside the turn. The answer is why that was no good."""

    def talked(self, problem: str | None, ask: Ask) -> None:
        """In the turn."""

    def end_connection(self, error: Exception) -> None:
        """On the dialogue's thread nobody else catches what ends a connection."""


class Talker:
    """Starts dialogues, and hands on the answers."""

    def __init__(self, speaker: Speaker, turn: threading.RLock, talk: Talk) -> None:
        self._speaker, self._turn, self._talk = speaker, turn, talk
        self._latest: Dialogue | None = None
        self._begun = 0

    def start(self) -> None:
        """However often one is begun and abandoned, there are few of them."""
        self._begun += 1
        if self._begun > MAX_DIALOGUES:
            raise SSHException("too many attempts to log in")
        self._latest = Dialogue(self._speaker.put_questions)
        threading.Thread(target=self._run, args=(self._latest,), name="dialogue", daemon=True).start()

    def abandon(self) -> None:
        if self._latest is not None:
            self._latest.abandon()

    def answered(self, m: Message) -> None:
        count = m.get_int()
        answers = [m.get_binary() for _ in range(min(count, 256))]
        if self._latest is None or not self._latest.answered(answers):
            raise SSHException("an answer to questions that nobody asked")

    def _run(self, dialogue: Dialogue) -> None:
        try:
            self._converse(dialogue)
        except Abandoned:
            pass
        except Exception as error:
            self._talk.end_connection(error)

    def _converse(self, dialogue: Dialogue) -> None:
        try:
            problem = self._talk.ask_first(dialogue)
            with self._turn:
                if not dialogue.abandoned:
                    self._talk.talked(problem, dialogue.ask)
        except WrongAnswers as error:
            with self._turn:
                if not dialogue.abandoned:
                    self._talk.talked(str(error), dialogue.ask)
