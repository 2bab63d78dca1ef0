"""The answer: one heading and two sentences of facts, which tell apart what was found and could not be seen.

Nothing here judges: a command that starts a program says nothing of who was at the keyboard, or why.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sessionlens.catalog.search import count, some
from sessionlens.reporting.model import Case, Exhibit, Sheet
from sessionlens.times import format_instant

FOUND, NOT_FOUND = "FOUND", "NOT FOUND"
TEXT_ONLY = "FOUND AS TEXT ONLY"
UNSURE = "NOT FOUND, BUT NOT EVERYTHING COULD BE SEEN"
NOTHING_SEEN = "NOTHING WAS LOOKED AT"
LISTED = "ALL COMMANDS ARE LISTED"


@dataclass(frozen=True, slots=True)
class Answer:
    """`heading` is one of the words above; `found` says what there is, `seen` what was looked at."""

    heading: str
    found: str
    seen: str


def question(case: Case) -> str:
    """What was asked, in the caller's words or ours."""
    if case.asked.question:
        return case.asked.question
    whose = f" ({', '.join(case.asked.filters)})" if case.asked.filters else ""
    match, ran = case.asked.match, case.asked.ran
    if ran is not None:
        return f"Was “{ran}” run{_with(case)} in {_these(case)}?{whose}"
    if match is None:
        return f"What was done in {_these(case)}?{whose}"
    return f"Was “{match}” run, or does it stand anywhere, in {_these(case)}?{whose}"


def answer(case: Case) -> Answer:
    """The two sentences."""
    if not case.sheets:
        return Answer(NOTHING_SEEN, "No session was looked at, so nothing can be said.", _seen(case))
    if case.asked.match is None and case.asked.ran is None:
        return Answer(LISTED, _listed(case), _seen(case))
    if case.found:
        ran = any(exhibit.ran for exhibit in case.found)
        return Answer(FOUND if ran else TEXT_ONLY, _found(case), _seen(case))
    if complete(case):
        return Answer(NOT_FOUND, _nothing(case) + ".", _seen(case))
    doubt = "; not everything could be seen, so this does not say that it did not happen"
    return Answer(UNSURE, f"In what could be seen, {_nothing(case, 'no')}{doubt}.", _seen(case))


def complete(case: Case) -> bool:
    """Whether all there is could be seen."""
    return case.coverage.complete and not case.deleted and not _changed(case)


def unseen(case: Case) -> list[str]:
    """What could not be seen, in words."""
    changed = _changed(case)
    said = [f"{count(len(changed), 'session')} DAMAGED ({some(changed)}): what was there first may be gone"]
    gone = [f"{count(len(case.deleted), 'recording')} deleted by a rule"] if case.deleted else []
    return [*case.coverage.limits, *(said if changed else []), *gone]


def _changed(case: Case) -> tuple[str, ...]:
    """The sessions that do not hold though no gap says where: all of one may have been sealed anew."""
    damaged = (sheet.session for sheet in case.sheets if sheet.verification.status == "DAMAGED")
    return tuple(session for session in damaged if session not in case.coverage.damaged)


def _these(case: Case) -> str:
    return (
        f"session {case.sheets[0].session}" if len(case.sheets) == 1 else count(len(case.sheets), "session")
    )


def _with(case: Case) -> str:
    """What the commands have to have beside what they start."""
    both = case.asked.ran is not None and case.asked.match is not None
    return f" with the text “{case.asked.match}”" if both else ""


def _nothing(case: Case, no: str = "No") -> str:
    if case.asked.ran is not None:
        return f"{no} command{_with(case)} starts “{case.asked.ran}”"
    places = "in no command, on no screen and in no file name"
    return f"{no} command starts “{case.asked.match}”, and the text stands {places}"


def _found(case: Case) -> str:
    match = case.asked.match if case.asked.ran is None else case.asked.ran
    ran = [exhibit for exhibit in case.found if exhibit.ran]
    others = len(case.found) - len(ran)
    verb = "starts" if len(ran) == 1 else "start"
    said = [f"{count(len(ran), 'command')}{_with(case)}{_whose(ran)} {verb} “{match}”{_when(ran)}"]
    if not ran:
        said = [f"No command that could be read starts “{match}”"]
    if others:
        places = count(others, "other place" if ran else "place")
        said.append(f"the text stands in {places}")
    return f"{', and '.join(said)} ({_numbers(case)})."


def _whose(ran: list[Exhibit]) -> str:
    """Whose these are, by the bastion's login."""
    names = sorted({exhibit.person for exhibit in ran if exhibit.person})
    known = all(exhibit.person for exhibit in ran)
    return f" of {some(tuple(names))}" + ("" if known else " and of somebody unknown") if names else ""


def _when(ran: list[Exhibit]) -> str:
    """Since when and until when, on the clock."""
    times = sorted(exhibit.at_ns for exhibit in ran if exhibit.at_ns is not None)
    if not times:
        return ""
    first, last = format_instant(times[0]), format_instant(times[-1])
    return f", at {first}" if len(ran) == 1 else f", the first at {first}, the last at {last}"


def _numbers(case: Case) -> str:
    own, rest = len(case.exhibits), len(case.further)
    said = ["exhibit 1" if own == 1 else f"exhibits 1 to {own}"] if own else []
    said += [f"the table of {count(rest, 'further place')}"] if rest else []
    return " and ".join(said)


def _listed(case: Case) -> str:
    marked = int((case.commands["marks"] != "").sum())
    said = f"{count(len(case.commands), 'command')} could be read"
    carry = "carries" if marked == 1 else "carry"
    said += f", of which {marked:,} {carry} a mark" if marked else ", and none carries a mark"
    return f"{said} ({_numbers(case)})." if case.found else f"{said}."


def _verdict(sheet: Sheet) -> str:
    """In as few words as are true."""
    found = sheet.verification
    unchecked = found.status == "INTACT" and found.signer is None
    return "INTACT but by a signer who was not checked" if unchecked else found.status


def _seen(case: Case) -> str:
    """What was looked at, and what could not be."""
    looked = case.coverage
    verdicts = Counter(_verdict(sheet) for sheet in case.sheets)
    held = ", ".join(f"{number} {status}" for status, number in sorted(verdicts.items()))
    parts = [f"{count(looked.sessions, 'session')}{f' (verified: {held})' if held else ''}"]
    parts += [count(looked.commands, "command")]
    parts += [count(looked.lines, "line")] if looked.lines else []
    parts += [count(looked.transfers, "file operation")] if looked.transfers else []
    rest = "; ".join(unseen(case))
    whole = "everything that was recorded" if case.screens else "every command"
    end = f"could not be seen: {rest}" if rest else f"{whole} could be seen"
    return f"Looked at: {', '.join(parts)}; {end}."
