"""Writes goldens anew, on purpose and by a person: never where CI runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from sessionlens.errors import GoldenError, UsageError
from sessionlens.formats import open_source
from sessionlens.golden import names, painted, parsing, taking, times, video
from sessionlens.golden.checking import recordings
from sessionlens.golden.golden import Entry, Golden
from sessionlens.golden.painted import Painter, hashed, near, png
from sessionlens.session import Session
from sessionlens.session.outputs import check_output

NOT_OPENED = "could not be opened"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a golden is to hold; None: what it held before, at first `commands, last` and cells alone."""

    times: str | None = None
    painted: bool | None = None
    video: bool | None = None


def refuse_in_ci() -> None:
    """Raise UsageError where CI is set: a golden that follows whatever comes out tests nothing."""
    if os.environ.get("CI"):
        raise UsageError(
            "CI is set: goldens are updated and looked at by a person, then committed; `check` is for CI"
        )


def update(
    path: Path,
    goldens: Path | None = None,
    wanted: Wanted = Wanted(),  # frozen
    *,
    root: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[tuple[Path, str]]:
    """Write the goldens of the recording at a path, or of all below it; yields each with what was done.

    What looks like a recording and cannot be opened is yielded itself, as NOT_OPENED.
    """
    refuse_in_ci()
    if wanted.times is not None:
        wanted = replace(wanted, times=times.rule_of(wanted.times))
    found, unseen = recordings(path)
    for done, recording in enumerate(found):
        golden = names.golden_path(recording, names.root_of(path, root), goldens)
        yield golden, _update(Session(open_source(recording)), golden, wanted)
        if progress is not None:
            progress(done + 1, len(found))
    for lost in unseen:
        yield lost, NOT_OPENED


def _update(session: Session, path: Path, wanted: Wanted) -> str:
    if not session.views:
        return "no channel was recorded: nothing to compare"
    check_output(path, ".txt")
    before, there = _before(path), path.exists()
    golden, files = _taken(session, path, before, wanted)
    files[path] = str(golden).encode()
    old = set(path.parent.glob(f"{_literal(path.name.removesuffix('.txt'))}.*.png")) - set(files)
    changed = [file for file, data in files.items() if not (file.exists() and _same(file, data))]
    if not changed and not old:
        return "unchanged"
    path.parent.mkdir(parents=True, exist_ok=True)
    for file in changed:
        file.write_bytes(files[file])
    for file in old:
        file.unlink()
    return "changed" if there else "written"


def _literal(name: str) -> str:
    return name.replace("[", "[[]")


def _same(file: Path, data: bytes) -> bool:
    """Whether a file has these bytes; line ends of a checkout on Windows do not count."""
    there = file.read_bytes()
    return there == data or (file.suffix == ".txt" and there.replace(b"\r\n", b"\n") == data)


def _before(path: Path) -> Golden | None:
    """The golden as it was; None where there is none that can be read."""
    try:
        return parsing.load(path)
    except (OSError, GoldenError):
        return None


def _taken(
    session: Session, path: Path, before: Golden | None, wanted: Wanted
) -> tuple[Golden, dict[Path, bytes]]:
    """What a recording shows now, and the pictures to keep."""
    rule = wanted.times or (before.times if before else times.DEFAULT)
    entries = taking.entries(session, rule)
    files: dict[Path, bytes] = {}
    if _chosen(wanted.painted, bool(before and before.painted)):
        painter = Painter(session)
        for i, entry in enumerate(entries):
            entries[i], files[names.picture_path(path, i + 1)] = _painted(painter, entry, i, path, before)
    shown = video.take(session).video if _chosen(wanted.video, bool(before and before.video)) else None
    if shown and before and before.video and replace(shown, floor=before.video.floor) == before.video:
        shown = before.video if before.video.floor <= shown.floor else shown
    return Golden(taking.identity(session), rule, tuple(entries), shown), files


def _chosen(asked: bool | None, before: bool) -> bool:
    return before if asked is None else asked


def _painted(
    painter: Painter, entry: Entry, index: int, path: Path, before: Golden | None
) -> tuple[Entry, bytes]:
    """A screen with its picture. Hashes by other versions stay as long as the picture stays what it was."""
    view = taking.view_of(painter.session, entry.screen.channel)
    if view is None:
        raise AssertionError("a screen of no channel")
    now = painter.paint(view, entry.screen.t_ns)
    mine = hashed(now)
    file = names.picture_path(path, index + 1)
    then = before.entries[index] if before and index < len(before.entries) else None
    old = then.painted if then and then.screen == entry.screen else ()
    others = tuple(p for p in old if p.versions != mine.versions)
    known = any(p.versions == mine.versions for p in old)
    kept = None if not others else _kept(file)
    stays = mine in old or (not known and kept is not None and near(kept, now))
    if others and stays and kept is not None:
        return replace(
            entry, painted=tuple(sorted((*others, mine), key=lambda p: p.versions))
        ), file.read_bytes()
    return replace(entry, painted=(mine,)), _bytes(file, now)


def _kept(file: Path) -> Image.Image | None:
    try:
        return painted.load(file)
    except GoldenError:
        return None


def _bytes(file: Path, now: Image.Image) -> bytes:
    """The picture as a file: the very one that is there, where that shows the same."""
    kept = _kept(file)
    same = kept is not None and kept.size == now.size and kept.tobytes() == now.tobytes()
    return file.read_bytes() if same else png(now)
