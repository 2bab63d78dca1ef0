"""The last stretch of a login, between a person who has proved who they are and the target: rules,
questions, the target's own login.

Each step answers with SSH's methods by which it can go on, or with none: then the person is in. From here on
whoever is refused is told why.
"""

from __future__ import annotations

from sessionlens_recorder.config import Config, Target
from sessionlens_recorder.net import questions
from sessionlens_recorder.net.credentials import Credentials
from sessionlens_recorder.net.dialogue import Ask
from sessionlens_recorder.net.identity import Entrance, Identity, Proof, policy_for
from sessionlens_recorder.net.names import find_target
from sessionlens_recorder.net.revocation import Revocations
from sessionlens_recorder.net.speaking import Speaker
from sessionlens_recorder.net.standing import check_standing, reachable
from sessionlens_recorder.net.upstream import Refused

BY_TYPING = ["keyboard-interactive", "password"]


class TryAgain(Refused):
    """The target did not take what the person gave, who may give it once more."""


class Passage:
    """One person's way to one target."""

    def __init__(
        self, config: Config, proof: Proof, entrance: Entrance, revocations: Revocations, speaker: Speaker
    ) -> None:
        self.proof = proof
        self._config, self._entrance, self._speaker = config, entrance, speaker
        self._revocations = revocations
        self._target: Target | None = None
        self._answers: questions.Answers | None = None

    def choose(self, named: str | None, listener: Target | None, ask: Ask | None) -> list[str]:
        """The first step. Raises Refused."""
        if problem := self._revocations.check_person(self.proof.user.name):
            raise Refused("revoked", problem)
        names = reachable(self._config, self.proof)
        self._target = find_target(named, listener, self._config.targets, names)
        if self._target is None:
            self._entrance.enter_jump(self.proof)
            return []
        check_standing(self._config, self._revocations, self.proof, self._target.name)
        return self.go_on(ask)

    def choose_inner(self, name: str, listener: Target, credentials: Credentials) -> list[str]:
        """Inside a connection of the same person the name is the account that they expect to get, and their
        key or certificate is as good as it would be now.
        """
        if self.proof.credential and (
            problem := credentials.check_again(self.proof.user, self.proof.credential)
        ):
            raise Refused("lapsed", f"what you logged in with does not let in any more: {problem}")
        accounts = {self.proof.user.name, listener.account or self.proof.user.name}
        if name not in accounts:
            right = " or ".join(sorted(accounts))
            raise Refused("wrong-account", f"on {listener.name} you are {right}, not {name!r}")
        return self.choose(None, listener, None)

    def go_on(self, ask: Ask | None) -> list[str]:
        """`ask` puts questions to the person, if that is how they are talking to us. Raises Refused."""
        target, user = self._target, self.proof.user
        if target is None:
            raise Refused("no-target", "there is nothing to go on with")
        asked = questions.questions_for(self._config, user, target)
        if asked and self._answers is None:
            if ask is None:
                return BY_TYPING[:1]
            answers = questions.put(asked, target, ask)
            if isinstance(answers, str):
                raise Refused("not-answered", answers)
            self._answers = answers
        if target.upstream != "passthrough":
            return self._enter(target, None)
        if ask is not None:
            return self._enter(target, ask)
        self._speaker.show(f"{target.name} asks for the password of {target.account or user.name}.\n")
        return BY_TYPING

    def give_password(self, password: bytes) -> list[str]:
        """The target's. Raises Refused, and TryAgain."""
        if self._target is None or "password" not in self.left():
            raise TryAgain("target-login", "something else was due")
        return self._enter(self._target, password)

    def left(self) -> list[str]:
        """By which methods it can go on."""
        target = self._target
        if target is None or target.upstream != "passthrough":
            return BY_TYPING[:1]
        asked = questions.questions_for(self._config, self.proof.user, target)
        return BY_TYPING[:1] if asked and self._answers is None else BY_TYPING

    def _enter(self, target: Target, secret: bytes | Ask | None) -> list[str]:
        answers = self._answers or questions.Answers()
        policy = policy_for(self._config, self.proof, target)
        identity = Identity(self.proof, target, policy, answers.acknowledged, answers.reason)
        try:
            banner = self._entrance.enter(identity, secret)
        except Refused as refusal:
            if secret is not None and refusal.event == "target-login":
                raise TryAgain(refusal.event, str(refusal)) from refusal
            raise
        if banner:
            self._speaker.show(banner)
        return []
