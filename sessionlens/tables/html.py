"""Tables, texts and verdicts in a notebook: hostile text escaped, screen text in monospace, nothing cut.

Colours and fonts are the notebook's own, so that it reads well in light and dark; a badge brings its own
ground. Where a notebook is not trusted, JupyterLab leaves out `<style>`, but not these inline styles. MathJax
is kept away: it would set the text between two `$` of a command as a formula.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection, Iterable, Sequence
from html import escape

from sessionlens.visible import visible

NO_MATH = "tex2jax_ignore mathjax_ignore"
# pre-wrap keeps the blanks of a screen; the rows' own colour shows through, so that stripes stay stripes
CELL = (
    "text-align:left;vertical-align:top;white-space:pre-wrap;overflow-wrap:anywhere;"
    "font-family:monospace;background:transparent"
)
NARROW = "text-align:left;vertical-align:top;white-space:pre;font-family:monospace;background:transparent"
HEAD = "text-align:left;vertical-align:top;white-space:nowrap"
GOOD, BAD, DOUBT, PLAIN = (
    "#1b6e3c",
    "#b3261e",
    "#8a5300",
    "#3b5b92",
)  # below white text


def html_table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, caption: str = "") -> str:
    """A table of texts; without heads the first cell of each row is its head."""
    safe = ([html_safe(text) for text in row] for row in rows)
    return html_cells([html_safe(head) for head in heads], safe, caption=caption)


def html_cells(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    caption: str = "",
    narrow: Collection[int] = (),
) -> str:
    """The same of cells that are HTML already; the caption is text. `narrow` are columns that never wrap."""
    lines = [f"<caption style='text-align:left'>{html_safe(caption)}</caption>"] if caption else []
    if heads:
        lines.append("<tr>" + "".join(_cell("th scope='col'", head, HEAD) for head in heads) + "</tr>")
    for row in rows:
        cells = [_cell("td", html, NARROW if at in narrow else CELL) for at, html in enumerate(row)]
        leader = cells[0] if heads else _cell("th scope='row'", row[0], HEAD)
        lines.append(f"<tr>{leader}{''.join(cells[1:])}</tr>")
    return f"<table class='{NO_MATH}'>{''.join(lines)}</table>"


def html_text(text: str) -> str:
    """A text of several lines, as a terminal would show it."""
    return f"<pre class='{NO_MATH}' style='{CELL}'>{html_safe(text)}</pre>"


def html_line(text: str) -> str:
    """A sentence."""
    return f"<p class='{NO_MATH}'>{html_safe(text)}</p>"


def html_list(texts: Iterable[str]) -> str:
    """One below the other; nothing where there is none."""
    items = "".join(f"<li>{html_safe(text)}</li>" for text in texts)
    return f"<ul class='{NO_MATH}'>{items}</ul>" if items else ""


def html_picture(png: bytes, *, caption: str, text: str) -> str:
    """A picture with a line below it; `text` is what it says to those who do not see it."""
    data = b64encode(png).decode("ascii")
    image = f'<img alt="{html_safe(text)}" src="data:image/png;base64,{data}" style="max-width:100%">'
    said = f"<figcaption style='font-family:monospace'>{html_safe(caption)}</figcaption>"
    return f"<figure class='{NO_MATH}' style='margin:0'>{image}{said}</figure>"


def html_badge(shape: str, word: str, colour: str) -> str:
    """A verdict: by its shape and word also where nobody sees the colour."""
    style = f"color:#fff;background-color:{colour};border-radius:3px;padding:0 6px;white-space:nowrap"
    return f"<span style='{style}'>{escape(shape)} {html_safe(word)}</span>"


def html_safe(text: str) -> str:
    """Text as HTML shows it and does not run it."""
    return escape(visible(text, keep="\n"))


def _cell(tag: str, html: str, style: str) -> str:
    return f"<{tag} style='{style}'>{html}</{tag[:2]}>"
