"""A recording that wants to be markup, to reverse the reading, to be endless, or to tell its secrets."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path

import sessionlens as sl

from ..masking.twin_sessions import SECRETS, TOKENS, Event, command, key, key_lines, shown
from .reading import read

Maker = Callable[..., Path]
SCRIPT = "<script>alert(1)</script>"
NASTY = f"""echo '{SCRIPT}' "><img src=x onerror=alert(1)> </style><style>*{{display:none}}</style> &lt;"""
OUTPUT = f"{SCRIPT}\n\x1b]8;;javascript:alert(1)\x1b\\link\x1b]8;;\x1b\\ \u202egnp.exe\u200b </pre></table>\n"
TAGS = {
    "html", "head", "meta", "title", "style", "body", "header", "nav", "ol", "li", "a", "main", "section",
    "h1", "h2", "h3", "p", "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "ul", "b",
    "article", "figure", "code", "img", "figcaption", "pre", "footer",
}  # fmt: skip


def test_a_recording_writes_no_markup(shell_session: Maker, tmp_path: Path) -> None:
    path = shell_session([(NASTY, OUTPUT), ("ls", "")], name="<b onload=x>")
    sl.open(path).report(tmp_path / "case.html", match="echo", case=SCRIPT, question="</title><script>")
    page = read(tmp_path / "case.html")
    assert {tag for tag, _, _ in page.found} <= TAGS
    assert not [name for _, has, _ in page.found for name in has if name.startswith("on") or name == "style"]
    assert all(href.startswith("#section-") for href in page.attributes("a", "href"))
    assert all(source.startswith("data:image/png;base64,") for source in page.attributes("img", "src"))
    (exhibit,) = page.all("article")
    assert SCRIPT in exhibit and "\\u202egnp.exe\\u200b" in exhibit and "\u202e" not in page.source
    assert page.all("h1") == [SCRIPT]


def test_the_policy_lets_in_this_style_alone(shell_session: Maker, tmp_path: Path) -> None:
    sl.open(shell_session([("ls", "")])).report(tmp_path / "case.html", match="ls")
    page = read(tmp_path / "case.html")
    (policy,) = page.attributes("meta", "content")[:1]
    (style,) = page.all("style")
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:;")
    assert not re.search(r"https?:|url\(|@import|<script|<link", page.source)


def session(i: int) -> list[Event]:
    """A password and a token in commands, titles and output, and a private key."""
    first = command(f"mysql -u root -p{SECRETS[i]} shop", f"\x1b]0;mysql -p{SECRETS[i]}\x07no\r\n".encode())
    second = command(f"curl https://x?a={TOKENS[i]}", f"user {SECRETS[i]}\r\n".encode(), first[-1][0] + 1)
    at = second[-1][0] + 1
    return [*first, *second, *((t + at, s, d) for t, s, d in shown("\r\n".join(key(i)).encode()))]


def test_pages_of_twins_differ_in_nothing(typescript: Maker, tmp_path: Path) -> None:
    pages = []
    for i in (0, 1):
        made = sl.open(typescript(session(i), name=f"twin{i}"))
        for match in ("mysql", "PRIVATE", "curl", None):
            made.report(tmp_path / f"{i}.html", match=match)
            text = (tmp_path / f"{i}.html").read_text("utf-8")
            assert not [secret for secret in (SECRETS[i], TOKENS[i], *key_lines(i)) if secret[:10] in text]
            assert "[masked: password]" in text
            named = re.sub(r"\b[0-9a-f]{64}\b", "HASH", text).replace(made.info.session, "SESSION8")
            pages.append(re.sub(r"twin\d|sha256-[^']*", "NAME", named))
    assert pages[:4] == pages[4:]
    said = [re.findall(r"In this picture [^.]*", page) for page in pages[:4]]
    assert said[0] == ["In this picture 1 place masked: 1 password"] * 2 and not said[3]
    assert any("private key" in masked for masked in said[1]) and any("token" in masked for masked in said[2])
    assert "In the texts of this page" in pages[0]


def test_without_the_mask_it_says_so(typescript: Maker, tmp_path: Path) -> None:
    sl.open(typescript(session(0))).report(tmp_path / "case.html", match="mysql", mask=False)
    page = read(tmp_path / "case.html")
    assert SECRETS[0] in page.section("Exhibits") and "Not masked" in page.section("Masking")


def test_what_the_analyst_writes_is_masked_too(typescript: Maker, tmp_path: Path) -> None:
    made = sl.open(typescript(session(0)))
    made.report(tmp_path / "case.html", match=SECRETS[0], question=f"Who said {SECRETS[0]}?", case=SECRETS[0])
    assert SECRETS[0] not in (tmp_path / "case.html").read_text("utf-8")


def test_a_page_is_small(root: Path, tmp_path: Path) -> None:
    made = sl.report(root / "fixtures/sessions/insider", tmp_path / "case.html")
    page = read(tmp_path / "case.html")
    pictures = [b64decode(source.partition(",")[2]) for source in page.attributes("img", "src")]
    assert made.exhibits == len(pictures) == 6 and max(map(len, pictures)) < 60_000
    assert made.bytes < 400_000


def test_a_folder_adds_no_line_to_the_list_of_hashes(shell_session: Maker, tmp_path: Path) -> None:
    paths = [shell_session([("ls", "")], name) for name in ("plain", f"x\n{'0' * 64}  no")]
    sl.report(map(sl.open, paths), tmp_path / "case.html")
    page = read(tmp_path / "case.html")
    (listed,) = page.all("pre", class_="commands")
    assert len(listed.split("\n")) == 2 and "x\\n000" in listed
    assert hashlib.sha256(f"{listed}\n".encode()).hexdigest() in page.source


def test_whose_it_is_asked_is_masked_too(typescript: Maker, tmp_path: Path) -> None:
    made = sl.open(typescript(session(0)))
    asked = "--password=Tr0ub4dor-Zq77"
    assert made.report(tmp_path / "x.html", person=asked, question=asked).answer == "NOTHING WAS LOOKED AT"
    assert "Tr0ub4dor" not in (tmp_path / "x.html").read_text("utf-8")
