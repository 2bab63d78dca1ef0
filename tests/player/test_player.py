"""The player in a real Chromium: it shows what the timeline has, and every control does what it says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sessionlens as sl
from sessionlens.errors import UsageError
from sessionlens.visible import visible

pytestmark = pytest.mark.browser
ROOT = "#sessionlens-player"
Played = Callable[..., Any]


def screen_text(session: sl.Session, index: int) -> str:
    """A frame's text as the player tells it to screen readers."""
    timeline = session.timeline
    rows = timeline.frame(index).row_ids
    return "\n".join(visible(timeline.row(row).text.rstrip(" ")) for row in rows)


def read(page: Any) -> tuple[int, str]:
    """Which frame is shown, and its text."""
    hold(page, f"(({{ dataset }}) => dataset.read === dataset.frame)(document.querySelector('{ROOT}'))")
    shown = int(page.get_attribute(ROOT, "data-frame"))
    return shown, page.text_content(f"{ROOT} .sl-screen-text")


def time_of(page: Any) -> float:
    """The time of the moment, s."""
    return float(page.get_attribute(f"{ROOT} [role=slider]", "aria-valuenow"))


def hold(page: Any, condition: str) -> None:
    """Wait until that is so. The page's policy allows no `eval`, which playwright's own waiting needs."""
    look = f"const look = () => ({condition}) ? done() : requestAnimationFrame(look); look()"
    page.evaluate(f"new Promise((done) => {{ {look} }})")


@pytest.fixture
def page(played: Played, insider: sl.Session) -> Any:
    return played(insider, mask=False)


def test_no_zoom_makes_a_picture_that_browsers_leave_empty(
    typescript: Callable[..., Path], played: Played
) -> None:
    path = typescript([(0.1, "o", b"\x1b[41m\x1b[2J")], columns=4096, rows=1024)
    page = played(sl.open(path))
    page.keyboard.press("End")
    look = "Array.from(c.getContext('2d').getImageData(c.width - 9, c.height - 9, 1, 1).data)"
    for zoom in ("fit", "100%", "150%", "200%"):
        page.select_option(f"{ROOT} select[aria-label='zoom (z)']", zoom)
        red, green, _, _ = page.evaluate(f"((c) => {look})(document.querySelector('{ROOT} .sl-screen'))")
        assert red > 2 * green, zoom


def test_each_step_shows_the_right_frame(page: Any, insider: sl.Session) -> None:
    last = len(insider.timeline) - 1
    assert read(page) == (1, screen_text(insider, 1)) or read(page)[0] == 0
    first = read(page)[0]
    for index in range(first + 1, first + 8):
        page.keyboard.press(".")
        assert read(page) == (index, screen_text(insider, index))
    page.keyboard.press("End")
    assert read(page) == (last, screen_text(insider, last))
    for index in range(last - 1, last - 5, -1):
        page.keyboard.press(",")
        assert read(page) == (index, screen_text(insider, index))
    page.keyboard.press("Home")
    assert read(page)[0] == first


def test_a_click_on_the_bar_seeks(page: Any, insider: sl.Session) -> None:
    box = page.locator(".sl-strip").bounding_box()
    for share in (0.9, 0.25, 0.6):
        page.mouse.click(box["x"] + share * box["width"], box["y"] + 20)
        wanted = insider.timeline.at(round(time_of(page) * 1e9)).index
        shown, text = read(page)
        assert abs(shown - wanted) <= 1 and text == screen_text(insider, shown)
        assert time_of(page) == pytest.approx(share * insider.recording.duration_ns / 1e9, abs=0.1)
        assert f"{int(time_of(page)):02}" in page.get_attribute("[role=slider]", "aria-valuetext")


def test_it_plays_skips_and_stops_at_the_end(page: Any, insider: sl.Session) -> None:
    assert page.get_attribute(ROOT, "data-playing") is None
    page.select_option("[aria-label^=speed]", "16")
    page.keyboard.press(" ")
    hold(page, f"document.querySelector('{ROOT}').dataset.playing === 'true'")
    hold(page, f"document.querySelector('{ROOT}').dataset.playing === 'false'")
    last = len(insider.timeline) - 1
    assert read(page) == (last, screen_text(insider, last))
    assert time_of(page) == pytest.approx(insider.recording.duration_ns / 1e9, abs=0.01)


