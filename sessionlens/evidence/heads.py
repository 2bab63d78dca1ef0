"""Chain heads that a recorder told while it recorded, kept away from it: does the bundle still have them?

A head is a bundle's name, a length of its journal and the chain value there. Whoever rewrites what lies
before, the bastion's root included, gets another chain value. The file has JSON lines as the recorder's sinks
write them (docs/events.md, `chain-head`), alone or in an envelope under `event` or `result`; other lines are
passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sessionlens_recorder.bundle import BundleReadError, read_heads

from sessionlens.errors import NotFoundError, UsageError
from sessionlens.evidence.verification import Failure

JOURNAL = "journal"
_LONGEST_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class Head:
    """One head that was told."""

    bundle: str
    length: int
    chain: str
    final: bool
    utc: str | None
    """When it was told, by the recorder's clock."""
    line: int
    """Of the file."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the heads say about one bundle."""

    note: str
    """In one line; empty if there are no heads of it."""
    failures: tuple[Failure, ...] = ()


Heads = dict[str, list[Head]]


def read(path: Path) -> Heads:
    """The heads of a file, by bundle, shortest first. Raises NotFoundError, or UsageError if it has none."""
    if not path.is_file():
        raise NotFoundError(f"{path}: no such file; --heads wants the JSON lines that a recorder's sink kept")
    heads: Heads = {}
    seen = set()  # what is told twice, as sinks are at least once, is one head
    try:
        for head in _heads_in(path):
            if (known := replace(head, utc=None, line=0)) not in seen:
                seen.add(known)
                heads.setdefault(head.bundle, []).append(head)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    if not heads:
        raise UsageError(
            f"{path}: there is no chain-head in it; it wants JSON lines as a recorder's sink has"
        )
    return {name: sorted(found, key=lambda head: head.length) for name, found in heads.items()}


def compare(root: Path, heads: Heads) -> Comparison:
    """Compare a bundle's journal with what was told of it."""
    try:
        name, chains = read_heads(root)
    except BundleReadError as error:
        name, chains = None, {}
        unreadable: str | None = str(error)
    else:
        unreadable = None
    told = heads.get(name or root.name, [])
    if not told:
        return Comparison("")
    if unreadable is not None:
        return Comparison(
            "", (Failure("heads", JOURNAL, None, None, f"{unreadable}; {_count(told)} of it told"),)
        )
    wrong = [head for head in told if chains.get(head.length) != head.chain]
    if wrong:
        return Comparison("", (_differs(told, wrong[0], chains),))
    return _holds(told, max(chains))


def _differs(told: list[Head], first: Head, chains: dict[int, str]) -> Failure:
    held = max((head.length for head in told if head.length < first.length), default=0)
    end = max(chains, default=0)
    if first.length > end:
        what = f"it ends at byte {end}, but had {first.length} bytes"
    else:
        what = f"its first {first.length} bytes are others"
    text = (
        f"journal: it is not the one that was told of: {what} {_when(first)} "
        f"(line {first.line} of the heads). "
        f"It was changed somewhere after byte {held}, and what it vouches for may have been"
    )
    return Failure("heads", JOURNAL, held, first.length - held, text)


def _holds(told: list[Head], end: int) -> Comparison:
    last = told[-1]
    rest = end - last.length
    if last.final and rest:
        text = f"journal: {rest} bytes follow after what was told to be its end {_when(last)}"
        return Comparison("", (Failure("heads", JOURNAL, last.length, rest, text),))
    reach = "to its end" if not rest else f"to byte {last.length} of {end}, {_when(last)}; not what follows"
    agree = "agrees" if len(told) == 1 else "agree"
    return Comparison(f"Told elsewhere while it was recorded: {_count(told)} {agree} with it, {reach}.")


def missing(heads: Heads, roots: list[Path]) -> list[str]:
    """The names of bundles that heads tell of and that are none of these."""
    there = set()
    for root in roots:
        try:
            name, _ = read_heads(root)
        except (BundleReadError, OSError):
            name = None
        there.add(name or root.name)
    return sorted(heads.keys() - there)


def _count(told: list[Head]) -> str:
    return "1 chain head" if len(told) == 1 else f"{len(told)} chain heads"


def _when(head: Head) -> str:
    return f"when this was told, {head.utc}" if head.utc else "when this was told"


def _heads_in(path: Path) -> Iterator[Head]:
    with open(path, "rb") as file:
        number = 0
        while line := file.readline(_LONGEST_LINE):
            number += 1
            if b"chain-head" in line and (head := _parse(line, number)):
                yield head


def _parse(line: bytes, number: int) -> Head | None:
    try:
        told: Any = json.loads(line)
    except (ValueError, RecursionError):
        return None
    for envelope in ("result", "event"):
        if isinstance(told, dict) and isinstance(told.get(envelope), dict):
            told = told[envelope]
    if not isinstance(told, dict) or told.get("event") != "chain-head":
        return None
    bundle, length, chain = told.get("bundle"), told.get("length"), told.get("chain")
    if not isinstance(bundle, str) or not isinstance(chain, str) or type(length) is not int:
        return None
    utc = told.get("utc")
    return Head(
        bundle, length, chain, told.get("final") is True, utc if isinstance(utc, str) else None, number
    )
