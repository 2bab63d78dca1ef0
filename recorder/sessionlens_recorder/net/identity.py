"""Who somebody is once they have proved it, and what a login leads to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from sessionlens_recorder.config import Config, Target, User
from sessionlens_recorder.net.authorized_keys import fingerprint
from sessionlens_recorder.net.credentials import Credential
from sessionlens_recorder.net.dialogue import Ask
from sessionlens_recorder.net.factors import Factor
from sessionlens_recorder.session.policy import NO_LIMITS, Policy, host_port
from sessionlens_recorder.session.reaching import spelled
from sessionlens_recorder.session.rules import Rule, check_kind

SSH_PORT = 22


@dataclass(frozen=True, slots=True)
class Proof:
    """A person, and how they proved to be that."""

    user: User
    factors: tuple[Factor, ...]
    credential: Credential | None = None  # where one of the factors was a key
    jumped: bool = False  # proved to the connection in which this one is (ssh -J)

    @property
    def groups(self) -> tuple[str, ...]:
        certified = self.credential.groups if self.credential else ()
        return tuple(dict.fromkeys((*self.user.groups, *certified)))


@dataclass(frozen=True, slots=True)
class Identity:
    """Who logged in, how, and where to: what session.json says of a person."""

    proof: Proof
    target: Target
    policy: Policy
    acknowledged: bool | None = None  # the notice, by typing; None: not asked
    reason: str | None = None  # or ticket

    @property
    def user(self) -> User:
        return self.proof.user

    @property
    def method(self) -> str:
        return self.proof.factors[0]

    @property
    def key_fingerprint(self) -> str | None:
        return fingerprint(self.proof.credential.key) if self.proof.credential else None

    @property
    def account(self) -> str:
        return self.target.account or self.user.name


class Entrance(Protocol):
    """What a login leads to. `enter` is called once per complete login and raises Refused; `begin` after
    SUCCESS. `secret` is for a target of upstream "passthrough": a password, or whom to ask.
    """

    def enter(self, identity: Identity, secret: bytes | Ask | None) -> str | None: ...
    def enter_jump(self, proof: Proof) -> None: ...
    def begin(self) -> None: ...


def policy_for(config: Config, proof: Proof, target: Target) -> Policy:
    """What may pass: the target's own section, the rules, and what a certificate takes away."""
    rules = [rule for rule in config.rules if rule.concerns(proof.user.name, proof.groups, target.name)]
    limits = proof.credential.limits if proof.credential else NO_LIMITS
    named = ((one.name, port) for one in config.targets.values() for port in (SSH_PORT, one.address[1]))
    ways = (*named, *(one.address for one in config.targets.values()))  # as -J would ask for them
    targets = frozenset(spelled(host_port(*way)) for way in ways)
    return replace(target.policy, rules=partial(_check_now, rules), limits=limits, targets=targets)


def _check_now(rules: list[Rule], kind: str) -> str | None:
    return check_kind(rules, kind, datetime.now(UTC))
