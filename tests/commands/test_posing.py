"""Programs that show the shell's own prompt, and read what is typed behind it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sessionlens.commands import running

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
Shell = Callable[..., Any]
READY = r"me@box:~\$ $"

PROMPT = "me@box:~$ "
GAMES = [
    ("cat asks -", 1, "\x04"),
    ("cat asks - asks - asks -", 1, "\x03"),
    ("printf '%s' 'me@box:~$ '; cat", 1, "\x04"),
    ("sh -c 'cat asks; head -n 1'", 1, ""),
    ("""python3 -c "for _ in range(3): input('me@box:~$ ')" """.strip(), 3, ""),
    ("read -p 'me@box:~$ ' x", 1, ""),
    ("while read -p 'me@box:~$ ' x; do [ $x = exit ] && break; done", 3, "exit\r"),
    ('awk \'BEGIN{printf "me@box:~$ "} {printf "me@box:~$ "}\'', 3, "\x04"),
]


@pytest.mark.parametrize(("game", "answers", "ending"), GAMES)
@pytest.mark.parametrize("name", ["bash", "dash"])
def test_a_program_that_shows_the_shells_prompt(
    request: pytest.FixtureRequest, tmp_path: Path, name: str, game: str, answers: int, ending: str
) -> None:
    if name == "dash" and "read" in game:
        pytest.skip("dash has no read -p")
    typist = request.getfixturevalue(name)
    (tmp_path / "asks").write_text(PROMPT)
    typist.run(game, "\n[^\n]*" + READY)
    for at in range(answers):
        echoed = r"\n.*FAKE\d\r\n" if "cat" in game and ending else READY
        typist.run(f"rm -rf /FAKE{at}", echoed)
    if ending:
        typist.press(ending)
        typist.wait(READY)
    typist.run("touch victim", READY)
    typist.run("pwd", READY)
    for how in ({}, {"inputs": False}):
        found = typist.extraction(**how).commands
        assert {each.confidence for each in found if "FAKE" in each.text} <= {"low"}
        assert [each.text for each in found if "FAKE" not in each.text][-2:] == ["touch victim", "pwd"]
    ended = ending in ("\x03", "\x04") or game.startswith("read")  # else it is not known to have ended
    ended |= game.startswith("python3") and name == "bash"  # such code cannot read a line as bash does
    assert typist.extraction().commands[-1].confidence == ("high" if ended else "low")


PLAIN = "print(input())"
FORGED = [
    r"for _ in range(2): input('\x1b[?2004hme@box:~$ '); print('\x1b[?2004l')",
    "exec(open('g.py').read())",
    "for _ in range(2): print('%c[?2004hme@box:~$ ' % 27, end=''); input(); print('%c[?2004l' % 27)",
]
GAME = r"for _ in range(2): input('\x1b[?2004hme@box:~$ '); print('\x1b[?2004l', end='\r')"


@pytest.mark.parametrize("code", FORGED)
def test_a_line_editors_pair_that_a_program_draws(bash: Any, tmp_path: Path, code: str) -> None:
    (tmp_path / "g.py").write_text(GAME)
    bash.run(f'python3 -c "{code}"', "\n[^\n]*" + READY)
    for at in range(2):
        bash.run(f"rm -rf /FAKE{at}", READY)
    bash.run("touch victim", READY)
    bash.run("pwd", READY)
    found = bash.extraction().commands
    assert {each.confidence for each in found if "FAKE" in each.text} <= {"low"}
    assert [each.text for each in found][-2:] == ["touch victim", "pwd"]


def test_one_answer_does_not_cast_doubt_on_all_that_follows(bash: Any) -> None:
    bash.run(f"python3 -c '{PLAIN}'", "\n")
    bash.type("rm -rf visible")
    bash.press("\r")
    bash.wait(READY)
    for line in ("touch victim", "pwd"):
        bash.run(line, READY)
    found = bash.extraction().commands[1:]
    assert [(each.text, each.confidence) for each in found[1:]] == [("touch victim", "high"), ("pwd", "high")]


def test_a_sequence_that_is_typed_to_what_prints_its_answers(bash: Any) -> None:
    bash.run("""python3 -c "for _ in range(4): print(input('me@box:~$ '))" """.strip(), "\n[^\n]*" + READY)
    bash.press("\x16\x1b[?2004h")
    bash.press("\r")
    bash.wait(READY)
    for line in ("rm -rf /FAKE", "one", "two"):
        bash.run(line, READY)
    bash.run("touch victim", READY)
    bash.run("pwd", READY)
    found = bash.extraction().commands
    assert {each.confidence for each in found if "FAKE" in each.text} <= {"low"}
    assert found[-1].confidence == "low"


def test_the_row_that_is_to_blame_is_named(dash: Any) -> None:
    dash.run("""python3 -c "for _ in range(1): input('me@box:~$ ')" """.strip(), "\n" + READY)
    dash.run("rm -rf /FAKE", READY)
    dash.run("pwd", READY)
    reason = dash.extraction().commands[-1].evidence.reason
    assert "python3 -c" in reason and "read the line" in reason and "00:00:0" in reason


def test_answers_that_would_open_a_shell_are_no_proof_of_one(dash: Any, tmp_path: Path) -> None:
    dash.run("""python3 -c "for _ in range(4): input('me@box:~$ ')" """.strip(), "\n" + READY)
    for line in ("sh", "bash", "ssh root@db02", "rm -rf /FAKE"):
        dash.run(line, READY)
    dash.run("pwd", READY)
    assert dash.confidence("rm -rf /FAKE") == "low"


def test_answers_to_read_with_a_line_editor(bash: Any) -> None:
    bash.run('read -e -p "$PS1" x', READY)
    bash.run("rm -rf /FAKE", READY)
    bash.run("pwd", READY)
    found = {each.text: each for each in bash.extraction().commands}
    assert (
        found["rm -rf /FAKE"].confidence == "low" and "read the line" in found["rm -rf /FAKE"].evidence.reason
    )
    assert found["pwd"].confidence == "high"


def test_a_loop_of_read_with_a_line_editor(bash: Any) -> None:
    bash.run('while read -e -p "$PS1" x; do :; done', READY)
    for line in ("bash", "rm -rf /FAKE", "touch x"):
        bash.run(line, READY)
    bash.press("\x04")
    bash.wait(READY)
    bash.run("touch victim", READY)
    bash.run("pwd", READY)
    assert {bash.confidence(text) for text in ("bash", "rm -rf /FAKE", "touch x")} == {"low"}
    assert "touch victim" in bash.texts()


def test_what_reads_and_cannot_pose_raises_no_doubt(dash: Any) -> None:
    dash.run("cat > notes", "\n")
    dash.type("a line")
    dash.press("\r")
    dash.wait("\n")
    dash.press("\x04")
    dash.wait(READY)
    dash.run("read x", "\n")
    dash.type("an answer")
    dash.press("\r")
    dash.wait(READY)
    for line in ("cat notes | wc -l", "while read l; do echo $l; done < notes", "grep -c line notes"):
        dash.run(line, READY)
    dash.run("pwd", READY)
    assert {each.confidence for each in dash.extraction().commands} == {"high"}


def test_a_game_without_keystrokes(bash: Any, tmp_path: Path) -> None:
    (tmp_path / "game.py").write_text(
        "import os, termios, tty\n"
        "old = termios.tcgetattr(0)\n"
        "tty.setraw(0)\n"
        "for line in (b'rm -rf /FAKE', b'ls -la FAKE', b'cat FAKE'):\n"
        "    os.write(1, b'\\x1b[?2004hme@box:~$ ')\n"
        "    os.read(0, 1)\n"
        "    os.write(1, line + b'\\r\\n\\x1b[?2004l\\rno such file\\r\\n')\n"
        "termios.tcsetattr(0, termios.TCSADRAIN, old)\n"
    )
    bash.run(f"{sys.executable} game.py", READY)
    for _ in range(3):
        bash.press("\r")
        bash.wait("FAKE[^$]*" + READY)
    bash.run("touch victim", READY)
    bash.run("pwd", READY)
    for how in ({}, {"inputs": False}, {"inputs": False, "each_ns": 300_000_000}):
        found = bash.extraction(**how).commands
        assert {each.confidence for each in found if "FAKE" in each.text} <= {"low"}
        assert [each.text for each in found][-2:] == ["touch victim", "pwd"]
    assert [each.confidence for each in found][-1] == "medium"


def test_a_game_whose_lines_came_in_two_pieces(taken: Callable[..., Any]) -> None:
    shown = b"rm -rf /FAKE\r\n\x1b[?2004l\rno such file\r\n\x1b[?2004hme@box:~$ "
    for cut in (*range(1, shown.index(b"me@box")), len(shown) - 1):
        pieces = [b"\x1b[?2004hme@box:~$ ", b"./game\r\n\x1b[?2004l\r\x1b[?2004hme@box:~$ "]
        pieces += [shown[:cut], shown[cut:]] * 3 + [b"l", b"s", b"\r\n\x1b[?2004l\r"]
        at, events = 0, list[tuple[int, str, bytes]]()
        for piece in pieces:
            at += 1_000 if piece == shown[cut:] else 300_000_000
            events.append((at, "o", piece))
        rows = taken(events, inputs=False).commands
        assert len(rows) == 5, cut
        assert {each.confidence for each in rows if "FAKE" in each.text} == {"low"}, cut
        assert rows[-1].text.strip() == "ls" and rows[-1].confidence == "medium", cut


def test_a_long_here_document_is_not_read_again_at_each_line(
    taken: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = ["cat <<A", *["some words of a file"] * 300, "A", "pwd"]
    events: list[tuple[int, str, bytes]] = []
    for at, row in enumerate(rows):
        prompt = b"> " if 0 < at <= 301 else b"me@box:~$ "
        events += [(4 * at, "o", prompt), (4 * at + 1, "i", row.encode()), (4 * at + 2, "o", row.encode())]
        events += [(4 * at + 3, "i", b"\r"), (4 * at + 3, "o", b"\r\n")]
    events.append((9999, "o", b"me@box:~$ "))
    read: list[int] = []
    real = running.posing
    monkeypatch.setattr(running, "posing", lambda text: (read.append(len(text)), real(text))[1])
    found = taken([(t_ns * 10**6, stream, data) for t_ns, stream, data in events]).commands
    assert [each.text for each in found] == ["\n".join(rows[:-1]), "pwd"]
    assert 0 < sum(read) < 4 * len("\n".join(rows))