def test_space_pauses(page: Any) -> None:
    page.keyboard.press(" ")
    hold(page, "Number(document.querySelector('[role=slider]').getAttribute('aria-valuenow')) > 0.2")
    page.keyboard.press(" ")
    at = time_of(page)
    read(page)
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert time_of(page) == at


def test_idle_time_is_skipped_and_said(played: Played, typescript: Callable[..., Any]) -> None:
    session = sl.open(typescript([(0, "o", b"$ "), (1, "o", b"early"), (3601, "o", b" late")]))
    page = played(session)
    page.keyboard.press(">")
    page.keyboard.press(">")
    page.keyboard.press(" ")
    hold(page, f"document.querySelector('{ROOT} .sl-screen-text').textContent.includes('late')")
    assert page.inner_text(".sl-toast") == "skipped 59 min 57 s without change"


def test_commands_follow_and_seek(page: Any, insider: sl.Session) -> None:
    commands = insider.commands
    assert page.locator(".sl-command").count() == len(commands)
    row = commands[commands["command"] == "rm -rf src/payments"].iloc[0]
    item = page.locator(".sl-command", has_text="rm -rf src/payments")
    item.click()
    assert time_of(page) == pytest.approx(row["start"].total_seconds(), abs=0.01)
    assert item.get_attribute("aria-current") == "true"
    assert "HIGH" in item.inner_text()
    assert row["ref"] in page.inner_text(".sl-now")
    page.keyboard.press("ArrowDown")
    assert page.locator(".sl-command[aria-current]").inner_text().splitlines()[1] == "ls src"
    page.keyboard.press("ArrowUp")
    assert item.get_attribute("aria-current") == "true"


def test_search_finds_lines_and_commands(page: Any, insider: sl.Session) -> None:
    page.keyboard.press("/")
    page.keyboard.type("Sorry, that")
    hold(page, "document.querySelectorAll('.sl-hits .sl-item').length > 0")
    wanted = insider.search("Sorry, that")["start"].dt.total_seconds().tolist()
    assert len(wanted) == 2  # it is there again after vim
    assert page.inner_text(".sl-page:not([hidden]) [role=status]").startswith("2 hits; ")
    page.keyboard.press("Enter")
    assert "Sorry, that is not it." in read(page)[1]
    assert time_of(page) == pytest.approx(wanted[0], abs=0.01)
    page.fill(".sl-page input", "RM -RF")
    hold(page, "document.querySelectorAll('.sl-hits .sl-item').length >= 2")
    wheres = page.locator(".sl-hits .sl-where").all_inner_texts()
    assert "screen" in wheres and "command 12" in wheres
    assert page.locator(".sl-hits mark").first.inner_text() == "rm -rf"
    page.locator(".sl-stage").focus()
    page.keyboard.press("Home")
    times = []
    for _ in wheres:
        page.keyboard.press("n")
        times.append(time_of(page))
    assert times == sorted(times) and times[0] > 0
    page.keyboard.press("N")
    assert time_of(page) == times[-2]


def test_search_sees_what_passed_between_two_frames(played: Played, typescript: Callable[..., Any]) -> None:
    lines = "".join(f"row {i} of many\r\n" for i in range(500)).encode()
    page = played(sl.open(typescript([(0, "o", b"$ cat many\r\n"), (1, "o", lines), (2, "o", b"$ ")])))
    page.keyboard.press("/")
    page.keyboard.type("row 33 of")
    hold(page, "document.querySelectorAll('.sl-hits .sl-item').length === 1")
    assert page.inner_text(".sl-hits .sl-where") == "between frames, scrolled"
    page.keyboard.press("Enter")
    assert time_of(page) == pytest.approx(1)


def test_enter_in_the_search_hands_the_keys_to_the_screen(page: Any, insider: sl.Session) -> None:
    page.keyboard.press("/")
    page.keyboard.type("no such words")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.type("Sorry, that")
    first, second = insider.search("Sorry, that")["start"].dt.total_seconds().tolist()
    page.keyboard.press("Enter")
    assert time_of(page) == pytest.approx(first, abs=0.01)
    page.keyboard.press("n")
    assert time_of(page) == pytest.approx(second, abs=0.01)
    page.keyboard.press("N")
    assert time_of(page) == pytest.approx(first, abs=0.01)
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    assert time_of(page) == pytest.approx(second, abs=0.01)
    assert page.input_value("[type=search]") == "Sorry, that"
    assert page.locator(".sl-hits .sl-item").count() == 2


