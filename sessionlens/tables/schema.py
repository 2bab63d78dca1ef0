"""Every table that SessionLens hands out: its columns, their dtypes, units and meaning.

The one place that names a column. `conform` makes a DataFrame of exactly these columns and dtypes, so
that an empty table concatenates, filters and plots like a full one. Times since the start of a session
are Timedelta (ns); instants are Timestamp in UTC; both are NaT where they are not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

ELAPSED = "timedelta64[ns]"
INSTANT = "datetime64[ns, UTC]"
TEXT = "string"
COUNT = "Int64"
FLAG = "boolean"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its pandas dtype, and what it says (with its unit)."""

    name: str
    dtype: str
    meaning: str


def columns(*rows: tuple[str, str, str]) -> tuple[Column, ...]:
    """Columns from (name, dtype, meaning)."""
    return tuple(Column(*row) for row in rows)


WHERE_FROM = columns(
    ("session", TEXT, "the session's 8 hex digits; the same in file names, refs and videos"),
    ("recording", TEXT, "path of the recording, as `open` takes it"),
)
CHANNEL = columns(("channel", COUNT, "number of the SSH channel, from 0 in the order of opening"))

SESSIONS = WHERE_FROM + columns(
    ("person", TEXT, "who was authenticated at the bastion"),
    ("account", TEXT, "the account on the target; never the person"),
    ("target", TEXT, "the target's name"),
    ("client", TEXT, "address and port that the person came from"),
    ("start_utc", INSTANT, "start of the session"),
    ("end_utc", INSTANT, "end of the session, of its last recorded event"),
    ("duration", ELAPSED, "from the first to the last recorded event"),
    ("method", TEXT, "how the person was authenticated"),
    ("key", TEXT, "fingerprint of the person's key"),
    ("actor", TEXT, "interactive, automated or unknown"),
    ("reason", TEXT, "reason or ticket that the person gave at the login"),
    ("acknowledged", FLAG, "the notice was acknowledged by typing; missing: that was not asked"),
    ("allowed_by", TEXT, "second person who let the session go on (four eyes), and why"),
    ("watched_by", TEXT, "who followed it while it ran, and why"),
    ("ended", TEXT, "how it ended, as the recording's last line says"),
    ("held_for", TEXT, "cases that need the recording: retention leaves it"),
    ("channels", COUNT, "number of SSH channels"),
    ("commands", COUNT, "number of commands found"),
    ("findings", COUNT, "number of marks on those commands"),
    ("transfers", COUNT, "number of files that went up or down by sftp or scp"),
    ("flags", COUNT, "number of places where a viewer could have missed something"),
    ("gaps", COUNT, "number of places that are damaged or missing, or cannot be trusted; 0 is what you want"),
    (
        "input",
        TEXT,
        "how what was typed is stored: plain, sealed, opened (sealed, with its key), off",
    ),
    ("sealed_for", TEXT, "public keys, `age1…`, that it is sealed for"),
    ("format", TEXT, "format of the recording"),
)

# what is looked at first stands first; plain pandas shows both ends, so the last ones are narrow
COMMANDS = columns(
    ("n", COUNT, "number of the command in its session, from 1"),
    ("command", TEXT, "what the shell, REPL or editor ran, exactly, but for blanks at its end"),
    ("start", ELAPSED, "submission (the Enter that ended the line) since the session began"),
    ("output", TEXT, "what it printed, as lines of text (docs/commands.md says what else is in it)"),
    ("exit_code", COUNT, "exit code where known"),
    ("confidence", TEXT, "high, medium or low (docs/commands.md)"),
    ("marks", TEXT, "names of the marks on it, comma separated"),
    ("context", TEXT, "where it ran, outermost first: `bash > ssh > python`"),
    ("person", TEXT, "who was authenticated at the bastion"),
    ("host", TEXT, "host, where the prompt or the session says so"),
    ("user", TEXT, "account, where the prompt or the session says so"),
    ("cwd", TEXT, "working directory, where the prompt or a mark says so"),
    ("source", TEXT, "how the text is known: screen, marks, keys or exec"),
    ("language", TEXT, "of a line typed to a REPL: python, sqlite, mysql, psql, node …"),
    (
        "typed",
        TEXT,
        "the line as it was typed and echoed, where the shell or the editor replaced something in it before "
        "it ran: `!!`, `!$`, vim's `%`; empty where it is `command`, or where nobody knows",
    ),
    ("taken", ELAPSED, "when the shell took the line: later than `start` where it was typed ahead"),
    ("end", ELAPSED, "when it ended (the next prompt came), where known"),
    ("duration", ELAPSED, "how long it ran: end - taken"),
    ("start_utc", INSTANT, "submission as an instant"),
    ("end_utc", INSTANT, "end as an instant"),
    ("output_bytes", COUNT, "bytes that it printed"),
    ("fullscreen", FLAG, "it took over the whole screen (vim, less, htop)"),
    ("opened", TEXT, "what a full-screen program was opened on: its operands"),
    ("hidden", FLAG, "it was typed while echo was off"),
    ("ref", TEXT, "session/channel/stream:first-last, a byte range that survives versions"),
    *((c.name, c.dtype, c.meaning) for c in (*reversed(WHERE_FROM), *CHANNEL)),
    ("kind", TEXT, "shell, exec, repl or editor"),
)

