"""Command lines written over after they ran, or typed on the alternate screen; also in a real bash."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sessionlens.commands import covered, extract
from sessionlens.detect import hidden_findings
from sessionlens.recording import Recording
from sessionlens.terminal import Flag, flags, replay

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
Make = Callable[..., Recording]
Event = tuple[int, str, bytes]
MS = 1_000_000
PROMPT = b"john@web01:~$ "


def session(lines: Sequence[tuple[bytes, bytes]], between: bytes = b"") -> list[Event]:
    """Lines typed at a prompt, each with what it prints 40 ms later; `between` comes 2 s after the last."""
    events: list[Event] = [(0, "o", PROMPT)]
    at = 500 * MS
    for line, output in lines:
        for key in line:
            at += 120 * MS
            events += [(at, "i", bytes([key])), (at + MS, "o", bytes([key]))]
        at += 120 * MS
        events += [(at, "i", b"\r"), (at + MS, "o", b"\r\n"), (at + 40 * MS, "o", output + PROMPT)]
        at += 2000 * MS
    return [*events, (at, "o", between or b"\x07")]


def told(recording: Recording) -> list[tuple[str, Flag]]:
    done = replay(recording)
    commands = extract(recording, done).commands
    return [(commands[at].text if at >= 0 else "", flag) for at, flag in covered(commands, done)]


@pytest.mark.parametrize(
    "over",
    [
        b"\x1b[A\r\x1b[2K" + PROMPT + b"ls\x1b[B\r\x1b[14C",  # up, and another command in its place
        b"\x1b7\x1b[1;1H" + PROMPT + b"ls             \x1b8",  # by address
        b"\x1b[s\x1bM\x1b[2K\x1b[u",  # reverse index, and nothing in its place
        b"\x1b[F\x1b[1M",  # the line deleted
        b"\r\x1b[A\x1b[14C" + b"\x1b[40X\x1b[B\r",  # its characters erased
        b"\f\x1b[3J\x1b[2A\r\x1b[?2K\x1b[2B",  # a form feed and an erased scrollback clear nothing
        b"\x1b[3H\x1b[J\x1b[H" + PROMPT + b"ls\x1b[K",  # the rows below cleared, and it written over
    ],
)
def test_a_line_written_over_later(record: Make, over: bytes) -> None:
    recording = record(session([(b"rm -rf /data", b"")], over))
    found = told(recording)
    assert [(command, flag.kind, flag.text) for command, flag in found] == [
        ("rm -rf /data", "line-rewritten", "john@web01:~$ rm -rf /data")
    ]
    at = found[0][1].offset
    shown = recording.blob("o")[at : at + 3]
    assert shown.startswith(b"\x1b") and shown in over


@pytest.mark.parametrize("fill", [b"\x1b#8", b"".join(b"\x1b[%dH\x1b[2K" % row for row in range(1, 25))])
def test_a_page_that_is_filled_is_one_flag(record: Make, fill: bytes) -> None:
    """On the command that did it, and none on those that stood there."""
    lines = [(b"echo %s" % name, name + b"\r\n") for name in (b"one", b"two", b"three")]
    recording = record(session([*lines, (b"./fill", fill), (b"date", b"Sun\r\n")]))
    done = replay(recording)
    commands = extract(recording, done).commands
    found = covered(commands, done)
    assert [(at, flag.kind, flag.severity) for at, flag in found] == [(-1, "line-rewritten", "medium")]
    assert [line.split(" ", 1)[1] for line in found[0][1].text.split("\n")][:2] == ["echo one", "echo two"]
    of = {flag: at for at, flag in found}
    marks = [(each.command_index, each.mark) for each in hidden_findings(commands, list(of), of)]
    assert marks == [(3, "output-hidden")] and commands[3].text == "./fill"


def test_lines_written_over_among_others_are_told_each(record: Make) -> None:
    lines = [(b"echo %s" % name, name + b"\r\n") for name in (b"one", b"two", b"three")]
    recording = record(session(lines, b"\x1b7\x1b[1;1H\x1b[2K\x1b[3;1H\x1b[2K\x1b8"))
    assert [command for command, _ in told(recording)] == ["echo one", "echo two"]


def test_a_line_written_over_by_its_own_output(record: Make) -> None:
    """Before any frame shows it whole after Enter."""
    hide = b"\x1b[A\r\x1b[2K" + PROMPT + b"ls\r\n"
    found = told(record(session([(b"./tool", hide), (b"echo done", b"done\r\n")])))
    assert [(command, flag.kind, flag.severity) for command, flag in found] == [
        ("./tool", "line-rewritten", "high")
    ]


@pytest.mark.parametrize(
    "after",
    [
        b"\x1b[H\x1b[2J" + PROMPT,  # Ctrl-L, clear
        b"line\r\n" * 60,  # scrolled off
        b"\x1b[?1049h\x1b[H\x1b[2Jvim\x1b[?1049l",  # covered and uncovered
        b"\rjohn@web01:~$ \x1b[K",  # its own prompt drawn again
        b"\x1b[A\r\x1b[2K> rm -rf /data\x1b[B\r",  # a transient prompt: the text stays
    ],
)
def test_what_becomes_of_any_line(record: Make, after: bytes) -> None:
    assert told(record(session([(b"rm -rf /data", b"")], after))) == []


LINES = b"".join(b"%d\r\n" % number for number in range(3000))  # three times what the scrollback keeps
PASTED, READY = b"\x1b[?2004l\r", b"\x1b[?2004h"
HIDE = b"\x1b[A\r\x1b[2K" + PROMPT + b"ls\r\n"


@pytest.mark.parametrize(
    "output",
    [
        PASTED + LINES + READY,
        PASTED + LINES + b"\x1b[H\x1b[2K" + LINES,  # what is written over is its output
        LINES[: LINES.find(b"1500\r\n")] + HIDE + LINES,  # off the page before anything moves
        PASTED + LINES + b"\x1b[3J",  # it scrolled off, and the scrollback went
        PASTED + LINES + b"\x1b[?1049h\x1b[Hvim\x1b[?1049l",
    ],
)
@pytest.mark.parametrize("times", [1, 3])
def test_a_line_that_scrolls_off_in_a_flood(record: Make, output: bytes, times: int) -> None:
    recording = record(session([(b"echo one; echo two", b"one\r\ntwo\r\n"), *[(b"./flood", output)] * times]))
    assert told(recording) == []


@pytest.mark.parametrize(
    "hide",
    [
        HIDE,
        b"one\r\n\x1b[2A\r\x1b[2K\x1b[2B\r",  # nothing in its place
        b"\x1b7\x1b[1;1H" + PROMPT + b"ls    \x1b8",
        b"\x1b[F\x1b[1M",
        b"1\r\n" * 10 + b"\x1b[11A" + PROMPT + b"ls    \x1b[11B\r",  # while it still is on the page
    ],
)
@pytest.mark.parametrize("flood", [LINES[:400], LINES])
def test_a_line_written_over_before_a_flood(record: Make, hide: bytes, flood: bytes) -> None:
    """In one event, by a command that ran openly before: that it scrolled off then says nothing of now."""
    before = [(b"./tool", LINES[:400]), (b"date", b"Sun\r\n" + b"\x1b[H\x1b[2J")]
    recording = record(session([*before, (b"./tool", hide + flood), (b"./flood", PASTED + LINES)]))
    found = told(recording)
    assert [(command, flag.kind, flag.text) for command, flag in found] == [
        ("./tool", "line-rewritten", "john@web01:~$ ./tool")
    ]
    at = found[0][1].offset
    assert recording.blob("o")[at : at + 3] in hide


def test_a_page_that_is_erased_before_a_flood(record: Make) -> None:
    lines = [(b"echo %s" % name, name + b"\r\n") for name in (b"one", b"two", b"three")]
    recording = record(session([*lines, (b"./fill", b"\x1b#8" + LINES)]))
    assert [flag.text.count("echo") for command, flag in told(recording) if not command] == [3]


def test_a_line_on_the_alternate_screen(record: Make) -> None:
    lines = [
        (b"echo first", b"first\r\n"),
        (b"./tool", b"\x1b[?1049h"),
        (b"rm -rf /data", b""),
        (b"./tool", b"\x1b[?1049l"),
    ]
    recording = record(session(lines))
    found = [flag for _, flag in told(recording)]
    texts = ["john@web01:~$ rm -rf /data", "john@web01:~$ ./tool"]
    assert [(flag.kind, flag.severity, flag.text) for flag in found] == [
        ("line-elsewhere", "high", text) for text in texts
    ]
    assert recording.blob("o")[found[0].offset :].startswith(b"rm -rf /data")


RIGHT = b"\x1b[50C20:23\x1b[55D"


def test_a_line_in_a_window_of_vim_that_is_told(record: Make) -> None:
    """Right prompts stand beside lines; an empty prompt is no line."""
    lines = [
        (b"echo first", b"first\r\n"),
        (b"vim", b"\x1b[?1049h\x1b[H\x1b[2J"),
        (b"rm -rf /data", b""),
        (b"", b""),
        (b"exit", b"\x1b[?1049l"),
    ]
    events = [(t, kind, data.replace(PROMPT, PROMPT + RIGHT)) for t, kind, data in session(lines)]
    recording = record(events)
    done = replay(recording)
    main = extract(recording, done).commands
    assert [each.text for each in main] == ["echo first", "vim"]
    found = covered(main, done)
    texts = ["john@web01:~$ rm -rf /data", "john@web01:~$ exit"]
    assert [(at, flag.text, flag.severity) for at, flag in found] == [(-1, text, "high") for text in texts]
    inner = [
        replace(main[1], text=text.split("$ ")[1], accepted=flag.last, context="bash > vim > bash")
        for text, (_, flag) in zip(texts, found, strict=True)
    ]
    assert covered([*main, *inner], done) == []
    doubted = [replace(each, confidence="low") for each in inner]
    assert [at for at, _ in covered([*main, *doubted], done)] == [2, 3]


def test_honest_sessions_rewrite_nothing(fixtures: list[tuple[str, Recording]]) -> None:
    """In tmux and screen lines are handed over on the alternate screen: those are low."""
    for name, recording in fixtures:
        found = [flag for _, flag in told(recording)]
        assert {(flag.kind, flag.severity) for flag in found} <= {("line-elsewhere", "low")}, name
        assert not found or name.split()[0] in ("tmux", "screen"), name


def at_once(events: Sequence[Event]) -> list[Event]:
    """The same, but all output between two keys is one event, as a recorder may read it."""
    joined: list[Event] = []
    for t_ns, stream, data in events:
        if joined and stream == joined[-1][1] == "o":
            joined[-1] = joined[-1][0], "o", joined[-1][2] + data
        else:
            joined.append((t_ns, stream, data))
    return joined


FLOODS = [
    "seq 3000",
    "seq 1030; seq 999",
    "ls many | cat",
    "ls -C many",
    f"{sys.executable} -c 'print(*range(3000), sep=chr(10))'",
    r"seq 900; printf '\e[A\r\e[2Kt@h:~\044 ls\n'; seq 3000",
]


@linux
@pytest.mark.parametrize("inputs", [True, False])
def test_floods_in_a_real_bash(shell: Callable[..., Any], record: Make, tmp_path: Path, inputs: bool) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for number in range(3000):
        (many / f"a-file-of-a-rather-long-name-and-its-number-{number}").touch()
    bash = shell("bash", "--norc", "--noprofile", "-i", PS1="t@h:~$ ")
    ready = r"t@h:~\$ $"
    bash.wait(ready)
    for line in ("echo one", *FLOODS, "date", "seq 3000", "true"):
        bash.run(line, ready)
    for events in (bash.events, at_once(bash.events)):
        recording = record(events, inputs=inputs)
        assert [flag.text for _, flag in told(recording)] == []
        assert max(data.count(b"\n") for _, stream, data in at_once(events) if stream == "o") > 3000


@linux
@pytest.mark.parametrize("inputs", [True, False])
def test_a_line_hidden_before_a_flood_in_a_real_bash(
    shell: Callable[..., Any], record: Make, inputs: bool
) -> None:
    bash = shell("bash", "--norc", "--noprofile", "-i", PS1="t@h:~$ ")
    ready = r"t@h:~\$ $"
    bash.wait(ready)
    bash.run("seq 3000", ready)
    hiding = r"printf '\e[A\r\e[2Kt@h:~\044 ls\n'; seq 3000"
    bash.run(hiding, ready)
    bash.run("seq 3000", ready)
    found = told(record(at_once(bash.events), inputs=inputs))
    assert [(command, flag.kind, flag.severity) for command, flag in found] == [
        (hiding, "line-rewritten", "high")
    ]


@linux
def test_tricks_in_a_real_bash(shell: Callable[..., Any], record: Make) -> None:
    """What printf can do to the screen of a shell, as the shell and the kernel really put it out."""
    bash = shell("bash", "--norc", "--noprofile", "-i", PS1="t@h:~$ ")
    ready = r"t@h:~\$ $"
    bash.wait(ready)
    bash.run(r"printf 'sec''ret plan\r\e[K'", ready)
    bash.run(r"printf '\e[8mcon''cealed\e[m\n'", ready)
    bash.run(r"echo over >/dev/null; printf '\e[A\r\e[2Kt@h:~\044 ls\n'", ready)
    bash.run(r"printf '\e_ap''plication\e\\'", ready)
    bash.run(r"printf '\e]2;ro''ot:x:0:0:r:/:\a'", ready)
    bash.run(r"printf 'ls \u200b; xy''zzy\n'", ready)
    bash.run(r"printf '\e[?1049h'", ready)
    bash.run("echo elsewhere", ready)
    bash.run(r"printf '\e[?1049l'", ready)
    recording = record(bash.events)
    found = [*flags(replay(recording)), *(flag for _, flag in told(recording))]
    texts = {(flag.kind, part) for flag in found for part in flag.text.split("\n")}
    assert {
        ("flashed", "secret plan"),
        ("concealed", "concealed"),
        ("control-string", "application"),
        ("title", "root:x:0:0:r:/:"),
        ("invisible-characters", "ls \u200b; xyzzy"),
        ("line-elsewhere", "t@h:~$ echo elsewhere"),
    } <= texts
    assert any(flag.kind == "line-rewritten" and "echo over" in flag.text for flag in found)
