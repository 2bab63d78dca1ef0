"""What a command printed, as lines of text: escape sequences obeyed as far as a line goes, full screens left
out.

Not the screen (that is `timeline.at`): a progress bar shows its last state, coloured output its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .escapes import without_escapes

_ALTERNATE = re.compile(rb"\x1b\[\?(?:1049|1047|47)h.*?(?:\x1b\[\?(?:1049|1047|47)l|\Z)", re.S)
_CONTROL = re.compile(r"[\x00-\x07\x0b-\x0c\x0e-\x1f\x7f]")


def plain(data: bytes) -> str:
    """Output bytes as display text, one line a row, without blanks at line ends."""
    text = without_escapes(_ALTERNATE.sub(b"", data)).decode("utf-8", "replace")
    lines = [_line(line) for line in text.replace("\r\n", "\n").split("\n")]
    return "\n".join(lines).strip("\n")


def _line(line: str) -> str:
    if "\r" in line:
        parts = [part for part in line.split("\r") if part.strip()]
        line = parts[-1] if parts else ""
    return _CONTROL.sub("", _rubbed_out(line) if "\b" in line else line).rstrip()


def _rubbed_out(line: str) -> str:
    """Each backspace takes the character before it, if one is left."""
    first, *others = line.split("\b")
    kept = list(first)
    for part in others:
        del kept[-1:]
        kept += part
    return "".join(kept)


def without_echo(output: str, typed: Iterable[str]) -> str:
    """The output without rows that are the terminal's echo of what was typed for the shell meanwhile."""
    rows = output.split("\n")
    for text in typed:
        if text in rows:
            rows.remove(text)
    return "\n".join(rows)
