"""Tables and texts in a notebook: hostile text escaped, screen text in monospace, wrapped and never cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from sessionlens.visible import visible

# pre-wrap keeps the blanks of a screen; the rows' own colour shows through, so that stripes stay stripes
CELL = (
    "text-align:left;vertical-align:top;white-space:pre-wrap;overflow-wrap:anywhere;"
    "font-family:monospace;background:transparent"
)
HEAD = "text-align:left;vertical-align:top;white-space:nowrap"


def html_table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, caption: str = "") -> str:
    """A table of texts; without heads the first cell of each row is its head."""
    lines = [f"<caption>{escape(visible(caption))}</caption>"] if caption else []
    if heads:
        lines.append("<tr>" + "".join(_cell("th", head, HEAD) for head in heads) + "</tr>")
    for first, *more in rows:
        leader = _cell("td", first, CELL) if heads else _cell("th", first, HEAD)
        lines.append(f"<tr>{leader}{''.join(_cell('td', text, CELL) for text in more)}</tr>")
    return f"<table>{''.join(lines)}</table>"


def html_text(text: str) -> str:
    """A text of several lines, as a terminal would show it."""
    return f"<pre style='{CELL}'>{_safe(text)}</pre>"


def _cell(tag: str, text: str, style: str) -> str:
    return f"<{tag} style='{style}'>{_safe(text)}</{tag}>"


def _safe(text: str) -> str:
    return escape(visible(text, keep="\n"))
