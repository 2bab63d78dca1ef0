"""Deletes recordings that are old enough: `[retention] days` after the session's end, by its own journal.

First the signed tombstone, then the bundle goes out of sight, then its files. Interrupted anywhere, the next
run goes on. What is held, live, unsealed or not as it was sealed stays; so does everything while the wall
clock says what it cannot (ageing.py).
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sessionlens_recorder import logs
from sessionlens_recorder.ageing import see_clock
from sessionlens_recorder.bundle import (
    DELETED,
    GOING,
    MANIFEST,
    SIGNATURE,
    BundleError,
    Tombstone,
    check,
    guarded,
    holds_of,
    is_live,
    parse_tombstone,
    read_heads,
    signature_of,
    tombstone_of,
    unbury,
)
from sessionlens_recorder.bundle.files import make_directory, read_regular, sync_directory, write_once

_DAY = "[0-9][0-9][0-9][0-9]/[0-9][0-9]/[0-9][0-9]"

Sign = Callable[[bytes], str]


@dataclass(frozen=True, slots=True)
class Rule:
    """What may go, and who says so."""

    days: float
    bastion: str
    now: datetime

    @property
    def text(self) -> str:
        return f"retention.days = {self.days:g}"

    @property
    def before(self) -> datetime:
        return self.now - timedelta(days=self.days)


def delete_old(root: Path, rule: Rule, sign: Sign, stopped: Callable[[], bool] = lambda: False) -> int:
    """Everything that is due below the recordings' folder. The answer is how many could not be deleted."""
    _finish(root)
    _unbury_all(root)
    try:
        see_clock(root, rule.now)
    except (OSError, ValueError) as error:
        logs.error("retention-failed", reason=error)
        return 1
    failed = 0
    for bundle in _candidates(root, rule.before):
        if stopped():
            break
        try:
            _consider(root, bundle, rule, sign)
        except (BundleError, OSError, ValueError) as error:
            logs.error("retention-failed", bundle=bundle.name, reason=error)
            failed += 1
    return failed


def _candidates(root: Path, before: datetime) -> Iterator[Path]:
    """Sealed bundles whose session began before that day ended; the folders say so without a look inside."""
    for day in sorted(root.glob(_DAY)):
        if "-".join(day.parts[-3:]) <= f"{before:%Y-%m-%d}":
            yield from (path.parent for path in sorted(day.glob(f"*/{SIGNATURE}")))


def _consider(root: Path, bundle: Path, rule: Rule, sign: Sign) -> None:
    if is_live(bundle):
        return
    report = check(bundle)
    if report.damaged or report.ended_ns is None:
        raise BundleError("it is not as it was sealed: look at it with `sessionlens verify`, then delete it")
    ended = datetime.fromtimestamp(report.ended_ns / 1e9, UTC)
    if ended >= rule.before:
        return
    _, heads = read_heads(bundle)
    length = max(heads)
    stone = Tombstone(
        name=bundle.name,
        session=bundle.name[-8:],
        ended=f"{ended:%Y-%m-%dT%H:%M:%SZ}",
        deleted=f"{rule.now:%Y-%m-%dT%H:%M:%SZ}",
        rule=rule.text,
        bastion=rule.bastion,
        manifest_sha256=hashlib.sha256(read_regular(bundle, MANIFEST)).hexdigest(),
        journal_length=length,
        chain=heads[length],
        files=report.files,
        size=report.bytes,
    )
    with guarded(bundle):  # whoever holds it now waits, and reads that it is gone
        if _is_held(bundle):
            return
        _bury(bundle, stone, sign)
        away = _take_away(root, bundle)
    shutil.rmtree(away)
    _tell(stone)


def _is_held(bundle: Path) -> bool:
    cases = holds_of(bundle)
    if cases:
        logs.event("retention-held", bundle=bundle.name, cases=", ".join(cases))
    return bool(cases)


def _bury(bundle: Path, stone: Tombstone, sign: Sign) -> None:
    """The tombstone, on stable storage."""
    unbury(bundle)  # of a run that was interrupted
    path, data = tombstone_of(bundle), stone.dump()
    write_once(path.parent, signature_of(path).name, sign(data).encode("ascii"))
    write_once(path.parent, path.name, data)
    sync_directory(path.parent)


def _take_away(root: Path, bundle: Path) -> Path:
    going = root / GOING
    make_directory(going, exist_ok=True)
    away = going / bundle.name
    bundle.rename(away)
    sync_directory(bundle.parent)
    return away


def _tell(stone: Tombstone) -> None:
    logs.event(
        "recording-deleted",
        bundle=stone.name,
        rule=stone.rule,
        manifest=stone.manifest_sha256,
        chain=stone.chain,
    )


# what a run that was interrupted has left


def _finish(root: Path) -> None:
    """What it had taken away goes for good, or back if a case holds it after all."""
    going = root / GOING
    for away in sorted(going.iterdir()) if going.is_dir() else ():
        bundle = root.joinpath(away.name[:4], away.name[4:6], away.name[6:8], away.name)
        stone = tombstone_of(bundle)
        try:
            if _is_held(bundle):
                away.rename(bundle)
                unbury(bundle)
                continue
            told = parse_tombstone(read_regular(stone.parent, stone.name))
            shutil.rmtree(away)
        except (BundleError, OSError) as error:
            logs.error("retention-failed", bundle=away.name, reason=error)
            continue
        _tell(told)


def _unbury_all(root: Path) -> None:
    """It had signed tombstones, and not taken away what they are of."""
    for stone in sorted(root.glob(f"{_DAY}/*{DELETED}")):
        bundle = stone.with_name(stone.name.removesuffix(DELETED))
        if bundle.is_dir():
            with suppress(BundleError), guarded(bundle):  # gone since: then it is true
                unbury(bundle)