def test_what_is_below_the_screen_is_never_ahead_or_behind(page: Any, insider: sl.Session) -> None:
    commands = insider.commands.set_index("n")
    for time, said in (
        (commands.loc[12, "start"], "12"),
        (commands.loc[11, "end"], "after 11"),
        (commands.loc[14, "start"] + (commands.loc[14, "end"] - commands.loc[14, "start"]) / 2, "14"),
        (commands.loc[18, "start"], "18"),
    ):
        page.evaluate(f"location.hash = 'sessionlens=7c2a45ee@{time.total_seconds() + 1e-4:.6f}'")
        hold(page, f"document.querySelector('{ROOT} .sl-number').textContent === '{said}'")
        assert page.get_attribute("[role=slider]", "aria-valuetext").endswith(
            said if "after" not in said else "after command 11"
        )


def test_the_clock_is_exact_while_it_rests(played: Played, insider: sl.Session) -> None:
    page = played(insider, at=12.0625)
    assert page.inner_text(".sl-clock") == "00:00:12.062 / 00:00:28"
    page.keyboard.press(" ")
    hold(page, r"/^00:00:1\d\.\d \//.test(document.querySelector('.sl-clock').textContent)")


def test_keys_of_speed_selection_and_help(page: Any) -> None:
    for key, speed in ((">", "1.5"), (">", "2"), ("<", "1.5"), ("<", "1"), ("<", "0.5")):
        page.keyboard.press(key)
        assert page.input_value("[aria-label^=speed]") == speed
    page.keyboard.press("ArrowRight")
    page.keyboard.press("[")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("]")
    assert page.inner_text(".sl-range") == "selected 00:00:05.0 – 00:00:10.0 (5.0 s)"
    page.keyboard.press("Escape")
    assert page.is_hidden(".sl-range")
    page.keyboard.press("?")
    assert page.is_visible(".sl-help") and "frame back or ahead" in page.inner_text(".sl-help")
    page.keyboard.press("Escape")
    assert page.is_hidden(".sl-help")


def test_a_bookmark_with_tag_and_note(page: Any) -> None:
    page.keyboard.press("ArrowRight")
    page.keyboard.press("b")
    page.fill("[name=tag]", "=evil")
    page.fill("[name=note]", 'looks "odd" / n')
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    item = page.locator(".sl-own")
    item.wait_for()
    assert item.count() == 1 and "=evil" in item.inner_text() and 'looks "odd" / n' in item.inner_text()
    assert item.locator("time").inner_text() == "00:00:05"
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_text("Copy as CSV").click()
    page.get_by_text("1 bookmark copied").wait_for()
    lines = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert lines[0] == "session,time,end,tag,note,author"
    assert lines[1].endswith(',"5","","\'=evil","looks ""odd"" / n",""')
    page.locator(".sl-remove").click()
    item.wait_for(state="detached")


@pytest.mark.parametrize(
    ("field", "key"), [("tag", "Enter"), ("tag", "Control+Enter"), ("note", "Control+Enter")]
)
def test_a_bookmark_is_saved_by_a_key(page: Any, field: str, key: str) -> None:
    page.keyboard.press("b")
    page.fill("[name=tag]", "seen")
    page.locator(f"[name={field}]").press(key)
    page.locator(".sl-own", has_text="seen").wait_for()
    assert page.is_hidden(".sl-form")


def test_with_a_selection_a_bookmark_may_be_of_this_moment(page: Any) -> None:
    for key in ("[", "ArrowRight", "]", "ArrowRight"):
        page.keyboard.press(key)
    for moment in (False, True):
        page.keyboard.press("b")
        page.set_checked("[name=moment]", moment)
        page.locator("[name=tag]").press("Enter")
    assert page.locator(".sl-own time").all_inner_texts() == ["00:00:00", "00:00:10"]
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    assert page.locator("[name=moment]").count() == 0


