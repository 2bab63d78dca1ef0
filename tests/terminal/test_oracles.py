"""Real sessions beside independent emulators: libghostty and avt show what we show, at 20 cut points.

And the drivers of `nox -s conformance` (benchmarks/oracles), which compares every cell of every stream.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

from sessionlens.recording import OUTPUT, RESIZE, Recording
from sessionlens.terminal import Terminal

# Ghostty starts a new line at OSC 133;A unless the cursor is in the first column; xterm and xterm.js do not.
FRESH_LINE = re.compile(rb"\x1b\]133;[^\x07\x1b]*(?:\x07|\x1b\\)")


# Resizes of the main screen are done differently by every terminal; `nox -s conformance` has these.
RESIZED = ("apt", "zsh-menu")


def screen(lines: list[str]) -> list[str]:
    lines = [line.rstrip() for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def cuts(
    recording: Recording, feed: Callable[[bytes], object], resize: Callable[[int, int], object]
) -> Iterator[Terminal]:
    """Feed ours and the other; stop 20 times."""
    ours = Terminal(recording.info.columns or 80, recording.info.rows or 24)
    stops = {len(recording) * part // 20 for part in range(1, 21)}
    for i, stream in enumerate(recording.stream.tolist(), 1):
        if stream == OUTPUT:
            data = bytes(recording.data(i - 1))
            ours.feed(data)
            feed(data)
        elif stream == RESIZE:
            size = int(recording.offset[i - 1]), int(recording.size[i - 1])
            ours.resize(*size)
            resize(*size)
        if i in stops:
            yield ours


def like_ghostty(sessions: list[tuple[str, Recording]]) -> None:
    pyghostty = pytest.importorskip("pyghostty")
    for name, recording in sessions:
        other = pyghostty.Terminal(recording.info.columns or 80, recording.info.rows or 24)
        for ours in cuts(recording, lambda data, t=other: t.feed(FRESH_LINE.sub(b"", data)), other.resize):
            assert screen(ours.display) == screen(other.text().split("\n")), name
            assert (ours.cursor.x, ours.cursor.y) == other.cursor, name


def like_avt(sessions: list[tuple[str, Recording]]) -> None:
    avt = pytest.importorskip("avt")
    for name, recording in sessions:
        other = avt.Vt(recording.info.columns or 80, recording.info.rows or 24)
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        for ours in cuts(
            recording, lambda data, t=other, d=decoder: t.feed_str(d.decode(data)), other.resize
        ):
            lines = ["".join(cell.char for cell in line.cells if cell.width) for line in other.view()]
            assert screen(ours.display) == screen(lines), name


@pytest.mark.parametrize("like", [like_ghostty, like_avt])
def test_shells(
    like: Callable[[list[tuple[str, Recording]]], None], truth: list[tuple[str, Recording]]
) -> None:
    like(truth)


@pytest.mark.parametrize("like", [like_ghostty, like_avt])
def test_programs(
    like: Callable[[list[tuple[str, Recording]]], None], fixtures: list[tuple[str, Recording]]
) -> None:
    like([(name, recording) for name, recording in fixtures if not name.startswith(RESIZED)])


LOOKS = (
    "\x1b[31;1mred\x1b[m \x1b[4:3;58:2::1:2:3mwavy\x1b[m 世界 e\u0301 \x1b]8;;http://x/\x1b\\link\x1b]8;;\x1b\\"
    "\x1b]2;title\x07\r\n\x1b[38;2;9;8;7;48;5;200;9;53;2;3;5;7;8mall\x1b[K\x1b[3;9Hx\x1b[?25l"
).encode()


@pytest.mark.parametrize("name", ["Ghostty", "Xterm"])
def test_drivers_tell_every_look_of_a_cell(benchmarks: Callable[[str], ModuleType], name: str) -> None:
    oracles = benchmarks("oracles")
    maker = getattr(oracles, name)
    if missing := maker.missing():
        pytest.skip(missing)
    with oracles.Ours(40, 5) as ours, maker(40, 5) as other:
        for terminal in (ours, other):
            terminal.feed(LOOKS)
            terminal.resize(42, 6)
        assert list(oracles.differences(ours.view(), other.view())) == []
        assert other.view().title == "title"
        assert {cell.flags for cell in other.view().rows[1]} == {0, 0xFE}


@pytest.mark.parametrize(
    ("then", "where"),
    [
        ("x", {"x", "cell 4,0"}),
        ("\x1b[2J", {"cell 0,0", "cell 1,0", "cell 2,0", "cell 3,0"}),
        ("\r\x1b[2mtext", {"cell 0,0", "cell 1,0", "cell 2,0", "cell 3,0"}),
        ("\x1b[4X\x1b[48;5;9m\x1b[X", {"cell 4,0"}),
        ("\x1b]2;t\x07", {"title"}),
        ("\x1b[?25l", {"visible"}),
        ("\x1b[?1047h", {"alternate", "cell 0,0", "cell 1,0", "cell 2,0", "cell 3,0"}),
    ],
)
def test_any_difference_is_seen(benchmarks: Callable[[str], ModuleType], then: str, where: set[str]) -> None:
    oracles = benchmarks("oracles")
    with oracles.Ours(10, 2) as one, oracles.Ours(10, 2) as other:
        one.feed(b"text")
        other.feed(b"text" + then.encode())
        assert {name for name, _, _ in oracles.differences(one.view(), other.view())} == where


@pytest.mark.parametrize(("dropped", "agrees"), [(b"", 20), (b"\x1b[K", 0), (b"\x1b[1m", 0)])
def test_a_stream_fails_where_one_control_is_broken(
    benchmarks: Callable[[str], ModuleType], record: Callable[..., Recording], dropped: bytes, agrees: int
) -> None:
    conformance = benchmarks("conformance")

    class Broken(conformance.Ours):  # type: ignore[misc, name-defined]
        name = "broken"

        def feed(self, data: bytes) -> None:
            super().feed(data.replace(dropped, b"") if dropped else data)

    line = b"\rsome text\r\x1b[1mbold\x1b[m\x1b[K\r\n"
    recording = record([(at, "o", line) for at in range(20)])
    result = conformance.compare("none", recording, Broken)
    assert result.agreed == {"broken": agrees}
    assert bool(result.faults) == (agrees < 20)


def test_an_explanation_that_explains_nothing_is_a_fault(benchmarks: Callable[[str], ModuleType]) -> None:
    conformance = benchmarks("conformance")
    (stream, oracle), *_ = conformance.EXPLAINED
    assert conformance.Result(stream, agreed={oracle: 19}, differing={oracle: ["x"]}).faults == []
    assert conformance.Result(stream, agreed={oracle: 20}).faults
    assert conformance.Result("another", agreed={oracle: 19}, differing={oracle: ["x"]}).faults
