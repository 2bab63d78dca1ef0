"""The explorer: what is done with its widgets and what is said in Python give the same."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sessionlens as sl
from sessionlens.explorer import writing
from sessionlens.explorer.acting import PAGE
from sessionlens.explorer.keys import Keys
from sessionlens.tables.schema import TABLES, conform

Maker = Callable[..., Path]
HOSTILE = "<img src=x onerror=alert(1)> $x$ \u202e\x1b]0;t\x07"


@pytest.fixture
def case(shell_session: Maker, tmp_path: Path) -> sl.Explorer:
    """Three sessions: one deletes, one prints, one does neither."""
    shell_session([("ls", "payments\n"), ("rm -rf /srv/payments", "")], "deletes")
    shell_session([("cat notes", "about payments\n")], "prints")
    shell_session([("pwd", "/home/john\n")], "neither")
    return sl.explore(tmp_path)


def bundles(root: Path) -> sl.Explorer:
    """Sessions of one person on one host, as the recorder wrote them."""
    return sl.explore(
        [sl.open(root / "fixtures" / "sessions" / name) for name in ("insider", "bash", "exec")]
    )


def said(x: sl.Explorer) -> str:
    """What the messages say, as text."""
    told = " ".join(place.value for place in x._panel.told)
    return html.unescape(re.sub("<[^>]+>", " ", told))


def options(x: sl.Explorer) -> str:
    """What both lists show."""
    boxes = (x._session_list.box, x._hit_list.box)
    return "\n".join(label for box in boxes for label, _ in box.options)


def test_a_case_lists_its_sessions_with_their_numbers(case: sl.Explorer) -> None:
    assert sorted(case.sessions["commands"]) == [1, 1, 2]
    assert {str(t) for t in case.sessions.dtypes} == {c.dtype for c in TABLES["sessions"]}
    assert len(case._session_list.box.options) == 3
    assert "3 sessions of 3 listed" in said(case)


def test_words_find_commands_in_any_form(case: sl.Explorer) -> None:
    case._panel.ran.value = "rm -r -f"
    assert list(case.hits["text"]) == ["rm -rf /srv/payments"]
    assert list(case.sessions["commands"]) == [2]
    assert "3 sessions, 4 commands" in said(case) and "1 match" in said(case)
    assert list(sl.explore(case._case.corpus).filter(ran="rm -rf").hits["text"]) == ["rm -rf /srv/payments"]


def test_text_is_found_on_the_screen_too_and_with_words_in_commands_alone(case: sl.Explorer) -> None:
    assert set(case.filter(text="payments").hits["where"]) >= {"command", "screen"}
    assert len(case.sessions) == 2
    assert list(case.filter(text="payments", ran="rm").hits["where"]) == ["command"]
    assert len(case.filter(text="payments", ran="ls").hits) == 0


def test_marks_and_severities(case: sl.Explorer) -> None:
    assert list(case.filter(mark="delete-tree").hits["match"]) == ["delete-tree"]
    assert list(case.filter(severity="high").hits["match"]) == ["delete-tree"]
    assert len(case.filter(mark="wipe").hits) == 0
    assert list(case.filter().hits["match"]) == ["delete-tree"]


def test_nothing_found_says_what_was_looked_at(case: sl.Explorer) -> None:
    case.filter(text="shutdown")
    assert len(case.hits) == 0 and len(case.sessions) == 0
    assert "3 sessions, 4 commands" in case.coverage and "0 matches" in case.coverage
    assert case.coverage in said(case)


def test_whose_where_and_when(root: Path) -> None:
    x = bundles(root)
    assert len(x.filter(person="john", host="WEB").sessions) == 3
    x._panel.person.value = "nobody"
    assert len(x.sessions) == 0
    assert "no session is of nobody: there are john" in said(x)
    assert "no session is of nobody" in x._session_list.head.value
    assert x._panel.person.options == ("john",)
    assert len(x.filter(since="2026-11-22", until="2026-11-22").sessions) == 3
    assert len(x.filter(until="2026-11-21").hits) == 0
    assert "3 sessions not looked at" in x.coverage
    x._panel.clear.click()
    assert len(x._listed) == 3 and x.filters == type(x.filters)()


def test_who_is_not_known_is_not_forgotten(case: sl.Explorer) -> None:
    case.filter(host="web01", ran="rm")
    assert case.hits.coverage.nameless and not case.hits.coverage.complete
    assert "not everything could be seen" in said(case)


def test_a_filter_that_makes_no_sense_is_said_and_nothing_is_listed(case: sl.Explorer) -> None:
    case._panel.since.value = "the day before yesterday"
    assert "that did not work" in said(case) and "no date" in said(case)
    assert not case._session_list.box.options
    case._panel.search.click()
    assert "no date" in said(case)
    assert not case._hit_list.box.options
    case._panel.since.value = ""
    assert len(case._session_list.box.options) == 3
    for wrong in ({"since": "soon"}, {"severity": "grave"}):
        with pytest.raises(sl.UsageError):
            case.filter(**wrong)


def test_selecting(case: sl.Explorer) -> None:
    assert len(case.selected) == 0
    case._session_list.box.index = (1,)
    assert list(case.selected["session"]) == [case.sessions["session"].iloc[1]]
    assert case.session.info.session == case.selected["session"].iloc[0]
    assert case.session.info.session in case._panel.session.value
    assert len(case.select(0, 2).selected) == 2
    case.select()
    with pytest.raises(sl.UsageError, match="no session is selected"):
        _ = case.session


def test_orders(case: sl.Explorer) -> None:
    case._panel.order.value = "most commands first"
    assert list(case.sessions["commands"]) == [2, 1, 1]
    case._panel.order.value = "longest first"
    assert case.sessions["duration"].is_monotonic_decreasing


def test_what_cannot_be_opened_is_said(shell_session: Maker, tmp_path: Path) -> None:
    shell_session([("ls", "")], "good")
    (shell_session([("ls", "")], "broken") / "timing").write_bytes(b"\x00\xff garbage\n" * 3)
    x = sl.explore(tmp_path)
    x.filter(ran="rm")
    assert not x.hits.coverage.complete
    assert "not everything could be seen" in said(x)


def test_tags_on_hits_sessions_and_rows(case: sl.Explorer) -> None:
    case.filter(ran="rm").select_hits(0)
    case._panel.tag.value, case._panel.note.value = "suspicious", "why?"
    case._panel.add.click()
    row = case.tags.iloc[0]
    assert (row["tag"], row["note"], row["ref"]) == ("suspicious", "why?", case.hits["ref"].iloc[0])
    assert row["time"] == case.hits["start"].iloc[0] and row["author"]
    case.select_hits().select(0).tag("whole")
    case.tag("row", at=case._listed[0].commands.iloc[0])
    tags = case.tags
    assert list(tags["tag"]) == ["suspicious", "whole", "row"]
    assert pd.isna(tags["time"].iloc[1]) and pd.notna(tags["time"].iloc[2])
    assert (tags.dtypes == conform({}, "tags").dtypes).all()
    assert "rm -rf" in tags.sl.at(0).text
    case._panel.undo.click()
    assert len(case.tags) == 2 and "2 tags" in case._panel.tags.value


def test_tags_come_back_from_a_file(case: sl.Explorer, tmp_path: Path) -> None:
    case.filter(ran="rm").select_hits(0).tag("odd", "a note")
    path = case.tags.sl.export(tmp_path / "tags.csv").path
    back = pd.read_csv(path, skiprows=1, dtype=str)
    before = case.tags
    for rows in (back, pd.read_csv(path, skiprows=1)):
        case.tags = rows
        assert list(case.tags["tag"]) == ["odd"] and case.tags["channel"].iloc[0] == 0
        assert case.tags["time"].iloc[0] == before["time"].iloc[0].floor("ms")
        assert (case.tags.dtypes == before.dtypes).all()
    with pytest.raises(sl.UsageError, match="no session"):
        case.tags = back.drop(columns="session")
    recordings = list(case.tags["recording"])
    case.tags = back[["session", "tag", "note"]]
    assert list(case.tags["recording"]) == recordings, "so that it can be masked and played"
    with pytest.raises(sl.UsageError, match="time cannot be read"):
        case.tags = back.assign(time="soon")


def test_sessions_that_pandas_takes_for_numbers(case: sl.Explorer) -> None:
    case.tags = pd.DataFrame({"session": [12345678, 345678], "tag": [1, 2]})
    assert list(case.tags["session"]) == ["12345678", "00345678"] and list(case.tags["tag"]) == ["1", "2"]
    with pytest.raises(sl.UsageError, match="dtype"):
        case.tags = pd.DataFrame({"session": [float("inf")], "tag": "x"})


def test_a_tag_needs_a_word_and_a_place(case: sl.Explorer) -> None:
    case._panel.add.click()
    assert "no session is selected" in said(case)
    case.select(0)
    case._panel.add.click()
    assert "a tag needs a word" in said(case)
    assert len(case.tags) == 0


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_selected_is_written(case: sl.Explorer, tmp_path: Path, form: str) -> None:
    pytest.importorskip("xlsxwriter")
    case.filter(ran="rm").select(0)
    case._panel.folder.value, case._panel.form.value = str(tmp_path / "out"), form
    case._panel.export.click()
    names = {f"{name}.{form}" for name in ("sessions", "commands", "hits", "tags")}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    assert all(name in said(case) for name in names)
    if form == "csv":
        text = (tmp_path / "out" / "hits.csv").read_text("utf-8-sig")
        assert "rm -rf /srv/payments" in text and "1 session, 2 commands" in text.splitlines()[0]


def test_clips_of_the_hits(case: sl.Explorer, tmp_path: Path) -> None:
    case.filter(text="/srv/payments")
    assert len(case.hits) > 1  # the command, and its line on the screen
    written = case.export(tmp_path / "out", tables="csv", clips=True)
    (clip,) = [each.path for each in written if each.path.suffix == ".mp4"]
    assert clip.name == f"clip-01-{case.hits['session'].iloc[0]}.mp4" and clip.stat().st_size > 1000


def test_only_the_hits_of_what_is_selected_are_looked_for(case: sl.Explorer, tmp_path: Path) -> None:
    fresh = sl.explore(sl.corpus(case._case.corpus.root))
    fresh.select(0).export(tmp_path / "out", tables="csv")
    assert fresh._case.found is None


def test_an_export_into_evidence_is_refused(root: Path) -> None:
    x = bundles(root)
    x._panel.folder.value = str(x._case.all[0].path)
    x._panel.form.value = "csv"
    x._panel.export.click()
    assert "evidence is never changed" in said(x)


def test_many_sessions_are_not_replayed_until_they_are_asked_for(
    shell_session: Maker, tmp_path: Path
) -> None:
    for n in range(PAGE + 5):
        shell_session([("ls", ""), *([("rm -rf /", "")] if n == 0 else [])], f"s{n:02d}")
    x = sl.explore(tmp_path)
    views = [session.views[0] for session in x._case.all]
    assert not any("replay" in vars(view) for view in views)
    assert len(x._session_list.box.options) == PAGE
    assert x._session_list.place.value == f"1 to {PAGE} of {PAGE + 5}"
    x._session_list.on.click()
    assert len(x._session_list.box.options) == 5 and x._session_list.on.disabled
    x._session_list.box.index = (4,)
    assert list(x._session_list.positions) == [PAGE + 4]
    x._panel.ran.value = "rm"
    assert not x._hit_list.box.options and "Search looks into them" in said(x)
    assert not any("replay" in vars(view) for view in views)
    x._panel.search.click()
    assert len(x._hit_list.box.options) == 1 and len(x._listed) == 1


def test_hostile_text_is_only_text(typescript: Maker, tmp_path: Path) -> None:
    line = HOSTILE.replace("\x1b]0;t\x07", "")
    events = [(0.1, "o", b"$ "), (1.0, "i", line.encode() + b"\r"), (1.1, "o", line.encode() + b"\r\n$ ")]
    x = sl.explore([sl.open(typescript(events, HOSTILE.replace("/", "")))])
    x.filter(text="onerror").select(0).select_hits(0).tag(HOSTILE, HOSTILE)
    x._panel.since.value = HOSTILE
    shown = [x._panel.message.value, x._panel.session.value, x._panel.tags.value, x._session_list.head.value]
    for text in shown:
        assert "<img" not in text and "\u202e" not in text and "\x1b" not in text
    assert "&lt;img" in x._panel.tags.value and "\\u202e" in x._panel.tags.value
    assert "\u202e" not in options(x) and "\x1b" not in options(x)
    for widget in every(x.widget):
        assert not getattr(widget, "description_allow_html", False)


def test_foreign_recordings_have_the_name_of_their_file(case: sl.Explorer) -> None:
    case.filter(ran="rm")
    (row,) = [label for label, _ in case._session_list.box.options]
    (hit,) = [label for label, _ in case._hit_list.box.options]
    assert "deletes" in row and "deletes" in hit


def test_an_empty_list_takes_no_room(case: sl.Explorer) -> None:
    assert case._hit_list.box.layout.display == "none"
    case.filter(ran="rm")
    assert case._hit_list.box.layout.display == "" and case._hit_list.box.rows == 3


def test_what_was_written_is_a_table_of_names(case: sl.Explorer, tmp_path: Path) -> None:
    written = case.filter(ran="rm").export(tmp_path / "<b>", tables="csv")
    shown = written._repr_html_()
    assert "hits.csv" in shown and "nothing had to be masked" in shown and "&lt;b&gt;" in shown
    assert "<b>" not in shown and "Path(" not in repr(written) and repr(written).count("\n") == 3


def test_without_xlsxwriter_tables_are_csv(
    case: sl.Explorer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "find_spec", lambda name: None)
    assert sl.explore(case._case.corpus)._panel.form.value == "csv"
    assert {each.path.suffix for each in case.export(tmp_path / "out")} == {".csv"}


SECRET = "hunter2hunter2"


def test_what_a_saved_notebook_shows_is_masked_and_safe(shell_session: Maker, tmp_path: Path) -> None:
    shell_session([(f"mysql --password={SECRET} {HOSTILE[:28]}", ""), ("rm -rf /srv", "")], "one")
    x = sl.explore(tmp_path)
    assert "1 session of 1 listed" in x._still()["text/html"] and "one" in x._still()["text/html"]
    x.filter(text=SECRET).select_hits(0).tag("odd", HOSTILE)
    shown = x._still()["text/html"]
    assert SECRET not in shown and "[masked: password]" in shown
    assert "text: [masked" in shown and "1 session," in shown and "1 tag" in shown
    assert "<img" not in shown and "&lt;img" in shown and "<script" not in shown and "\u202e" not in shown
    x.tags = pd.DataFrame({"session": ["0123abcd"], "tag": "of another case", "note": f"password={SECRET}"})
    assert SECRET not in x._still()["text/html"] and "of another case" in x._still()["text/html"]


def test_what_a_saved_notebook_shows_is_small(shell_session: Maker, tmp_path: Path) -> None:
    for n in range(PAGE + 5):
        shell_session([("ls", "")], f"s{n:02d}")
    x = sl.explore(tmp_path)
    shown = x._still()["text/html"]
    assert f"{PAGE + 5} sessions, the first 25 shown" in shown and len(shown) < 40_000
    assert not any("replay" in vars(session.views[0]) for session in x._case.all)


def every(widget: Any) -> list[Any]:
    """A widget and all inside of it."""
    return [widget, *(each for child in getattr(widget, "children", ()) for each in every(child))]


def test_every_field_has_a_name_and_every_button_a_word(case: sl.Explorer) -> None:
    fields = [w for w in every(case.widget) if type(w).__name__ in FIELDS]
    assert len(fields) >= 18
    assert all(field.description for field in fields)


def test_keys_are_kept_from_jupyterlab(case: sl.Explorer) -> None:
    (keys,) = [widget for widget in every(case.widget) if isinstance(widget, Keys)]
    assert "lmSuppressShortcuts" in str(keys._esm)


FIELDS = {"Button", "Checkbox", "Combobox", "Dropdown", "SelectMultiple", "Text"}


def test_nothing_to_explore_is_said() -> None:
    for nothing in ([], ["x"]):
        with pytest.raises(sl.UsageError, match="nothing to explore"):
            sl.explore(nothing)  # type: ignore[arg-type]


def test_it_shows_itself_as_tables_as_a_widget_and_as_words(
    case: sl.Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[dict[str, Any]] = []
    for name in ("display", "update_display"):
        monkeypatch.setattr(f"IPython.display.{name}", lambda data, **_: shown.append(data))
    case._ipython_display_()
    still, live = shown
    assert still["text/plain"] == live["text/plain"] == "Explorer of 3 sessions, 3 listed"
    assert live["application/vnd.jupyter.widget-view+json"]["model_id"] == case.widget.model_id
    assert live["text/html"] == "" and case._live in still["text/html"] and "3 sessions" in still["text/html"]
    case._panel.ran.value = "rm"
    assert "ran: rm" in shown[-1]["text/html"] and "1 hit" in shown[-1]["text/html"]
