"""What was looked at and found: coverage, verification, findings, gaps, commands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

import pandas as pd

from sessionlens.catalog.search import count
from sessionlens.reporting.answer import unseen
from sessionlens.reporting.markup import Markup, element, facts, items, join, paragraphs, table, text
from sessionlens.reporting.model import Case, Sheet
from sessionlens.tables.output import shown

NOTHING = "nothing: all that was recorded could be seen"


def coverage(case: Case) -> Markup:
    """What was looked at, session by session, and what was not."""
    heads = (
        ("session", "Session"), ("wide", "Person and account"), ("count", "Commands"),
        *((("count", "Lines"),) if case.screens else ()), ("unseen", "What could not be seen, and why"),
    )  # fmt: skip
    rows = (
        [
            s.session,
            s.who,
            f"{s.coverage.commands:,}",
            *([f"{s.coverage.lines:,}"] * case.screens),
            _unseen(s),
        ]
        for s in case.sheets
    )
    lines = (
        "A line is a line of text that stood on a screen at any time, also if it was erased."
        if case.screens
        else "Commands were looked at, and not what else stood on the screen."
    )
    parts = [paragraphs(f"“Nothing found” and “could not see” are not the same answer. {lines}")]
    if case.sheets:
        parts.append(table(f"{count(len(case.sheets), 'session')} looked at", heads, rows))
    if case.coverage.notes:
        parts.append(paragraphs("On request: " + "; ".join(case.coverage.notes) + "."))
    if case.coverage.nameless:
        names = ", ".join(case.coverage.nameless)
        parts.append(paragraphs(f"Not looked at, because the recording does not say whose it is: {names}."))
    parts += _lost(case)
    whole = unseen(case)
    parts.append(paragraphs(f"Over all could not be seen: {'; '.join(whole) if whole else NOTHING}."))
    return join(parts)


def _unseen(sheet: Sheet) -> Markup:
    limits = sheet.coverage.limits
    return items(limits) if limits else text(NOTHING)


def _lost(case: Case) -> list[Markup]:
    parts = []
    if case.unreadable:
        heads = (("what", "Recording"), ("why", "Why it could not be opened"))
        parts.append(table("Recordings that could not be opened", heads, case.unreadable))
    if case.deleted:
        heads = (("what", "Recording"), ("why", "What its tombstone says"))
        parts.append(table("Recordings that a rule deleted", heads, case.deleted))
    return parts


def verification(case: Case) -> Markup:
    """Does each recording hold, and who vouches for it?"""
    if not case.sheets:
        return paragraphs("No recording was looked at.")
    parts = [
        paragraphs(
            "INTACT: every byte is as it was when the recorder sealed it. DAMAGED: something does not "
            "hold, at the place named. CANNOT TELL: it can be read, but nothing shows whether it was "
            "changed."
        )
    ]
    same = Counter(said for sheet in case.sheets for said in _general(sheet))
    common = [said for said, often in same.items() if often > 1]
    heads = (("session", "Session"), ("why", "Verdict and seal"), ("sha", "SHA-256"))
    parts.append(table("Each recording", heads, (_verdict(sheet, common) for sheet in case.sheets)))
    numbered = [f"({number}) {said}" for number, said in enumerate(common, 1)]
    return join([*parts, *map(paragraphs, numbered)])


def _general(sheet: Sheet) -> list[str]:
    """What a verdict says that may be true of many recordings, each once."""
    found = sheet.verification
    summary = [found.summary] if found.summary != found.status else []
    nobody = [] if found.signer else ["No signer was checked: nobody vouches for a seal."]
    key = [f"Key {found.fingerprint}."] if found.fingerprint and not found.signer else []
    return list(dict.fromkeys([*summary, found.meaning, *nobody, *key, *found.notes]))


def _verdict(sheet: Sheet, common: Sequence[str]) -> list[str]:
    """A row; what is said of several recordings stands once, below the table, by its number."""
    found = sheet.verification
    said = _general(sheet)
    own = [each for each in said if each not in common]
    numbers = " ".join(f"({common.index(each) + 1})" for each in said if each in common)
    wrong = [problem.text for problem in found.problems]
    head = join([element("b", found.status), f" {numbers}" if numbers else ""])
    lines = join([head, " ".join(own)], "\n") if own else head
    return [
        sheet.session,
        join([lines, items(wrong) if wrong else ""]),
        f"{sheet.seal.sha256}\n(of the {sheet.seal.of})" if sheet.seal else "none",
    ]


def sessions(case: Case) -> Markup:
    """Who, when, from where, to where; all that is known of those with exhibits or something special."""
    if len(case.sheets) < 2:
        return _details(case.sheets) if case.sheets else paragraphs("No session was looked at.")
    shown = {one.session for one in case.exhibits}
    heads = (
        ("session", "Session"), ("when", "Start and duration"), ("wide", "Person, account, target"),
        ("wide", "Client and login"), ("why", "End and format"),
    )  # fmt: skip
    rows = ([s.session, s.when, s.who, *s.brief] for s in case.sheets)
    said = (
        "All that is known follows for sessions with an exhibit, and where somebody let the person in, "
        "watched or holds the recording, or something is missing."
    )
    more = [sheet for sheet in case.sheets if sheet.notable or sheet.session in shown]
    parts = [table(count(len(case.sheets), "session"), heads, rows)]
    return join([*parts, paragraphs(said), _details(more)] if more else parts)


def _details(sheets: Iterable[Sheet]) -> Markup:
    blocks = [facts(f"Session {sheet.session}", sheet.facts) for sheet in sheets]
    return element("div", *blocks, class_="pairs") if len(blocks) > 1 else join(blocks)


def findings(case: Case) -> Markup:
    """Marks on commands."""
    parts = []
    if len(case.findings):
        heads = (
            ("session", "Session"), ("when", "Time"), ("severity", "Severity"), ("why", "Mark"),
            ("command", "Command"), ("ref", "Ref"),
        )  # fmt: skip
        rows = (
            [r["session"], moment(r), r["severity"], f"{r['mark']}: {r['why']}", r["command"], r["ref"]]
            for r in _rows(case.findings)
        )
        parts = [table(count(len(case.findings), "mark"), heads, rows)]
    return join(
        [
            paragraphs(
                "A mark is a reason to look at a command, by its words; it is no verdict, and the "
                "severity says how urgently to look."
            ),
            *(parts or [paragraphs("No command carries a mark.")]),
            _flags(case),
        ]
    )


def _flags(case: Case) -> Markup:
    said = [(sheet.session, *sheet.flags) for sheet in case.sheets if sheet.flags[0]]
    if not said:
        return paragraphs("Nothing was printed in a way that a viewer could have missed.")
    places = "; ".join(f"{every} in session {name}{_high(high)}" for name, every, high in said)
    return paragraphs(f"Places where a viewer of the screen could have missed something: {places}.")


def _high(number: int) -> str:
    return f" ({number} of severity high)" if number else ""


def gaps(case: Case) -> Markup:
    """What is damaged, missing, or cannot be trusted."""
    if not len(case.gaps):
        return paragraphs("There are none: nothing is damaged or missing, and every clock can be trusted.")
    heads = (("session", "Session"), ("what", "Kind"), ("ref", "File and byte"), ("why", "What it is"))
    rows = ([r["session"], r["kind"], _file(r), r["text"]] for r in _rows(case.gaps))
    return table(count(len(case.gaps), "gap"), heads, rows)


def _file(row: dict[str, Any]) -> str:
    at = shown(row["offset"])
    return shown(row["file"]) + (f", byte {at}" if at else "")


def commands(case: Case) -> Markup:
    """The appendix: every command of every session that was looked at, within the filters."""
    if not len(case.commands):
        return paragraphs("No command could be read.")
    heads = (
        ("n", "No."), ("when", "Time"), ("command", "Command"), ("exit", "Exit"), ("known", "How known"),
        ("ref long", "Ref"),
    )  # fmt: skip
    parts = []
    order = {sheet.session: place for place, sheet in enumerate(case.sheets)}
    began = {sheet.session: sheet.when.partition("\n")[0] for sheet in case.sheets}
    rows = sorted(_rows(case.commands), key=lambda row: (order[row["session"]], row["session"], row["n"]))
    for name, own in groupby(rows, key=lambda row: row["session"]):
        listed = [
            [
                shown(r["n"]), shown(r["start_utc"]) or moment(r), r["command"], shown(r["exit_code"]) or "–",
                f"{r['source']}, {r['confidence']}", r["ref"],
            ]
            for r in own
        ]  # fmt: skip
        caption = f"Session {name}, {began[name]}: {count(len(listed), 'command')}"
        parts.append(table(caption, heads, listed))
    note = "Exit –: the recording does not tell. How known: the source of the text, and the confidence in it."
    return join([paragraphs(note), *parts])


def moment(row: dict[str, Any]) -> str:
    """When a row was: on the clock where it is known, and since the session began."""
    clock = shown(row["start_utc"])
    since = f"{shown(row['start'])} since the start"
    return f"{clock}\n{since}" if clock else since


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows with text for all that is text."""
    return [
        {str(name): "" if value is pd.NA else value for name, value in row.items()}
        for row in table.to_dict("records")
    ]


def masking(case: Case) -> Markup:
    """What was masked."""
    if case.masked is None:
        return paragraphs(
            "Not masked: passwords, keys, tokens and card numbers stand here as they were recorded."
        )
    said = (
        f"In the texts of this page {case.masked}."
        if case.masked
        else "Nothing had to be masked in its texts."
    )
    return paragraphs(
        "Private keys, passwords, tokens and card numbers are masked, in texts as [masked: kind], in "
        f"pictures by amber cells. {said} A place is counted wherever it stands, so one secret may be "
        "several places; what is masked in a picture is said below it. What was typed without echo is "
        "nowhere in this page."
    )
