"""A table as a file for spreadsheets, with a row that says where it is from. Masked unless told otherwise.

One session's rows or many sessions': each row goes through the mask of its own recording.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sessionlens.catalog.search import Hits
from sessionlens.errors import SessionLensError, UsageError
from sessionlens.evidence.origin import manifest_sha256
from sessionlens.masking import Mask, Tally, Wanted
from sessionlens.session.masking import Masking
from sessionlens.session.opening import open
from sessionlens.session.outputs import check_output
from sessionlens.tables.excel import Sheet, csv_value, heads
from sessionlens.tables.html import html_text
from sessionlens.tables.masked import masked_table
from sessionlens.tables.nothing import Nothing
from sessionlens.tables.output import csv_cell
from sessionlens.tables.schema import TABLES
from sessionlens.tables.styling import check_columns

if TYPE_CHECKING:
    from sessionlens.session.session import Session

CSV, XLSX = ".csv", ".xlsx"
LISTED = 200  # recordings that the row names; in .xlsx the second sheet has them all
Opener = Callable[[str], "Session"]


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: how many rows, and how many places were masked (None: no mask was asked)."""

    path: Path
    rows: int
    masked: Tally | None
    cut: int = 0
    """How many texts Excel could not hold whole."""

    def __str__(self) -> str:
        parts = [f"{self.path}: {self.rows:,} row{'s' * (self.rows != 1)}", mask_words(self.masked)]
        return ", ".join([*parts, *cut_words(self.cut)])

    def _repr_html_(self) -> str:
        return html_text(str(self))


def export(
    table: pd.DataFrame,
    path: str | PathLike[str],
    mask: Masking = True,
    overwrite: bool = True,
    opener: Opener = open,
    columns: Sequence[str] | None = None,
) -> Exported:
    """Write a table of ours, or some of its `columns`, as `.xlsx` or `.csv`; no half file is left.

    Raises UsageError for another suffix, for columns that are not there, for more rows than Excel has, where
    XlsxWriter is missing, and for a path inside a recording.
    """
    check_columns(table, columns)
    target, frame = Path(path), pd.DataFrame(table)
    check_output(target, XLSX, CSV, overwrite=overwrite)
    writer = excel_writer() if target.suffix.lower() == XLSX else None
    rows, tally = masked_rows(frame, mask, opener)
    masked = None if mask is False else tally
    rows = rows if columns is None else rows[list(columns)]
    said = [*provenance(frame, masked), *looked_at(table)]
    cut = 0
    with written(target) as made:
        if writer is None:
            made.write_bytes(csv_text(rows, said, origins(frame)).encode("utf-8", "backslashreplace"))
        else:
            cut = workbook(writer, made, rows, said, origins(frame))
    return Exported(target, len(rows), masked, cut)


def masked_rows(frame: pd.DataFrame, mask: Masking, opener: Opener) -> tuple[pd.DataFrame, Tally]:
    """The rows, each as the mask of its own recording leaves it, and what was masked."""
    rows, tally = frame.reset_index(drop=True), Tally()
    if mask is False:
        return rows, tally
    if rows["recording"].isna().any():
        raise UsageError(
            "rows without a recording cannot be masked: name it in that column (mask=False: as it is)"
        )
    parts = []
    for path, own in rows.groupby("recording", sort=False):
        parts.append(masked_part(own, str(path), mask, opener))
        tally.update(parts[-1].attrs.pop("masked", {}))
    return (pd.concat(parts).sort_index() if parts else rows), tally


def masked_part(own: pd.DataFrame, path: str, mask: Masking, opener: Opener) -> pd.DataFrame:
    """Rows of one recording; of one that cannot be opened why not, which may quote it."""
    try:
        session = opener(path)
    except SessionLensError as error:
        if "kind" in own and (own["kind"] == "unreadable").all():
            out, tally = masked_table(own, Mask(Wanted()))
            out.attrs["masked"] = dict(tally)
            return out
        raise UsageError(
            f"{path}: cannot be opened, and so not be masked ({error}); mask=False writes it as it is"
        ) from error
    return session.masked(own, mask)


