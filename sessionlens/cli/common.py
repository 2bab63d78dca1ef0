"""What several commands share: arguments, the form of the output, warnings, progress."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sessionlens.catalog.corpus import Corpus, instant, nobody, worded
from sessionlens.catalog.search import count
from sessionlens.catalog.unread import lost, notes, untyped
from sessionlens.cli.masking import mask_arguments
from sessionlens.errors import UsageError
from sessionlens.session import Session, corpus, open
from sessionlens.session.opening import by_session, named
from sessionlens.session.refs import Ref
from sessionlens.tables.output import to_csv, to_json, to_text, worth_showing
from sessionlens.visible import visible

LAST_COLUMN = 30  # cells that a command or a line of text should have


def say(text: str = "") -> None:
    """One line on standard output, at once: people watch it through pipes too."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def recording_argument(parser: argparse.ArgumentParser) -> None:
    """The recording or folder that a command works on, and the key for what is sealed in it."""
    parser.add_argument("path", help="a recording, or a folder of recordings")
    parser.add_argument(
        "--session", metavar="SESSION8", help="only this one of them: the 8 digits that the tables show"
    )
    identity_argument(parser)
    zone_argument(parser)


def zone_argument(parser: argparse.ArgumentParser) -> None:
    """--tz: the zone that the person at the command line thinks in."""
    parser.add_argument(
        "--tz",
        metavar="ZONE",
        help="read dates and times without a zone in this one, as in Asia/Kolkata or +05:30, and show it "
        "beside UTC",
    )


def choose(arguments: argparse.Namespace) -> None:
    """Take the recording that --session names, where it was given, for the path."""
    session = getattr(arguments, "session", None)
    if session is not None:
        ref = Ref.parse(session)
        if ref is None:
            raise UsageError(f"--session {session!r}: a session is named by 8 hex digits, as in the tables")
        arguments.path = str(by_session(ref.session, named(arguments.path)))
        arguments.session = None


def one_recording_argument(parser: argparse.ArgumentParser) -> None:
    """The one recording that a command works on."""
    parser.add_argument("path", help="a recording, a folder that holds just one, or a ref from a table")
    parser.add_argument("--channel", type=int, help="its number (default: the first that has a terminal)")
    identity_argument(parser)
    zone_argument(parser)


def identity_argument(parser: argparse.ArgumentParser) -> None:
    """--identity: who may read what was typed; once for each key that is needed."""
    parser.add_argument(
        "--identity",
        metavar="FILE",
        action="append",
        help="private key for what was typed, if it is sealed; again for more keys",
    )


def output_argument(parser: argparse.ArgumentParser, kind: str, *, required: bool) -> None:
    """Where a picture or a video goes."""
    parser.add_argument("-o", "--output", type=Path, required=required, metavar=kind, help="file to write")
    parser.add_argument("--force", action="store_true", help="replace the file if it is there")


def theme_argument(parser: argparse.ArgumentParser) -> None:
    """--theme: the colours of a picture."""
    parser.add_argument(
        "--theme",
        choices=("dark", "light", "high-contrast", "recording"),
        default="dark",
        help="colours; recording: dark, in those that the recording itself set",
    )


def filter_arguments(parser: argparse.ArgumentParser) -> None:
    """--user, --since and --until: whose sessions, and when."""
    parser.add_argument("--user", help="only sessions of this person")
    parser.add_argument("--since", help="from this date or time on (UTC, or --tz, unless it names a zone)")
    parser.add_argument("--until", help="to this date (its end) or time")


def filters(arguments: argparse.Namespace) -> dict[str, str | None]:
    """What was said with them."""
    return {name: getattr(arguments, name) for name in ("user", "since", "until")}


def read_filters(arguments: argparse.Namespace) -> list[str]:
    """How they were read, in words."""
    return worded(arguments.user, instant(arguments.since), instant(arguments.until, end_of_day=True))


def form_arguments(parser: argparse.ArgumentParser) -> argparse._MutuallyExclusiveGroup:
    """--json, --csv and --wide: who is to read the output; a command may add its own form to the group."""
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="exact, for programs: a list of objects")
    form.add_argument(
        "--csv", action="store_true", help="for spreadsheets: a text that is a formula gets an apostrophe"
    )
    mask_arguments(parser)
    form.add_argument("--wide", action="store_true", help="do not fit the table to the width of the terminal")
    return form


