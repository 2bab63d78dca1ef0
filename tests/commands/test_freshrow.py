"""A shell fills the row with blanks to begin its prompt in the next one: that row is no part of its line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from sessionlens.commands import Extraction

Taken = Callable[..., Extraction]
Event = tuple[int, str, bytes]
Piece = tuple[str, str]
LINES = ["ls -la /dev/null", "cat /etc/hostname", "rm -rf victim", "echo last"]
EDITED = "\r\x1b[0m\x1b[27m\x1b[24m\x1b[Jroot@vm:~# \x1b[K\x1b[?2004h"


def filled(mark: str = "#", columns: int = 80, again: str = "") -> str:
    """What zsh prints to come to a new row; fish its mark `again`, too."""
    size = len(mark)
    return f"\x1b[1m\x1b[7m{mark}\x1b[27m\x1b[0m" + " " * (columns - size) + f"\r{again}" + " " * size + "\r"


def events(pieces: list[Piece]) -> Iterator[Event]:
    for at, (stream, text) in enumerate(pieces):
        yield at * 50_000_000, stream, text.encode()


def keyed(text: str) -> list[Piece]:
    """Keys, each echoed."""
    return [(stream, char) for char in text for stream in "io"]


def session(
    filled: str, before: int, behind: int, printed: str = "", lines: Sequence[str] = LINES
) -> list[Piece]:
    """Of every line `before` keys are echoed before its prompt's row is begun, `behind` more after it.

    What ran before it is `printed` before the last of the first ones.
    """
    pieces: list[Piece] = []
    for line in lines:
        begun = line[: before + behind]
        pieces += [
            *keyed(line[: max(before - 1, 0)]),
            ("o", printed),
            *keyed(line[max(before - 1, 0) : before]),
        ]
        pieces.append(("o", filled))
        pieces += keyed(line[before : before + behind])
        pieces.append(("o", EDITED + (f"{begun[0]}\b{begun}" if begun else "")))
        pieces += keyed(line[before + behind :])
        pieces += [("i", "\r"), ("o", "\x1b[?2004l\r\r\n")]
    return [*pieces, ("o", filled + EDITED)]


def told(found: Extraction) -> list[tuple[str, str]]:
    return [(command.text, command.confidence) for command in found.commands]


SURE = [(line, "high") for line in LINES]


@pytest.mark.parametrize("behind", [0, 1, 4])
@pytest.mark.parametrize("before", [0, 1, 2, 3])
@pytest.mark.parametrize("printed", ["", "crw-rw-rw- 1 root root 1, 3 Nov 21 17:26 /dev/null\r\n"])
def test_keys_are_echoed_before_and_behind_it(taken: Taken, before: int, behind: int, printed: str) -> None:
    pieces = session(filled(), before, behind, printed)
    assert told(taken(list(events(pieces)))) == SURE


@pytest.mark.parametrize("mark", ["", "%", "<no newline>"])
@pytest.mark.parametrize("columns", [40, 80, 132])
def test_any_mark_and_any_width(taken: Taken, mark: str, columns: int) -> None:
    pieces = session(filled(mark, columns), 2, 2, "done\r\n")
    assert told(taken(list(events(pieces)), columns=columns)) == SURE


@pytest.mark.parametrize("size", [78, 79, 80])
def test_a_row_that_is_all_but_full(taken: Taken, size: int) -> None:
    """The mark stands in its last columns, or in the next row."""
    pieces = session(filled(), 2, 3, "x" * (size - 2))
    assert told(taken(list(events(pieces)))) == SURE


def test_fish_prints_its_mark_again(taken: Taken) -> None:
    pieces = session(filled("⏎", again="⏎") + "\x1b[K", 2, 0, "done\r\n")
    assert told(taken(list(events(pieces)))) == SURE


def test_at_the_bottom_of_the_screen(taken: Taken) -> None:
    pieces = session(filled(), 2, 3, "".join(f"{n}\r\n" for n in range(30)))
    assert told(taken(list(events(pieces)))) == SURE


def test_a_line_longer_than_its_row_goes_on(taken: Taken) -> None:
    """Only the row before the prompt is cut off, and not those in which the line wraps."""
    lines = ["cat " + "/etc/hostname " * 12 + "/etc/motd", *LINES]
    pieces = session(filled(), 2, 3, "done\r\n", lines)
    assert told(taken(list(events(pieces)))) == [(line, "high") for line in lines]


@pytest.mark.parametrize("blanks", [70, 79, 80, 158, 159, 160])
def test_blanks_that_somebody_typed_are_part_of_the_line(shell: Any, blanks: int) -> None:
    """A real zsh, which goes back over what it draws at the last column."""
    started = shell("zsh", "-df", PS1="me@box:%~%% ")
    started.wait("box:.*% ")
    line = "echo a" + " " * blanks + "b"
    started.press(line)
    started.wait("b$|b\x1b")
    started.press("\r")
    started.wait("a b\r\n")
    assert started.texts() == [line]