def provenance(frame: pd.DataFrame, masked: Tally | None) -> list[str]:
    """What this is a table of, in a few cells; the recordings come after it."""
    sessions = frame["session"].nunique()
    return [
        f"SessionLens {version('sessionlens')}",
        f"table {table_name(frame)}",
        f"{len(frame):,} row{'s' * (len(frame) != 1)}",
        f"{sessions:,} session{'s' * (sessions != 1)}",
        mask_words(masked),
        "times are UTC, durations h:mm:ss",
    ]


def looked_at(table: pd.DataFrame) -> list[str]:
    """What a search or an empty table says of itself: no rows alone do not mean that nothing is there."""
    if isinstance(table, Hits):
        return [table.coverage.sentence(len(table))]
    return [table.said] if isinstance(table, Nothing) else []


def origins(frame: pd.DataFrame) -> pd.DataFrame:
    """Each recording of these rows: its session, its name and the SHA-256 of its MANIFEST."""
    pairs = frame[["session", "recording"]].dropna().drop_duplicates()
    paths = [Path(path) for path in pairs["recording"]]
    hashes = [manifest_sha256(path) or "no MANIFEST" for path in paths]
    names = [path.name for path in paths]
    return pd.DataFrame({"session": [*pairs["session"]], "name": names, "manifest_sha256": hashes})


def table_name(frame: pd.DataFrame) -> str:
    """Which of our tables this is, or some columns of which."""
    names = set(map(str, frame.columns))
    whole = [name for name, columns in TABLES.items() if names == {c.name for c in columns}]
    parts = [name for name, columns in TABLES.items() if names < {c.name for c in columns}]
    return next(iter(whole), f"{parts[0]} (some columns)" if len(parts) == 1 else "of its own columns")


def mask_words(masked: Tally | None) -> str:
    """What was masked, in words."""
    return "not masked" if masked is None else str(masked) or "nothing had to be masked"


def cut_words(cut: int) -> list[str]:
    """How many texts were cut, if any."""
    return [f"{cut:,} text{'s' * (cut != 1)} cut at Excel's limit: .csv has all"] if cut else []


def csv_text(rows: pd.DataFrame, said: list[str], recordings: pd.DataFrame) -> str:
    """The row of provenance, the heads, the rows."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([csv_cell(text) for text in [*said, *listed(recordings)]])
    writer.writerow([csv_cell(name) for name in heads(rows)])
    columns = [[csv_value(value) for value in rows.iloc[:, at]] for at in range(len(rows.columns))]
    writer.writerows(zip(*columns, strict=True))
    return "\ufeff" + out.getvalue()


def listed(recordings: pd.DataFrame) -> Iterator[str]:
    """`1f2e3d4c MANIFEST SHA-256 …` of each recording."""
    for session, _, digest in recordings.head(LISTED).itertuples(index=False):
        yield f"{session} {digest}" if digest == "no MANIFEST" else f"{session} MANIFEST SHA-256 {digest}"
    if len(recordings) > LISTED:
        yield f"and {len(recordings) - LISTED:,} more recordings"


def excel_writer() -> Any:
    """XlsxWriter. Raises UsageError where it is missing."""
    try:
        import xlsxwriter
    except ImportError:
        raise UsageError(
            "an .xlsx file needs XlsxWriter, which is not installed: pip install XlsxWriter; "
            "a .csv file needs nothing"
        ) from None
    return xlsxwriter


def workbook(writer: Any, path: Path, rows: pd.DataFrame, said: list[str], recordings: pd.DataFrame) -> int:
    """Two sheets: the table below its row of provenance, and the recordings. How many texts were cut."""
    never = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = writer.Workbook(str(path), never)
    book.set_properties({"created": datetime.now(UTC), "comments": "; ".join(said)})
    sheet, origin = Sheet(book, "table"), Sheet(book, "recordings")
    sheet.table(rows, first=1)
    sheet.line(0, [*said, *cut_words(sheet.cut), *listed(recordings)])
    origin.table(recordings)
    book.close()
    return sheet.cut


@contextmanager
def written(target: Path) -> Iterator[Path]:
    """A file beside the target that takes its place once it is whole. Raises UsageError."""
    try:
        with tempfile.TemporaryDirectory(prefix=".sessionlens-", dir=target.parent) as folder:
            made = Path(folder) / f"table{target.suffix}"
            yield made
            made.replace(target)
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error.strerror or error}; choose another place") from error
