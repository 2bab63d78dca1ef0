"""`sessionlens golden update|check`: what is caught, what is said, and with which exit code."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from sessionlens.cli import EX_USAGE, main

Opener = Callable[[Path], Any]


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Runs `golden check` on a folder: exit code, and all that it said."""

    def run(folder: Path, *more: str) -> tuple[int, str]:
        capsys.readouterr()
        code = main(["golden", "check", str(folder), "--pages", str(tmp_path / "pages"), *more])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


Check = Callable[..., tuple[int, str]]


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(before) >= 1
    path.write_bytes(text.replace(before, after, 1).encode())


def test_what_is_as_it_was_is_equal(written: Path, check: Check, tmp_path: Path) -> None:
    code, said = check(written)
    assert code == 0 and said.startswith("2 recordings: ") and said.endswith("2 equal\n")
    assert not (tmp_path / "pages").exists()
    text = (written / "colours.cast.golden.txt").read_bytes()
    assert b"\r" not in text and b"  0|ok bad|\n   ^ 0-1 bold fg=green; 3-5 bg=red\n" in text
    assert b'title "top"' in text and rb"\u{200b}" in text


def test_goldens_in_a_folder_of_their_own(folder: Path, tmp_path: Path, check: Check) -> None:
    goldens = tmp_path / "goldens"
    assert main(["golden", "update", str(folder), "--goldens", str(goldens)]) == 0
    assert sorted(p.name for p in goldens.iterdir()) == ["colours.cast.golden.txt", "shell.golden.txt"]
    assert not list(folder.glob("*.golden.*"))
    assert check(folder, "--goldens", str(goldens))[0] == 0


def test_updating_twice_changes_nothing(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in written.rglob("*")}
    assert main(["golden", "update", str(written)]) == 0
    assert capsys.readouterr().out == "2 recordings: 2 unchanged\n"
    assert {path: path.stat().st_mtime_ns for path in written.rglob("*")} == before


def test_update_keeps_to_the_times_that_it_was_told(folder: Path) -> None:
    main(["golden", "update", str(folder / "colours.cast"), "--times", "every 0.5s"])
    golden = folder / "colours.cast.golden.txt"
    first = golden.read_text("utf-8")
    assert "times every 0.5s" in first and "end 3" in first
    change(golden, "bad", "bed")
    main(["golden", "update", str(folder / "colours.cast")])
    assert golden.read_text("utf-8") == first


def test_a_deliberate_change_of_one_cell_is_caught_and_shown(
    written: Path, check: Check, tmp_path: Path, page: Opener
) -> None:
    change(written / "colours.cast.golden.txt", "|ok bad|", "|ok bed|")
    code, said = check(written)
    assert code == 1
    assert "DIFFERS  colours.cast\n" in said and "row 0, column 4: 'e' bg=red became 'a' bg=red" in said
    shown = page(tmp_path / "pages" / "colours.cast.html")
    assert "row 0, column 4: 'e' bg=red became 'a' bg=red" in shown.text
    assert shown.marked == ["e", "a", "a"]  # expected, actual, difference
    assert [h for h in ("Expected", "Actual", "Difference") if h in shown.text] == [
        "Expected",
        "Actual",
        "Difference",
    ]
    assert r"\x1b]2;top\x07\x1b[1;32mok\x1b[m \x1b[41mbad\x1b[m\r\n" in shown.text
    assert "00000000: 1b5d 323b 746f 7007" in shown.text


def test_a_character_that_a_font_may_lack_is_told_by_its_number(written: Path, check: Check) -> None:
    change(written / "colours.cast.golden.txt", "\u6f22\u5b57", "\u6f22\u8bed")
    code, said = check(written)
    assert code == 1 and "'\u8bed' (U+8BED) became '\u5b57' (U+5B57)" in said


