"""A replayed recording asked by offset: modes, and what was printed."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from sessionlens.commands.escapes import without_escapes
from sessionlens.commands.screen import PASTE, View
from sessionlens.recording import Recording
from sessionlens.terminal import replay

Make = Callable[..., Recording]
OPERATIONS = st.lists(
    st.sampled_from(
        [b"x", b" ", b"\r", b"\x1b[m", b"\x1b]0;a b\x07", b"\x1b(B", b"\x1b[?2004h", b"\x1b[?2004l"]
    ),
    min_size=1,
    max_size=12,
)


def view(record: Make, data: bytes) -> View:
    made = record([(0, "o", data)])
    return View(made, replay(made))


@given(OPERATIONS)
def test_printed_between_any_two_operations(record: Make, operations: list[bytes]) -> None:
    """Asked again and again, it goes on from what it knows; the answer is that of the bytes alone."""
    asked = view(record, b"".join(operations))
    begins = [len(b"first line\n")]
    for operation in operations:
        begins.append(begins[-1] + len(operation))
    for first in range(len(begins)):
        for stop in [*range(first, len(begins)), first]:
            between = without_escapes(b"".join(operations[first:stop]))
            assert asked.printed(begins[first], begins[stop]) == (b"x" in between)


@given(OPERATIONS)
def test_since_when_a_mode_is_on(record: Make, operations: list[bytes]) -> None:
    """Set again while it is on, it has been on since the first time."""
    asked = view(record, b"".join(operations))
    at: int = len(b"first line\n")
    start, since = at, None if asked.begun is None else at
    for operation in operations:
        assert asked.since(PASTE, at) == since or at == start
        if operation == b"\x1b[?2004h":
            since = at if since is None else since
        elif operation == b"\x1b[?2004l":
            since = None
        at += len(operation)
    assert asked.since(PASTE, at) == since


def test_switched_off_first_it_was_on_before_the_recording_began(record: Make) -> None:
    asked = view(record, b"ls\r\n\x1b[?2004l\rfile\r\n\x1b[?2004h$ ")
    start = len(b"first line\n")
    assert asked.begun == start + 4 and asked.since(PASTE, start + 4) == start
    assert view(record, b"a\r\nb\r\n\x1b[?2004l").begun is None


def test_where_a_mode_is_set_next(record: Make) -> None:
    asked = view(record, b"\x1b[?2004h\x1b[?2004h\x1b[?2004lx\x1b[?1049h\x1b[?1049ly")
    start = len(b"first line\n")
    assert [asked.next_on(PASTE, start + n) for n in (0, 1, 8, 9)] == [start, start + 8, start + 8, None]
    assert asked.used_alternate(start, start + 25) and not asked.used_alternate(start + 26, start + 99)
    assert asked.last_left_alternate(start + 30) == 0 and asked.last_left_alternate(start + 34) == start + 33
