"""`report`: what was asked of one or many sessions, looked for, masked, and written as a page.

What the page says in which words is sessionlens/reporting; here is what is looked at and what is found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias, cast

import pandas as pd
from sessionlens_recorder.bundle import parse_utc

from sessionlens.catalog.asking import chosen_rows, ran_rows
from sessionlens.catalog.corpus import Corpus, instant, nobody, selected, worded
from sessionlens.catalog.search import count
from sessionlens.errors import UsageError
from sessionlens.evidence import deleted
from sessionlens.masking import Mask, Tally, Wanted
from sessionlens.render.together import Together
from sessionlens.render.versions import font_hashes, libraries
from sessionlens.reporting import Asked, Case, answer, page
from sessionlens.reporting.model import CaseReport
from sessionlens.session.exhibits import Dossier
from sessionlens.session.finding import Files, found_in, marked_ones, started
from sessionlens.session.masking import Masking, mask_of, wanted
from sessionlens.session.opening import corpus
from sessionlens.session.outputs import EXHIBITS, check_output
from sessionlens.session.particulars import sheet
from sessionlens.session.session import Session
from sessionlens.tables.masked import masked_table
from sessionlens.tables.schema import join
from sessionlens.times import format_instant

Sources: TypeAlias = "Corpus | Session | Iterable[Session] | str | PathLike[str]"
Words: TypeAlias = "str | Sequence[str]"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller asked `report` for, in the caller's words."""

    question: str | None = None
    match: Words | None = None
    ran: Words | None = None
    person: str | None = None
    since: str | pd.Timestamp | None = None
    until: str | pd.Timestamp | None = None
    case: str | None = None
    signers: str | PathLike[str] | None = None
    made: str | pd.Timestamp | None = None
    limit: int = EXHIBITS
    mask: Masking = True

    @property
    def text(self) -> str | None:
        """What is looked for as text."""
        return None if self.match is None else " ".join(as_words(self.match))

    @property
    def program(self) -> str | None:
        """What a command has to start."""
        return None if self.ran is None else " ".join(as_words(self.ran))

    @property
    def searched(self) -> bool:
        """Whether lines of the screen and names of files are looked at, too."""
        return self.match is not None and self.ran is None

    @property
    def filters(self) -> dict[str, Any]:
        """As the tables' filters take them."""
        return {"user": self.person, "since": self.since, "until": self.until}


def as_words(said: Words | None) -> tuple[str, ...]:
    """As `ran` takes them."""
    return (said,) if isinstance(said, str) else tuple(said or ())


def report(
    sessions: Sources,
    path: str | PathLike[str],
    *,
    question: str | None = None,
    match: Words | None = None,
    ran: Words | None = None,
    person: str | None = None,
    since: str | pd.Timestamp | None = None,
    until: str | pd.Timestamp | None = None,
    case: str | None = None,
    signers: str | PathLike[str] | None = None,
    made: str | pd.Timestamp | None = None,
    limit: int = EXHIBITS,
    mask: Masking = True,
    overwrite: bool = True,
) -> CaseReport:
    """One HTML page over sessions, a corpus, or a folder of recordings; see docs/report.md.

    `match`: words as `ran` takes them (`"rm -rf"`), looked for as a command that starts them and as text;
    `ran`: the same words, and only commands that start them (with `match`: that have that text, too). Without
    either the marked commands are the exhibits. `person`, `since` and `until` as `user`, `since` and
    `until` of a search. `question`: in your words. `signers`: an allowed_signers file. `made`: when the page
    was made, as you say it; without it the page does not say. The same input gives the same bytes. `limit`:
    exhibits with a picture; what is beyond is listed. `mask`: as in `render`. Raises UsageError for what
    makes no sense.
    """
    wish = Wish(question, match, ran, person, since, until, case, signers, made, limit, mask)
    whole = isinstance(sessions, Corpus | str | PathLike)
    return write(sessions_of(sessions), Path(path), wish, overwrite, whole=whole)


def write(over: Corpus, path: Path, wish: Wish, overwrite: bool, *, whole: bool = False) -> CaseReport:
    """The page of a wish; `whole`: it is about all of a folder, also what was deleted there."""
    check_output(path, ".html", overwrite=overwrite)
    if wish.limit < 0:
        raise UsageError(f"limit is a number of exhibits, not {wish.limit}")
    for name, said in (("match", wish.match), ("ran", wish.ran)):
        if said is not None and not any(word.strip() for word in as_words(said)):
            raise UsageError(f"{name} is empty: say what to look for, or leave it out")
    made = made_of(over, wish, gone(over, wish) if whole else ())
    data = page(made).encode("utf-8")
    with Together(path, overwrite=overwrite) as files:
        work = files.folder / "report.html"
        work.write_bytes(data)
        files.add(work, path)
    digest = hashlib.sha256(data).hexdigest()
    return CaseReport(str(path), answer(made).heading, len(made.exhibits), len(data), digest)


def sessions_of(sessions: Sources) -> Corpus:
    """Any of these as a corpus."""
    if isinstance(sessions, Corpus):
        return sessions
    if isinstance(sessions, str | PathLike):
        return corpus(sessions)
    every = [sessions] if isinstance(sessions, Session) else list(sessions)
    if wrong := [each for each in every if not isinstance(each, Session)]:
        raise UsageError(
            f"{type(wrong[0]).__name__}: a report is of sessions, a corpus or a folder of recordings"
        )
    if not every:
        raise UsageError("no sessions: a report is of at least one")
    by_path = {each.path: each for each in every}
    root = every[0].path if len(by_path) == 1 else common(by_path)
    return Corpus(root, list(by_path), by_path.__getitem__)


