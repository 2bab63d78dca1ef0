"""What a notebook shows of sessions, screens, verdicts and cases: whatever was recorded is only text."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sessionlens as sl
from sessionlens.catalog.glance import html_glance
from sessionlens.catalog.search import Coverage
from sessionlens.evidence.verification import Failure
from sessionlens.recording import Info
from sessionlens.session.describing import facts, html_session, limits
from sessionlens.session.exporting import Exported
from sessionlens.tables.html import BAD, DOUBT, GOOD, PLAIN

Maker = Callable[..., Path]
HOSTILE = (
    "</pre></td><script>alert(1)</script><img src=x onerror=alert(1)>\x1b]8;;javascript:1\x07\u202e\u200b&'\""
)
SAFE = {
    "table",
    "tr",
    "th",
    "td",
    "caption",
    "pre",
    "p",
    "ul",
    "li",
    "div",
    "b",
    "span",
    "a",
    "figure",
    "img",
    "figcaption",
}


class Parts(HTMLParser):
    """The tags, attributes and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def check(html: str) -> Parts:
    """Only tags of ours, no attribute that runs or loads, no character that hides; nothing for MathJax."""
    parts = Parts(html)
    for tag, attributes in parts.tags:
        assert tag in SAFE, tag
        assert set(attributes) <= {"style", "class", "scope", "href", "title", "src", "alt"}
        assert (attributes.get("href") or "#").startswith("#")
        assert (attributes.get("src") or "data:image/png;").startswith("data:image/png;")
        if tag in ("table", "pre", "p", "ul", "figure"):
            assert "mathjax_ignore" in (attributes.get("class") or "")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e]", html)
    return parts


def hostile_info(session: str = "0123abcd") -> Info:
    """Everything that a recording says of itself is that text."""
    info = Info(session=session, name=HOSTILE, source_format="bundle", started_ns=0, duration_ns=1)
    names = ("person", "method", "key_fingerprint", "account", "target", "target_address", "client", "reason")
    told: dict[str, Any] = dict.fromkeys((*names, "allowed_by", "ended", "term", "command"), HOSTILE)
    return replace(info, **told, watched_by=(HOSTILE,), held_for=(HOSTILE,), sealed_for=(HOSTILE,))


def test_a_session_says_in_each_field_what_was_recorded_and_runs_nothing(shell_session: Maker) -> None:
    s = sl.open(shell_session([("ls", "a\n")]))
    gaps = pd.DataFrame({"kind": ["torn", "sealed input"], "text": [HOSTILE, HOSTILE], "session": "0123abcd"})
    html = html_session("0123abcd", facts(hostile_info(), s.source.channels), limits(gaps, False))
    parts = check(html)
    assert parts.text.count("<script>") >= 14
    assert "◆ 1 gap: not everything could be read" in parts.text
    assert check(s._repr_html_()).text.startswith(f"Session {s.info.session}")
    assert len(s._repr_html_()) < 6_000


def test_a_recording_that_prints_and_holds_html_is_only_text(typescript: Maker) -> None:
    line = "<script>alert(1)</script> <img src=x onerror=alert(1)> \u202e"
    printed = f"\x1b]0;{line}\x07{line}\x1b]8;;javascript:alert(1)\x07link\x1b]8;;\x07\r\n".encode()
    s = sl.open(typescript([(0.1, "o", b"$ "), (1.0, "o", printed), (2.0, "o", b"$ ")], "<b>name&'"))
    screen = s.at(1.5)
    assert "<script>" in screen.text
    (image,) = [attributes for tag, attributes in check(screen._repr_html_()).tags if tag == "img"]
    assert "<script>alert(1)</script>" in (image["alt"] or "")
    assert "\\u202e" in screen._repr_html_()
    assert check(s.search("script")._repr_html_()).text.count("<script>") >= 2
    check(s.search("no such thing")._repr_html_())
    for table in (s.commands, s.lines, s.events, s.findings, s.flags, s.gaps):
        assert "<script>" not in table.sl.style().to_html()


def test_verdicts_have_a_word_a_shape_and_a_colour(root: Path, tmp_path: Path) -> None:
    source = root / "fixtures" / "sessions" / "insider"
    (bundle,) = (path.parent for path in source.rglob("MANIFEST"))
    intact = sl.verify(bundle, root / "fixtures" / "allowed_signers")
    assert "✔ INTACT" in check(intact._repr_html_()).text and GOOD in intact._repr_html_()
    unchecked = sl.verify(bundle)._repr_html_()
    assert "✔ INTACT since it was sealed, signer not checked" in check(unchecked).text
    assert PLAIN in unchecked and GOOD not in unchecked
    changed = Path(shutil.copytree(bundle, tmp_path / bundle.name))
    out = changed / "0.shell" / "out"
    out.write_bytes(out.read_bytes().replace(b"payments", b"PAYMENTS"))
    damaged = sl.verify(changed)._repr_html_()
    assert "✖ DAMAGED at" in check(damaged).text and BAD in damaged
    assert "0.shell/out" in damaged
    unclear = sl.verify(root / "fixtures" / "truth" / "sessions" / "bash-jobs")._repr_html_()
    assert "? CANNOT TELL because" in check(unclear).text and DOUBT in unclear


def test_a_verdict_on_hostile_names_is_only_text() -> None:
    problem = Failure(HOSTILE, HOSTILE, 1, 2, HOSTILE)
    verdict = sl.Verification(
        "DAMAGED", f"DAMAGED at {HOSTILE}", HOSTILE, HOSTILE, notes=(HOSTILE,), problems=(problem,)
    )
    assert check(verdict._repr_html_()).text.count("<script>") == 6


def test_a_case_at_a_glance(root: Path) -> None:
    infos = [hostile_info(), hostile_info("4567cdef")]
    assert "◆ 1 recording could not be opened" in check(html_glance(HOSTILE, infos, {HOSTILE: HOSTILE})).text
    case = sl.corpus(root / "fixtures" / "sessions" / "insider")
    text = check(case._repr_html_()).text
    assert "Corpus of 1 session" in text and "john" in text


def test_coverage_says_whether_no_means_no() -> None:
    assert "✔ everything could be seen" in check(Coverage(1, 2, 3)._repr_html_()).text
    doubted = Coverage(1, 2, 3, gaps=1, damaged=("0123abcd",), notes=(HOSTILE,))
    assert "◆ not everything could be seen" in check(doubted._repr_html_()).text


def test_many_hits_are_cut_with_a_word(typescript: Maker) -> None:
    lines = b"".join(b"needle %d\r\n" % n for n in range(300))
    found = sl.open(typescript([(0.1, "o", lines)])).search("needle")
    html = found._repr_html_()
    assert "the first 200 of 300 matches" in check(html).text
    assert html.count("<tr>") == 201


def test_reports_are_only_text(shell_session: Maker, tmp_path: Path) -> None:
    assert "<script>" in check(Exported(Path(HOSTILE), 1, None)._repr_html_()).text
    folder = tmp_path / "<b>out&'"
    folder.mkdir()
    report = sl.open(shell_session([("ls", "a\n")])).render(folder / "x.png", at=0)
    assert "<b>out&'" in check(report._repr_html_()).text


@pytest.mark.parametrize("colour", [GOOD, BAD, DOUBT, PLAIN])
def test_badges_can_be_read(colour: str) -> None:
    """White on each: 4.5 to 1 is what WCAG 2.2 asks of small text."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    light = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)]
    assert 1.05 / (0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2] + 0.05) >= 4.5
