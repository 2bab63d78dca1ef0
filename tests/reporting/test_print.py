"""What Chromium shows and prints: no request, no script, a foot on every page, no exhibit over two pages."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import sessionlens as sl
from sessionlens.catalog.search import Coverage
from sessionlens.reporting import Asked, Case, Exhibit, Picture, page
from sessionlens.tables.schema import conform

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("chromium")]

PAPERS = ("A4", "Letter")
FOOT = re.compile(r"page (\d+) of (\d+)")


def printed(browser: Any, path: Path, paper: str) -> list[str]:
    """The text of each page of the PDF."""
    pypdf = pytest.importorskip("pypdf")
    tab = browser.new_page()
    tab.goto(path.as_uri())
    data = tab.pdf(format=paper)
    tab.close()
    return [sheet.extract_text() for sheet in pypdf.PdfReader(BytesIO(data)).pages]


@pytest.mark.parametrize("paper", PAPERS)
def test_every_page_has_its_number_and_the_hash(browser: Any, root: Path, tmp_path: Path, paper: str) -> None:
    where = tmp_path / "case.html"
    sl.report(root / "fixtures/sessions/insider", where)
    style = where.read_text("utf-8").partition("</style>")[0]
    (digest,) = re.findall(r"SHA-256 of the MANIFEST: ([0-9a-f]{64})", style)
    sheets = printed(browser, where, paper)
    assert len(sheets) > 5
    feet = [FOOT.findall(text) for text in sheets]
    assert feet == [[(str(number), str(len(sheets)))] for number in range(1, len(sheets) + 1)]
    assert all(digest in text for text in sheets)
    for number in range(1, 7):
        (home,) = [text for text in sheets if re.search(rf"^Exhibit {number}: ", text, re.MULTILINE)]
        assert f"Facts of exhibit {number}" in home


def test_heads_of_tables_stand_on_each_page(browser: Any, shell_session: Any, tmp_path: Path) -> None:
    path = shell_session([(f"echo {i} rm", "") for i in range(60)])
    sl.open(path).report(tmp_path / "case.html", match="shutdown")
    sheets = printed(browser, tmp_path / "case.html", "A4")
    listed = [text for text in sheets if re.search(r"echo \d+ rm", text)]
    assert len(listed) >= 2 and all("How known" in text and "Command" in text for text in listed)


def endless(letter: str) -> Case:
    """A case whose exhibits have more of everything than a page has room for."""
    out = BytesIO()
    Image.new("RGB", (900, 4000), "white").save(out, "PNG")
    much = letter * 4000
    picture = Picture(
        out.getvalue(), (900, 4000), much, "2026-11-22T18:15:54.083Z", "7c2a45ee/0/o:0-1", "", False
    )
    lines = "\n".join([letter * 300, *map(str, range(500))])
    more = tuple((label, much) for label in ("Typed as", "Marks", "On the screen", "While"))
    words = (
        "medium: of such commands 33 of 1,637 wrong (95 % interval: 1.4 % to 2.8 %), and so on and so forth"
    )
    one = Exhibit(
        "command 1,204 of session 7c2a45ee",
        "It carries the marks: delete-tree, send-out, pack, backdate, history, line-hidden, output-hidden.",
        lines, words, much, "7c2a45ee/0/o:0-1", words, words, words, lines, more, picture, True, 0, much,
    )  # fmt: skip
    tables = [conform({}, name) for name in ("commands", "findings", "gaps")]
    return Case(Asked(much), (), Coverage(sessions=1), (one,) * 3, (), *tables, (), (), "")


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("letter", ["W", "漢", "\u202e", "<br>", "i"])
def test_an_endless_exhibit_stays_on_its_page(browser: Any, tmp_path: Path, paper: str, letter: str) -> None:
    where = tmp_path / "case.html"
    where.write_text(page(endless(letter)), "utf-8")
    sheets = printed(browser, where, paper)
    for number in (1, 2, 3):
        (home,) = [text for text in sheets if f"Exhibit {number}:" in text]
        assert f"Facts of exhibit {number}" in home and "While" in home.partition("Facts of exhibit")[2]


def test_nothing_is_asked_for_and_nothing_runs(browser: Any, shell_session: Any, tmp_path: Path) -> None:
    nasty = "echo '<script>document.title=1</script><img src=http://127.0.0.1:9/x onerror=document.title=2>'"
    sl.open(shell_session([(nasty, f"{nasty}\n")])).report(tmp_path / "case.html", match="echo", case=nasty)
    tab = browser.new_page()
    asked: list[str] = []
    said: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: said.append(message.text))
    tab.goto((tmp_path / "case.html").as_uri())
    assert [url for url in asked if not url.startswith("data:")] == [(tmp_path / "case.html").as_uri()]
    assert said == [] and tab.title().startswith("Report: Was “echo” run")
    assert tab.locator("h1").inner_text() == nasty and tab.locator("script").count() == 0
    assert tab.locator("article img").evaluate_all("all => all.every(one => one.naturalWidth > 0)")
    tab.close()


def test_it_reads_in_grey(browser: Any, root: Path, tmp_path: Path) -> None:
    """Nothing but pictures has a colour, and every text has a contrast of at least 7:1 in grey."""
    sl.report(root / "fixtures/sessions/insider", tmp_path / "case.html", match="rm -rf")
    tab = browser.new_page()
    tab.goto((tmp_path / "case.html").as_uri())
    colours = tab.evaluate(
        "[...document.querySelectorAll('body *')].flatMap(one => {const s = getComputedStyle(one);"
        " return [s.color, s.backgroundColor]})"
    )
    tab.close()
    shades = {
        tuple(map(int, re.findall(r"\d+", colour)[:3])) for colour in colours if "(0, 0, 0, 0)" not in colour
    }
    assert shades and all(red == green == blue for red, green, blue in shades)
    assert all(grey <= 0x59 or grey == 255 for grey, _, _ in shades)  # 0x59 on white has 7:1


def test_a_hash_of_many_is_on_each_page(browser: Any, root: Path, tmp_path: Path) -> None:
    both = [sl.open(root / "fixtures/sessions" / name) for name in ("insider", "vim")]
    sl.report(both, tmp_path / "case.html", match="vim")
    style = (tmp_path / "case.html").read_text("utf-8").partition("</style>")[0]
    (digest,) = re.findall(r"SHA-256 of the 2 recordings' list: ([0-9a-f]{64})", style)
    assert all(digest in text for text in printed(browser, tmp_path / "case.html", "Letter"))
