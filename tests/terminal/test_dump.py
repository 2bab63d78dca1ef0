"""The state as escape sequences, and back."""

from __future__ import annotations

import pytest

from sessionlens.errors import UsageError
from sessionlens.terminal import Terminal


def twin_of(terminal: Terminal) -> Terminal:
    twin = Terminal(3, 3)
    twin.restore(terminal.dump())
    return twin


@pytest.mark.parametrize(
    "data",
    [
        b"plain",
        b"x" * 200,
        b"\x1b[1;31mred\x1b[44m\x1b[Kblue\x1b[m",
        "漢字 e\u0301 🇩🇪🇫🇷 👩\u200d👧".encode() * 9,
        b"main\x1b7\x1b[?1049halt\x1b[5;5H\x1b7",
        b"\x1b[?47hkept\x1b[?47lmain",
        b"\x1b[3;9r\x1b[?69h\x1b[4;20s\x1b[?6h\x1b[2;2H",
        b"\x1b(0\x1b)A\x0e\x1b[3g\x1b[9G\x1bH",
        b"1\r\n" * 60 + b"y" * 90,
        b"cut \x1b[31",
        b"cut \x1b]0;tit",
        b"cut \xe6\xbc",
        b"cut \r",
        b"\x1b]0;t\xc3\xaf\x07\x1b]8;;http://x\x07link",
        b'\x1b[1"qprotected\x1b[4h\x1b[?25l\x1b[?2004h\x1b[?1s',
    ],
)
def test_round_trip(data: bytes) -> None:
    terminal = Terminal(40, 12)
    terminal.feed(data)
    twin = twin_of(terminal)
    assert twin == terminal
    for rest in (b"m;more\x07\r\n", b"\xa2\n" + b"z" * 100, b"\x1b8\x1b[?1049l\x1b[5S"):
        terminal.feed(rest)
        twin.feed(rest)
        assert twin == terminal


def test_another_terminal_understands_it() -> None:
    pyghostty = pytest.importorskip("pyghostty")
    terminal = Terminal(30, 6)
    terminal.feed("a\r\n\x1b[31m漢字\x1b[m wrapped".encode() + b"!" * 40)
    other = pyghostty.Terminal(30, 6)
    other.feed(terminal.dump())
    assert other.text().rstrip() == "\n".join(line.rstrip() for line in terminal.display).rstrip()
    assert other.cursor == (terminal.cursor.x, terminal.cursor.y)


def test_a_recording_cannot_set_state() -> None:
    """The private DCS is swallowed like any other where it is only fed."""
    terminal, victim = Terminal(20, 3), Terminal(20, 3)
    terminal.feed(b"forged")
    victim.feed(terminal.dump().partition(b"\x1b\\")[0] + b"\x1b\\true")
    assert victim.display[0].rstrip() == "true"


def test_not_a_dump() -> None:
    with pytest.raises(UsageError, match="not a terminal dump"):
        Terminal().restore(b"something else")


@pytest.mark.parametrize(
    "data",
    [
        b"\x1b]0;a\x07\x1b[22t\x1b]2;b\x07\x1b[22;2t\x1b[1;31m\x1b[#{\x1b[44m\x1b[1;31#{",
        b"\x1bVguarded\x1bW\x1b[2*x",
        b"\x1b[?42h\x1b(K\x1b)-\x1b.A[]",
        b"\x1b[?7lxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        b"\x1b[?1045h\x1b[?45hab\x1b[?1045s",
    ],
)
def test_all_state_comes_back(data: bytes) -> None:
    terminal = Terminal(40, 12)
    terminal.feed(data)
    twin = twin_of(terminal)
    assert twin == terminal
    for rest in (
        b"\x1b[23t\x1b[#}x\x1b[#}y\x1b[23t",
        b"\x1b[2J\x1b[1;1;2;2;1$r",
        b"\x1b[?45l[]\b\b\b\b",
        b"\x1b[?45r",
    ):
        terminal.feed(rest)
        twin.feed(rest)
        assert twin == terminal and twin.title == terminal.title


def test_colours_alone_take_one_sequence_each() -> None:
    terminal = Terminal(40, 3)
    terminal.feed(b"".join(b"\x1b[3%dm%d" % (n % 8, n % 10) for n in range(80)))
    drawn = terminal.dump()
    assert drawn.count(b"\x1b]8;;") == 1
    terminal.feed(b"\x1b]8;;http://example.net\x07x\x1b]8;;\x07y")
    other = Terminal()
    other.restore(terminal.dump())
    assert other == terminal and other.cells[2][0].style.link == "http://example.net"
