"""Lines of keys to press: each key in several places, and lines drawn at random."""

from __future__ import annotations

import random

from sessionlens.commands.editing import Dialect

FIRST = [
    b"echo one\r", b"ls -la /tmp\r", b"git commit -m x\r", b"cat notes.txt\r", b"echo Hello World\r",
        b"make all\r",
]  # fmt: skip
_LINE = "one two-three  four/five x"
_PLACES = {"end": "", "start": "\x01", "inside": "\x01" + "\x06" * 6, "blanks": "\x01" + "\x06" * 14}
_KEYS = {
    "readline": "\x02 \x06 \x1bf \x1bb \x7f \x04 \x0b \x15 \x17 \x1bd \x1b\x7f \x14 \x1bt \x1bu \x1bl "
    "\x1bc \x1b\\ "
    "\x1b2\x1bf \x1b-\x1bd \x1b3x \x1b2\x7f \x1d- \x1b\x1do \x16\x01 \x17\x17\x19 \x1bd\x1bd\x19 "
    "\x15\x0bq\x19\x1by "
    "\x1b. \x00\x05\x18\x18 \x17\x1f q\x1f \x1b[1;5D \x1b[H \x1b[F \x1b[3~",
    "zle": "\x02 \x06 \x1bf \x1bb \x7f \x04 \x0b \x15 \x17 \x1bd \x1b\x7f \x14 \x1bu \x1bl \x1bc "
    "\x1b2\x1bf "
    "\x1b-\x1bd \x1b3x \x1b2\x7f \x16\x01 \x17\x17\x19 \x1bd\x1bd\x19 \x15q\x19 \x1b. \x00\x05\x18\x18 "
    "\x17\x1f q\x1f "
    "\x18\x0b \x1b\x1f \x1b' \x1bqz\x1bg \x1b\r \x1b[H \x1b[F \x1b[3~",
    "fish": "\x02 \x1bb \x7f \x04 \x0b \x15 \x17 \x1bd \x1b\x7f \x14 \x1bu \x1bc \x17\x17\x19 "
    "\x1b\x7f\x1b\x7f\x19 "
    "q\x1f \x1b[H \x1b[3~ \x1b[1;5D",
}
_HISTORY = {
    "readline": [
        "\x10", "\x10\x10", "\x10\x10\x0e", "abc\x10\x0e", "\x10q\x10\x0e", "\x10\x10q\x0e\x0ez",
        "x\x1b.\x1b.", "\x1b.\x1b.\x1b.",
        "\x1b\x19", "\x12ec", "\x12ec\x12", "\x12ca\x01x", "\x12ec\x1bfq", "\x12git\x07x",
        "\x12gix\x7ft\x05", "\x10\x10\x1b>z",
        "\x1bpgit\r", "\x1bp^ec\r", "\x10\x15new", "\x10\x1br", "\x10abc\x1br",
        "a\x1b[200~b c\x1b[201~d", "\x12Hel\x1b[D",
        "cat fo\t\x15new", "cat fo\tx\x01\x0bdone", "\x1b[A\x1b[A\x1b[B!", "\x10\x1b\x7f\x19\x19",
        "one\x18\x7ftwo\x19",
    ],
    "zle": [
        "\x10", "\x10\x10", "\x10\x10\x0e", "abc\x10\x0e", "\x10q\x10\x0e", "\x10\x10q\x0e\x0ez",
        "x\x1b.\x1b.", "\x12ec", "\x12ec\x12",
        "\x12ca\x01x", "\x12ec\x1bfq", "\x12git\x07x", "\x12gi\x7f\x05", "echo\x1bp",
        "echo \x1bp\x1bp\x1bn", "\x10\x10\x1b>z",
        "\x10\x15new", "a\x1b[200~b\nc\x1b[201~d\x01x", "cat fo\t\x15new", "\x1b[A\x1b[A\x1b[B!",
        "a\x1b\rb\x1b[Ac",
        "x\x11y", "", "x\x1bqy\x1bg", "\x12HEL\x07", "\x12hel",
    ],
    "fish": ["\x10", "\x10\x10", "\x10\x10\x0e", "git\x10", "ec\x10\x10", "\x10\x15new",
        "HEL\x7f\x7f\x7fhel\x10", "\x10q"],
}  # fmt: skip
_VI = (
    "h 2h 0 ^ $ b 2b B w W e E 2w 0w 0W 0e 0E 02e 0fo 0to Fo To 0fo; 0fo, % | 5| x 2x X 3X D 0d$ dw 0dw "
    "02dw d2b 0d2w de "
    "0dE db dB d0 dd 0dfo 0dto yyp 0ywP 0ywp xp Xp 0xP ~ 0~ 03~ rz 0rz 02rz 0xu 0dwu 0dw. 0x.. 02x. Iab "
    "ax\x1b0 Ax\x1bhx "
    "0ix\x1b. 0cwab\x1b 0cwab\x1bw. 02cwq\x1b 0ceq\x1b cbq\x1b ccq\x1b Sq\x1b sq\x1b 0sq\x1b Cq\x1b "
    "0Cq\x1b 0cfoz\x1b "
    "0c$z\x1b 0lc0z\x1b k kk kj kx kAq\x1b /git\r /ec\rn 0dwP 0d2wp yw$p"
)


