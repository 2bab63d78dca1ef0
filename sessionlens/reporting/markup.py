"""HTML by parts: text is escaped unless it was made here, so that no recording can write markup.

HTML Living Standard; a part is a `Markup`, everything else is text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from sessionlens.visible import visible

VOID = frozenset({"img", "meta"})


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def text(said: str) -> Markup:
    """Any text as HTML: markup and what a reader could miss are visible, line feeds stay."""
    return said if isinstance(said, Markup) else Markup(escape(visible(said, keep="\n")))


def join(parts: Iterable[str], between: str = "") -> Markup:
    """Parts one after the other."""
    return Markup(text(between).join(text(part) for part in parts))


def element(tag: str, *inside: str, **attributes: str | None) -> Markup:
    """One element; an attribute that is None is left out, `class_` is `class`, `aria_label` `aria-label`."""
    said = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{text(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{tag}{said}>" if tag in VOID else f"<{tag}{said}>{join(inside)}</{tag}>")


def paragraphs(*said: str) -> Markup:
    """Each as a paragraph."""
    return join(element("p", each) for each in said)


def items(said: Iterable[str], kind: str = "ul") -> Markup:
    """A list."""
    return element(kind, *(element("li", each) for each in said))


def table(caption: str, heads: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]]) -> Markup:
    """A table whose first column heads its rows; `heads` are (class, head) of each column."""
    head = element("tr", *(element("th", name, scope="col", class_=kind) for kind, name in heads))
    kinds = [kind for kind, _ in heads]
    body = (
        element("tr", element("th", first, scope="row", class_=kinds[0]), *_cells(kinds[1:], more))
        for first, *more in rows
    )
    return element(
        "table", element("caption", caption), element("thead", head), element("tbody", *body), class_="list"
    )


def _cells(kinds: Sequence[str], values: Sequence[str]) -> list[Markup]:
    return [element("td", value, class_=kind) for kind, value in zip(kinds, values, strict=True)]


def facts(caption: str, rows: Iterable[tuple[str, str]]) -> Markup:
    """A table of labels and what is known, without a head; what is empty is left out."""
    body = (
        element("tr", element("th", name, scope="row"), element("td", said)) for name, said in rows if said
    )
    return element("table", element("caption", caption), element("tbody", *body), class_="facts")
