"""What somebody does who wants a command not to be listed, or one to be listed that never ran."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from shutil import which
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
Shell = Callable[..., Any]
READY = r"me@box:~\$ $"


def test_a_copied_shell_with_the_same_prompt(bash: Any, tmp_path: Path) -> None:
    bash.run("cp /bin/dash other; export PS1", READY)
    bash.run("./other", READY)
    bash.run("touch victim", READY)
    bash.run("exit", READY)
    assert "touch victim" in bash.texts() and (tmp_path / "victim").exists()
    assert bash.confidence("touch victim") == "low"


@pytest.mark.parametrize("line", [": read; sh", "sh # read", """awk 'BEGIN{read=1;system("sh")}'"""])
def test_a_word_that_would_explain_an_answer(bash: Any, line: str) -> None:
    bash.run(line, "[#$] $")
    bash.run("touch victim", "[#$] $")
    bash.run("exit", READY)
    assert "touch victim" in bash.texts()


def test_a_message_that_history_has_no_such_event(bash: Any) -> None:
    line = "touch victim '!x'; echo 'bash: !x: event not found'"
    bash.run(line, "found[^$]*" + READY)
    bash.run("pwd", READY)
    assert line in bash.texts() and bash.confidence(line) == "low"


def test_ctrl_c_that_accepts_a_line(bash: Any) -> None:
    bash.run("""stty intr undef; bind '"\\C-c": accept-line'""", READY)
    bash.type("touch victim")
    bash.press("\x03")
    bash.wait(READY)
    assert "touch victim" in bash.texts() and bash.confidence("touch victim") == "low"


def test_another_key_that_accepts_a_line(bash: Any) -> None:
    bash.run("""bind '"\\C-g": accept-line'""", READY)
    for name in ("one", "two"):
        bash.type(f"touch {name}")
        bash.press("\x07")
        bash.wait(READY)
    bash.run("pwd", READY)
    assert bash.texts()[2:] == ["touch one", "touch two", "pwd"]


@pytest.mark.parametrize("line", ["touch victim # ^C", "touch victim; echo KeyboardInterrupt"])
def test_what_a_ctrl_c_would_leave_on_the_screen(bash: Any, line: str) -> None:
    bash.run(line, READY)
    bash.run("pwd", READY)
    assert line in bash.texts() and line in bash.texts(inputs=False)


@pytest.mark.parametrize("prompt", ["", "Password: ", "x"])
def test_a_prompt_that_looks_like_none(dash: Any, prompt: str) -> None:
    dash.run(f"PS1='{prompt}'", f"\n{prompt}$")
    dash.run("touch one", f"\n{prompt}$")
    dash.run("touch two", f"\n{prompt}$")
    dash.run("PS1='me@box:~$ '", READY)
    found = dash.texts()
    assert "touch one" in found and "touch two" in found


def test_line_editing_without_bracketed_paste(bash: Any) -> None:
    bash.run("bind 'set enable-bracketed-paste off'", READY)
    bash.run("touch victim", READY)
    bash.run("pwd", READY)
    assert bash.texts()[2:] == ["touch victim", "pwd"]


@pytest.mark.parametrize(
    "name", ["bash", pytest.param("zsh", marks=pytest.mark.skipif(not which("zsh"), reason="needs zsh"))]
)
def test_escape_and_then_enter_in_vi_mode(shell: Shell, name: str) -> None:
    argv, mode = {
        "bash": (["bash", "--norc", "--noprofile"], "set -o vi"),
        "zsh": (["zsh", "-f"], "bindkey -v"),
    }[name]
    vi = shell(*argv, PS1="me@box:~$ ")
    vi.wait(r"me@box:~\$ ")
    vi.run(mode, r"me@box:~\$ ")
    vi.type("touch victim")
    vi.press("\x1b")
    vi.wait("\x08")
    vi.press("\r")
    vi.wait(r"me@box:~\$ ")
    vi.run("pwd", r"me@box:~\$ ")
    assert vi.texts(each_ns=200_000_000) == [mode, "touch victim", "pwd"]


def test_a_mark_that_says_something_else(bash: Any) -> None:
    bash.run(r"PS0='\e]633;E;r m -r f victim\a\e]133;C\a'", READY)
    bash.run("rm -rf victim", READY)
    bash.run("pwd", READY)
    assert "rm -rf victim" in bash.texts() and bash.confidence("rm -rf victim") == "high"


def test_a_mark_that_ends_the_output_early(bash: Any) -> None:
    bash.run(r"printf '\e]133;D;42\a'; echo and more", "more[^$]*" + READY)
    bash.run("pwd", READY)
    found = bash.extraction().commands[1]
    assert (found.output, found.exit_code) == ("and more", None)


def test_answers_to_a_script_are_doubted(bash: Any, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import readline\nfor _ in range(3):\n    input('Your name> ')\n")
    bash.run(f"{sys.executable} app.py", "name> $")
    for answer in ("Ada", "Bob"):
        bash.run(answer, "name> $")
    bash.run("Eve", READY)
    bash.run("pwd", READY)
    for how in ({}, {"inputs": False}):
        found = bash.extraction(**how).commands
        assert {each.confidence for each in found if each.text in ("Ada", "Bob", "Eve")} <= {"low"}


def test_a_line_that_nobody_typed(bash: Any, tmp_path: Path) -> None:
    (tmp_path / "game.py").write_text(
        "import os, termios, tty\n"
        "old = termios.tcgetattr(0)\n"
        "tty.setraw(0)\n"
        "os.write(1, b'\\x1b[?2004hme@box:~$ ')\n"
        "os.read(0, 1)\n"
        "os.write(1, b'rm -rf /FAKE\\r\\n\\x1b[?2004l\\r')\n"
        "termios.tcsetattr(0, termios.TCSADRAIN, old)\n"
    )
    bash.run(f"{sys.executable} game.py", READY)
    bash.press("\r")
    bash.wait("FAKE[^$]*" + READY)
    bash.run("pwd", READY)
    assert {each.confidence for each in bash.extraction().commands if "FAKE" in each.text} <= {"low"}


def test_a_file_full_of_marks_without_keystrokes(bash: Any, tmp_path: Path) -> None:
    forged = (
        "\x1b]133;A\x07\x1b[?2004hme@box:~$ \x1b]133;B\x07rm -rf /FAKE\r\n\x1b[?2004l\r"
        "\x1b]633;E;rm -rf /FAKE\x07\x1b]133;C\x07done\r\n\x1b]133;D;0\x07"
    )
    (tmp_path / "file").write_text(forged * 3)
    bash.run("cat file", "done[^$]*" + READY)
    bash.run("pwd", READY)
    assert not any("FAKE" in text for text in bash.texts())
    found = bash.extraction(inputs=False).commands
    assert {each.confidence for each in found if "FAKE" in each.text} <= {"low"}


def test_a_line_thrown_away_in_the_same_row(taken: Callable[..., Any]) -> None:
    events, t = [(0, "o", b"$ ")], 0
    for key, echo in [
        (b"pwd", b"pwd"),
        (b"\r", b"\r\n/\r\n$ "),
        (b"rm x", b"rm x"),
        (b"\x03", b"^C"),
        (b"ls", b"ls"),
    ]:
        events += [(t := t + 50_000_000, "i", key), (t + 1_000_000, "o", echo)]
    events += [(t + 50_000_000, "i", b"\r"), (t + 51_000_000, "o", b"\r\na b\r\n$ ")]
    assert [each.text for each in taken(events).commands] == ["pwd", "ls"]


def test_history_that_was_replaced_without_a_word(bash: Any) -> None:
    bash.run("cat README | head", READY)
    bash.run("!cat:s/README/LICENSE/ | head -1", READY)
    bash.run("echo '!cat' 'hi!'", READY)
    found = {each.text: each.confidence for each in bash.extraction().commands}
    assert "cat LICENSE | head | head -1" in found or found["!cat:s/README/LICENSE/ | head -1"] != "high"
    assert found["echo '!cat' 'hi!'"] == "high"


def test_a_recording_that_begins_in_an_editor(taken: Callable[..., Any]) -> None:
    on, off = b"\x1b[?2004h", b"\x1b[?2004l\r"
    editor = [(0, "o", b"exit \x1b[24;1H:"), (1, "i", b":q\r"), (2, "o", b"q\r\n\x1b[?1049l")]
    after = [(3, "o", on + b"$ "), (4, "i", b"ls\r"), (5, "o", b"ls\r\n" + off), (6, "o", on + b"$ ")]
    found = taken([*editor, *after]).commands
    assert [each.text for each in found if each.confidence != "low"] == ["ls"]


@pytest.mark.skipif(which("zsh") is None, reason="zsh is not installed")
def test_a_command_thrown_away_at_its_second_row(shell: Shell) -> None:
    zsh = shell("zsh", "-f", "-i", PS1="me@box:~%# ", HISTFILE="")
    ready = r"me@box:~[#%] .*\x1b\[\?2004h"  # what zsh says last: before, it is not reading yet
    zsh.wait(ready)
    zsh.run("pwd", ready)
    zsh.run('rm -rf "abc', r"dquote> .*\x1b\[\?2004h")
    zsh.press("\x03")
    zsh.wait(ready)
    zsh.run("id -u", ready)
    found = zsh.extraction()
    assert [each.text for each in found.commands] == ["pwd", "id -u"]
    assert [(each.kind, each.text) for each in found.events] == [("cancelled", 'rm -rf "abc')]


def test_a_recording_that_begins_in_the_middle_of_a_line(bash: Any) -> None:
    bash.run("echo # rm -rf /data", READY)
    bash.run("id -u", READY)
    begun = next(at for at, (_, stream, data) in enumerate(bash.events) if stream == "o" and data == b"#")
    bash.events = bash.events[begun:]
    assert bash.confidence("id -u") == "high"
    assert {bash.confidence(text) for text in bash.texts()[:1]} == {"low"}


def test_ctrl_c_that_a_file_made_run_the_line(bash: Any, tmp_path: Path) -> None:
    (tmp_path / "f").write_text("stty intr undef; bind '\"\\C-c\": accept-line'\n")
    bash.run(". ./f", READY)
    bash.type("touch victim")
    bash.press("\x03")
    bash.wait(READY)
    bash.run("pwd", READY)
    assert (tmp_path / "victim").exists()
    assert bash.confidence("touch victim") == "low"


def test_what_is_not_complete_when_the_recording_ends_is_not_sure(bash: Any) -> None:
    bash.run("for i in 1 2", "> $")
    assert bash.confidence("for i in 1 2") == "low"


def test_a_line_recalled_from_one_that_is_not_sure_is_not_surer(bash: Any) -> None:
    for key in "printf '":
        bash.press(key)
    bash.press("\x16\x01")
    bash.press("' | wc -c")
    bash.until(lambda terminal: any("wc -c" in row for row in terminal.display))
    bash.press("\r")
    bash.wait(READY)
    bash.press("\x1b[A")
    bash.until(lambda terminal: sum("wc -c" in row for row in terminal.display) == 2)
    bash.press("\r")
    bash.wait(READY)
    first, second = (each.confidence for each in bash.extraction().commands if "printf" in each.text)
    assert first != "high" and second != "high"


def test_the_end_of_a_shell_is_no_line_that_could_not_be_read(bash: Any) -> None:
    bash.run("bash --norc --noprofile", READY)
    bash.press("\x04")
    bash.wait("exit[^$]*" + READY)
    bash.run("pwd", READY)
    found = bash.extraction()
    assert [each.text for each in found.commands][-2:] == ["bash --norc --noprofile", "pwd"]
    assert [each.kind for each in found.events if each.kind == "unread"] == []


def test_a_line_as_it_was_typed_and_as_it_ran(bash: Any) -> None:
    bash.run("echo one two", READY)
    bash.run("!!", READY)
    bash.run("echo !$", READY)
    found = bash.extraction().commands[1:]
    told = [(each.text, each.typed) for each in found]
    assert told == [("echo one two", None), ("echo one two", "!!"), ("echo two", "echo !$")]


def test_a_file_that_looks_like_zshs_question_corrects_nothing_in_bash(bash: Any, tmp_path: Any) -> None:
    (tmp_path / "notes").write_text("zsh: correct '/srv/aa' to '/srv/ab' [nyae]? y\nok\n")
    bash.run("ls -d /srv/aa; cat notes", f"ok\r\n.*{READY}")
    assert bash.extraction().commands[-1].text == "ls -d /srv/aa; cat notes"


def test_stars_of_a_secret_are_no_unread_line(bash: Any, tmp_path: Any) -> None:
    (tmp_path / "ask.py").write_text(
        "import sys, tty\ntty.setraw(0)\nsys.stdout.write('\\x1b[?2004hPassword: ')\nsys.stdout.flush()\n"
        "while sys.stdin.buffer.raw.read(1) != b'\\r':\n    sys.stdout.write('*')\n    sys.stdout.flush()\n"
        "sys.stdout.write('\\x1b[?2004l\\r\\n')\n"
    )
    bash.run(f"{sys.executable} ask.py; stty sane", "Password: $")
    for _ in range(7):
        bash.press("s")
        bash.wait(r"\*")
    bash.press("\r")
    bash.wait(READY)
    assert not [each.text for each in bash.extraction().events if "*" in each.text]


@pytest.mark.parametrize("read", ["read x <<<1", "read x </dev/null"])
def test_what_reads_from_a_file_has_read_no_line(bash: Any, read: str) -> None:
    bash.run(f"{read}; PS1='go: '", "go: $")
    bash.run("touch victim; PS1='me@box:~$ '", READY)
    assert bash.extraction().commands[-1].text.startswith("touch victim")