def cases(dialect: Dialect) -> list[bytes]:
    """What each key does in each place, and what the history brings."""
    if dialect.vi:
        typed = [f"{_LINE}\x1b{keys}" for keys in _VI.split(" ")]
        typed += [f"foo.bar (baz) qux\x1b{keys}" for keys in _VI.split(" ")[:40]]
        typed += [
            "ab\x7fc",
            "ab cd\x17e",
            "ab\x15c",
            "ab\x16\x01c",
            "\x1b[Ax",
            "ab\x1b[Dc",
            "ab\x1b[H\x1b[3~c",
        ]
        return [line.encode() + b"\r" for line in typed]
    keys = _KEYS[dialect.editor].split(" ")
    placed = [_LINE + place + key + "^" for place in _PLACES.values() for key in keys]
    if dialect.editor == "fish":  # there Right and End at the line's end ask for what is suggested
        placed = [line for line in placed if "\x05" not in line]
    return [line.encode() + b"\r" for line in [*placed, *_HISTORY[dialect.editor]]]


_WORDS = [
    "echo",
    "ls -l",
    "git status",
    "foo-bar",
    "/etc/passwd",
    "x",
    "two words",
    "Hello",
    "one.two",
    "cat",
    "ä",
    "日本",
]
_MOVE = [
    "\x01",
    "\x05",
    "\x02",
    "\x06",
    "\x1bf",
    "\x1bb",
    "\x1b[D",
    "\x1b[C",
    "\x1b[H",
    "\x1b[F",
    "\x1b[1;5D",
]
_EDIT = [
    "\x7f",
    "\x7f",
    "\x1b[3~",
    "\x0b",
    "\x15",
    "\x17",
    "\x1bd",
    "\x1b\x7f",
    "\x19",
    "\x14",
    "\x1bu",
    "\x1bc",
    "\x1f",
]
_WALK = ["\x1b[A", "\x1b[A", "\x1b[B", "\x10"]
_FIND = ["\x1b.", "\x12ec\x05", "\x12git\x12\x01", "\x12o\x1bf", "\x1b2", "\x1by", "\x1bt"]
_COMMANDS = [
    "h",
    "l",
    "0",
    "^",
    "$",
    "w",
    "b",
    "e",
    "W",
    "B",
    "E",
    "x",
    "X",
    "D",
    "dw",
    "db",
    "d$",
    "d0",
    "dd",
    "yyp",
    "ywP",
    "p",
    "P",
    "~",
    "rz",
    "u",
    ".",
    "k",
    "j",
    "fo;",
    "2w",
    "2x",
]
_INSERTS = ["i", "a", "I", "A", "cwq\x1bA", "ccnew \x1bA", "Cend\x1bA", "sq\x1bA", "Sq\x1bA"]


def drawn(dialect: Dialect, seed: int, count: int) -> list[bytes]:
    """Lines of keys at random, each ended by Enter."""
    rng = random.Random(seed)
    lines = (_drawn_vi(rng) if dialect.vi else _drawn(rng, dialect.editor) for _ in range(count))
    return [line.encode() + b"\r" for line in lines]


def _drawn(rng: random.Random, editor: str) -> str:
    kinds = [_WORDS, _MOVE, _EDIT, _WALK] + [_FIND] * (editor != "fish")
    line = rng.choice(_WORDS) + rng.choice(["", " "]) + rng.choice(_WORDS)
    return line + "".join(rng.choice(rng.choice(kinds)) for _ in range(rng.randint(0, 8)))


def _drawn_vi(rng: random.Random) -> str:
    line = rng.choice(_WORDS) + " " + rng.choice(_WORDS)
    for _ in range(rng.randint(0, 2)):
        commands = "".join(rng.choice(_COMMANDS) for _ in range(rng.randint(1, 4)))
        line += "\x1b" + commands + rng.choice(_INSERTS) + rng.choice(["", *_WORDS])
    return line