def print_table(
    table: pd.DataFrame,
    columns: Sequence[str],
    arguments: argparse.Namespace,
    first_to_go: Sequence[str] = (),
) -> None:
    """The table in the form that was asked for; people see `columns`, programs get all.

    On a narrow terminal the columns of `first_to_go` leave, in that order, before the last one is cut.
    """
    if arguments.json:
        say(to_json(table))
    elif arguments.csv:
        sys.stdout.flush()
        sys.stdout.buffer.write(to_csv(table).encode("utf-8"))
    elif len(table):
        several = single(arguments.path) is None and "session" not in columns
        wanted = [c for c in (["session", *columns] if several else columns) if worth_showing(table, c)]
        limit = None if arguments.wide else width()
        say(to_text(table, fitting(table, wanted, first_to_go, limit), limit))


def print_coverage(coverage: dict[str, Any], arguments: argparse.Namespace) -> None:
    """What was looked at: a sentence for people; for programs an object on standard error, since the list on
    standard output has a row a match and nothing else."""
    if arguments.json or arguments.csv or getattr(arguments, "jsonl", False):
        sys.stderr.write(json.dumps({"coverage": coverage}) + "\n")
    else:
        say(coverage["said"])


def fitting(
    table: pd.DataFrame, columns: list[str], first_to_go: Sequence[str], limit: int | None
) -> list[str]:
    """The columns that leave the last one room for some words."""
    for name in first_to_go:
        taken = max(map(len, to_text(table, columns[:-1]).split("\n")))
        if limit is None or taken + LAST_COLUMN <= limit:
            break
        columns = [c for c in columns if c != name]
    return columns


def width() -> int | None:
    """Columns of the terminal; None on a pipe, where nothing is cut."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def warn_of_gaps(session: Session) -> None:
    """Say on standard error that a recording is not whole, whatever is made of it."""
    for text in untyped(session.gaps):
        sys.stderr.write(f"sessionlens: {visible(text)}\n")
    if len(gaps := lost(session.gaps)):
        first = visible(str(gaps["text"].iloc[0]))
        more = f" (and {len(gaps) - 1} more)" if len(gaps) > 1 else ""
        sys.stderr.write(f"sessionlens: this recording has gaps: {first}{more}; see `sessionlens info`\n")


def counted(table: pd.DataFrame, what: str) -> str:
    """How many rows, and of which kinds: `3 events: 2 cancelled, 1 erased`."""
    kinds = ", ".join(f"{number} {kind}" for kind, number in table["kind"].value_counts().items())
    return f"{count(len(table), what)}{f': {kinds}' if kinds else ''}"


def other_kinds(table: pd.DataFrame, every: pd.DataFrame) -> list[str]:
    """Where nothing is of the kinds that were asked for, which there are."""
    there = sorted(set(every["kind"])) if not len(table) else []
    return [f"there are: {visible(', '.join(there))}"] if there else []


def limits(source: Session | Corpus, user: str | None = None) -> list[str]:
    """What could not be read, for the last line of a table; and that nobody is called `user`, if so."""
    many = isinstance(source, Corpus) and len(source) > 1
    return [*notes(source.gaps, many), *unknown(source, user)]


def unknown(source: Session | Corpus, user: str | None) -> tuple[str, ...]:
    """That no session is of this person, if so."""
    every = [source] if isinstance(source, Session) else list(source)
    return nobody(user, (each.info.person for each in every))


def single(path: str) -> Path | None:
    """The path if it is one recording or a ref; None for a folder of several recordings, those that cannot be
    opened included."""
    from sessionlens.formats import survey

    folder = named(path)
    found, unseen = survey(folder) if folder.is_dir() else ([], {})
    return None if found and len(found) + len(unseen) > 1 else folder


def chosen(arguments: argparse.Namespace) -> Session | Corpus:
    """The recording that was named, or all of the folder."""
    opener = corpus if single(arguments.path) is None else open
    return opener(arguments.path, identity=arguments.identity)


def progress(what: str) -> Callable[[int, int], None] | None:
    """A progress line on standard error, where that is a terminal."""
    if not sys.stderr.isatty():
        return None
    began = time.monotonic()

    def show(done: int, total: int) -> None:
        share = done / total if total else 1.0
        bar = "█" * round(share * 30)
        end = "\n" if done >= total else ""
        seconds = time.monotonic() - began
        sys.stderr.write(f"\r{what} {bar:<30} {share:4.0%} {seconds:5.1f} s{end}")
        sys.stderr.flush()

    return show
