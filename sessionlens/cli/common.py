"""What several commands share: the recording argument, the form of the output, progress."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from sessionlens.tables.output import to_csv, to_json, to_text


def say(text: str = "") -> None:
    """One line on standard output, at once: people watch it through pipes too."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def recording_argument(parser: argparse.ArgumentParser) -> None:
    """The recording or folder that a command works on."""
    parser.add_argument("path", help="a recording, a folder of recordings, or a ref from a table")


def form_arguments(parser: argparse.ArgumentParser) -> None:
    """--json, --csv and --wide: who is to read the output."""
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="exact, for programs: a list of objects")
    form.add_argument("--csv", action="store_true", help="for spreadsheets: UTF-8, no cell starts a formula")
    form.add_argument("--wide", action="store_true", help="do not cut lines at the width of the terminal")


def print_table(table: pd.DataFrame, columns: Sequence[str], arguments: argparse.Namespace) -> None:
    """The table in the form that was asked for; people see `columns`, programs get all."""
    if arguments.json:
        say(to_json(table))
    elif arguments.csv:
        sys.stdout.flush()
        sys.stdout.buffer.write(to_csv(table).encode("utf-8"))
    elif len(table):
        several = table["session"].nunique() > 1 and "session" not in columns
        shown = ["session", *columns] if several else list(columns)
        say(
            to_text(table, [c for c in shown if worth_showing(table, c)], None if arguments.wide else width())
        )


def worth_showing(table: pd.DataFrame, column: str) -> bool:
    """Whether a column says anything at all in this table."""
    return bool((table[column].notna() & (table[column].astype("string") != "")).any())


def width() -> int | None:
    """Columns of the terminal; None on a pipe, where nothing is cut."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def single(path: str) -> Path | None:
    """The path if it is one recording or a ref; None for a folder of several recordings."""
    from sessionlens.formats import find

    folder = Path(path)
    return None if folder.is_dir() and len(find(folder)) > 1 else folder


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
