"""What search looks at: nothing that passed is lost, also between two frames."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sessionlens.recording import Recording
from sessionlens.terminal import replay

Make = Callable[..., Recording]


def found(recording: Recording, text: str) -> list[tuple[str, str]]:
    lines = replay(recording).timeline.lines()
    return [(t, reason) for t, reason in zip(lines.text, lines.reason, strict=True) if text in t]


def test_a_hit_that_straddles_a_wrapped_line(record: Make) -> None:
    data = b"$ " + b"x" * 14 + b"rm -rf /data"
    assert found(record([(0, "o", data)], columns=20), "rm -rf") == [(data.decode(), "visible")]


def test_blanks_at_a_wrap_are_kept(record: Make) -> None:
    assert found(record([(0, "o", b"a" * 17 + b"   b")], columns=20), "a   b")


def test_a_wide_character_that_wraps_leaves_no_gap(record: Make) -> None:
    assert found(record([(0, "o", ("a" * 19 + "漢字").encode())], columns=20), "a漢字")


@pytest.mark.parametrize(
    ("hide", "reason"),
    [
        (b"\r\x1b[K", "erased"),
        (b"\x1b[2J", "cleared"),
        (b"\x1b[1J", "erased"),
        (b"\x1b[1;1H\x1b[J", "erased"),
        (b"\rnothing to see here", "overwritten"),
        (b"\x1b[1M", "erased"),
        (b"\r\x1b[40P", "erased"),
        (b"\r\x1b[40X", "erased"),
        (b"\r\x1b[80@", "overwritten"),
        (b"\r\n" * 30, "scrolled"),
        (b"\x1b[24S", "scrolled"),
        (b"\x1b[24T", "scrolled"),
        (b"\x1b[?1049h", "switched"),
        (b"\x1bc", "cleared"),
        (b"\x1b#8", "cleared"),
        (b"\b" * 5 + b" " * 5 + b"\b" * 5, "overwritten"),
    ],
)
def test_erased_within_the_same_millisecond(record: Make, hide: bytes, reason: str) -> None:
    events = [(0, "o", b"before"), (1000, "o", b"\x1b[2J\x1b[Hrm -rf /data" + hide), (2000, "o", b"after")]
    hits = found(record(events), "rm -rf /data")
    assert hits == [("rm -rf /data", reason)]


def test_erased_and_wrapped(record: Make) -> None:
    """Both at once: two rows of one line, gone before any frame."""
    data = b"x" * 15 + b"rm -rf /data"
    assert found(record([(0, "o", data + b"\x1b[2J")], columns=20), "rm -rf") == [(data.decode(), "cleared")]
    assert found(record([(0, "o", data + b"\r\n" * 30)], columns=20), "rm -rf")[0][0] == data.decode()


def test_on_the_alternate_screen(record: Make) -> None:
    lines = replay(record([(0, "o", b"\x1b[?1049hsecret plan\x1b[?1049l")])).timeline.lines()
    assert [(t, r, a) for t, r, a in zip(lines.text, lines.reason, lines.alternate, strict=True)] == [
        ("secret plan", "switched", True)
    ]


def test_a_resize_loses_nothing(record: Make) -> None:
    """Rows that give way to a smaller screen, or columns that are cut, in the same instant."""
    events = [
        (0, "o", b"\x1b[10;1Hlast words\x1b[1;1H" + b"y" * 70 + b" the end\x1b[1;1H"),
        (1, "r", (20, 4)),
    ]
    recording = record(events)
    assert found(recording, "last words") and found(recording, "the end")


def test_spans(record: Make) -> None:
    events = [(0, "o", b"one\r\n"), (1000, "o", b"two\r\n"), (3000, "o", b"\x1b[H\x1b[2K"), (4000, "o", b"x")]
    lines = replay(record(events)).timeline.lines()
    spans = {t: (a, b) for t, a, b in zip(lines.text, lines.t0_ns, lines.t1_ns, strict=True)}
    assert spans["one"] == (0, 3_000_000_000)
    assert spans["two"] == (1_000_000_000, 4_000_000_000)


def test_a_line_that_grows_is_one(record: Make) -> None:
    events = [(ms * 100, "o", bytes([char])) for ms, char in enumerate(b"ls -la")]
    assert found(record(events), "ls") == [("ls -la", "visible")]


def test_wrapping_anew_does_not_list_a_line_twice(record: Make) -> None:
    events = [(0, "o", b"z" * 30 + b"\r\n$ "), (1000, "r", (20, 24)), (2000, "r", (80, 24))]
    assert len(found(record(events, columns=25), "zzz")) == 1


def test_redrawing_is_no_loss(record: Make) -> None:
    """A full-screen program that draws the same or new values over what was shown leaves no debris."""
    screen = b"\x1b[H" + b"".join(
        b"\x1b[%d;1Hcpu%d  \x1b[32m%02d%%\x1b[m  idle" % (y, y, y) for y in range(1, 20)
    )
    events = [(ms * 100, "o", screen.replace(b"0", b"%d" % (ms % 10))) for ms in range(10)]
    lines = replay(record(events)).timeline.lines()
    assert set(lines.reason) == {"visible"}


def test_a_flood_is_all_there(record: Make) -> None:
    data = b"".join(b"line %d\r\n" % i for i in range(5000))
    lines = replay(
        record([(i / 100, "o", data[i : i + 333]) for i in range(0, len(data), 333)])
    ).timeline.lines()
    assert sorted(
        {text for text in lines.text if text.count(" ") == 1}, key=lambda t: int(t.split()[1] or 0)
    ) == [f"line {i}" for i in range(5000)]
    assert list(lines.t0_ns) == sorted(lines.t0_ns)
