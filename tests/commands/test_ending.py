"""Where outputs end: before the next prompt, whether a line feed stands there or not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from sessionlens.commands import Command, Extraction, extract
from sessionlens.recording import Recording
from sessionlens.terminal import replay

MS = 1_000_000
ON, OFF = b"\x1b[?2004h", b"\x1b[?2004l"
P = b"eve@lab:~$ "
EOL = b"\x1b[1m\x1b[7m%\x1b[27m\x1b[1m\x1b[0m" + b" " * 79 + b"\r \r\r\x1b[0m\x1b[27m\x1b[24m\x1b[J"
FISH = b"\x1b[2m\xe2\x8f\x8e\x1b(B\x1b[m" + b" " * 79 + b"\r\xe2\x8f\x8e \r\x1b[K"
# how each shell begins a prompt, and what it prints when it takes the line
SHELLS = {
    "bash": (ON + P, b"\r\n" + OFF + b"\r"),
    "zsh": (EOL + P + b"\x1b[K" + ON, OFF + b"\r\r\n"),
    "zsh without its mark": (b"\r\x1b[J" + P + b"\x1b[K" + ON, OFF + b"\r\r\n"),
    "fish": (FISH + ON + b"\x1b]0;~\x07" + P + b"\x1b[K\r\x1b[11C", b"\r\n\x1b[m" + OFF + b"\x1b[m\r"),
    "dash": (P, b"\r\n"),
}
OUTPUTS = [
    b"token=s3cr3t",
    b"one\r\ntwo, no line feed",
    b"\x1b[8mconcealed\x1b[m",
    b"back\r",
    b"x" * 300,
    b"100%",
    b"",
]


def commands(record: Callable[..., Recording], shell: str, output: bytes, keys: bool) -> list[Command]:
    prompt, taken = SHELLS[shell]
    events, at = [(0, "o", prompt)], 500 * MS
    for line, printed in ((b"ls", b"a b\r\n"), (b"./x", output), (b"date", b"Sun\r\n"), (b"pwd", b"/\r\n")):
        for key in line:
            at += 100 * MS
            events += [(at, "i", bytes([key]))] if keys else []
            events += [(at + MS, "o", bytes([key]))]
        at += 100 * MS
        events += [(at, "i", b"\r")] if keys else []
        events += [(at + MS, "o", taken), (at + 40 * MS, "o", printed), (at + 80 * MS, "o", prompt)]
        at += 500 * MS
    made = record(events, inputs=keys)
    return extract(made, replay(made)).commands


@pytest.mark.parametrize("keys", [True, False])
@pytest.mark.parametrize("output", OUTPUTS, ids=range(len(OUTPUTS)))
@pytest.mark.parametrize("shell", SHELLS)
def test_an_output_ends_where_the_prompt_begins(
    record: Callable[..., Recording], shell: str, output: bytes, keys: bool
) -> None:
    found = commands(record, shell, output, keys)
    assert [each.text for each in found] == ["ls", "./x", "date", "pwd"]
    texts = [each.output for each in found]
    plain = output.replace(b"\x1b[8m", b"").replace(b"\x1b[m", b"").replace(b"\r", b"").decode()
    assert texts[:3] == ["a b", plain, "Sun"]
    if shell in ("bash", "zsh", "fish"):  # the others do not say that the last prompt is one
        assert texts[3] == "/"
    for each, following in pairwise(found):
        assert each.out_last is None or each.out_last < following.accepted
        assert each.end_ns is not None and each.end_ns <= following.start_ns


def test_what_looks_like_the_prompt_is_output(record: Callable[..., Recording]) -> None:
    found = commands(record, "bash", b"hidden " + P + b"fake", True)
    assert found[1].output == "hidden eve@lab:~$ fake"


def test_a_prompt_typed_ahead(taken: Callable[..., Extraction]) -> None:
    """Where the cursor never rested behind the prompt."""
    events = [
        (0, "o", ON + P), (500 * MS, "i", b"./x\r"), (510 * MS, "o", b"./x\r\n" + OFF + b"\r"),
        (600 * MS, "i", b"date\r"), (900 * MS, "o", b"no line feed" + ON + P + b"date\r\n" + OFF + b"\r"),
        (950 * MS, "o", b"Sun\r\n" + ON + P), (1500 * MS, "i", b"exit\r"),
        (1510 * MS, "o", b"exit\r\n" + OFF + b"\r"),
    ]  # fmt: skip
    assert [each.output for each in taken(events).commands][:2] == ["no line feed", "Sun"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
@pytest.mark.parametrize(
    "argv", [("bash", "--norc", "--noprofile", "-i"), ("zsh", "-f", "-i"), ("dash", "-i")]
)
def test_in_real_shells(
    shell: Callable[..., Any], record: Callable[..., Recording], argv: tuple[str, ...]
) -> None:
    one = shell(*argv, PS1="t@h:~$ ")
    ready = r"t@h:~\$ "
    one.wait(ready)
    one.run("echo fir''st", "(?s)first.*" + ready)
    one.run("printf to''ken", "(?s)token.*" + ready)
    one.run("printf 'a\\nb'", "(?s)b.*" + ready)
    one.run("echo la''st", "(?s)last.*" + ready)
    made = record(one.events)
    found = extract(made, replay(made)).commands
    assert [each.output for each in found][:3] == ["first", "token", "a\nb"]


@pytest.mark.parametrize("keys", [True, False])
@pytest.mark.parametrize(
    ("back", "ended"), [(ON + P, True), (b"", False), (ON + b">>> ", False)], ids=["outer", "none", "other"]
)
def test_the_last_command_ends_when_a_known_prompt_came_back(
    record: Callable[..., Recording], keys: bool, back: bytes, ended: bool
) -> None:
    """As behind `exit` in a nested shell, where nobody ran anything any more."""
    events: list[Any] = []
    for second, (prompt, line) in enumerate(
        [(P, b"sudo -i"), (b"root@lab:~# ", b"id"), (b"root@lab:~# ", b"exit")]
    ):
        at = second * 1000 * MS
        events.append((at, "o", ON + prompt))
        for key in line:
            at += 20 * MS
            events += [(at, "i", bytes([key]))] if keys else []
            events.append((at + MS, "o", bytes([key])))
        events += [(at + 20 * MS, "i", b"\r")] if keys else []
        events.append((at + 21 * MS, "o", b"\r\n" + OFF + b"\r"))
    events += [(2500 * MS, "o", b"logout\r\n"), (2600 * MS, "o", back or b".")]
    made = record(events, inputs=keys)
    *_, last = extract(made, replay(made)).commands
    assert (last.text, last.end_ns) == ("exit", 2600 * MS if ended else None)
    assert last.output.startswith("logout")