EVENTS = (
    WHERE_FROM
    + CHANNEL
    + columns(
        ("t", ELAPSED, "since the session began"),
        ("t_utc", INSTANT, "as an instant"),
        ("person", TEXT, "who was authenticated at the bastion"),
        (
            "kind",
            TEXT,
            "input, output, stderr, resize, signal, mark, exit, cancelled, erased, hidden input, …",
        ),
        ("offset", COUNT, "file offset in `out` (output and stderr only: of input it would tell lengths)"),
        ("size", COUNT, "bytes (of output and visible input)"),
        ("text", TEXT, "the bytes as text, `[hidden input]` where they were typed without echo"),
    )
)

LINES = (
    WHERE_FROM
    + CHANNEL
    + columns(
        ("start", ELAPSED, "first on the screen"),
        ("end", ELAPSED, "last on the screen"),
        ("visible", ELAPSED, "how long it was on the screen"),
        ("start_utc", INSTANT, "first on the screen, as an instant"),
        ("person", TEXT, "who was authenticated at the bastion"),
        ("text", TEXT, "the logical line: soft-wrapped rows joined"),
        (
            "left",
            TEXT,
            "why it left: visible (it did not), scrolled, erased, overwritten, cleared, switched; title (it "
            "was only that), unprinted (no terminal shows such bytes)",
        ),
        ("missed", TEXT, "how a viewer could have missed it: kinds of its flags, comma separated"),
        ("alternate", FLAG, "on the alternate screen (full-screen programs)"),
        ("offset", COUNT, "file offset in `out` of the output that had completed it"),
    )
)

HITS = (
    WHERE_FROM
    + CHANNEL
    + columns(
        ("start", ELAPSED, "since the session began"),
        ("visible", ELAPSED, "how long it was on the screen"),
        ("start_utc", INSTANT, "as an instant"),
        ("person", TEXT, "who was authenticated at the bastion"),
        (
            "where",
            TEXT,
            "command, screen, how the line left it (scrolled, erased, …), editing (while a command was "
            "edited, and gone before it was run), title, unprinted, bytes, file; "
            "session (its reason, who allowed or watched it, how it ended)",
        ),
        ("text", TEXT, "the command or the logical line"),
        ("match", TEXT, "the part that matched"),
        ("missed", TEXT, "how a viewer could have missed it: kinds of flags, comma separated"),
        ("ref", TEXT, "session/channel/stream:first-last"),
    )
)

FINDINGS = (
    WHERE_FROM
    + CHANNEL
    + columns(
        ("n", COUNT, "number of the command"),
        ("start", ELAPSED, "submission since the session began"),
        ("start_utc", INSTANT, "as an instant"),
        ("person", TEXT, "who was authenticated at the bastion"),
        ("severity", TEXT, "high, medium or low: how urgently to look, not guilt"),
        ("mark", TEXT, "name of the mark"),
        ("why", TEXT, "what the mark says, in words"),
        ("command", TEXT, "the command"),
        ("ref", TEXT, "session/channel/stream:first-last"),
    )
)

FLAGS = (
    WHERE_FROM
    + CHANNEL
    + columns(
        ("n", COUNT, "number of the command in whose line or output it is"),
        ("t", ELAPSED, "since the session began"),
        ("t_utc", INSTANT, "as an instant"),
        ("person", TEXT, "who was authenticated at the bastion"),
        ("severity", TEXT, "high, medium or low: how urgently to look, not guilt"),
        ("kind", TEXT, "how a viewer could have missed it (docs/not-fooled.md)"),
        ("text", TEXT, "the text as the bytes had it; empty where a sequence hid or asked for something"),
        ("why", TEXT, "what the kind means, or what was done to the text"),
        ("offset", COUNT, "file offset in `out` of the text or the sequence"),
        ("size", COUNT, "bytes from there to the end of what hid it"),
        ("ref", TEXT, "session/channel/stream:first-last"),
    )
)

GAPS = (
    WHERE_FROM
    + CHANNEL
    + columns(
        ("kind", TEXT, "truncated, torn, missing, timing, clock, sealed, …"),
        ("file", TEXT, "file, relative to the recording"),
        ("offset", COUNT, "byte offset in that file"),
        ("length", COUNT, "bytes concerned"),
        ("t", ELAPSED, "since the session began, where it has a time"),
        ("text", TEXT, "what, where, and what to do"),
    )
)

