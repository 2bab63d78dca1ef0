"""The queue on disk: many who append, one that reads, nothing lost but what is counted."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from sessionlens_recorder.losses import Losses
from sessionlens_recorder.sinks.cursor import Cursor, Position, position_file, wants
from sessionlens_recorder.sinks.feed import Feed
from sessionlens_recorder.sinks.record import decode, encode, make
from sessionlens_recorder.sinks.spool import Spool

from .conftest import DEADLINE_S, wait_for

ALL = wants(())


def spool_at(folder: Path, limit: int = 1 << 20, segment: int = 2000) -> Spool:
    folder.mkdir(exist_ok=True)
    return Spool(folder, limit, segment)


def put(spool: Spool, *numbers: int, name: str = "sink-up") -> list[bool]:
    return [spool.append(encode(make("b", name, "info", {"sink": str(n)}))) for n in numbers]


def numbers_of(cursor: Cursor, most: int = 1000) -> list[int]:
    """Deliver all that there is."""
    found: list[int] = []
    while events := cursor.take(most):
        found += [int(event["sink"]) for event in events]
        cursor.delivered(len(events))
    return found


WRITER = """
import sys
from pathlib import Path
from sessionlens_recorder.sinks.record import encode, make
from sessionlens_recorder.sinks.spool import Spool
spool = Spool(Path(sys.argv[1]), 1 << 30, 2000)
for n in range(int(sys.argv[2]), int(sys.argv[3])):
    assert spool.append(encode(make("b", "sink-up", "info", {"sink": str(n)})))
"""


def test_what_many_processes_append_at_once_is_read_once(tmp_path: Path) -> None:
    """Segments of a dozen lines, so that they are left behind and deleted all the time."""
    spool = spool_at(tmp_path / "s")
    cursor, each, found = Cursor(spool, "a", ALL), 600, list[int]()
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(spool.folder), str(n * each), str((n + 1) * each)]
        )
        for n in range(3)
    ]

    def over() -> bool:
        ended = all(writer.poll() is not None for writer in writers)
        found.extend(numbers_of(cursor, most=7))
        for segment in spool.segments():
            if segment.number < cursor.position.segment:
                spool.delete(segment.number)
        return ended

    wait_for(over, seconds=3 * DEADLINE_S)
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    assert sorted(found) == list(range(3 * each))
    for n in range(3):
        mine = [number for number in found if number // each == n]
        assert mine == sorted(mine), "each process's events stay in order"
    assert len(spool.segments()) == 1
    assert cursor.lost == 0


def test_who_was_asleep_writes_nothing_behind_the_reader(tmp_path: Path) -> None:
    """It saw segment 3 as the newest; that was read and deleted, and another sleeper made it again."""
    spool, asleep = spool_at(tmp_path / "s"), spool_at(tmp_path / "s")
    cursor = Cursor(spool, "a", ALL)
    put(spool, *range(20))
    put(asleep, 20)
    put(spool, *range(21, 40))
    seen, look = asleep.segments(), asleep.segments
    assert seen[-1].number == 3 and asleep._number == 2
    put(spool, *range(40, 80))
    assert numbers_of(cursor) == list(range(80))
    for number in range(1, cursor.position.segment):
        spool.delete(number)
    spool.path(3).touch()
    old = iter([seen])
    asleep.segments = lambda: next(old, None) or look()  # type: ignore[method-assign]
    assert put(asleep, 80) == [True]
    assert numbers_of(cursor) == [80]


def test_a_cursor_goes_on_where_it_was(tmp_path: Path) -> None:
    spool = spool_at(tmp_path / "s")
    put(spool, *range(100))
    first = Cursor(spool, "a", ALL)
    assert [event["sink"] for event in first.take(10)] == [str(n) for n in range(10)]
    count = len(first.take(7))
    first.delivered(count)
    first.close()
    again = Cursor(spool, "a", ALL)
    assert numbers_of(again) == list(range(count, 100))
    put(spool, 100)
    assert numbers_of(again) == [100]
    assert numbers_of(Cursor(spool, "b", ALL)) == list(range(101)), "a new sink gets all that is there"


def test_a_sink_that_wants_some_events_only(tmp_path: Path) -> None:
    spool = spool_at(tmp_path / "s")
    for n in range(50):
        put(spool, n, name="session-start" if n % 10 == 0 else "login-failed")
    cursor = Cursor(spool, "a", wants(("session-*", "chain-head")))
    assert numbers_of(cursor) == [0, 10, 20, 30, 40]
    end = spool.segments()[-1]
    assert cursor.position == Position(end.number, end.size), "what it does not want holds nothing up"


def test_who_lags_behind_loses_the_oldest_and_it_is_counted(tmp_path: Path) -> None:
    spool = spool_at(tmp_path / "s")
    put(spool, *range(100))
    slow, quick = Cursor(spool, "slow", ALL), Cursor(spool, "quick", ALL)
    assert numbers_of(quick) == list(range(100))
    taken = [int(event["sink"]) for event in slow.take(5)]
    newest = spool.segments()[-1].number
    for cursor in (slow, quick):
        cursor.skip_before(newest)
    for segment in spool.segments()[:-1]:
        spool.delete(segment.number)
    assert quick.lost == 0
    lost = slow.lost
    in_memory = len(slow.take(1000))
    copy = Cursor(spool, "slow", ALL)
    assert copy.lost == lost + in_memory, "a kill now would lose what is being delivered too"
    copy.close()
    assert taken == [0, 1, 2, 3, 4]
    got = numbers_of(slow)
    assert got[:5] == taken, "what is being delivered is not lost"
    assert lost == 100 - len(got) > 0
    assert Cursor(spool, "slow", ALL).lost == lost, "and remembered"
    slow.told_lost(lost)
    assert Cursor(spool, "slow", ALL).lost == 0


def test_a_queue_that_is_full_takes_no_more(tmp_path: Path) -> None:
    spool = spool_at(tmp_path / "s", limit=10_000)
    answers = put(spool, *range(1000))
    assert True in answers and answers == sorted(answers, reverse=True)
    assert sum(segment.size for segment in spool.segments()) < 10_000 * 2 + 2200
    spool.delete(1)
    assert put(spool, 1) == [True], "once something was deleted it goes on"


def test_half_a_line_and_nonsense_are_counted(tmp_path: Path) -> None:
    spool = spool_at(tmp_path / "s")
    put(spool, 1)
    with open(spool.path(1), "ab") as file:
        file.write(b'{"half\n\x00\xff\n[]\n{"event":7}\n\n')
    put(spool, 2)
    cursor = Cursor(spool, "a", ALL)
    assert numbers_of(cursor) == [1, 2]
    assert cursor.lost == 4


def test_a_last_line_that_is_none_is_left_behind(tmp_path: Path) -> None:
    spool = spool_at(tmp_path / "s")
    put(spool, *range(5))
    with open(spool.path(1), "ab") as file:
        file.write(b"x" * 3000)
    put(spool, 5)
    cursor = Cursor(spool, "a", ALL)
    assert numbers_of(cursor) == list(range(6))
    assert cursor.lost == 1
    with open(spool.path(2), "ab") as file:
        file.write(b"y" * 600_000)
    put(spool, 6)
    assert numbers_of(cursor) == [6], "nor does a line without end stop it"


def test_a_folder_that_somebody_empties(tmp_path: Path) -> None:
    spool = spool_at(tmp_path / "s")
    put(spool, *range(30))
    cursor = Cursor(spool, "a", ALL)
    numbers_of(cursor)
    for segment in spool.segments():
        spool.delete(segment.number)
    assert put(spool, 30, 31, 32) == [True, True, True]
    assert numbers_of(cursor)[-2:] == [31, 32]
    position_file(spool.folder, "a").write_text("")
    assert numbers_of(Cursor(spool, "a", ALL))[-1] == 32


def test_two_who_begin_a_folder_anew_at_numbers_of_their_own(tmp_path: Path) -> None:
    """Nothing that either writes is out of the reader's way."""
    one, folder = spool_at(tmp_path / "queue"), tmp_path / "queue"
    assert put(one, 0) == [True]
    (folder / "000000000001.jsonl").unlink()
    other = spool_at(folder)
    assert put(other, 1) == [True]
    assert put(one, 2) == [True], "it had the first one open, and makes the second"
    assert len(one.segments()) == 2
    assert put(other, 3) == [True], "not full"
    cursor = Cursor(spool_at(folder), "a", ALL)
    assert numbers_of(cursor) == [1, 3, 2]
    assert put(other, 4) == put(one, 5) == [True]
    assert numbers_of(cursor) == [4, 5]


