"""Write docs/events.md from the catalogue that it documents: `python docs/make_events.py [--check]`."""

from __future__ import annotations

import sys
from pathlib import Path

from sessionlens_recorder.events import CATALOGUE, FLOODABLE, MINOR

TARGET = Path(__file__).with_name("events.md")
HEAD = """# Events of the recorder

Made by `python docs/make_events.py` from `recorder/sessionlens_recorder/events.py`; tests hold page and code to it. Ids and field
names are stable. The recorder writes each event as a line on stderr (`chain-head` only when it is the last one of a session), and
gives it to the [sinks](recorder/sinks.md) as an object:

```json
{"utc":"2026-11-22T09:14:03.123456Z","bastion":"gate","event":"login-failed","level":"info","uid":"6f0c0e5d3b1a9c42","pid":4711,
 "client":"10.1.2.3","port":50122,"name":"root\\u001b[2J","method":"password","reason":"no such person, or not the password"}
```

`utc` is the bastion's wall clock. `uid` is random: an event that arrives twice has the same one, since delivery is at least once.
Fields that are not known are left out. `session` is the eight hex digits and `bundle` the folder's name, as in
[session.json](recording-format.md). Values are strings, but for numbers, `final` and `jumped`; longer ones than 4,096 characters are cut. Whatever
is not printable ASCII is `\\uNNNN` in JSON; a syslog message and the line on stderr have printable text with visible escapes for the rest.

{floods}

| event | level | fields | meaning |
|---|---|---|---|
"""


def _floods() -> str:
    """Which events are told so many times only."""
    some = ", ".join(f"`{name}`" for name in sorted(FLOODABLE))
    minor = ", ".join(f"`{name}`" for name in sorted(MINOR - FLOODABLE))
    return f"""Of {some},
20 a second are told of each session, person, Unix user or source, with values of at most 256 characters; `events-more` counts the
others. These, and {minor}, get no more than half of the queue of the sinks."""


def text() -> str:
    """The page."""
    rows = (
        f"| `{e.id}` | {e.level} | {', '.join(f'`{field}`' for field in e.fields)} | {e.meaning} |\n"
        for e in CATALOGUE.values()
    )
    return HEAD.replace("{floods}", _floods()) + "".join(rows)


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(
            TARGET.read_text("utf-8") != text() and "docs/events.md is stale: python docs/make_events.py"
        )
    TARGET.write_text(text(), "utf-8", newline="\n")