CHANNELS = (
    WHERE_FROM
    + CHANNEL
    + columns(
        ("person", TEXT, "who was authenticated at the bastion"),
        ("opened_utc", INSTANT, "when it was opened"),
        ("name", TEXT, "directory of the channel"),
        ("kind", TEXT, "shell, exec, sftp, forward, …"),
        ("interactive", FLAG, "it had a terminal"),
        ("recorded", FLAG, "its bytes are in the recording"),
        ("command", TEXT, "the command that the client asked for"),
        ("exit_code", COUNT, "exit code where known"),
        ("duration", ELAPSED, "from its first to its last recorded event"),
        ("address", TEXT, "of a tunnel: where it leads; of X11: where it came from"),
        ("sent", COUNT, "bytes that the user's side sent through a tunnel"),
        ("received", COUNT, "bytes that the target's side sent through it"),
    )
)

TRANSFERS = (
    WHERE_FROM
    + CHANNEL
    + columns(
        ("n", COUNT, "number of the operation in its channel, from 0; a file read and written has two rows"),
        ("start", ELAPSED, "when it was asked for, since the session began"),
        ("start_utc", INSTANT, "the same as an instant"),
        ("person", TEXT, "who was authenticated at the bastion"),
        ("protocol", TEXT, "sftp or scp"),
        (
            "operation",
            TEXT,
            "download, upload (also where a file was emptied), open (nothing passed), remove, rename, …",
        ),
        ("direction", TEXT, "download or upload, where bytes of a file passed"),
        (
            "path",
            TEXT,
            "as the client named it; bytes that are no UTF-8 as \\xNN; of scp below the command's",
        ),
        ("to", TEXT, "the new name of a rename or link, what a symbolic link points to, where a copy went"),
        ("size", COUNT, "bytes that passed"),
        (
            "attributes",
            TEXT,
            "what was set: `size=0` (emptied), `permissions=000644`, owner, times; of setstat and mkdir",
        ),
        ("result", TEXT, "SSH_FX_… of sftp, ok or error of scp; missing where nobody said how it ended"),
        ("sha256", TEXT, "of the `hashed` bytes from `offset` on, in their order in the file"),
        ("offset", COUNT, "where in the file the first of them stands: not 0 where a transfer was resumed"),
        ("hashed", COUNT, "how many bytes `sha256` covers: less than `size` where they passed out of order"),
        ("unhashed", TEXT, "why the hash covers no more"),
        ("end", ELAPSED, "when it was answered or closed"),
        ("end_utc", INSTANT, "the same as an instant"),
        ("duration", ELAPSED, "end - start"),
        ("message", TEXT, "what the other side said beyond its code"),
        ("copy", TEXT, "file in the recording that has the first bytes of it, where copies are kept"),
        ("details", TEXT, "flags, names of a listing and other facts"),
    )
)

_REMARK = (
    ("end", ELAPSED, "its end, where it is a stretch"),
    ("tag", TEXT, "a word to sort by"),
    ("note", TEXT, "what the analyst has to say"),
    ("author", TEXT, "who said it"),
)

BOOKMARKS = columns(("time", ELAPSED, "where it is, since the session began"), *_REMARK)

TAGS = columns(
    ("session", TEXT, "the session's 8 hex digits; the same in file names, refs and videos"),
    ("ref", TEXT, "session/channel/stream:first-last, where the tag is on something that has one"),
    ("time", ELAPSED, "where it is, since the session began; missing: on the whole session"),
    *_REMARK,
    *((c.name, c.dtype, c.meaning) for c in (WHERE_FROM[1], *CHANNEL)),
)

TABLES: Mapping[str, tuple[Column, ...]] = {
    "bookmarks": BOOKMARKS,
    "channels": CHANNELS,
    "commands": COMMANDS,
    "events": EVENTS,
    "findings": FINDINGS,
    "flags": FLAGS,
    "gaps": GAPS,
    "hits": HITS,
    "lines": LINES,
    "sessions": SESSIONS,
    "tags": TAGS,
    "transfers": TRANSFERS,
}


def conform(data: Mapping[str, Any], table: str) -> pd.DataFrame:
    """A DataFrame with exactly the columns and dtypes of `table`; a column without data is empty.

    `data` maps column names to arrays, lists or scalars. Raises KeyError for a name the table lacks.
    """
    wanted = TABLES[table]
    if unknown := set(data) - {c.name for c in wanted}:
        raise KeyError(f"table {table} has no column {sorted(unknown)}")
    length = max((len(v) for v in data.values() if is_list(v)), default=0)
    return pd.DataFrame(
        {c.name: pd.array(spread(data.get(c.name), length), dtype=c.dtype) for c in wanted},
        index=pd.RangeIndex(length),
    )


def join(frames: Iterable[pd.DataFrame], table: str) -> pd.DataFrame:
    """These frames of one table below each other; the empty table where there is none."""
    full = [frame for frame in frames if len(frame)]
    return pd.concat(full, ignore_index=True) if full else conform({}, table)


def is_list(value: Any) -> bool:
    """Whether this is one value per row, and not one for all."""
    return hasattr(value, "__len__") and not isinstance(value, str)


def spread(value: Any, length: int) -> Any:
    """One value per row."""
    return value if is_list(value) else [value] * length
