"""sessionlens info: who, from where, to where, when, how; and what cannot be read."""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from sessionlens.catalog.corpus import Corpus
from sessionlens.catalog.search import count
from sessionlens.catalog.unread import UNREADABLE, lost, untyped
from sessionlens.cli.common import form_arguments, print_table, recording_argument, say
from sessionlens.cli.masking import masked, to_a_file, wanted
from sessionlens.session import Session, corpus, open
from sessionlens.visible import visible

SESSIONS = (
    "session", "start_utc", "duration", "person", "account", "target", "client",
    "reason", "ended", "held_for",
    "channels", "commands", "findings", "transfers", "flags", "gaps", "recording",
)  # fmt: skip
FIRST_TO_GO = (
    "ended",
    "client",
    "transfers",
    "channels",
    "target",
    "account",
    "duration",
    "findings",
    "flags",
    "commands",
    "held_for",
    "reason",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    recording_argument(parser)
    form_arguments(parser)


def flagged(session: Session) -> str:
    """`3 places where a viewer could have missed something: concealed 2 (high), title 1 (medium)`."""
    kinds = Counter(zip(session.flags["kind"], session.flags["severity"], strict=True))
    said = ", ".join(f"{kind} {number} ({severity})" for (kind, severity), number in kinds.items())
    places = count(len(session.flags), "place")
    return f"{places} where a viewer could have missed something: {said}"


def unopened(case: Corpus) -> list[str]:
    """`could not be opened: PATH: why`, each of them."""
    return [visible(f"could not be opened: {path}: {why}") for path, why in case.unreadable.items()]


def run(arguments: argparse.Namespace) -> int:
    case = corpus(arguments.path, identity=arguments.identity)
    if arguments.json or arguments.csv:
        print_table(masked(case.sessions, case, arguments), SESSIONS, arguments)
        for said in unopened(case):
            sys.stderr.write(f"sessionlens info: {said}\n")
        return 0
    if len(case.paths) == 1 and not case.unreadable:
        session = open(arguments.path, identity=arguments.identity)
        say(session.mask(wanted(arguments, written=to_a_file())).text(repr(session)))
        if len(session.transfers):
            said = count(len(session.transfers), "file operation")
            say(f"  files     {said} by sftp or scp; see `sessionlens transfers`")
        if len(session.flags):
            say(f"  flags     {flagged(session)}; see `sessionlens flags`")
    else:
        print_table(masked(case.sessions, case, arguments), SESSIONS, arguments, FIRST_TO_GO)
        for text in untyped(case.gaps, many=True):
            say(f"  {visible(text)}")
        for keys in case.sessions.loc[case.sessions["input"] == "sealed", "sealed_for"].dropna().unique():
            say(f"  sealed for {visible(keys)}")
        inside = lost(case.gaps)
        for gap in inside[inside["kind"] != UNREADABLE].itertuples():
            say(f"  gap in {visible(str(gap.session))}: {visible(str(gap.text))}")
        for said in unopened(case):
            say(f"  {said}")
    lacks = f", {len(case.unreadable):,} could not be opened" if case.unreadable else ""
    gaps = len(lost(case.gaps)) - len(case.unreadable)
    say(f"{count(len(case), 'session')}, {count(gaps, 'gap')}{lacks}")
    return 0
