"""The page: one HTML file without a script, that asks nobody for anything and prints on A4 and Letter.

CSS Paged Media 3 for the foot of each printed page (`@page` margin boxes, as Chromium prints them). The
Content Security Policy lets in nothing but this style, by its hash, and pictures that are in the file.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from importlib.resources import files

from sessionlens.reporting import method, sections
from sessionlens.reporting.answer import answer, question
from sessionlens.reporting.exhibits import exhibits
from sessionlens.reporting.markup import Markup, element
from sessionlens.reporting.model import Case

APPENDIX = "Appendix: all commands"


def page(case: Case) -> str:
    """The whole file; the same case gives the same text."""
    style = files("sessionlens.reporting").joinpath("page.css").read_text("utf-8") + foot(case)
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    head = element(
        "head",
        element("meta", charset="utf-8"),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"Report: {question(case)}"),
        Markup(f"<style>{style}</style>"),
    )
    return f"<!DOCTYPE html>\n{element('html', head, _body(case), lang='en')}\n"


def foot(case: Case) -> str:
    """What stands at the foot of each printed page; words of ours and hex digits alone."""
    return (
        f'@page{{@bottom-left{{content:"{_named(case)}"}}'
        '@bottom-right{content:"page " counter(page) " of " counter(pages)}}'
    )


def _named(case: Case) -> str:
    """The hash that names what this is a report of."""
    if len(case.sheets) > 1:
        whole = hashlib.sha256((method.listing(case) + "\n").encode()).hexdigest()
        return f"SHA-256 of the {len(case.sheets)} recordings' list: {whole}"
    seal = case.sheets[0].seal if case.sheets else None
    return f"SHA-256 of the {seal.of}: {seal.sha256}" if seal else "no recording with a hash"


def _body(case: Case) -> Markup:
    said = answer(case)
    title = case.asked.case or "Recorded SSH sessions"
    box = element(
        "div",
        element("p", said.heading, class_="verdict"),
        element("p", f"{said.found} {said.seen}"),
        class_="box",
    )
    parts = [
        ("Question", element("p", question(case), class_="question")),
        ("Answer", box),
        ("Exhibits", exhibits(case.exhibits, case.further)),
        ("What was looked at", sections.coverage(case)),
        ("Verification", sections.verification(case)),
        ("Marks on commands", sections.findings(case)),
        ("Gaps", sections.gaps(case)),
        ("The sessions", sections.sessions(case)),
        ("Masking", sections.masking(case)),
        ("Method", method.method()),
        ("Measured error rate", method.error_rate()),
        ("Limits", method.limits()),
        ("How to check this without SessionLens", method.checks(case)),
        ("Versions", method.versions(case)),
        (APPENDIX, sections.commands(case)),
    ]
    lead = element("p", "Report on recorded SSH sessions", class_="lead")
    made = [element("p", f"Made: {case.asked.made}", class_="made")] if case.asked.made else []
    head = element("header", lead, element("h1", title), *made, _contents([name for name, _ in parts]))
    main = element("main", *(_section(number, name, body) for number, (name, body) in enumerate(parts, 1)))
    return element("body", head, main, _signed())


def _contents(names: list[str]) -> Markup:
    links = (
        element("li", element("a", name, href=f"#section-{number}")) for number, name in enumerate(names, 1)
    )
    return element("nav", element("ol", *links), aria_label="Contents")


def _section(number: int, name: str, body: str) -> Markup:
    return element("section", element("h2", f"{number}. {name}", id=f"section-{number}"), body)


def _signed() -> Markup:
    """To be filled in by hand: the page itself does not say who made it."""
    return element(
        "footer", *(element("p", label, class_="line") for label in ("Prepared by", "Date", "Signature"))
    )