def test_text_of_the_screen_is_copied(page: Any, insider: sl.Session) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.keyboard.press("End")
    shown, _ = read(page)
    page.keyboard.press("c")
    page.get_by_text("the screen's text copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").rstrip() == screen_text(insider, shown).rstrip()
    box, columns = page.locator(".sl-screen").bounding_box(), insider.timeline.frame(shown).columns
    wide, high = box["width"] / columns, box["height"] / 30
    page.mouse.move(box["x"] + 0.1 * wide, box["y"] + 0.5 * high)
    page.mouse.down()
    page.mouse.move(box["x"] + 10 * wide, box["y"] + 1.5 * high, steps=4)
    page.mouse.up()
    page.keyboard.press("c")
    page.get_by_text("selected text copied").wait_for()
    first, second = screen_text(insider, shown).split("\n")[:2]
    assert page.evaluate("navigator.clipboard.readText()") == f"{first}\n{second[:10]}"


def test_themes_zoom_and_focus_order(page: Any) -> None:
    paper = "document.querySelector('.sl-screen').getContext('2d').getImageData(300, 2, 1, 1).data.join()"
    assert page.evaluate(paper) == "13,17,23,255"
    page.select_option("[aria-label=theme]", "light")
    assert page.evaluate(paper) == "255,255,255,255"
    assert (
        page.evaluate(f"getComputedStyle(document.querySelector('{ROOT}')).getPropertyValue('--sl-band')")
        == "#e9edf2"
    )
    before = page.locator(".sl-screen").bounding_box()["width"]
    page.select_option("[aria-label^=zoom]", "200%")
    assert page.locator(".sl-screen").bounding_box()["width"] > 1.5 * before
    focusable = ", ".join(f"{ROOT} {each}" for each in ("button", "select", "input", "[tabindex]"))
    name = "e.getAttribute('aria-label') || e.textContent || e.id"
    names = page.evaluate(
        f"[...document.querySelectorAll('{focusable}')].map((e) => [{name}, e.dataset.lmSuppressShortcuts])"
    )
    assert len(names) > 30
    assert all(name and suppressed == "true" for name, suppressed in names)


def test_links_of_a_report_seek(played: Played, insider: sl.Session) -> None:
    page = played(insider)
    page.evaluate(
        "const link = document.createElement('a'); link.href = '#sessionlens=7c2a45ee@12.5';"
        "link.textContent = link.id = 'exhibit'; document.body.prepend(link)"
    )
    page.click("#exhibit")
    assert time_of(page) == 12.5
    assert "#" not in page.url
    page.goto(page.url + "#sessionlens=7c2a45ee@7")
    page.reload()
    page.wait_for_selector(f'{ROOT}[data-state="ready"]')
    assert time_of(page) == 7


def test_an_address_seeks_in_the_open_page(page: Any) -> None:
    page.evaluate("location.hash = 'sessionlens=7c2a45ee@9.5'")
    hold(page, "Number(document.querySelector('[role=slider]').getAttribute('aria-valuenow')) === 9.5")
    page.evaluate("location.hash = 'sessionlens=another@3'")
    page.evaluate("new Promise((done) => setTimeout(done))")
    assert time_of(page) == 9.5


def test_a_page_opens_where_it_was_told_to(played: Played, insider: sl.Session) -> None:
    page = played(insider, at="00:00:19")
    assert time_of(page) == 19
    page.keyboard.press("Home")
    assert time_of(page) == 0
    with pytest.raises(UsageError, match="outside of what is played"):
        played(insider, at=3, start=5)


def test_a_link_moves_the_player_above_it_and_no_other(
    tab: Any, insider: sl.Session, film_of: Any, tmp_path: Any
) -> None:
    from base64 import b64encode

    from sessionlens.player import payload, script

    page = tab.page
    (tmp_path / "empty.html").write_text("<!doctype html><title>x</title><body>")
    page.goto((tmp_path / "empty.html").as_uri())
    page.evaluate(THREE, [script(), b64encode(payload(film_of(insider))).decode()])
    times = (
        "[...document.querySelectorAll('[role=slider]')].map((e) => Number(e.getAttribute('aria-valuenow')))"
    )
    page.click("#link1")
    assert page.evaluate(times) == [0, 11, 0]
    page.click("#link2")
    assert page.evaluate(times) == [0, 11, 12]
    page.locator(".sl-stage").nth(1).focus()
    page.click("#top")
    assert page.evaluate(times) == [0, 7, 12]


