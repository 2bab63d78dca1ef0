"""May somebody who has proved who they are go on, now? Asked again after whatever takes its time: a second
person, the target's questions, a jump that was opened long ago.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sessionlens_recorder.config import Config
from sessionlens_recorder.net.identity import Proof
from sessionlens_recorder.net.revocation import Revocations
from sessionlens_recorder.net.upstream import Refused
from sessionlens_recorder.session.rules import check_reach


def check_standing(config: Config, revocations: Revocations, proof: Proof, target: str) -> None:
    """Raises Refused: the person or their key was revoked, or no rule lets them there at this hour."""
    credential = proof.credential
    problem = revocations.check_person(proof.user.name)
    if problem is None and credential is not None:
        problem = revocations.check_key(credential.key, credential.certificate)
    if problem is not None:
        raise Refused("revoked", problem)
    if (reason := reach(config, proof, target)) is not None:
        raise Refused("rules", reason)


def reach(config: Config, proof: Proof, target: str) -> str | None:
    """Why no rule lets them there now."""
    return check_reach(config.rules, proof.user.name, proof.groups, target, datetime.now(UTC))


def reachable(config: Config, proof: Proof) -> str:
    """The names of the targets that this person may be told."""
    names = [name for name in sorted(config.targets) if reach(config, proof, name) is None]
    return ", ".join(names) or "none that you may reach"
