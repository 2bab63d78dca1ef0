"""Compares recordings with their goldens; what differs becomes a page, what could not be compared is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from PIL import Image

from sessionlens.errors import GoldenError, SessionLensError
from sessionlens.formats import open_source, survey
from sessionlens.golden import comparing, names, painted, parsing, taking, video
from sessionlens.golden.golden import Entry, Golden
from sessionlens.golden.origin import pieces
from sessionlens.golden.page import MOST, page
from sessionlens.session import Session
from sessionlens.session.outputs import check_output

Difference = comparing.ScreenDifference | painted.PictureDifference | video.VideoDifference
Progress = Callable[[int, int], None]
MAKE_IT = "make it with `sessionlens golden update`, look at it, commit it"
PAGES = Path("golden-differences")
EQUAL, DIFFERS, CANNOT = 0, 1, 2


@dataclass(slots=True)
class Result:
    """What came of one recording, called `name`."""

    name: str
    golden: Path
    screens: int = 0
    pictures: int = 0
    videos: int = 0
    differences: list[Difference] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    """What explains a difference."""
    not_compared: list[str] = field(default_factory=list)
    error: str = ""
    """Why it could not be compared."""
    page: Path | None = None

    @property
    def code(self) -> int:
        """0: equal, 1: differs, 2: could not be compared. What is different counts more."""
        if self.differences or self.remarks:
            return DIFFERS
        return CANNOT if self.error else EQUAL

    def __str__(self) -> str:
        if self.code == EQUAL:
            return ""
        said = [f"DIFFERS  {self.name}"] if self.code == DIFFERS else []
        said += [f"  {remark}" for remark in self.remarks]
        said += [f"  {difference.words}" for difference in self.differences]
        said += [f"  see {self.page}"] if self.page else []
        said += [f"CANNOT COMPARE  {self.name}", f"  {self.error}"] if self.error else []
        return "\n".join(said)


def recordings(path: Path) -> tuple[list[Path], dict[Path, str]]:
    """The recording at a path, or all below it; and what looks like one and was not opened, with the reason.

    Raises NotFoundError, or FormatError where there is neither.
    """
    below, unseen = survey(path) if path.is_dir() else ([], {})
    return (below, unseen) if below or unseen else ([Path(open_source(path).path)], {})


def check(
    path: Path,
    goldens: Path | None = None,
    pages: Path = PAGES,
    *,
    root: Path | None = None,
    progress: Progress | None = None,
) -> list[Result]:
    """Compare the recording at a path, or all below it, with their goldens.

    Those lie beside the recordings, or below `goldens` as the recordings lie below `root` (default: the
    path). A page for each that differs goes to the folder `pages`. A golden whose recording is gone is a
    result too, and so is what looks like a recording and cannot be opened.
    """
    found, unseen = recordings(path)
    results = []
    root = names.root_of(path, root)
    for done, recording in enumerate(found):
        golden = names.golden_path(recording, root, goldens)
        result = Result(names.shown(recording, root).as_posix(), golden)
        _check(recording, result)
        _write_page(result, names.page_path(recording, root, pages))
        results.append(result)
        if progress is not None:
            progress(done + 1, len(found))
    for lost, why in unseen.items():
        golden = names.golden_path(lost, root, goldens)
        results.append(Result(names.shown(lost, root).as_posix(), golden, error=f"{lost}: {why}"))
    return results + (list(_orphans(path, goldens, {r.golden for r in results})) if root == path else [])


def _orphans(path: Path, goldens: Path | None, known: set[Path]) -> Iterator[Result]:
    """Goldens of recordings that are not there, or that are no recordings any more."""
    where = goldens or path
    for golden in sorted(where.rglob("*" + names.SUFFIX)) if path.is_dir() and where.is_dir() else ():
        if golden not in known:
            error = f"{golden}: there is no recording to it below {path}; bring it back, or delete the golden"
            yield Result(golden.relative_to(where).as_posix(), golden, error=error)


def _check(recording: Path, result: Result) -> None:
    try:
        session = Session(open_source(recording))
        if not session.views:
            result.not_compared.append("no channel of it was recorded, so there is no screen")
            return
        if not result.golden.exists():
            raise GoldenError(f"{result.golden}: not there; {MAKE_IT}")
        _compare(session, parsing.load(result.golden), result)
    except (SessionLensError, OSError) as error:
        result.error = str(error)


def _compare(session: Session, golden: Golden, result: Result) -> None:
    if taking.identity(session) != golden.recording:
        result.remarks.append("the recording is not the one that the golden was made from")
    painter = painted.Painter(session)
    for number, entry in enumerate(golden.entries, 1):
        _compare_entry(session, painter, number, entry, result)
    if golden.video is not None:
        result.videos += 1
        if difference := video.compare(golden.video, video.take(session)):
            result.differences.append(difference)


def _compare_entry(
    session: Session, painter: painted.Painter, number: int, entry: Entry, result: Result
) -> None:
    expected = entry.screen
    view = taking.view_of(session, expected.channel)
    if view is None:
        result.remarks.append(f"screen {number}: the recording has no channel {expected.channel}")
        return
    result.screens += 1
    if difference := comparing.compare(number, expected, taking.screen_at(view, expected.t_ns)):
        if len(result.differences) < MOST:  # the page shows no more
            difference = replace(difference, pieces=pieces(view, expected.t_ns, difference.cells))
        result.differences.append(difference)
    if entry.painted:
        kept = painted.load(names.picture_path(result.golden, number))
        _compare_picture(number, entry, kept, painter.paint(view, expected.t_ns), result)


def _compare_picture(
    number: int, entry: Entry, kept: Image.Image | None, now: Image.Image, result: Result
) -> None:
    """By hash where these versions are known, else with tolerance, else not at all."""
    here = painted.versions()
    mine = painted.hashed(now)
    known = [p for p in entry.painted if p.versions == here]
    if not known and kept is None:
        result.not_compared.append(
            f"picture {number}: painted by {entry.painted[0].versions}, and here is {here}"
        )
        return
    result.pictures += 1
    if known and mine not in known:
        result.differences.append(painted.different(number, f"picture {number}", kept, now))
    elif not known and kept is not None and not painted.near(kept, now):
        how = f"picture {number}, with tolerance (painted by {entry.painted[0].versions}, here is {here})"
        result.differences.append(painted.different(number, how, kept, now))


def _write_page(result: Result, path: Path) -> None:
    """The page of a result that differs; one of an earlier run goes."""
    if not (result.differences or result.remarks):
        path.unlink(missing_ok=True)
        return
    check_output(path, ".html")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(result.name, result.remarks, result.differences), "utf-8", newline="\n")
    result.page = path


def summary(results: list[Result]) -> str:
    """What was compared and what came of it, in a line."""
    counts = [
        (sum(r.screens for r in results), "screen"),
        (sum(r.pictures for r in results), "picture"),
        (sum(r.videos for r in results), "video"),
    ]
    compared = ", ".join(_count(n, what) for n, what in counts if n) or "nothing"
    codes = [r.code for r in results]
    said = [f"{_count(len(results), 'recording')}: {compared} compared", f"{codes.count(EQUAL)} equal"]
    said += [
        f"{n} {word}"
        for n, word in ((codes.count(DIFFERS), "differ"), (codes.count(CANNOT), "cannot be compared"))
        if n
    ]
    missing = sum(len(r.not_compared) for r in results)
    return ", ".join(said + ([f"{missing} not compared"] if missing else []))


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'s' * (n != 1)}"


def code(results: list[Result]) -> int:
    """The worst: 1, then 2, then 0."""
    codes = {result.code for result in results}
    return DIFFERS if DIFFERS in codes else max(codes, default=EQUAL)
