"""`[[rules]]`: who may reach which targets, with what, when. Without one, nobody reaches anything."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from sessionlens_recorder.config.section import NAME, Section
from sessionlens_recorder.session.hours import parse_hours
from sessionlens_recorder.session.policy import matches
from sessionlens_recorder.session.rules import KINDS, Rule

USUAL = ("shell", "exec", "sftp")
EXAMPLE = '[[rules]] with who = "john" and targets = "web01"'


def read_rule(section: Section, number: int, targets: Collection[str]) -> Rule:
    rule = Rule(
        who=tuple(section.texts("who")),
        targets=tuple(section.texts("targets")),
        allow=frozenset(section.texts("allow", USUAL)),
        hours=tuple(section.check("hours", partial(parse_hours, text)) for text in section.texts("hours")),
        number=number,
        four_eyes=section.flag("four_eyes"),
    )
    section.done()
    for key, values in (("who", rule.who), ("targets", rule.targets), ("allow", rule.allow)):
        if not values:
            raise section.error(key, "is missing or empty; a rule says who, targets and perhaps allow, hours")
    for name in rule.who:
        if name != "*" and not NAME.fullmatch(name.removeprefix("@")):
            raise section.error("who", f'{name!r} is neither a name, nor "@group", nor "*"')
    for pattern in rule.targets:
        if not any(matches(pattern, target) for target in targets):
            raise section.error("targets", f"{pattern!r} is none of the targets: {', '.join(targets)}")
    if unknown := rule.allow - set(KINDS):
        raise section.error("allow", f"{sorted(unknown)[0]!r} is none of {', '.join(KINDS)}")
    return rule