def test_a_disk_that_takes_no_more_loses_events_and_counts_them(tmp_path: Path) -> None:
    """In a process whose files cannot grow beyond some bytes: half a line at the end, then nothing."""
    folder = tmp_path / "s"
    spool_at(folder)
    program = """
import sys, logging, resource
from pathlib import Path
from sessionlens_recorder import logs
from sessionlens_recorder.losses import Losses
from sessionlens_recorder.sinks.feed import Feed
from sessionlens_recorder.sinks.spool import Spool
losses = Losses()
logs.set_up()
logs.tell_also(Feed(Spool(Path(sys.argv[1]), 1 << 20), "b", losses))
for n in range(10):
    logs.event("sink-up", sink=str(n))
soft = sum(file.stat().st_size for file in Path(sys.argv[1]).iterdir()) + 30
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, resource.RLIM_INFINITY))
for n in range(10, 15):
    logs.event("sink-up", sink=str(n))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
for n in range(15, 20):
    logs.event("sink-up", sink=str(n))
print(losses.take(), losses.take())
"""
    line = [sys.executable, "-c", program, str(folder)]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["5", "0"]
    assert len(done.stderr.splitlines()) == 20, "stderr has them all"
    cursor = Cursor(Spool(folder, 1 << 20), "a", ALL)
    assert numbers_of(cursor) == [*range(10), *range(15, 20)]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_losses_are_counted_across_processes() -> None:
    losses = Losses()
    child = os.fork()
    if child == 0:
        for _ in range(1000):
            losses.add()
        os._exit(0)
    losses.add(5)
    os.waitpid(child, 0)
    assert losses.take() == 1005
    assert losses.take() == 0


def test_a_value_that_cannot_be_told_is_a_loss_and_no_error(tmp_path: Path) -> None:
    class Nasty:
        def __str__(self) -> str:
            raise RuntimeError("no")

    feed = Feed(spool_at(tmp_path / "s"), "b", Losses())
    assert not feed.put("crash", {"trace": Nasty()}, "error")
    assert feed.put("crash", {"trace": "x"}, "error")


@pytest.mark.parametrize(
    "hostile", ["a\nb\r\x00\x1b[2J\x7f\x85\u2028\u202e\u200b\ud800\U0001f600", "é" * 9000]
)
def test_an_event_is_one_line_of_ascii(hostile: str) -> None:
    line = encode(make("b", "login-failed", "info", {"name": hostile, "port": 7, "key": None}))
    assert line.endswith(b"}\n") and line.isascii()
    assert all(0x20 <= byte < 0x7F for byte in line[:-1])
    told = decode(line)
    assert told is not None
    assert told["port"] == 7 and "key" not in told
    assert told["name"][:4096] == hostile.replace("\ud800", "\\ud800")[:4096]
    assert len(told["name"]) < 4200
    json.loads(line)
