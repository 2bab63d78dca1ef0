"""Exhibits: one block each, that fits on one printed page; and the places beyond them as a table."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

from sessionlens.reporting.cutting import cut, height, short
from sessionlens.reporting.markup import Markup, element, facts, join, paragraphs, table
from sessionlens.reporting.model import Exhibit, Picture

COMMAND_ROWS, OUTPUT_ROWS = 6, 8
WORDS, DATA = 80, 95  # letters in a row of facts: our words, and what the recording says in monospace
PAGE = 236  # mm: a page of Letter within its margins, less some slack
FRAME = 56  # mm: heading, labels, captions, and what is between the parts
ROW, FACT_ROW, FACT_EDGE = 3.65, 3.85, 1.4  # mm


def exhibits(found: Sequence[Exhibit], further: Sequence[Exhibit]) -> Markup:
    """All of them."""
    if not found and not further:
        return paragraphs("There are none.")
    parts = [exhibit(one, number) for number, one in enumerate(found, 1)]
    return join([*parts, *([_further(further)] if further else [])])


def exhibit(one: Exhibit, number: int) -> Markup:
    """One block."""
    name = f"exhibit-{number}"
    head = element("h3", f"Exhibit {number}: {short(one.title, 90)}", id=name)
    parts = [head, element("p", short(one.why), class_="why")]
    said, output = cut(one.text.rstrip("\n"), COMMAND_ROWS), _output(one)
    rows = _facts(one)
    if one.picture:
        parts.append(_picture(one.picture, number, _room(said[0], output[0], rows)))
    parts.append(_block("Text" if one.output is None else "Command", *said))
    if one.output is not None:
        parts.append(_block("Output", *output, empty="It printed nothing."))
    told = [(label, fact if wide == WORDS else element("code", fact)) for label, fact, wide in rows]
    parts.append(facts(f"Facts of exhibit {number}", told))
    return element("article", *parts, class_="exhibit", aria_labelledby=name)


def _output(one: Exhibit) -> tuple[str, str]:
    return cut((one.output or "").expandtabs().rstrip("\n"), OUTPUT_ROWS)


def _room(said: str, output: str, rows: Sequence[tuple[str, str, int]]) -> str:
    """The class of a picture that is as high as the page has room for beside the texts, in whole cm."""
    lines = sum(height(fact, wide) for _, fact, wide in rows)
    texts = ROW * (height(said) + height(output)) + FACT_ROW * lines + FACT_EDGE * len(rows)
    return f"h{min(max(int((PAGE - FRAME - texts) // 10), 2), 10)}"


def _picture(picture: Picture, number: int, kind: str) -> Markup:
    source = "data:image/png;base64," + b64encode(picture.png).decode("ascii")
    width, tall = map(str, picture.size)
    image = element("img", src=source, width=width, height=tall, alt=picture.text, class_=kind)
    masked = f" In this picture {picture.masked}." if picture.masked else ""
    there = (
        "" if picture.shows else " Its text is not on this screen in one piece: it came or went in between."
    )
    said = f"Picture {number}. The screen at {picture.when}, ref {picture.ref}.{there}{masked}"
    return element("figure", image, element("figcaption", said))


def _block(label: str, shown: str, missing: str, empty: str = "") -> Markup:
    """A text in monospace with its label, and how much is missing."""
    if not shown.strip():
        return element("p", element("b", f"{label}. "), empty)
    note = [element("p", f"Cut: {missing}.", class_="cut")] if missing else []
    return join([element("p", element("b", label), class_="label"), element("pre", shown), *note])


def _facts(one: Exhibit) -> list[tuple[str, str, int]]:
    """(label, text, letters in a row) of each."""
    words = [("How known", one.known), ("Confidence", one.confidence)]
    words += [("Exit code", one.exit_code)] if one.exit_code is not None else []
    data = [("Where", one.where), ("Ref", one.ref)]
    rows = [("Time", one.when, WORDS), *((label, said, DATA) for label, said in data)]
    rows += [(label, said, WORDS) for label, said in words]
    rows += [(label, said, DATA) for label, said in one.more]
    return [(label, short(said), wide) for label, said, wide in rows]


def _further(further: Sequence[Exhibit]) -> Markup:
    heads = (("what", "What"), ("when", "Time"), ("command", "Text"), ("ref", "Ref"))
    rows = (
        [short(one.title, 90), one.when.replace("; ", "\n", 1), _cell(one.text), one.ref] for one in further
    )
    return join(
        [
            element("h3", "Further places"),
            paragraphs(
                "They answer the question too and are beyond the number of exhibits that was asked for."
            ),
            table(f"{len(further):,} further places", heads, rows),
        ]
    )


def _cell(said: str) -> str:
    shown, missing = cut(said, 6, 60)
    return f"{shown}\n({missing})" if missing else shown