def test_a_look_is_a_difference_too(written: Path, check: Check) -> None:
    change(written / "colours.cast.golden.txt", "0-1 bold fg=green", "0-1 fg=green")
    code, said = check(written)
    assert code == 1 and "row 0, column 0: 'o' fg=green became 'o' bold fg=green (and 1 more cells)" in said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("size 40x6", "size 41x6", "size 41x6 became 40x6"),
        ("size 40x6", "size 40x6 alternate", "screen alternate became main"),
        ('title "top"', 'title "pot"', 'title "pot" became "top"'),
        ("cursor 14,1", "cursor 12,1 hidden", "cursor 12,1 hidden became 14,1"),
    ],
)
def test_and_so_are_size_title_and_cursor(
    written: Path, check: Check, before: str, after: str, said: str
) -> None:
    change(written / "colours.cast.golden.txt", before, after)
    code, out = check(written)
    assert code == 1 and said in out


def test_another_recording_under_the_same_name_is_caught(
    written: Path, check: Check, tmp_path: Path, page: Opener
) -> None:
    change(written / "colours.cast", "41mbad", "41mbud")
    code, said = check(written)
    assert code == 1
    assert (
        "the recording is not the one that the golden was made from" in said
        and "'a' bg=red became 'u' bg=red" in said
    )
    assert "the recording is not the one" in page(tmp_path / "pages" / "colours.cast.html").text


def test_the_page_of_an_earlier_failure_goes(written: Path, check: Check, tmp_path: Path) -> None:
    golden = written / "colours.cast.golden.txt"
    change(golden, "bad", "bed")
    assert check(written)[0] == 1 and (tmp_path / "pages" / "colours.cast.html").exists()
    change(golden, "bed", "bad")
    assert check(written)[0] == 0 and not (tmp_path / "pages" / "colours.cast.html").exists()


def test_without_a_golden_it_says_how_to_make_one(folder: Path, check: Check) -> None:
    code, said = check(folder)
    assert code == 2 and "CANNOT COMPARE  colours.cast" in said and "`sessionlens golden update`" in said


def test_a_damaged_golden_says_where(written: Path, check: Check) -> None:
    change(written / "shell.golden.txt", "cursor ", "cursor x")
    code, said = check(written)
    assert code == 2 and "shell.golden.txt: damaged at line 8" in said and "1 cannot be compared" in said


def test_what_differs_counts_more_than_what_cannot_be_compared(written: Path, check: Check) -> None:
    change(written / "colours.cast.golden.txt", "bad", "bed")
    (written / "shell.golden.txt").unlink()
    assert check(written)[0] == 1


def test_a_golden_whose_recording_is_gone_is_no_success(written: Path, check: Check) -> None:
    (written / "colours.cast").unlink()
    code, said = check(written)
    assert code == 2 and "colours.cast.golden.txt: there is no recording to it" in said


def test_wrong_use(written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["golden", "check", str(tmp_path / "nowhere")]) == EX_USAGE
    assert main(["golden", "update", str(written), "--times", "now"]) == EX_USAGE
    assert "every 5s" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stopped:
        main(["golden", "chekc", str(written)])
    assert stopped.value.code == EX_USAGE


def test_update_is_refused_where_ci_is_set(
    written: Path, monkeypatch: pytest.MonkeyPatch, check: Check
) -> None:
    golden = written / "colours.cast.golden.txt"
    change(golden, "bad", "bed")
    before = golden.read_bytes()
    monkeypatch.setenv("CI", "true")
    assert main(["golden", "update", str(written)]) == EX_USAGE
    assert golden.read_bytes() == before
    assert check(written)[0] == 1


