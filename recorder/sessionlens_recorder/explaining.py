"""`check`: would this login reach that target, with that kind of channel, at that time, and why (not)?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sessionlens_recorder.config import Config, Rule, Target, User
from sessionlens_recorder.net.lasting import in_words
from sessionlens_recorder.net.names import split_name
from sessionlens_recorder.net.questions import questions_for
from sessionlens_recorder.net.revocation import Revocations
from sessionlens_recorder.session.rules import KINDS, check_kind, check_reach


@dataclass(frozen=True, slots=True)
class Question:
    """`groups`: those that a certificate would add."""

    login: str  # NAME%TARGET
    kind: str | None
    moment: datetime
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """The lines for a person, and the decision in one word."""

    allowed: bool
    lines: tuple[str, ...]


def read_moment(text: str | None) -> datetime:
    """Of `--at`; None is now. ValueError."""
    try:
        moment = datetime.fromisoformat(text) if text else datetime.now(UTC)
    except ValueError:
        raise ValueError(
            f"--at: {text!r} is no time; write 2026-11-29T22:00, or …+01:00 if not UTC"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def explain(config: Config, question: Question) -> Explanation:
    """ValueError where the question names no target."""
    name, wanted = split_name(question.login, config)
    if wanted is None or wanted not in config.targets:
        names = ", ".join(sorted(config.targets))
        raise ValueError(
            f"{question.login!r} names no target; write NAME%TARGET, where TARGET is one of: {names}"
        )
    target = config.targets[wanted]
    user = config.person(name)
    groups = tuple(dict.fromkeys((*(user.groups if user else ()), *question.groups)))
    reason = _refusal(config, name, groups, target, question)
    verb = f"open {question.kind} on" if question.kind else "reach"
    when = question.moment.isoformat(timespec="minutes")
    decision = f"{name} may {'not ' if reason else ''}{verb} {target.name} at {when}"
    lines = [f"{decision}{': ' + reason if reason else ''}"]
    if groups:
        lines.append(f"groups: {', '.join(groups)}")
    concerned = [rule for rule in config.rules if rule.concerns(name, groups, target.name)]
    lines += [_describe(rule, question) for rule in concerned]
    if reason is None:
        lines += _what_else(config, name, target)
        lines += _conditions(config, user or User(name), target, concerned)
    return Explanation(reason is None, tuple(lines))


def _refusal(
    config: Config, name: str, groups: tuple[str, ...], target: Target, question: Question
) -> str | None:
    if config.person(name) is None:
        return (
            f"there is no user {name}, and neither user_ca nor authorized_keys_command that would know more"
        )
    revoked = Revocations(None, config.server.revoked_people).check_person(name)
    if revoked is not None:
        return revoked
    reason = check_reach(config.rules, name, groups, target.name, question.moment)
    if reason is not None or question.kind is None:
        return reason
    concerned = [rule for rule in config.rules if rule.concerns(name, groups, target.name)]
    return check_kind(concerned, question.kind, question.moment) or _of_target(target, question.kind)


def _of_target(target: Target, kind: str) -> str | None:
    """What the target's own section has to allow too."""
    policy = target.policy
    there = {"forward": bool(policy.forward), "agent": policy.agent, "x11": policy.x11}.get(kind, True)
    return None if there else f"[targets.{target.name}] does not have {kind}"


def _describe(rule: Rule, question: Question) -> str:
    kinds = ", ".join(kind for kind in KINDS if kind in rule.allow)
    now = "" if rule.open_at(question.moment) else " (not at that time)"
    return (
        f"rule {rule.number}: {', '.join(rule.who)} → {', '.join(rule.targets)}: {kinds}; {rule.when()}{now}"
    )


def _what_else(config: Config, name: str, target: Target) -> Iterator[str]:
    user = config.person(name)
    if user is not None:
        ways = " or ".join(", then ".join(sequence) for sequence in config.sequences(user))
        yield f"login: {ways}"
    yield f"on {target.name}: account {target.account or name}, by {target.upstream}"


def _conditions(config: Config, user: User, target: Target, rules: list[Rule]) -> Iterator[str]:
    """What the person meets before the session and within it."""
    asked = questions_for(config, user, target)
    if asked.acknowledge:
        yield "asked: to acknowledge the recording"
    if asked.reason:
        yield "asked: a reason or ticket"
    if target.four_eyes or any(rule.four_eyes for rule in rules):
        yield f"four eyes: waits until {' or '.join(sorted(config.live.approvers.values()))} allows it"
    for word, own, usual in (
        ("idle", target.idle, config.server.idle),
        ("longest", target.longest, config.server.longest),
    ):
        if seconds := own or usual:
            yield f"{word}: {in_words(seconds)}"
    if target.policy.forward and any("forward" in rule.allow for rule in rules):
        yield f"forward: {', '.join(target.policy.forward)}"
