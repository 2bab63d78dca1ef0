"""From tables to what an analyst, or a rule of ours, has to say in a video: findings and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sessionlens.errors import UsageError
from sessionlens.render.remarks import Remark

if TYPE_CHECKING:
    from sessionlens.session.session import Session

TIMES = ("start", "time", "t", "start_utc")
WORDS = ("name", "mark", "note", "text", "kind")


def remarks(
    session: Session, findings: bool | pd.DataFrame, notes: pd.DataFrame | None
) -> list[Remark] | None:
    """What there is to burn in; None where nothing was asked for.

    `findings` True: our own marks. A table has a time (`start`, `time`, `t` or `start_utc`), words (`name`,
    `mark`, `note`, `text` or `kind`) and, if it likes, `severity` and `end`. Raises UsageError for a table
    without times or words.
    """
    if findings is False and notes is None:
        return None
    found = own(session) if findings is True else []
    if isinstance(findings, pd.DataFrame):
        found += of_table(session, findings)
    return found + (of_table(session, notes) if notes is not None else [])


def own(session: Session) -> list[Remark]:
    """Our marks, each from its command's start until the next command."""
    commands = session.main.extraction.commands
    starts = sorted(c.start_ns for c in commands)
    return [
        Remark(
            (begin := commands[found.command_index].start_ns),
            f"{found.mark}: {found.why}",
            found.severity,
            next((t for t in starts if t > begin), session.recording.duration_ns + 1),
            by_rule=True,
        )
        for found in session.main.findings
    ]


def of_table(session: Session, table: pd.DataFrame) -> list[Remark]:
    """The rows of this session that have a time."""
    when, words = (next((name for name in names if name in table), None) for names in (TIMES, WORDS))
    if when is None or words is None:
        wanted = f"a time ({', '.join(TIMES)}) and words ({', '.join(WORDS)})"
        raise UsageError(
            f"no remarks can be made of columns {', '.join(map(str, table))}: they need {wanted}"
        )
    if "session" in table:
        table = table[table["session"] == session.info.session]
    return [
        Remark(
            session.time(row[when]),
            str(row[words]),
            str(row["severity"]).lower() if "severity" in row and pd.notna(row["severity"]) else "note",
            session.time(row["end"]) if "end" in row and pd.notna(row["end"]) else None,
        )
        for _, row in table[table[when].notna()].iterrows()
    ]