def test_nothing_is_written_into_a_bundle(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    channel = next((root / "fixtures/sessions/bash").glob("*/0.shell"))
    assert main(["golden", "update", str(channel)]) == EX_USAGE
    assert "evidence is never changed" in capsys.readouterr().err
    assert main(["golden", "update", str(channel), "--goldens", str(tmp_path)]) == 0


def test_junit(written: Path, check: Check, tmp_path: Path) -> None:
    change(written / "colours.cast.golden.txt", "bad", "bed")
    (written / "shell.golden.txt").unlink()
    check(written, "--junit", str(tmp_path / "results" / "golden.xml"))
    suites = ElementTree.parse(tmp_path / "results" / "golden.xml").getroot()
    assert (suites.tag, suites.get("tests"), suites.get("failures"), suites.get("errors")) == (
        "testsuites",
        "2",
        "1",
        "1",
    )
    cases = {case.get("name"): case[0] for case in suites.iter("testcase")}
    assert cases["colours.cast"].tag == "failure" and "row 0, column 4" in str(
        cases["colours.cast"].get("message")
    )
    assert cases["shell"].tag == "error" and "not there" in str(cases["shell"].text)


HOSTILE = (
    "</pre><script>alert(1)</script><img src=x onerror=alert(1)>\u202e"
    "\x1b]8;;javascript:alert(1)\x07x\x1b]8;;\x07"
)


def test_a_page_is_strict_and_everything_in_it_is_escaped(
    cast: Callable[..., Path], tmp_path: Path, check: Check, page: Opener
) -> None:
    made = cast(tmp_path / "r" / "<b>&.cast", [(0.1, "\x1b]2;<script>\x07" + HOSTILE)], columns=100)
    main(["golden", "update", str(made)])
    change(next(made.parent.glob("*.golden.txt")), 'title "<script>', 'title "</style>')
    assert check(made)[0] == 1
    shown = page(next((tmp_path / "pages").iterdir()))
    allowed = {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "h1",
        "h2",
        "h3",
        "p",
        "ul",
        "li",
        "div",
        "pre",
        "i",
    }
    allowed |= {"span", "b", "details", "summary", "table", "tr", "th", "td"}
    assert {tag for tag, _ in shown.tags} <= allowed
    assert not [
        name
        for _, attributes in shown.tags
        for name in attributes
        if name.startswith("on") or name == "style"
    ]
    assert "\u202e" not in shown.html and r"\u202e" in shown.html
    assert not re.findall(r"https?:|javascript:[^a]", shown.html)
    policy = next(str(a["content"]) for tag, a in shown.tags if tag == "meta" and a.get("http-equiv"))
    style = shown.html.partition("<style>")[2].partition("</style>")[0]
    assert f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none'; img-src data:; ") and "unsafe" not in policy


def test_secret_input_is_on_no_page_and_in_no_golden(
    written: Path, typescript: Callable[..., Path], check: Check, tmp_path: Path
) -> None:
    made = typescript(
        [(0.1, "o", b"Password: "), (0.5, "i", b"hunter2\r"), (0.9, "o", b"\r\nok\r\n")], "secret"
    )
    main(["golden", "update", str(made)])
    golden = made.parent / "secret.golden.txt"
    change(golden, "|ok|", "|no|")
    assert check(made)[0] == 1
    assert "hunter2" not in golden.read_text("utf-8") + (tmp_path / "pages" / "secret.html").read_text(
        "utf-8"
    )


def test_what_looks_like_a_recording_and_does_not_open_is_not_green(
    written: Path, check: Check, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (written / "build.cast").write_text('{"version": 2, "wid', "utf-8")
    code, said = check(written, "--junit", str(tmp_path / "golden.xml"))
    assert code == 2 and "CANNOT COMPARE  build.cast\n" in said and said.endswith("1 cannot be compared\n")
    assert ElementTree.parse(tmp_path / "golden.xml").getroot().get("errors") == "1"
    assert main(["golden", "update", str(written)]) == 2
    said = capsys.readouterr().out
    assert f"could not be opened {written / 'build.cast'}\n" in said and "1 could not be opened" in said
    (written / "build.cast.golden.txt").write_text("sessionlens golden 1\n", "utf-8")
    assert check(written)[1].count("CANNOT COMPARE") == 1
    for recording in (written / "colours.cast", written / "shell"):
        recording.rename(tmp_path / recording.name)
    assert check(written)[0] == 2


def test_a_recording_that_broke_is_said_once(written: Path, check: Check) -> None:
    (written / "colours.cast").write_text('{"version": 2, "wid', "utf-8")
    code, said = check(written)
    assert code == 2 and said.count("CANNOT COMPARE") == 1 and "colours.cast: looks like" in said
