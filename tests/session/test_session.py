"""One session through the public face: tables, screens, search."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import sessionlens as sl

Maker = Callable[..., Path]
LINES = [("ls", "notes.txt\n"), ("rm -rf /srv/app", ""), ("echo done", "done\n")]


def test_a_session_says_who_and_when(shell_session: Maker) -> None:
    s = sl.open(shell_session(LINES))
    assert "2026-11-22" in repr(s)
    assert s.info.columns == 80
    assert len(s.channels) == 1


def test_commands_with_times_and_output(shell_session: Maker) -> None:
    s = sl.open(shell_session(LINES))
    assert list(s.commands["command"]) == [line for line, _ in LINES]
    assert list(s.commands["n"]) == [1, 2, 3]
    first = s.commands.iloc[0]
    assert "notes.txt" in first["output"]
    assert first["start_utc"] - pd.Timestamp("2026-11-22T10:00:00Z") == first["start"]
    assert s.commands["ref"].is_unique
    assert s.commands["ref"].str.fullmatch(rf"{s.info.session}/\d+/o:\d+-\d+").all()


def test_ran_finds_whatever_the_form(shell_session: Maker) -> None:
    s = sl.open(shell_session([("sudo /bin/rm -fr --verbose /srv/app", ""), ("echo rm -rf", "rm -rf\n")]))
    assert list(s.commands.sl.ran("rm", "-r", "-f")["n"]) == [1]


def test_findings_point_at_their_commands(shell_session: Maker) -> None:
    s = sl.open(shell_session(LINES))
    assert list(s.findings["n"]) == [2]
    assert s.commands["marks"].iloc[1] != ""
    assert s.commands["marks"].iloc[0] == ""


def test_search_over_commands_and_screen_prints_its_coverage(shell_session: Maker) -> None:
    s = sl.open(shell_session(LINES))
    hits = s.search("RM -RF")
    assert set(hits["where"]) == {"command", "screen"}
    last = repr(hits).splitlines()[-1]
    assert last.startswith("1 session, 3 commands,")
    assert "matches" in last
    nothing = s.search("shutdown")
    assert len(nothing) == 0
    assert "0 matches" in repr(nothing)
    assert len(s.search("RM -RF", case=True)) == 0


def test_a_hit_that_straddles_a_wrapped_line_is_found(typescript: Maker) -> None:
    text = "x" * 75 + "needle in two rows"
    s = sl.open(typescript([(0.1, "o", text.encode() + b"\r\n")]))
    assert len(s.search("needle in two rows")) == 1


def test_a_hit_erased_within_the_same_millisecond_is_found(typescript: Maker) -> None:
    s = sl.open(typescript([(0.1, "o", b"now you see me"), (0.1004, "o", b"\x1b[2K\rnow you do not\r\n")]))
    (hit,) = s.search("see me").itertuples()
    assert hit.where in ("erased", "overwritten")


def test_a_broken_query_says_so(shell_session: Maker) -> None:
    s = sl.open(shell_session(LINES))
    with pytest.raises(sl.UsageError, match="not a regular expression"):
        s.search("(", regex=True)
    with pytest.raises(sl.UsageError, match="empty"):
        s.search("")


def test_the_screen_at_any_form_of_time(shell_session: Maker) -> None:
    s = sl.open(shell_session(LINES))
    at = s.commands["start"].iloc[1]
    for when in (at, at.total_seconds(), s.commands["start_utc"].iloc[1]):
        assert "rm -rf /srv/app" in s.at(when).text
    assert s.at(0).text.strip() == ""
    assert "done" in s.at("00:00:03").text


@pytest.mark.parametrize("when", ["01:00:00", -1, "yesterday", "2026-11-23T10:00:00Z"])
def test_a_time_outside_is_refused(shell_session: Maker, when: object) -> None:
    with pytest.raises(sl.UsageError):
        sl.open(shell_session(LINES)).at(when)


def test_a_row_is_a_time_and_an_unknown_time_is_said(shell_session: Maker) -> None:
    s = sl.open(shell_session(LINES))
    assert "rm -rf /srv/app" in s.at(s.commands.iloc[1]).text
    with pytest.raises(sl.UsageError, match="not known"):
        s.at(s.commands["end"].iloc[2] if s.commands["end"].isna().iloc[2] else pd.NaT)


def test_ran_takes_one_string_and_no_empty_question(shell_session: Maker) -> None:
    commands = sl.open(shell_session(LINES)).commands
    assert list(commands.sl.ran("rm -rf")["n"]) == [2]
    with pytest.raises(sl.UsageError, match="no program to look for"):
        commands.sl.ran()


def test_a_screen_is_a_picture_and_a_text(shell_session: Maker) -> None:
    screen = sl.open(shell_session(LINES)).at("00:00:02")
    (png,) = re.findall(r'src="data:image/png;base64,([^"]+)"', screen._repr_html_())
    assert base64.b64decode(png).startswith(b"\x89PNG")
    assert 'alt="john@web01:~$ ls' in screen._repr_html_()
    assert screen.ref.split("/")[0] in repr(screen)


def test_hidden_input_is_nowhere(typescript: Maker) -> None:
    prompt = b"john@web01:~$ "
    events = [(0.1, "o", prompt)]
    at = 1.0
    for key in b"sudo id":
        events += [(at, "i", bytes([key])), (at + 0.001, "o", bytes([key]))]
        at += 0.05
    events += [(at, "i", b"\r"), (at + 0.001, "o", b"\r\n[sudo] password for john: ")]
    at += 1
    for key in b"hunter2!":
        events.append((at, "i", bytes([key])))
        at += 0.05
    events += [(at, "i", b"\r"), (at + 0.01, "o", b"\r\nuid=0(root)\r\n"), (at + 0.02, "o", prompt)]
    s = sl.open(typescript(events))
    assert list(s.commands["command"]) == ["sudo id"]
    hidden = s.events[s.events["kind"] == "hidden input"]
    assert list(hidden["text"]) == ["[hidden input]"]
    for table in (s.commands, s.events, s.lines):
        assert "hunter2" not in table.to_string()
    typed = s.events[s.events["kind"] == "input"]
    assert "".join(typed["text"]).startswith("sudo id")
    assert len(typed) <= len("sudo id") + 1
    assert b"hunter2!" in s.recording.raw("i")


def test_a_folder_of_several_is_listed_and_not_guessed(shell_session: Maker, tmp_path: Path) -> None:
    shell_session(LINES, "one")
    shell_session(LINES, "two")
    with pytest.raises(sl.FormatError, match="2 recordings"):
        sl.open(tmp_path)


def test_no_recording_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(sl.NotFoundError):
        sl.open(tmp_path / "nothing")
    with pytest.raises(sl.SessionLensError):
        sl.open(tmp_path)


def test_a_ref_is_a_place_and_a_moment(
    shell_session: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    s = sl.open(shell_session(LINES))
    monkeypatch.chdir(tmp_path)
    row = s.commands.iloc[1]
    assert "rm -rf /srv/app" in s.at(row["ref"]).text
    assert sl.open(row["ref"]).info.session == s.info.session
    with pytest.raises(sl.NotFoundError, match="ends before byte"):
        s.at(f"{s.info.session}/0/o:999999-999999")
    with pytest.raises(sl.NotFoundError, match="not a place"):
        s.at("00000000/0/o:1-2")
    with pytest.raises(sl.NotFoundError, match="no recording of session"):
        sl.open("00000000/0/o:1-2")


def test_a_row_reopens_its_session(shell_session: Maker) -> None:
    s = sl.open(shell_session(LINES))
    assert "rm -rf" in s.commands.sl.at(1).text
    assert s.commands.sl.open(0).info.session == s.info.session
    with pytest.raises(sl.UsageError, match="no row 9"):
        s.commands.sl.at(9)


def test_wrapping_anew_is_an_option_and_said(typescript: Maker) -> None:
    """A window made wider shows a long line in one row, or as xterm and PuTTY do."""
    folder = typescript([(0.1, "o", b"a" * 100 + b"\r\n$ ")])
    with (folder / "timing").open("a") as timing:
        timing.write("S 0.500000 SIGWINCH ROWS=30 COLS=120\n")
    assert sl.open(folder).at(1).text.splitlines()[0] == "a" * 100
    cut = sl.open(folder, reflow=False)
    assert cut.at(1).text.splitlines()[0] == "a" * 80
    assert "reflow=False" in repr(cut) and "reflow" not in repr(sl.open(folder))


def test_ran_knows_what_an_earlier_command_said(shell_session: Maker) -> None:
    lines = [("alias tidy='rm -rf'", ""), ("ls", ""), ("tidy /srv/app", "")]
    commands = sl.open(shell_session(lines)).commands
    assert list(commands.sl.ran("rm", "-r", "-f")["n"]) == [3]
    by_length = commands.sort_values("command", key=lambda texts: texts.str.len())
    assert list(by_length.sl.ran("rm -rf")["n"]) == [3]  # the order of the rows is not the order of time
    assert commands["marks"].iloc[2] == "delete-tree"


def test_ran_filters_as_search_does(shell_session: Maker) -> None:
    commands = sl.open(shell_session(LINES)).commands
    assert len(commands.sl.ran("rm -rf", since="2026-11-22", until="2026-11-22")) == 1
    assert commands.sl.ran("rm -rf", until="2026-11-21").empty
    assert commands.sl.ran("rm -rf", user="nobody").empty
    with pytest.raises(sl.UsageError, match="no date"):
        commands.sl.ran("rm -rf", since="yesterday or so")


def test_ran_works_on_every_table_with_commands(shell_session: Maker) -> None:
    s = sl.open(shell_session(LINES))
    assert list(s.findings.sl.ran("rm -rf")["n"]) == [2]
    assert s.channels.sl.ran("rm -rf").empty
    assert s.commands.iloc[:0].sl.ran("rm -rf").empty
    with pytest.raises(sl.UsageError, match="column `command`"):
        s.lines.sl.ran("rm -rf")
