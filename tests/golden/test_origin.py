"""The bytes that led to a cell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import sessionlens as sl
from sessionlens.golden.origin import MOST_BYTES, Piece, pieces

Cast = Callable[..., Path]


def of(path: Path, *cells: tuple[int, int]) -> tuple[Piece, ...]:
    session = sl.open(path)
    found = pieces(session.main, session.recording.duration_ns, cells)
    blob = session.recording.blob("o")
    assert all(blob[piece.start : piece.start + len(piece.data)] == piece.data for piece in found)
    return found


@pytest.fixture
def made(cast: Cast, tmp_path: Path) -> Path:
    """Three letters in a row, drawn one after the other, a row below, then something else."""
    steps = ["a", "b", "c", "\r\nbelow\r\n", "\x1b[6;1Hlast"]
    return cast(tmp_path / "a.cast", [(number + 1, text) for number, text in enumerate(steps)])


@pytest.mark.parametrize(("column", "data"), [(0, b"a"), (1, b"b"), (2, b"c"), (7, b"c")])
def test_each_cell_has_its_own(made: Path, column: int, data: bytes) -> None:
    (piece,) = of(made, (0, column))
    assert (piece.data, piece.rows, piece.left_out) == (data, (0,), 0)


def test_cells_of_one_frame_come_together_and_in_order(made: Path) -> None:
    found = of(made, (1, 0), (1, 4), (0, 2), (5, 0))
    assert [(piece.data, piece.rows) for piece in found] == [
        (b"c", (0,)),
        (b"\r\nbelow\r\n", (1,)),
        (b"\x1b[6;1Hlast", (5,)),
    ]


def test_without_a_cell_it_is_what_came_last(made: Path) -> None:
    (piece,) = of(made)
    assert (piece.data, piece.rows) == (b"\x1b[6;1Hlast", ())


def test_a_row_is_followed_where_it_scrolled(cast: Cast, tmp_path: Path) -> None:
    path = cast(
        tmp_path / "a.cast", [(1, "one\r\n"), (2, "two\r\n"), (3, "3\r\n4\r\n5\r\n6"), (4, "\r\n7\r\n")]
    )
    assert [piece.data for piece in of(path, (0, 0))] == [b"3\r\n4\r\n5\r\n6"]
    path = cast(tmp_path / "b.cast", [(1, "one\r\n"), (2, "two\r\n"), (3, "3\r\n4\r\n5\r\n6"), (4, "\r\n")])
    assert [piece.data for piece in of(path, (0, 0))] == [b"two\r\n"]


def test_of_a_flood_the_end_is_shown(cast: Cast, tmp_path: Path) -> None:
    path = cast(tmp_path / "a.cast", [(1, "x" * 100 + "y" * MOST_BYTES)])
    (piece,) = of(path, (0, 0))
    assert (piece.left_out, len(piece.data), set(piece.data)) == (100, MOST_BYTES, {ord("y")})
