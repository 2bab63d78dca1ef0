"""The flags of a recording, and a recording of what one program prints; what honest ones print."""

from __future__ import annotations

from collections.abc import Callable

from sessionlens.recording import Recording
from sessionlens.terminal import Flag, flags, replay
from sessionlens.terminal.flags import KINDS

Make = Callable[..., Recording]

HONEST = [
    ("faint", b"\x1b[2mfaint text\x1b[m"),
    ("bold black, which is grey", b"\x1b[1;30mcomment\x1b[m"),
    ("white on black", b"\x1b[37;40mtext\x1b[m"),
    ("blanks in one colour", b"\x1b[44;34m          \x1b[m"),
    ("arrows of a prompt", "\x1b[34;44m\ue0b0 \x1b[m".encode()),
    ("emoji with joiners", "👩\u200d👧 ❤\ufe0f 1\ufe0f\u20e3 🏴\U000e0067\U000e0062\U000e007f".encode()),
    ("Persian and Devanagari", "می\u200cخواهم क्\u200dष".encode()),
    ("a box", b"\x1b(0lqqqqk\r\nx    x\r\nmqqqqj\x1b(B"),
    ("a progress bar", b"".join(b"\rLoading %3d%% [%-20s]" % (n, b"#" * (n // 5)) for n in range(0, 101, 5))),
    ("a spinner", b"".join(b"\r%c working" % c for c in b"|/-\\" * 9)),
    ("a title", b"\x1b]0;john@web01: ~/src\x07"),
    ("colours asked for", b"\x1b]10;?\x07\x1b]11;?\x07"),
    ("a dark palette", b"\x1b]4;0;#002b36\x07\x1b]11;#002b36\x07\x1b]4;8;#002b36;1;#dc322f\x07"),
    ("a query, tmux's pass-through, marks", b"\x1bP+q544e\x1b\\\x1bPtmux;\x1b\x1b]2;t\x07\x1b\\\x1b]133;A\x07\x1b]8;;http://some.where/page\x07x"),
    ("sixel graphics", b"\x1bP0;1q#0;2;0;0;0#0~~@@vv@@~~$-\x1b\\"),
]  # fmt: skip


def flagged(recording: Recording) -> list[Flag]:
    found = flags(replay(recording))
    assert {flag.kind for flag in found} <= set(KINDS)
    assert all(flag.last >= flag.offset for flag in found)
    assert all(flag.offset < len(recording.blob("o")) for flag in found)
    return found


def printed(make: Make, data: bytes) -> Recording:
    return make([(0, "o", b"$ "), (1000, "o", data), (3000, "o", b"\r\n$ ")])
