"""The page: one file under a strict policy, which asks for nothing, runs nothing of a recording, and is the
same each time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import sessionlens as sl
from sessionlens.errors import UsageError
from sessionlens.player import page, script, stylesheet
from sessionlens.render import THEMES
from sessionlens.render.boxes import arms_of

HOSTILE = (
    b"<script>alert(1)</script> <img src=x onerror=alert(2)> <!-- </script><script>alert(3)</script>\r\n"
    b"\x1b]8;;javascript:alert(4)\x07click me\x1b]8;;\x07 "
    b"\x1b]8;;http://127.0.0.1:1/x\x07or me\x1b]8;;\x07\r\n"
    b"\x1b]2;<svg onload=alert(5)>\x07\x1b]0;</title><script>alert(6)</script>\x07"
    b"a\xe2\x80\xaeb\xe2\x81\xa6c \x00\x00 \xf0\x9f\x98\x80\xef\xb8\x8f \xff\xfe\r\n"
    b"\x1b[38;5;999m\x1b[999999999C\x1b[2147483647;2147483647H\x1b[9999999b\x1b[?1049h\x1b[?2026h\x1bPq#0;2;0;0;0\x1b\\"
    b"\x1b]52;c;ZXZpbA==\x07\x1b]1337;File=inline=1:AAAA\x07\x1b]4;1;url(http://127.0.0.1:1/y)\x07\x1b[?1049l\r\n"
    b'{"a": "$policy ${script}"} &lt;b&gt; end-of-it\r\n'
)

FORBIDDEN = """
innerHTML outerHTML insertAdjacentHTML document.write eval( Function( setTimeout(" fetch( XMLHttpRequest
WebSocket
EventSource sendBeacon localStorage
</script <!-- import( window.open location.href
"""


class Structure(HTMLParser):
    """What a page consists of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_it_is_one_file_that_names_nothing_else(insider: sl.Session, film_of: Callable[..., Any]) -> None:
    found = Structure(page(film_of(insider)))
    for tag, attributes in found.tags:
        assert tag not in ("link", "iframe", "object", "embed", "base", "img"), tag
        assert not {"src", "href", "style"} & attributes.keys(), (tag, attributes)
        assert not any(name.startswith("on") for name in attributes)
    policy = next(a["content"] for t, a in found.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None and policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy and "http" not in policy and "*" not in policy
    assert ("html", {"lang": "en"}) in found.tags


def test_the_same_session_gives_the_same_bytes(insider: sl.Session, tmp_path: Path) -> None:
    for name in ("one.html", "two.html"):
        sl.open(insider.path).to_html(tmp_path / name)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_it_says_what_it_is_without_scripts(insider: sl.Session, film_of: Callable[..., Any]) -> None:
    text = page(film_of(insider)).partition("<noscript>")[2].partition("</noscript>")[0]
    for said in ("john as deploy on web01", "7c2a45ee/0", "(SHA-256)", "rm -rf src/payments", "2026-11-22"):
        assert said in text, said


def test_what_must_not_be_written_is_not(insider: sl.Session, tmp_path: Path) -> None:
    (tmp_path / "there.html").write_text("mine")
    with pytest.raises(UsageError, match="is there already"):
        insider.to_html(tmp_path / "there.html", overwrite=False)
    with pytest.raises(UsageError, match="lies inside the recording"):
        insider.to_html(Path(insider.path) / "page.html")
    with pytest.raises(UsageError, match=r"\.html"):
        insider.to_html(tmp_path / "page.pdf")
    with pytest.raises(UsageError, match="before the start"):
        insider.to_html(tmp_path / "page.html", start=5, end=4)
    with pytest.raises(UsageError, match="no theme"):
        insider.to_html(tmp_path / "page.html", theme="pink")
    assert [path.name for path in tmp_path.iterdir()] == ["there.html"]


def test_the_script_never_makes_html() -> None:
    code = script()
    for word in FORBIDDEN.split():
        assert word not in code, word
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", code)
    assert "url(" not in stylesheet() and "@import" not in stylesheet()


def test_lines_leave_the_cell_where_the_videos_do() -> None:
    arms = "".join(re.findall(r'"([0-9a-f.]{64})"', script()))
    assert len(arms) == 2 * 0x80
    for code in range(0x2500, 0x2580):
        name = unicodedata.name(chr(code)).removeprefix("BOX DRAWINGS ")
        told = arms[2 * (code - 0x2500) :][:2]
        if "DIAGONAL" in name or "DASH" in name:
            assert told == ".."
        else:
            sides, ends = (int(digit, 16) for digit in told)
            each = {"LEFT": sides >> 2, "RIGHT": sides & 3, "UP": ends >> 2, "DOWN": ends & 3}
            assert arms_of(name) == {arm: weight for arm, weight in each.items() if weight}


def test_every_selector_is_under_the_players_class() -> None:
    plain = re.sub(r"/\*.*?\*/", "", stylesheet(), flags=re.DOTALL)
    selectors = re.findall(r"([^{}]+)\{", plain)
    assert len(selectors) > 100
    for selector in selectors:
        for part in selector.strip().split(","):
            assert part.strip().startswith((".sessionlens", "@")) or "(" in selector, selector


@pytest.mark.browser
@pytest.mark.parametrize("theme", list(THEMES))
def test_nothing_is_asked_for_and_nothing_breaks_the_policy(
    theme: str, insider: sl.Session, played: Callable[..., Any], tab: Any
) -> None:
    shown = played(insider, theme=theme)
    for key in (
        "End",
        "Home",
        " ",
        " ",
        "?",
        "Escape",
        "b",
        "Escape",
        "/",
        "x",
        "Escape",
        "Escape",
        "z",
        "z",
        "c",
    ):
        shown.keyboard.press(key)
    assert tab.requests == [shown.url]
    assert tab.troubles == []


@pytest.mark.browser
def test_a_hostile_recording_does_nothing_but_show_text(
    typescript: Callable[..., Path], shell_session: Callable[..., Path], played: Callable[..., Any], tab: Any
) -> None:
    command = "echo '<img src=x onerror=alert(7)>' </script><script>alert(8)</script>"
    for number, path in enumerate((
        typescript([(0, "o", b"$ "), (1, "o", HOSTILE), (2, "o", b"$ ")]),
        shell_session([(command, "<b>x</b>\n")], name="second", prompt="<i>@web01:~$ "),
    )):  # fmt: skip
        session = sl.open(path)
        shown = played(session, f"page{number}.html", mask=False)
        address = shown.url
        shown.keyboard.press("End")
        shown.keyboard.press("/")
        shown.keyboard.type("<")
        shown.locator(".sl-hits .sl-item").first.wait_for()
        for tab_name in ("Commands", "Marks", "Facts"):
            shown.get_by_role("tab", name=tab_name).click()
        text = shown.text_content(".sl-screen-text")
        assert ("click me" in text and "$policy ${script}" in text) if number == 0 else "<b>x</b>" in text
        assert number == 0 or command in shown.text_content(".sl-command code")
        links = "[...document.querySelectorAll('a, img, iframe, object, embed, svg[onload], b i')].length"
        assert shown.evaluate(links) == 0
        assert shown.evaluate("document.querySelectorAll('#sessionlens-player script').length") == 0
        assert shown.url == address
    assert [url.rpartition("/")[2] for url in tab.requests] == ["page0.html", "page1.html"]
    assert tab.troubles == []


@pytest.mark.browser
def test_without_scripts_the_table_is_read(
    insider: sl.Session, open_tab: Callable[..., Any], tmp_path: Path
) -> None:
    insider.to_html(tmp_path / "page.html")
    shown = open_tab(java_script_enabled=False).page
    shown.goto((tmp_path / "page.html").as_uri())
    assert shown.locator("noscript table tr").count() == len(insider.commands) + 1
    assert shown.locator("noscript td:nth-child(2)").nth(11).inner_text() == "rm -rf src/payments"
    assert shown.locator("noscript").bounding_box()["height"] > 500


@pytest.mark.browser
def test_it_opens_at_the_time_that_was_named(
    insider: sl.Session, open_tab: Callable[..., Any], tmp_path: Path, picture: Callable[[str], Path]
) -> None:
    deleted = insider.commands.sl.ran("rm -rf").iloc[0]
    insider.to_html(tmp_path / "session.html", at=deleted["end"])
    opened = open_tab(width=1280, height=800).page
    opened.goto((tmp_path / "session.html").as_uri())
    opened.wait_for_selector("[data-state=ready]")
    frame = insider.timeline.at(deleted["end"].value).index
    opened.locator(f"[data-frame='{frame}']").wait_for()
    opened.screenshot(path=picture("player-page.png"))
