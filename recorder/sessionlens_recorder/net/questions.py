"""What a person is asked before a session begins: the notice acknowledged by typing, a reason or ticket."""

from __future__ import annotations

from dataclasses import dataclass

from sessionlens_recorder.config import Config, Target, User
from sessionlens_recorder.net.dialogue import Ask

LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Questions:
    """Which ones; a program (`actor = "automated"`) is asked none, since it could not answer."""

    acknowledge: bool
    reason: bool

    def __bool__(self) -> bool:
        return self.acknowledge or self.reason


@dataclass(frozen=True, slots=True)
class Answers:
    """None: not asked."""

    acknowledged: bool | None = None
    reason: str | None = None


def questions_for(config: Config, user: User, target: Target) -> Questions:
    if user.actor == "automated":
        return Questions(False, False)
    server = config.server
    return Questions(server.acknowledge or target.acknowledge, server.ask_reason or target.ask_reason)


def put(questions: Questions, target: Target, ask: Ask) -> Answers | str:
    """The answers, or why there are none that count."""
    acknowledged = reason = None
    if questions.acknowledge:
        said = ask("", "This session is going to be recorded.", [("Type yes to go on: ", True)])[0]
        if said.strip().lower() != b"yes":
            return "the recording was not acknowledged"
        acknowledged = True
    if questions.reason:
        reason = _ask_reason(target, ask, "") or _ask_reason(target, ask, "A reason is needed.")
        if not reason:
            return "no reason was given"
    return Answers(acknowledged, reason)


def _ask_reason(target: Target, ask: Ask, told: str) -> str:
    said = ask("", told, [(f"Reason or ticket for the session on {target.name}: ", True)])[0]
    return said.decode("utf-8", "backslashreplace").strip()[:LONGEST_REASON]