def test_the_notebooks_view_speaks_with_its_model(
    tab: Any, insider: sl.Session, film_of: Any, tmp_path: Any
) -> None:
    from base64 import b64encode

    from sessionlens.player import payload, script, stylesheet

    page = tab.page
    (tmp_path / "empty.html").write_text("<!doctype html><title>x</title><body>")
    page.goto((tmp_path / "empty.html").as_uri())
    page.add_style_tag(content=stylesheet())
    page.evaluate(MODEL, [script(), b64encode(payload(film_of(insider))).decode()])
    page.get_by_text("run this cell").wait_for()
    page.evaluate("give()")
    page.wait_for_selector('.sessionlens[data-state="ready"]')
    assert page.evaluate("[sent, handle()]") == [[{"kind": "ready"}], 3.5]
    page.evaluate("model.set('time', 12)")
    assert time_of_view(page) == 12
    page.locator(".sl-stage").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("model.get('time')") == 17
    page.keyboard.press("[")
    assert page.evaluate("model.get('selection')[0]") == 17
    page.keyboard.press("b")
    page.fill("[name=tag]", "look")
    page.keyboard.press("Enter")
    bookmark = page.evaluate("model.get('bookmarks')[0]")
    assert bookmark["tag"] == "look" and bookmark["author"] == "ann" and bookmark["time"] == 17
    page.evaluate("model.set('bookmarks', []), model.set('playing', true)")
    assert page.locator(".sl-own").count() == 0
    hold(page, "model.get('time') > 17.3")
    page.evaluate("model.set('playing', false)")
    assert json.loads(
        page.evaluate(
            "JSON.stringify([model.get('playing'), document.querySelector('.sessionlens').dataset.playing])"
        )
    ) == [False, "false"]
    page.evaluate("cleanup()")
    assert page.locator(".sessionlens").count() == 0
    assert tab.troubles == []


def time_of_view(page: Any) -> float:
    return float(page.get_attribute("[role=slider]", "aria-valuenow"))


MODEL = """async ([code, film]) => {
  const state = {time: 3.5, selection: null, bookmarks: [], playing: false, speed: 1, theme: "light",
                 author: "ann", poster: "javascript:alert(1)", caption: "session 7c2a45ee: run this cell"};
  const calls = {};
  window.sent = [];
  window.model = {
    get: (name) => state[name],
    set: (name, value) => { state[name] = value; (calls["change:" + name] ?? []).forEach((call) => call()); },
    on: (name, call) => (calls[name] ??= []).push(call),
    off: (name, call) => (calls[name] = calls[name].filter((each) => each !== call)),
    send: (content) => sent.push(content), save_changes: () => {},
  };
  const bytes = Uint8Array.from(atob(film), (c) => c.charCodeAt(0));
  const film_ = [{kind: "film"}, [new DataView(bytes.buffer)]];
  window.give = () => calls["msg:custom"].forEach((call) => call(...film_));
  window.handle = () => Number(document.querySelector("[role=slider]").getAttribute("aria-valuenow"));
  const module = await import(URL.createObjectURL(new Blob([code], {type: "text/javascript"})));
  window.cleanup = module.default.render({model, el: document.body});
}"""

# as in a notebook, where each widget has the module for itself: a link on top, then three players, each with
# a link below
THREE = """async ([code, film]) => {
  const bytes = Uint8Array.from(atob(film), (c) => c.charCodeAt(0));
  const link = (id, seconds) => {
    const made = document.createElement("a");
    made.href = `#sessionlens=7c2a45ee@${seconds}`;
    made.textContent = made.id = id;
    document.body.append(made);
  };
  link("top", 7);
  for (const number of [0, 1, 2]) {
    const module = await import(URL.createObjectURL(new Blob([code], {type: "text/javascript"})));
    const place = document.createElement("div");
    document.body.append(place);
    await module.mount(place, bytes);
    link(`link${number}`, 10 + number);
  }
}"""
