"""What a viewer could have missed, through the public face: tables, search, the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import sessionlens as sl
from sessionlens.cli import main

Maker = Callable[..., Path]
PROMPT = b"john@web01:~$ "
S = b"rm -rf /data"
HIDDEN = {
    "concealed": b"\x1b[8m" + S + b"\x1b[m",
    "same-colours": b"\x1b[37;47m" + S + b"\x1b[m",
    "dark": b"\x1b[38;5;16m" + S + b"\x1b[m",
    "invisible-characters": "r\u200bm\u200b -rf /data".encode(),
    "line-drawing": b"\x1b(0" + S + b"\x1b(B",
    "flashed": S + b"\r\x1b[K",
    "cut-off": b"\x1b[?7l" + b"x" * 77 + S + b"zz\x1b[?7h",
    "control-string": b"\x1b_" + S + b"\x1b\\",
    "title": b"\x1b]2;" + S + b"\x07",
    "alternate-screen": b"\x1b[?1049h" + S + b"\x1b[?1049l",
}


def hide(
    make: Maker, data: bytes, line: bytes = b"./tool", name: str = "session", end: bytes = b"\r\n"
) -> Path:
    """A session in which a command prints this, after one whose output hides nothing."""
    events: list[tuple[float, str, bytes]] = [(0.1, "o", PROMPT)]
    at = 0.5
    for typed, output in ((b"ls", b"notes\r\n"), (line, data + end), (b"pwd", b"/\r\n")):
        for key in typed:
            events += [(at, "i", bytes([key])), (at + 0.001, "o", bytes([key]))]
            at += 0.12
        events += [(at, "i", b"\r"), (at + 0.001, "o", b"\r\n"), (at + 0.2, "o", output)]
        events.append((at + 0.5, "o", PROMPT))
        at += 1.0
    return make(events, name)


@pytest.mark.parametrize("kind", HIDDEN)
def test_hidden_output_is_found_flagged_and_marked(typescript: Maker, kind: str) -> None:
    s = sl.open(hide(typescript, HIDDEN[kind]))
    flag = s.flags[s.flags["kind"] == kind].iloc[0]
    assert flag["n"] == 2
    out = (s.path / "out").read_bytes()
    first = int(flag["offset"])
    assert flag["size"] > 0 and out[first : first + 1] in (b"r", b"\x1b", b"x", b"\xe2")
    assert flag["ref"] == f"{s.info.session}/0/o:{first}-{first + flag['size'] - 1}"
    hits = s.search("rm -rf /data")
    assert any(kind in missed for missed in hits["missed"]), hits[["where", "missed", "text"]]
    line = s.lines[s.lines["missed"].str.contains(kind, regex=False)].iloc[0]
    assert line["text"].replace("\u200b", "").endswith(("rm -rf /data", "rm -rf /datazz"))
    marks = s.commands["marks"].tolist()
    assert marks[0] == marks[2] == ""
    assert marks[1] == ("output-hidden" if flag["severity"] != "low" else "")
    assert list(s.findings["mark"]) == [marks[1]] * bool(marks[1])


@pytest.mark.parametrize("end", [b"", b"\r"])
def test_a_flag_is_its_commands_without_a_line_feed(typescript: Maker, end: bytes) -> None:
    """And no mark lands on the innocent command that follows."""
    s = sl.open(hide(typescript, HIDDEN["concealed"], end=end))
    assert s.flags["n"].tolist() == [2]
    assert s.commands["marks"].tolist() == ["", "output-hidden", ""]
    assert s.commands["output"].tolist()[:2] == ["notes", "rm -rf /data"]
    assert s.commands["output_bytes"].iloc[1] == len(S + b"\x1b[m" + end)


def test_what_is_plain_has_no_flag(typescript: Maker) -> None:
    s = sl.open(hide(typescript, S))
    assert len(s.flags) == 0 and list(s.flags.columns) == list(sl.open(s.path).flags.columns)
    assert set(s.lines["missed"]) == {""}
    assert set(s.search("rm -rf")["missed"]) == {""}


def test_a_concealed_prompt_marks_the_commands_typed_at_it(typescript: Maker) -> None:
    """Everything typed is concealed: the line is hidden, and the analyst sees it in the commands."""
    s = sl.open(hide(typescript, b"\x1b[8m"))
    assert "line-hidden" in s.commands["marks"].iloc[2]
    assert "high" in s.findings.loc[s.findings["n"] == 3, "severity"].tolist()


def test_an_overwritten_command_is_marked(typescript: Maker) -> None:
    s = sl.open(hide(typescript, b"\x1b[A\r\x1b[2K" + PROMPT + b"ls\x1b[B\r"))
    assert list(s.commands["marks"]) == ["", "line-hidden", ""]
    assert list(s.flags["kind"]) == ["line-rewritten"]
    assert "line-rewritten" in s.findings["why"].iloc[0]
    rewritten = s.lines[s.lines["missed"] == "line-rewritten"]
    assert rewritten["text"].tolist() == ["john@web01:~$ ./tool"]
    assert rewritten["left"].tolist() == ["visible"] and rewritten["visible"].iloc[0].total_seconds() > 0.1


@pytest.mark.parametrize(
    "data",
    [
        "r\u200dm\u2060 -r\ufefff /da\u00adta".encode(),
        "rm\u00a0-rf\u2003/data".encode(),
        "r\u0336m\u0336 -rf /data".encode(),
        "".join(chr(0xE0000 + ord(c)) for c in "rm -rf /data").encode(),
        "ｒｍ -rf /data".encode(),
        b"r\x1b[1mm\x1b[m -\x1b[3mr\x1b[mf /data",
        b"r\b" + b"m\b \b-\br\bf\b \b/\bd\ba\bt\ba",
        b"".join(b"%c\b \b" % c for c in S),
        b"\x1bP" + b"x" * 200 + b" " + S + b"\x1b\\",
        b"\x1b[?7l" + b"x" * 79 + b"r\x1b[mm\x1b[m \x1b[m-\x1b[mr\x1b[mf\x1b[m /data\x1b[?7h",
        b"\x1b]777;notify;rm -rf /data;\x07",
        b"\x1b]9;rm -rf /data\x07",
    ],
)
def test_search_finds_the_text_as_the_bytes_had_it(typescript: Maker, data: bytes) -> None:
    s = sl.open(hide(typescript, data))
    hits = s.search("rm -rf /data")
    assert set(hits["where"]) & {"screen", "overwritten", "unprinted", "bytes"}
    assert hits["start"].iloc[0].total_seconds() > 1
    assert len(s.search("rm -rf /date")) == 0


def test_bidi_text_is_kept_in_the_order_of_its_bytes(typescript: Maker) -> None:
    s = sl.open(hide(typescript, "ls \u202e fr- mr\u202c".encode()))
    assert len(s.search("fr- mr")) == 1
    assert s.flags["severity"].tolist() == ["high"]


def test_over_a_case(typescript: Maker, tmp_path: Path) -> None:
    hide(typescript, HIDDEN["concealed"], name="one")
    hide(typescript, S, name="two")
    case = sl.corpus(tmp_path)
    assert list(case.flags["kind"]) == ["concealed"]
    assert sorted(case.sessions["flags"]) == [0, 1]


def test_on_the_command_line(typescript: Maker, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(hide(typescript, HIDDEN["concealed"] + "\r\nx\u202ey".encode()))
    assert main(["flags", path]) == 0
    out = capsys.readouterr().out
    assert "concealed" in out and "rm -rf /data" in out and out.splitlines()[-1] == "2 flags, 2 high"
    assert "\\u202ey" in out and "\u202e" not in out
    assert main(["flags", path, "--json", "--kind", "invisible-characters"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["text"] for row in rows] == ["x\u202ey"]
    assert rows[0]["offset"] > 0 and rows[0]["t_utc"].endswith("Z")
    assert main(["info", path]) == 0
    assert "2 places where a viewer could have missed something" in capsys.readouterr().out
    assert main(["search", path, "rm -rf"]) == 0
    assert "concealed" in capsys.readouterr().out
    assert main(["flags", path, "--csv", "--severity", "high"]) == 0
    assert "\u202e" in capsys.readouterr().out  # exact, for programs
