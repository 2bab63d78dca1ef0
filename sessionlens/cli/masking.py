"""--mask and --no-mask: what is written to a file is masked, a terminal or another program reads all."""

from __future__ import annotations

import argparse
import os
import stat
import sys
from collections.abc import Mapping

import pandas as pd

from sessionlens.catalog.corpus import Corpus
from sessionlens.masking import Tally
from sessionlens.session import Session


def mask_arguments(parser: argparse.ArgumentParser) -> None:
    """What is masked where the output goes into a file."""
    parser.add_argument(
        "--mask", metavar="REGEX", action="append", default=None, help="mask this too; again for more"
    )
    parser.add_argument(
        "--no-mask", action="store_true", help="leave passwords, keys, tokens and card numbers readable"
    )


def wanted(arguments: argparse.Namespace, *, written: bool) -> list[bool | str]:
    """What `mask=` is to be; `written`: it is for a file."""
    return [written and not arguments.no_mask, *(arguments.mask or ())]


def to_a_file() -> bool:
    """Does standard output go into a file? What goes through a pipe is read by a program, which needs it
    exact."""
    try:
        return stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode)
    except (OSError, ValueError):  # it has no descriptor, or is closed
        return False


def masked(table: pd.DataFrame, source: Session | Corpus, arguments: argparse.Namespace) -> pd.DataFrame:
    """The table as it may be printed; what was masked is said on standard error."""
    what = wanted(arguments, written=to_a_file())
    if what == [False]:
        return table
    out = source.masked(table, what)
    tell(out.attrs["masked"])
    return out


def tell(found: Mapping[str, int]) -> None:
    """`3 places masked: 2 password, 1 token`."""
    if found:
        sys.stderr.write(f"sessionlens: {Tally(found)} (--no-mask shows what the rules found)\n")
