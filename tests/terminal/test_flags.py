"""Ways to hide text from a viewer, as real bytes: each is flagged, at the byte, and its text is kept."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlens.terminal import replay
from sessionlens.terminal.flags import KINDS

from .flagging import HONEST, Make, flagged, printed

SECRET = "rm -rf /data"
S = SECRET.encode()
INVISIBLE = "invisible-characters"
TAGS = "".join(chr(0xE0000 + ord(char)) for char in SECRET)


FILLED = b"".join(b"\x1b[%d;1;%d;1;%d$x" % (code, x, x) for x, code in enumerate(S, 3))

# how, the bytes, the kind, what `xxd -s OFFSET` shows first, the text that the flag has
ATTACKS = [
    ("SGR 8", b"\x1b[8m" + S + b"\x1b[m", "concealed", S, SECRET),
    ("SGR 8 by DECFRA", b"\x1b[8m" + FILLED + b"\x1b[m", "concealed", FILLED[:15], SECRET),
    ("red on red", b"\x1b[31;41m" + S + b"\x1b[m", "same-colours", S, SECRET),
    ("green on green, inverse", b"\x1b[7;32;42m" + S + b"\x1b[m", "same-colours", S, SECRET),
    ("one off in true colour", b"\x1b[38;2;9;9;9;48;2;9;9;8m" + S + b"\x1b[m", "same-colours", S, SECRET),
    ("index 16 on black", b"\x1b[38;5;16;40m" + S + b"\x1b[m", "same-colours", S, SECRET),
    ("black on the default", b"\x1b[30m" + S + b"\x1b[m", "dark", S, SECRET),
    ("a zero-width space", f"ls \u200b; {SECRET}".encode(), INVISIBLE, b"ls \xe2\x80\x8b", SECRET),
    ("within a word", "r\u200bm -rf /data".encode(), INVISIBLE, b"r\xe2\x80\x8bm", "m -rf /data"),
    ("a joiner", "r\u200dm -rf /data".encode(), INVISIBLE, b"r\xe2\x80\x8dm", "m -rf /data"),
    ("a bidi override", f"ls \u202e; {SECRET}".encode(), INVISIBLE, b"ls \xe2\x80\xae", SECRET),
    ("tag characters", f"ok{TAGS}".encode(), INVISIBLE, b"ok\xf3\xa0", TAGS),
    ("line drawing", b"\x1b(0" + S + b"\x1b(B", "line-drawing", S, SECRET),
    ("overwritten after a CR", S + b"\rls               ", "flashed", S, SECRET),
    ("erased to the end of the line", S + b"\r\x1b[Kls", "flashed", S, SECRET),
    ("cleared", S + b"\x1b[2J\x1b[Hls", "flashed", S, SECRET),
    ("erased by backspaces", S + b"\b \b" * len(S) + b"ls", "flashed", S, SECRET),
    ("pushed out by ICH", S + b"\r\x1b[80@ls", "flashed", S, SECRET),
    ("deleted by DCH", S + b"\r\x1b[80Pls", "flashed", S, SECRET),
    ("scrolled down out of the page", S + b"\x1b[24Tls", "flashed", S, SECRET),
    ("scrolled away in a region", b"\x1b[5;6r\x1b[5H" + S + b"\r\na\r\nb\x1b[r", "flashed", S, SECRET),
    ("reset", S + b"\x1bcls", "flashed", S, SECRET),
    ("within a synchronized update", b"\x1b[?2026h" + S + b"\r\x1b[K\x1b[?2026lls", "flashed", S, SECRET),
    ("covered and then erased", S + b"\r\x1b[?1049hvim\x1b[?1049l\x1b[Kls", "flashed", S, SECRET),
    ("cursor up", S + b"\r\n\x1b[A\x1b[2Kls", "flashed", S, SECRET),
    ("past the edge", b"\x1b[?7l" + b"x" * 60 + S + b" and on and on", "cut-off", b"x" * 60, SECRET),
    ("the other screen", b"\x1b[?1049h" + S + b"\x1b[?1049lls", "alternate-screen", b"\x1b[?1049h", SECRET),
    ("in an APC string", b"\x1b_" + S + b"\x1b\\ls", "control-string", b"\x1b_" + S, SECRET),
    ("in a DCS", b"\x1bP" + S + b"\x1b\\ls", "control-string", b"\x1bP" + S, SECRET),
    ("in an 8-bit PM", b"\xc2\x9e" + S + b"\xc2\x9cls", "control-string", b"\xc2\x9e" + S, SECRET),
    ("in an unknown OSC", b"\x1b]9999;" + S + b"\x07ls", "control-string", b"\x1b]9999;" + S, SECRET),
    ("in a cancelled title", b"\x1b]2;" + S + b"\x18ls", "control-string", b"\x1b]2;" + S, SECRET),
    ("in the clipboard", b"\x1b]52;c;cm0gLXJmIC9kYXRh\x07ls", "clipboard", b"\x1b]52;c;", "cm0gLXJm"),
    ("in the title", b"\x1b]2;" + S + b"\x07ls", "title", b"\x1b]2;" + S, SECRET),
    ("output in the title", b"\x1b]0;root:x:0:0:root:/root\x07ls", "title", b"\x1b]0;root", "root:x:0:0"),
    ("in screen's title", b"\x1bk" + S + b"\x1b\\ls", "title", b"\x1bk" + S, SECRET),
    ("lines in the title", b"\x1b]2;one\ntwo\x07ls", "title", b"\x1b]2;one\n", "one\ntwo"),
    ("a very long title", b"\x1b]2;" + b"word " * 50 + b"\x07ls", "title", b"\x1b]2;word", "word word"),
    ("many titles", b"".join(b"\x1b]2;part %c\x07" % c for c in b"abcdefgh"), "title", b"\x1b]2;", "part b"),
    ("a title report", b"\x1b]2;ls\x07\x1b[21t", "title-report", b"\x1b[21t", ""),
    ("the scrollback erased", b"x\r\n" * 50 + b"\x1b[3J", "scrollback-erased", b"\x1b[3J", ""),
    ("a palette", b"\x1b]4;7;#000000\x07\x1b[37m" + S, "recoloured", b"\x1b]4;7", "#000000"),
    ("colours alike", b"\x1b]11;rgb:11/11/11\x07\x1b]10;#111\x07" + S, "recoloured", b"\x1b]10;", "#111"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "kind", "shown", "text"), [a[1:] for a in ATTACKS], ids=[a[0] for a in ATTACKS]
)
def test_what_a_viewer_could_miss(record: Make, data: bytes, kind: str, shown: bytes, text: str) -> None:
    recording = printed(record, data)
    out = recording.blob("o")
    found = [flag for flag in flagged(recording) if flag.kind == kind]
    near = [
        flag
        for flag in found
        if shown in out[flag.offset - 4 : flag.offset + len(shown)] and text in flag.text
    ]
    assert near, found
    assert near[0].t_ns == 1_000_000_000


def test_every_kind_of_the_terminal_is_attacked() -> None:
    of_commands = {"line-rewritten", "line-elsewhere"}  # tests/commands/test_covered.py
    assert {attack[2] for attack in ATTACKS} == set(KINDS) - of_commands


def test_shown_for_less_than_100_ms(record: Make) -> None:
    for ms, kinds in ((40, ["flashed"]), (90, ["flashed"]), (150, [])):
        recording = record(
            [(0, "o", b"$ "), (1000, "o", S), (1000 + ms, "o", b"\r\x1b[K$ "), (3000, "o", b"x")]
        )
        found = flagged(recording)
        assert [flag.kind for flag in found] == kinds, ms
        for flag in found:
            assert recording.blob("o")[flag.offset :].startswith(S)
            assert f"{ms} ms" in flag.why


# what is printed, and per flag: the kind, exactly its bytes, its text
EXACT = [
    (f"ls {'x' * 60}\u200b; rm".encode(), INVISIBLE, f"ls {'x' * 60}\u200b; rm".encode(), None),
    ("r\x1b[m\u200dm".encode(), INVISIBLE, "r\x1b[m\u200dm".encode(), "r\u200dm"),
    ("r\u200b\x1b[1mm\x1b[m -rf".encode(), INVISIBLE, "r\u200b\x1b[1mm".encode(), "r\u200bm"),
    ("a\x1b[5Cr\x1b[m\u200dm".encode(), INVISIBLE, "r\x1b[m\u200dm".encode(), "r\u200dm"),
    (b"\x1b[8mab\xff\xffcd\x1b[m", "concealed", b"ab\xff\xffcd", "ab\ufffd\ufffdcd"),
    (b"\x1b[8mabc\x1b[9b\x1b[m", "concealed", b"abc\x1b[9b", "abcccccccccc"),
    (b"\x1b[8mrm\x1b[m SHOWN \x1b[8m-rf\x1b[m", "concealed", b"rm\x1b[m SHOWN \x1b[8m-rf", "rm\n-rf"),
    (b"\x1b[8mrm\x1b[31m -rf\x1b[m", "concealed", b"rm\x1b[31m -rf", "rm -rf"),
    (b"\x1b]0;rm -rf /data\x1b\\x", "title", b"\x1b]0;rm -rf /data\x1b\\", "rm -rf /data"),
    (b"\x1b]02;rm -rf /data\x07x", "title", b"\x1b]02;rm -rf /data\x07", "rm -rf /data"),
    (b"\x1bkrm -rf /data\x1b\\x", "title", b"\x1bkrm -rf /data\x1b\\", "rm -rf /data"),
    (b"\x1b[003Jx", "scrollback-erased", b"\x1b[003J", ""),
    (b"a\r\n" * 30 + b"\x1bcx", "scrollback-erased", b"\x1bc", ""),
    (b"\x1b[021tx", "title-report", b"\x1b[021t", ""),
]  # fmt: skip


@pytest.mark.parametrize(("data", "kind", "shown", "text"), EXACT)
def test_a_flag_has_its_bytes_and_no_others(
    record: Make, data: bytes, kind: str, shown: bytes, text: str | None
) -> None:
    """Fed whole, and cut in the middle of everything (a cut run is another run)."""
    for cut in range(len(data) if kind != INVISIBLE else 1):
        recording = record(
            [(0, "o", b"$ "), (1000, "o", data[:cut]), (1000, "o", data[cut:]), (3000, "o", b"$ ")]
        )
        out = recording.blob("o")
        found = [flag for flag in flagged(recording) if flag.kind == kind]
        assert len(found) == 1, (cut, found)
        assert out[found[0].offset : found[0].last + 1] == shown, cut
        assert text is None or found[0].text == text


@pytest.mark.parametrize(
    ("data", "severities"),
    [
        (b"\x1b]10;#101010\x07", ["low"]),
        (b"\x1b]11;#eeeeee\x07", ["low"]),
        (b"\x1b]4;7;#000000\x07", ["low"]),
        (b"\x1b]10;#101010\x07\x1b]11;#101010\x07", ["low", "high"]),
        (b"\x1b]11;#222222\x07\x1b]4;7;#222222\x07", ["high"]),
        (b"\x1b]10;#101010\x07\x1b]11;#fdf6e3\x07", ["low"]),
        (b"\x1b]11;#fdf6e3\x07\x1b]10;#101010\x07", []),
    ],
)
def test_one_colour_alone_is_low(record: Make, data: bytes, severities: list[str]) -> None:
    found = flagged(printed(record, data))
    assert [(flag.kind, flag.severity) for flag in found] == [("recoloured", each) for each in severities]
    for flag in found:
        assert ("not known" in flag.why) == (flag.severity == "low")


@pytest.mark.parametrize(
    ("data", "severity", "why"),
    [
        (b"\x1b[3J", "medium", "CSI 3 J erases"),
        (b"\x1b[H\x1b[2J\x1b[3J", "low", "CSI 3 J erases"),
        (b"\x1bc", "low", "RIS (ESC c) erases"),
    ],
)
def test_what_erased_the_scrollback_is_named(record: Make, data: bytes, severity: str, why: str) -> None:
    recording = record([(0, "o", b"x\r\n" * 50), (1000, "o", data), (3000, "o", b"$ ")])
    found = [flag for flag in flagged(recording) if flag.kind == "scrollback-erased"]
    assert [flag.severity for flag in found] == [severity]
    assert found[0].why.startswith(why) and ("CSI 3 J" in found[0].why) != (data == b"\x1bc")


def test_a_flag_has_one_line(record: Make) -> None:
    """Lines with such characters near each other are a flag each, with the whole word."""
    found = flagged(printed(record, "\x1b[1mr\x1b[m\u200bm -rf /x\r\nbetween\r\ng\u200cit push".encode()))
    assert [(flag.kind, flag.text) for flag in found] == [
        (INVISIBLE, "r\u200bm -rf /x"),
        (INVISIBLE, "g\u200cit push"),
    ]


def test_lines_of_such_characters_without_end_are_bounded(record: Make) -> None:
    notes = replay(printed(record, "a\u200bb\r\n".encode() * 20_000)).trace.unseen
    assert 4096 <= len(notes) < 6000


def test_repeating_what_nobody_sees_takes_no_memory(record: Make) -> None:
    notes = replay(printed(record, b"\x1b[8ma" + b"\x1b[1;1Ha\x1b[1900b" * 2000)).trace.unseen
    assert sum(len(note.text) for note in notes) < 4_000_000


@pytest.mark.parametrize("pause", [0, 50])
def test_a_flash_with_numbers_in_it_is_one(record: Make, pause: int) -> None:
    """Nothing but a line that stood long enough to be read makes numbers a display that moves."""
    text = b"scp data2 10.0.0.1:"
    parts = [(1000, "o", text), (1000 + pause, "o", b"\r\x1b[Kls")]
    recording = record([(0, "o", b"$ \r\n"), *parts, (3000, "o", b"\r\n$ ")])
    found = flagged(recording)
    assert [(flag.kind, flag.severity, flag.text.encode()) for flag in found] == [("flashed", "medium", text)]
    shown = record([(0, "o", b"scp data3 10.0.0.2:\r\n"), *parts, (3000, "o", b"\r\n$ ")])
    assert flagged(shown) == []


@pytest.mark.parametrize(
    "removal",
    [
        b"\x1bc", b"\x1b[?2J", b"\x1b[?2K\r", b"\x1b[Gls" + b" " * 20, b"\xc2\x9b2J", b"\x1b#8",
        b"\x1b[u\x1b[0Jls", b"\x1b[80Zls" + b" " * 20,
        b"\x1b[1;1;24;80$z", b"\x1b[1;1;24;80${", b"\x1b[42;1;1;24;80$x", b"\x1b[80 @",
    ],
)  # fmt: skip
def test_whatever_removes_it(record: Make, removal: bytes) -> None:
    recording = record([(0, "o", b"$ "), (1000, "o", S), (1050, "o", removal), (3000, "o", b"$ ")])
    found = [flag for flag in flagged(recording) if flag.kind == "flashed"]
    assert [flag.text for flag in found] == [SECRET]
    assert recording.blob("o")[found[0].offset :].startswith(S)


def status(texts: list[bytes], ms: int) -> list[tuple[int, str, bytes]]:
    parts = [(1000 + at * ms, "o", b"\r\x1b[K" + text) for at, text in enumerate(texts)]
    return [
        (0, "o", b"$ \r\n"),
        *parts,
        (1000 + len(texts) * ms, "o", b"\r\x1b[Kdone\r\n"),
        (5000, "o", b"$ "),
    ]


COUNTED = [b"Downloading file %d of 9: pkg-%s.deb" % (n, bytes([96 + n]) * 6) for n in range(1, 10)]


@pytest.mark.parametrize(
    ("texts", "severity"),
    [
        (COUNTED, "low"),
        (COUNTED[::-1], "medium"),  # it counts down
        ([b"[%d/9] link %s" % (n, bytes([96 + n]) * 6) for n in range(1, 10)], "low"),
        ([*COUNTED[:4], b"rm -rf /data of all", *COUNTED[4:]], "medium"),  # one that is none
        (COUNTED[:2], "medium"),  # two make no display
        ([b"curl http://10.0.0.5/%s" % (bytes([96 + n]) * 6) for n in range(1, 10)], "medium"),
    ],
)
def test_a_status_line_that_counts_is_low(record: Make, texts: list[bytes], severity: str) -> None:
    found = flagged(record(status(texts, 50)))
    assert [(flag.kind, flag.severity) for flag in found] == [("flashed", severity)]
    assert texts[-1].split()[-1].decode() in found[0].text


@pytest.mark.parametrize(("word", "severity"), [(b"waiting", "low"), (b"hunter2 /etc", "medium")])
def test_states_of_lines_that_stay_are_low(record: Make, word: bytes, severity: str) -> None:
    """Three layers drawn anew as a whole, each line beginning as it did."""
    first = b"".join(b"layer %c: %s\r\n" % (c, word) for c in b"abc")
    parts = [
        (1000 + 60 * step, "o", b"\x1b[3A" + b"".join(b"\x1b[2Klayer %c: pulling\r\n" % c for c in b"abc"))
        for step in range(6)
    ]
    made = record([(0, "o", b"$ \r\n"), (1000, "o", first), *parts, (5000, "o", b"$ ")])
    found = flagged(made)
    assert [(flag.kind, flag.severity) for flag in found] == [("flashed", severity)]


def test_in_any_chunks(record: Make) -> None:
    """The same bytes at one time, cut anywhere: the same text at the same byte."""
    for data in (
        b"\x1b[8m" + S + b"\x1b[m",
        S + b"\r\x1b[K",
        b"\x1b_" + S + b"\x1b\\",
        b"\x1b]2;" + S + b"\x07",
    ):
        whole = flagged(record([(0, "o", b"$ "), (1000, "o", data), (3000, "o", b"$ ")]))
        for cut in range(1, len(data)):
            events = [(0, "o", b"$ "), (1000, "o", data[:cut]), (1000, "o", data[cut:]), (3000, "o", b"$ ")]
            parts = flagged(record(events))
            assert [(f.kind, f.offset, f.text) for f in parts] == [
                (f.kind, f.offset, f.text) for f in whole
            ], cut


def test_typed_under_a_concealed_prompt_is_one_flag(record: Make) -> None:
    keys = [(1000 + 100 * at, "o", bytes([key])) for at, key in enumerate(S)]
    found = flagged(record([(0, "o", b"$ \x1b[8m"), *keys, (5000, "o", b"\r\n\x1b[m$ ")]))
    assert [(flag.kind, flag.text) for flag in found] == [("concealed", SECRET)]


def test_a_string_that_nothing_ends(record: Make) -> None:
    found = flagged(record([(0, "o", b"$ \x1b^"), (1000, "o", b"one\r\n" + S + b"\r\n")]))
    assert [(f.kind, f.severity) for f in found] == [("control-string", "high")]
    assert "one\nrm -rf /data" in found[0].text and "nothing ends it" in found[0].why


def test_what_is_cut_off_is_a_line(record: Make) -> None:
    """Characters that autowrap off writes over within one run, in the lines as the bytes had them."""
    lines = replay(printed(record, b"\x1b[?7l" + b"x" * 76 + S + b"\x1b[?7h")).timeline.lines()
    assert any(SECRET in text for text in lines.text)


PIECES = [attack[1] for attack in ATTACKS] + [data for _, data in HONEST]


@given(
    parts=st.lists(st.sampled_from(PIECES) | st.binary(max_size=20), max_size=8),
    cuts=st.lists(st.integers(0, 400), max_size=6),
    pause=st.sampled_from([0, 20, 60, 500]),
)
def test_any_output_is_read_without_an_exception(
    record: Make, parts: list[bytes], cuts: list[int], pause: int
) -> None:
    data = b"".join(parts)
    places = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    events = [(at * pause, "o", data[start:stop]) for at, (start, stop) in enumerate(pairwise(places))]
    for flag in flagged(record([(0, "o", b"$ "), *events])):
        assert flag.severity in ("high", "medium", "low") and flag.why


def test_hostile_output_makes_few_notes(record: Make) -> None:
    """Memory stays in proportion to the bytes: what is alike and close is one note."""
    for data in (b"\x1b[8m" + b"x\b" * 20_000, b"x\x1b[3J" * 8000, ("e" + "\u0301" * 20_000).encode()):
        notes = replay(printed(record, data)).trace.unseen
        assert 0 < len(notes) < 200


def test_what_a_new_size_removes_is_flagged_within_the_output(record: Make) -> None:
    """A resize has no bytes: the flag is at the last one that was printed before it."""
    drawn = b"\x1b[H" + S + b"\x1b[3;1Hx"
    recording = record([(0, "o", b"\x1b[?1049h"), (1000, "o", drawn), (1000, "r", (80, 1))], 80, 3)
    (note,) = [note for note in replay(recording).trace.unseen if note.how == "erased"]
    assert SECRET in note.text and note.offset == len(recording.blob("o")) - 1
    assert all(flag.last < len(recording.blob("o")) for flag in flagged(recording))