def common(paths: Iterable[Path]) -> Path:
    """The folder that all of these are below; the current one where there is none."""
    first, *others = (list(path.absolute().parents)[::-1] for path in paths)
    same = [p for i, p in enumerate(first) if all(o[i : i + 1] == [p] for o in others)]
    return same[-1] if same else Path()


def made_of(over: Corpus, wish: Wish, missing: tuple[tuple[str, str], ...]) -> Case:
    """All that the page says."""
    low, high = instant(wish.since), instant(wish.until, end_of_day=True)
    every = cast("list[Session]", list(over))
    chosen = [each for each in every if selected(each.info, wish.person, low, high)]
    chosen.sort(key=lambda each: (each.info.started_ns or 0, each.info.session, str(each.path)))
    files = {str(each.path): Dossier(each, mask_of(each, wanted(each, wish.mask))) for each in chosen}
    commands = chosen_rows(over.commands, **wish.filters)
    coverage = over.coverage_of_commands(**wish.filters)
    if wish.ran is not None:
        found = started(ran_rows(over.commands, as_words(wish.ran), **wish.filters), wish.text, files)
    elif wish.text is not None:
        hits = over.search(wish.text, **wish.filters)
        coverage = replace(hits.coverage, untold=coverage.untold)
        ran = ran_rows(over.commands, as_words(wish.match), **wish.filters)
        found = found_in(commands, ran, hits, files)
    else:
        found = marked_ones(commands, files)
    usual = Mask(Wanted(defaults=wish.mask is not False))  # where no session is left to ask
    texts = Texts([each.mask for each in files.values()] or [usual])
    whose = [f"person {wish.person}"] if wish.person is not None else []
    filters = texts.all([*whose, *worded(None, low, high)])
    others = len(every) - len(chosen)
    left_out = f": {count(others, 'session')} not looked at" if others else ""
    only = [f"only {', '.join(filters)}{left_out}"] if filters else []
    notes = (*only, *nobody(wish.person, (each.info.person for each in every)))
    asked = Asked(
        texts.text(wish.text),
        texts.text(wish.program),
        texts.text(wish.question),
        texts.text(wish.case),
        tuple(filters),
        _made(wish),
    )
    names = tuple(Path(place).name for place in over.unreadable)  # and not where they lie here
    reasons = [why.replace(place, Path(place).name) for place, why in over.unreadable.items()]
    return Case(
        asked,
        tuple(sheet(each, over.root, wish.signers, searched=wish.searched) for each in files.values()),
        replace(coverage, notes=texts.all(notes), unreadable=names),
        tuple(found[: wish.limit]),
        tuple(found[wish.limit :]),
        masked(files, commands.drop(columns="output")),  # what is not shown is not counted
        masked(files, chosen_rows(over.findings, **wish.filters)),
        masked(files, join((each.gaps for each in chosen), "gaps")),
        tuple(zip(names, texts.all(reasons), strict=True)),
        missing,
        tally_of(files),
        libraries(),
        font_hashes(),
    )


class Texts:
    """The masks of all sessions, one after the other: what the analyst wrote may hold a secret of any."""

    def __init__(self, masks: Sequence[Mask]) -> None:
        self._masks = masks

    def text(self, said: str | None) -> str | None:
        """A text as it may be written."""
        for mask in self._masks if said is not None else ():
            said = mask.text(str(said))
        return said

    def all(self, said: Iterable[str]) -> tuple[str, ...]:
        """The same of each of some."""
        return tuple(self.text(each) or "" for each in said)


def masked(files: Files, table: pd.DataFrame) -> pd.DataFrame:
    """A table over all sessions, each row through the mask of its own."""
    parts = []
    for path, own in table.groupby("recording", sort=False):
        part, tally = masked_table(own, files[str(path)].mask)
        files[str(path)].tally.update(tally)
        parts.append(part)
    return pd.concat(parts).loc[table.index] if parts else table


def gone(over: Corpus, wish: Wish) -> tuple[tuple[str, str], ...]:
    """Recordings of the folder that a rule deleted."""
    if not over.root.is_dir() or over.paths == [over.root]:
        return ()
    low = instant(wish.since)
    stones = deleted.find(over.root, wish.signers)
    return tuple((each.name, str(each)) for each in stones if low is None or not _before(each, low))


def _before(gone: deleted.Deletion, low: pd.Timestamp) -> bool:
    """Whether a deleted recording is known to have ended before a time."""
    if gone.problem is not None or gone.stone is None:
        return False
    try:
        return parse_utc(gone.stone.ended) < low.value
    except ValueError:  # nobody knows when
        return False


def tally_of(files: Files) -> str | None:
    """How much was masked in texts; None where nothing was to be."""
    if files and all(each.mask.wanted.nothing for each in files.values()):
        return None
    total: Tally = Tally()
    for each in files.values():
        total.update(each.tally)
    return str(total)


def _made(wish: Wish) -> str | None:
    when = instant(wish.made)
    return None if when is None else format_instant(when.value)
