"""Every method over every session: what it found, its score, and what must not happen at all.

Ours runs twice, with and without what was typed; the simple methods need the keystrokes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sessionlens.commands import Extraction, extract
from sessionlens.commands.model import HIDDEN
from sessionlens.recording import Recording
from sessionlens.terminal import Replay, replay

from .score import Found, Score, bare, score
from .sessions import Session, Truth, output_only
from .simple_methods import cursor_row, keystrokes

OURS, BLIND = "ours", "ours, output only"
METHODS = (OURS, "keystrokes only", "cursor row at Enter", BLIND)
_ALTERNATE = frozenset({"?1049", "?1047", "?47"})


@dataclass(frozen=True, slots=True)
class Row:
    """A command as a method lists it; the simple methods know no confidence."""

    text: str
    start_s: float
    confidence: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """One method on one session. `inside`: false commands whose time lies in a full-screen program;
    `leaks`: secrets shown in commands or events, and lines typed blind that show more than that they are.
    """

    session: Session
    method: str
    rows: tuple[Row, ...]
    score: Score
    inside: tuple[Found, ...]
    leaks: tuple[str, ...]

    def verdicts(self) -> Iterator[tuple[Row, bool]]:
        """Each row that counts, and whether it is exact; one that stands for several lines must be all."""
        exact: dict[int, bool] = {each.index: False for each in self.score.false}
        for pair in self.score.pairs:
            exact[pair.found.index] = exact.get(pair.found.index, True) and pair.exact
        return ((self.rows[index], right) for index, right in sorted(exact.items()))


def measured(session: Session) -> Iterator[Measured]:
    """All methods on one session, in the order of METHODS."""
    recording = session.recording()
    done = replay(recording)
    blind = output_only(recording)
    again = replay(blind)
    simple: Sequence[Callable[[Recording], list[tuple[str, float]]]] = (keystrokes, cursor_row)
    yield _ours(session, OURS, done, extract(recording, done))
    for name, method in zip(METHODS[1:3], simple, strict=True):
        rows = tuple(Row(text, start_s) for text, start_s in method(recording))
        yield _measured(session, name, rows, done, ())
    yield _ours(session, BLIND, again, extract(blind, again))


def _ours(session: Session, name: str, done: Replay, found: Extraction) -> Measured:
    rows = tuple(Row(each.text, each.start_ns / 1e9, each.confidence, each.source) for each in found.commands)
    typed_blind = [each.text for each in found.commands if each.hidden]
    shown = [
        *_unmasked(session.truth, typed_blind),
        *_told(session.truth, [each.text for each in found.events]),
    ]
    return _measured(session, name, rows, done, shown)


def _measured(
    session: Session, name: str, rows: tuple[Row, ...], done: Replay, leaks: Sequence[str]
) -> Measured:
    scored = score(session.truth, [(row.text, row.start_s) for row in rows])
    stays = list(full_screen(done))
    inside = [each for each in scored.false if any(a < (each.start or 0.0) < b for a, b in stays)]
    return Measured(session, name, rows, scored, tuple(inside), (*scored.leaks, *leaks))


def full_screen(done: Replay) -> Iterator[tuple[float, float]]:
    """From when to when the alternate screen was shown, in seconds."""
    on: set[str] = set()
    since = 0
    for t_ns, _, name, set_ in done.trace.modes:
        if name not in _ALTERNATE or (name in on) == set_:
            continue
        if set_ and not on:
            since = t_ns
        on ^= {name}
        if not on:
            yield since / 1e9, t_ns / 1e9
    if on:
        yield since / 1e9, done.timeline.end_ns / 1e9


def _unmasked(truth: Truth, typed_blind: Sequence[str]) -> Iterator[str]:
    """Lines typed without echo that show more than `[hidden input]` and that no shell ran as a command.

    A mask as long as the secret would be one too.
    """
    ran = {bare(form) for told in truth.commands if told.hidden for form in told.forms}
    return (text for text in typed_blind if text != HIDDEN and bare(text) not in ran)


def _told(truth: Truth, texts: Sequence[str]) -> Iterator[str]:
    """The secrets in these texts."""
    return (secret for secret in truth.secrets if any(secret in text for text in texts))
