"""Who may reach what, with which kinds of channel, at which hours: the `[[rules]]`, denied unless one allows.

A rule adds and never takes away. Which addresses a forward may have is the target's own `forward`; both have
to agree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sessionlens_recorder.session.hours import Hours
from sessionlens_recorder.session.policy import matches

KINDS = ("shell", "exec", "sftp", "subsystem", "forward", "agent", "x11")


@dataclass(frozen=True, slots=True)
class Rule:
    """`who`: names, `@group`, `*`. `targets`: names and patterns with `*`. `number` counts from 1."""

    who: tuple[str, ...]
    targets: tuple[str, ...]
    allow: frozenset[str]
    hours: tuple[Hours, ...]  # none: always
    number: int = 0
    four_eyes: bool = False  # whom it concerns waits for a second person, whichever rule lets them in

    def concerns(self, person: str, groups: Iterable[str], target: str) -> bool:
        names = {person, "*", *(f"@{group}" for group in groups)}
        return not names.isdisjoint(self.who) and any(matches(pattern, target) for pattern in self.targets)

    def open_at(self, moment: datetime) -> bool:
        return not self.hours or any(hours.open_at(moment) for hours in self.hours)

    def when(self) -> str:
        return " or ".join(hours.text for hours in self.hours) or "always"


def check_reach(
    rules: Iterable[Rule], person: str, groups: Iterable[str], target: str, moment: datetime
) -> str | None:
    """None if some rule lets this person to that target now, or why not, in words for that person."""
    concerned = [rule for rule in rules if rule.concerns(person, groups, target)]
    if not concerned:
        return f"no rule lets {person} reach {target}"
    if not any(rule.open_at(moment) for rule in concerned):
        return f"{person} may reach {target} only {'; '.join(rule.when() for rule in concerned)}"
    return None


def check_kind(rules: Iterable[Rule], kind: str, moment: datetime) -> str | None:
    """The same for one kind of channel; the rules are those that concern the person and the target."""
    allowing = [rule for rule in rules if kind in rule.allow]
    if not allowing:
        return f"no rule allows {_PLURAL[kind]} here"
    if not any(rule.open_at(moment) for rule in allowing):
        return f"{_PLURAL[kind]} are allowed only {'; '.join(rule.when() for rule in allowing)}"
    return None


_PLURAL = {
    "shell": "shells", "exec": "commands", "sftp": "sftp", "subsystem": "subsystems", "forward": "forwards",
    "agent": "agents", "x11": "X11 connections",
}  # fmt: skip
