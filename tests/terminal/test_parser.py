"""Bytes to operations."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sessionlens.terminal import Terminal
from sessionlens.terminal.operations import Csi, parse_csi
from sessionlens.terminal.parser import MAX_PAYLOAD, Parser


class Tape:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.said: list[tuple[str, object]] = []
        self.parser = Parser(self)

    def text(self, text: str) -> None:
        if self.said and self.said[-1][0] == "text":
            text = str(self.said.pop()[1]) + text
        self.said.append(("text", text))

    def lines(self, text: str, at: int) -> tuple[int, int]:
        return at, at

    def line_end(self, column: int) -> None:
        self.said.append(("line end", column))

    def control(self, char: str) -> None:
        self.said.append(("control", char))

    def escape(self, sequence: str) -> None:
        self.said.append(("escape", sequence))

    def csi(self, operation: Csi) -> Callable[[], object]:
        return lambda: self.said.append((operation.name, operation.args))

    def osc(self, payload: str) -> None:
        self.said.append(("osc", payload))

    def column(self) -> int:
        return 7


def said(*pieces: bytes) -> list[tuple[str, object]]:
    tape = Tape()
    for piece in pieces:
        tape.parser.feed(piece)
    return tape.said


@pytest.mark.parametrize(
    ("data", "want"),
    [
        (b"ab\x1b[1;31mc", [("text", "ab"), ("m", (1, 31)), ("text", "c")]),
        (b"\x1b[?25h", [("?h", (25,))]),
        (b"\x1b[>4;2m", [(">m", (4, 2))]),
        (b"\x1b[!p\x1b[3 q", [("!p", (-1,)), (" q", (3,))]),
        (b"\x1b[5\r;6H", [("control", "\r"), ("H", (5, 6))]),
        (b"\x1b[5\x18x\x1b[5\x1ay", [("text", "xy")]),
        (b"\x1b[5\x1b[6A", [("A", (6,))]),
        (b"\x1b[1?5hx", [("text", "x")]),
        (b"\x1bP1;2qpayload\x1b\\x", [("escape", "\\"), ("text", "x")]),
        (b"\x1b_apc\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\x", [("escape", "\\")] * 3 + [("text", "x")]),
        (b"\x1b]0;title\x07x", [("osc", "0;title"), ("text", "x")]),
        (b"\x1b]0;title\x1b\\x", [("osc", "0;title"), ("escape", "\\"), ("text", "x")]),
        (b"\x1b]0;gone\x18x", [("text", "x")]),
        (b"\x1b(0\x1b#8", [("escape", "(0"), ("escape", "#8")]),
        ("\u009b31mx".encode(), [("m", (31,)), ("text", "x")]),
        (b"\x9b31mx", [("text", "\ufffd31mx")]),
        (b"\xe2\x82(", [("text", "\ufffd(")]),
        (b"\xf0\x9f\x98\x41", [("text", "\ufffdA")]),
        (b"\xed\xa0\x80", [("text", "\ufffd\ufffd\ufffd")]),
        (b"\x1bktitle\x1b\\x", [("osc", "2;title"), ("text", "x")]),
        (b"\x1bkno title\rx", [("text", "no title"), ("control", "\r"), ("text", "x")]),
        (b"a\r\n\r\r\nb", [("text", "a"), ("line end", 7), ("line end", 7), ("text", "b")]),
    ],
)
def test_operations(data: bytes, want: list[tuple[str, object]]) -> None:
    assert said(data) == want
    assert _calm(said(*(data[i : i + 1] for i in range(len(data))))) == _calm(want)


def _calm(operations: list[tuple[str, object]]) -> list[tuple[str, object]]:
    """Carriage returns before a line end may come one by one."""
    return [op for op in operations if op != ("control", "\r")]


def test_sub_parameters() -> None:
    operation = parse_csi("38:2::1:2:3;4:3m")
    assert operation is not None
    assert operation.parts == ((38, 2, -1, 1, 2, 3), (4, 3))


def test_offset_counts_bytes() -> None:
    """The offset of an operation is in bytes, also after characters of several bytes and across pieces."""
    offsets = []

    class Where(Tape):
        def control(self, char: str) -> None:
            offsets.append(self.parser.offset)

    where = Where()
    for piece in ("aé\t漢\tx".encode()[:5], "aé\t漢\tx".encode()[5:], b"\xff\xff\t"):
        where.parser.feed(piece)
    assert offsets == [3, 7, 11]
    assert where.parser.offset == where.parser.fed == 12


def test_endless_payloads_are_bounded() -> None:
    tape = Tape()
    for opener in (b"\x1b]0;", b"\x1bP", b"\x1b["):
        tape.parser.feed(opener)
        for _ in range(50):
            tape.parser.feed(b"1" * 100_000)
        assert len(tape.parser.held) <= MAX_PAYLOAD
        tape.parser.feed(b"\x18")
    tape.parser.feed(b"still here")
    assert tape.said[-1] == ("text", "still here")


def test_many_parameters() -> None:
    assert said(b"\x1b[" + b"1;" * 5_000_000 + b"m")[0][0] == "m"
    assert said(b"\x1b[" + b"9" * 10_000_000 + b"A")[0] == ("A", (0x7FFFFFFF,))


@pytest.mark.parametrize(
    ("data", "want"),
    [
        (b"a\xff\xfeb", "a\ufffd\ufffdb"),
        (b"a\xe2\x82b", "a\ufffdb"),  # a cut character counts once
        (b"a\xf0\x9f\x98b", "a\ufffdb"),
        (b"a\xed\xa0\x80b", "a\ufffd\ufffd\ufffdb"),  # a surrogate
        (b"a\xc0\x80b", "a\ufffd\ufffdb"),  # an overlong one
        (b"a\xf4\x90\x80\x80b", "a\ufffd\ufffd\ufffd\ufffdb"),
        (b"a\xe2\x82\x1b[1Cb", "a\ufffd b"),
        (b"a\x9b1Cb", "a\ufffd1Cb"),  # no 8-bit control: in UTF-8 it is a broken character
        (b"a\xc2\x9b1Cb", "a b"),  # this is one
        (
            b"a\x1b\xc3\xa9b",
            "ab",
        ),  # what is not ASCII ends a sequence and is lost, as in xterm.js and Ghostty
        (b"a\x1b[1\xc3\xa9b", "ab"),
        (b"a\x1b[3\x18b\x1b[3\x1ac\x1b[3\x1b[1Cd", "abc d"),  # CAN, SUB, ESC
        (b"ab\x1b[2\bCc", "ab c"),  # a control inside is carried out at once
        (b"a\x1b[1\x7fCb", "a b"),
        (b"a\x1b[1 2Cb\x1b[?1?2Cc\x1b[2$1Cd", "abcd"),  # malformed ones are swallowed
        (b"a\x1b[>1Cb\x1b[=1Cc\x1b[<1Cd\x1b[!1Ce", "abcde"),
        (b"a\x1bPx\x1b\\b\x1b_y\x07\x1b\\c\x1bXz\x1b\\d\x1b^w\x1b\\e", "abcde"),
        (b"a\x1bPx\x18b", "ab"),
        (b"\x1b[5n\x1b[6n\x1b[c\x1b[>c\x1b[?25$p\x1bZ\x05a\x1b[?6n\x1b[18t\x1bP$qm\x1b\\b", "ab"),  # queries
    ],
)
def test_as_other_terminals_have_it(data: bytes, want: str) -> None:
    pyghostty = pytest.importorskip("pyghostty")
    terminal = Terminal(20, 2)
    terminal.feed(data)
    assert terminal.display[0].rstrip() == want
    if not any(alone in data for alone in (b"\xc2\x9b", b"\x7f", b"\xc3\xa9")):  # see decision 0031
        other = pyghostty.Terminal(20, 2)
        other.feed(data)
        assert other.text().split("\n")[0] == want


def test_bytes_that_a_control_parts_are_no_character() -> None:
    """C2, VT, 9C: two bytes that are no UTF-8, and not the C1 control that they would make together."""
    assert said(b"\x1b]2;\xc2\x0b\x9cx\x07") == [("osc", "2;\ufffd\ufffdx")]
