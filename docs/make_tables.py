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
NOTEBOOK = """## In a notebook

`df.sl.style(most=200)` is a pandas Styler of any of these tables, as people read it: columns for programs and those that say nothing are hidden,
what is the same in all rows stands above them, severity and confidence are a word with a shape and a colour, a text of more than 8 lines is cut
and says so, and whatever was recorded is escaped and made visible. The time of a row is a link: where a player of its session (`s.play()`) is open in
the notebook, a click goes there; elsewhere it does nothing. Number, time, marks and command come first, `output` last. Some columns:
`df.sl.style(columns=["n", "command"])` shows just these, in this order; picked before (`df[["n", "command"]].sl.style()`) it works too, and times are
links where `session` was picked as well. It needs Jinja2, which comes with JupyterLab. In a notebook that is not trusted JupyterLab
takes the `<style>` away; words, shapes, badges and line breaks stay.

A table without rows says what was looked at (`no flags: nothing that a viewer could have missed in 7,849 bytes of output`), and is a DataFrame
with all its columns all the same: `len(df)` is 0. What is made of it (`copy`, a filter, `concat`) is a plain DataFrame.

Instants plot as they are: `df.plot.scatter(x="start_utc", y="output_bytes")`. Elapsed time does not in matplotlib, or with nanoseconds on the
axis; `df.sl.plot("start", "output_bytes", kind="scatter")` does (`kind` and other options as in `DataFrame.plot`).

## Files

`df.sl.export("x.xlsx")` and `df.sl.export("x.csv")` write a table for people with a spreadsheet (programs: `--json`). Secrets are masked
(`mask=False`, or what else [masking.md](masking.md) has), and each recording is opened for that. `columns=["n", "start", "command"]` writes just these:
pick them here and not before, since `session` and `recording` are needed to mask.

- The first row says where the table is from, a fact a cell: version, which table, rows, sessions, what was masked, of a search or an empty table what
  was looked at, and of each recording its session and the SHA-256 of its MANIFEST (of the first 200; `.xlsx` has all on its second sheet). The
  heads are in the second row: `pd.read_csv(path, skiprows=1)`.
- Instants are in UTC, without a zone, since Excel knows none; their columns end in `_utc`. `.xlsx`: real dates, `yyyy-mm-dd hh:mm:ss.000`; `.csv`:
  `2026-11-22 18:15:35.668`. Durations are `[h]:mm:ss.000`, and can be summed. Both are cut to milliseconds.
- Text is never a formula or a link. `.csv` is UTF-8 with a byte order mark, and a text that would be a formula gets an apostrophe; `.xlsx` shows control and bidi
  characters as visible escapes.
- What Excel cannot hold is said: a text of more than 32,767 characters is cut and counted in the first row, more than 1,048,576 rows are refused, a
  number of more than 15 digits, a negative duration and an instant before March 1900 are text.

`.xlsx` needs XlsxWriter, the extra `excel`: `pip install XlsxWriter`. The same table gives the same bytes of `.csv`; `.xlsx` says when it was made.

`df.sl.render("x.mp4", row=0)` is a clip of what belongs to a row (`.png`: the screen at its time). Without `row` each row is a file of its
own, `x-01.mp4`, `x-02.mp4`, …, so that each stands for itself; 50 at most. Other options as in `s.render`.
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
| `unreadable` | recordings, and what looks like one, that could not be opened |
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
    return "\n".join([*parts, COVERAGE, NOTEBOOK, CODES])


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(
            TARGET.read_text("utf-8") != text() and "docs/tables.md is stale: python docs/make_tables.py"
        )
    TARGET.write_text(text(), "utf-8", newline="\n")
