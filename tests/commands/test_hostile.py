"""Whatever stands in a recording, it is read without an exception, and what was not echoed is not shown."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from sessionlens.commands import Extraction

PIECES = st.sampled_from(
    [
        b"$ ", b"> ", b"\r\n", b"\n", b"\r", b"\x1b[?2004h", b"\x1b[?2004l", b"\x1b[?1049h", b"\x1b[?1049l",
        b"ls -l", b"\x1b]133;A\x07", b"\x1b]133;C;cmdline_url=a%0\x07", b"\x1b]133;D;x\x07",
        b"\x1b]633;E;a\\x3b\x07", b"\x03", b"\x04", b"\x1b]7;file://[bad/%ff\x07", b"\x1b[A",
        b"\x1b[2J\x1b[H", b"Password: ", b"\x7f", b"\t", b"\x1b[200~", b"\x1b[201~", b"echo !!",
        b"\xe6\x97\xa5", b"\xff\xfe", b"\x1b[99;99H", b"me@host:~# ", b"\x18\x05", b"for i in a", b"done",
        b"x" * 90,
    ]
)  # fmt: skip
EVENTS = st.lists(st.tuples(st.sampled_from("ioo"), st.lists(PIECES, min_size=1, max_size=5)), max_size=40)


@given(EVENTS, st.booleans())
def test_any_session_is_read(
    taken: Callable[..., Extraction], events: list[tuple[str, list[bytes]]], typed: bool
) -> None:
    script = [(at * 40_000_000, stream, b"".join(pieces)) for at, (stream, pieces) in enumerate(events)]
    found = taken(script, inputs=typed, columns=40, rows=6)
    assert all(command.end_ns is None or command.end_ns >= 0 for command in found.commands)
    assert all(first <= last for first, last in found.hidden)


@given(st.lists(st.tuples(st.sampled_from("io"), st.binary(min_size=1, max_size=30)), max_size=20))
def test_any_bytes_are_read(taken: Callable[..., Extraction], events: list[tuple[str, bytes]]) -> None:
    taken([(at * 40_000_000, stream, data) for at, (stream, data) in enumerate(events)], columns=20, rows=4)


@given(st.text("abcdefgh123!#", min_size=6, max_size=20), st.booleans(), st.integers(0, 2))
def test_a_secret_is_never_shown(
    taken: Callable[..., Extraction], secret: str, at_once: bool, retries: int
) -> None:
    """A password, wrong and retried, typed key by key or at once, by a shell that edits its lines."""
    events: list[tuple[int, str, bytes]] = [(0, "o", b"\x1b[?2004hhost$ ")]

    def add(stream: str, data: bytes) -> None:
        events.append((events[-1][0] + 60_000_000, stream, data))

    for char in "sudo id":
        add("i", char.encode())
        add("o", char.encode())
    add("i", b"\r")
    add("o", b"\r\n\x1b[?2004l\r[sudo] password for me: ")
    for attempt in range(retries + 1):
        for part in [secret] if at_once else secret:
            add("i", part.encode())
        add("i", b"\r")
        add(
            "o",
            b"\r\nSorry, try again.\r\n[sudo] password for me: " if attempt < retries else b"\r\nuid=0\r\n",
        )
    add("o", b"\x1b[?2004hhost$ ")
    add("i", b"\x1b[A")
    add("o", b"sudo id")
    add("i", b"\r")
    add("o", b"\r\n\x1b[?2004l\ruid=0\r\n\x1b[?2004hhost$ ")
    found = taken(events)
    assert [command.text for command in found.commands] == ["sudo id", "sudo id"]
    assert secret not in repr(found)
    assert sum(event.kind == "hidden input" for event in found.events) == retries + 1
