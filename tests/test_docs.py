"""Pages that are made from the code say what the code says."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
from pathlib import Path

FENCED = re.compile(r"^ *```.*?^ *```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")


def test_the_page_of_tables_is_up_to_date(root: Path) -> None:
    script = root / "docs" / "make_tables.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_page_of_the_terminal_says_what_happens(root: Path) -> None:
    failed, tried = doctest.testfile(
        str(root / "docs" / "terminal.md"), module_relative=False, encoding="utf-8"
    )
    assert tried > 10 and not failed


def pages(root: Path) -> list[Path]:
    return [*root.glob("*.md"), *(root / "docs").rglob("*.md")]


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return FENCED.sub("", page.read_text("utf-8"))


def anchors(page: Path) -> set[str]:
    """Where links into a page may lead: its headings, as GitHub writes them."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_link_leads_somewhere(root: Path) -> None:
    found = [(page, *link) for page in pages(root) for link in LINK.findall(prose(page))]
    assert len(found) > 100
    for page, target, anchor in found:
        leads_to = page.parent / target if target else page
        assert leads_to.exists(), f"{page.name}: there is no {target}"
        assert not anchor or anchor in anchors(leads_to), (
            f"{page.name}: {target or page.name} has no #{anchor}"
        )


def test_the_guide_of_the_recorder_is_short_pages_that_its_index_names(root: Path) -> None:
    index = (root / "docs/recorder.md").read_text("utf-8")
    for page in (root / "docs/recorder").glob("*.md"):
        assert f"(recorder/{page.name})" in index
        assert len(page.read_text("utf-8").splitlines()) <= 250, page.name
