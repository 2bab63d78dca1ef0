"""Write docs/tables.md from the code that it documents: `python docs/make_tables.py [--check]`."""

from __future__ import annotations

import sys
from pathlib import Path

from sessionlens.detect import MARKS
from sessionlens.tables.schema import TABLES

TARGET = Path(__file__).with_name("tables.md")
HEAD = """# Tables, marks, exit codes

Made by `python docs/make_tables.py` from `sessionlens/tables/schema.py` and `sessionlens/detect/marks.py`; a test
holds it to them. Elapsed times are Timedelta, instants are Timestamp in UTC, both in nanoseconds; what is not known is
missing (`NaT`, `<NA>`). JSON has elapsed times in seconds and instants in ISO 8601. `sl.options.tz` and `--tz` change none of that: they
say in which zone a date or time without one is read, and the text that people read shows that zone beside UTC (the video does not).
"""
COVERAGE = """## `coverage`

"Nothing found" and "could not see" are not the same. With `--json`, `--jsonl` or `--csv`, `search` and `commands --ran …` write the rows on
standard output and then, as the last line on standard error, an object `{"coverage": {…}}`; in Python it is `.coverage.as_dict(…)` of what
`search` gives. The exit code says the same in short.

| field | meaning |
|---|---|
| `complete` | whether all there is could be seen: only then does no match mean that nothing is there |
| `said` | all of it as the sentence that people read |
| `matches` | how many were found |
| `sessions`, `commands`, `lines`, `transfers` | how many were looked at (`--ran`: no lines, no transfers) |
| `gaps`, `damaged` | how much could not be read, and in which sessions |
| `untold` | where lines were typed that no command tells whole (`--ran` only: `search` looks at the screen) |
| `hidden` | how often something was typed without echo: nobody looked at that |
| `untyped` | sessions of which what was typed is sealed or was not recorded: only its echo was looked at |
| `silent` | channels that hold no text |
| `unreadable` | recordings that could not be opened |
| `nameless` | recordings that `--user` left out, because nobody knows whose they are |
| `notes` | what was left out on request |
| `edits` | matches that are not listed: what a line looked like while it was edited, where the line that was run then is listed |
"""
CODES = """## Exit codes of the command line

| code | meaning |
|---|---|
| 0 | done; `search`, `commands --ran`: found; `verify`: intact, and sealed by one of `--signers`; without `--signers` by anybody, which its first line says |
| 1 | `search`, `commands --ran`: not there, and everything could be seen; `verify`: something does not hold; `golden check`: something differs; `doctor`: something is missing |
| 2 | `search`, `commands --ran`: not found, but not everything could be seen; `verify`: cannot tell; `verify --heads`: a recording that heads tell of is not there; `golden check`: a golden or its recording is missing or damaged |
| 64 | wrong use, or a file that cannot be read or written |
| 130 | interrupted |
"""


def text() -> str:
    """The page."""
    parts = [HEAD]
    for name, columns in sorted(TABLES.items()):
        rows = "\n".join(f"| `{c.name}` | `{c.dtype}` | {c.meaning.replace('|', '/')} |" for c in columns)
        parts.append(f"## `{name}`\n\n| column | dtype | meaning |\n|---|---|---|\n{rows}\n")
    marks = "\n".join(f"| `{m.name}` | {m.severity} | {m.why} |" for m in MARKS)
    parts.append(
        f"## Marks\n\nA mark is a reason to look, not a verdict.\n\n| mark | severity | why |\n|---|---|---|\n{marks}\n"
    )
    return "\n".join([*parts, COVERAGE, CODES])


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(
            TARGET.read_text("utf-8") != text() and "docs/tables.md is stale: python docs/make_tables.py"
        )
    TARGET.write_text(text(), "utf-8", newline="\n")
