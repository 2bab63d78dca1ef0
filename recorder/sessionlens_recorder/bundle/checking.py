"""Does a bundle hold? Structure, hashes and chain, each failure with file, block offset and length.

Not the signature: that needs cryptography and is the lab's (evidence/). A surplus after the last journal line
of an unsealed bundle is torn, what a crash leaves; any difference inside a journalled block is tampering.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from .errors import BundleReadError
from .files import Block, open_regular, pieces, read_regular
from .journal import ABORT, HEAD, NAME, SEAL, Line, is_live, read_journal
from .manifest import MANIFEST, PART, SIGNATURE, read_manifest
from .reader import is_channel_file, is_own_directory

State = Literal["live", "sealed", "aborted", "unsealed"]
Kind = Literal["tampered", "torn", "missing", "unlisted", "unsafe"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that does not hold."""

    kind: Kind
    file: str
    offset: int | None
    length: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """What check() found."""

    path: Path
    state: State
    signed: bool
    """Whether there is a signature; nothing is said about whether it is good."""
    reason: str | None
    """Why it was sealed or aborted, as the journal says."""
    ended_ns: int | None
    """When, as the journal says: UTC, ns since the epoch."""
    problems: tuple[Problem, ...]
    files: int
    bytes: int

    @property
    def damaged(self) -> bool:
        """Whether something does not hold that a crash does not explain."""
        return any(problem.kind != "torn" for problem in self.problems)


def check(path: Path) -> Report:
    """Check a bundle. Never raises for what the bundle holds; OSError only if path cannot be listed."""
    return _Check(Path(path)).run()


class _Check:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self.live = is_live(root)
        self.bytes = 0

    def run(self) -> Report:
        self._read_journal()
        self._read_manifest()
        self.empty: list[str] = []
        present = set(self._walk())
        known = sorted(self.blocks.keys() | self.manifest.keys())
        for name in known:
            self._check_file(name)
        for name in sorted(present - set(known) - {NAME, MANIFEST, SIGNATURE}):
            self._unknown(name)
        for name in self.empty:
            self._empty(name, known)
        end = self.lines[-1] if self.ended else None
        reason = " ".join(end.fields[2:]) if end else None
        ended_ns = end.ended_ns() if end else None
        signed = SIGNATURE in present
        return Report(
            self.root, self._state(), signed, reason, ended_ns, tuple(self.problems), len(present), self.bytes
        )

    def _state(self) -> State:
        if self.live:
            return "live"
        if not self.sealed:
            return "unsealed"
        return "aborted" if self.ended and self.lines[-1].kind == ABORT else "sealed"

    def _add(self, kind: Kind, file: str, offset: int | None, length: int | None, text: str) -> None:
        self.problems.append(Problem(kind, file, offset, length, text))

    def _read_journal(self) -> None:
        self.lines: list[Line] = []
        self.ended, self.journal_holds = False, False
        self.blocks: dict[str, list[Block]] = {}
        try:
            raw = read_regular(self.root, NAME)
        except BundleReadError as error:
            if any(self.root.iterdir()):
                self._absent(NAME, error)
            else:
                self._add("torn", NAME, None, None, "the recorder stopped before it wrote anything")
            return
        self.lines = list(read_journal(raw))
        wrong = [line for line in self.lines if not line.chained]
        for offset, length in _runs((line.offset, line.length) for line in wrong):
            text = "this is not what the recorder wrote: the hash chain does not hold here"
            self._add("tampered", NAME, offset, length, text)
        self._check_frame(raw)
        self.journal_holds = not wrong and bool(self.lines)
        for line in self.lines:
            if line.chained and (block := line.block()):
                self.blocks.setdefault(block.file, []).append(block)

    def _check_frame(self, raw: bytes) -> None:
        """First line, last line, and nothing after it."""
        started = bool(self.lines) or os.path.lexists(self.root / MANIFEST)
        if started and (not self.lines or self.lines[0].kind != HEAD):
            self._add("tampered", NAME, 0, len(raw), "the journal does not begin as a journal does")
        ends = [i for i, line in enumerate(self.lines) if line.chained and line.kind in (SEAL, ABORT)]
        self.ended = ends == [len(self.lines) - 1] and bool(ends)
        if ends and not self.ended:
            after = self.lines[ends[0]].offset + self.lines[ends[0]].length
            self._add("tampered", NAME, after, len(raw) - after, "there are lines after the last one")
        cut = raw.rfind(b"\n") + 1
        if cut < len(raw) and not self.live:
            kind: Kind = "tampered" if self.ended else "torn"
            self._add(kind, NAME, cut, len(raw) - cut, "the last line is cut off")

    def _read_manifest(self) -> None:
        self.manifest: dict[str, str] = {}
        self.sealed = os.path.lexists(self.root / MANIFEST)
        if not self.sealed:
            if os.path.lexists(self.root / SIGNATURE):
                self._add(
                    "missing", MANIFEST, None, None, f"{MANIFEST} is missing, but its signature is there"
                )
            return
        try:
            self.manifest = read_manifest(read_regular(self.root, MANIFEST))
        except BundleReadError as error:
            self._absent(MANIFEST, error)
            return
        if NAME not in self.manifest:
            text = f"{MANIFEST} does not list {NAME}" if self.manifest else f"{MANIFEST} is empty"
            self._add("tampered", MANIFEST, None, None, text)
        if self.journal_holds and not self.ended and not self.live:
            self._add("tampered", NAME, None, None, "the bundle is sealed, but its journal was never ended")

    def _absent(self, name: str, error: BundleReadError) -> None:
        there = os.path.lexists(self.root / name)
        kind: Kind = "missing" if not there else "tampered" if name == MANIFEST else "unsafe"
        self._add(kind, name, None, None, str(error))

    def _walk(self) -> Iterator[str]:
        """Every regular file, as MANIFEST would name it; anything else is a problem."""
        for folder, folders, files in os.walk(self.root, onerror=_raise):
            if not folders and not files and folder != str(self.root):
                self.empty.append(Path(folder).relative_to(self.root).as_posix())
            for name in sorted(files + folders):
                path = Path(folder, name)
                mode = path.lstat().st_mode
                shown = path.relative_to(self.root).as_posix()
                if stat.S_ISREG(mode):
                    yield shown
                elif not stat.S_ISDIR(mode):
                    self._add(
                        "unsafe", shown, None, None, f"{shown} is neither a file nor a directory; not read"
                    )

    def _check_file(self, name: str) -> None:
        blocks = self.blocks.get(name, [])
        try:
            with open_regular(self.root, name) as file:
                size = os.fstat(file.fileno()).st_size
                whole = hashlib.sha256()
                before = len(self.problems)
                end = self._check_blocks(name, blocks, file, whole)
                file.seek(end)
                for piece in pieces(file, size - end):
                    whole.update(piece)
        except BundleReadError as error:
            if not any(problem.file == name for problem in self.problems):
                self._absent(name, error)
            return
        self.bytes += size
        if name != NAME and self.journal_holds:
            self._check_surplus(name, blocks, end, size)
        if self.sealed and len(self.problems) == before:
            self._check_listed(name, whole.hexdigest())

    def _check_blocks(self, name: str, blocks: list[Block], file: BinaryIO, whole: hashlib._Hash) -> int:
        """Every journalled block of a file; returns where they end."""
        end = 0
        wrong: list[tuple[int, int]] = []
        for block in blocks:
            if block.offset != end and self.journal_holds:
                text = f"the journal's blocks of {name} do not follow each other at byte {end}"
                self._add("tampered", NAME, None, None, text)
            file.seek(block.offset)
            digest = hashlib.sha256()
            for piece in pieces(file, block.length):
                digest.update(piece)
                whole.update(piece)
            end = block.offset + block.length
            if digest.hexdigest() != block.sha256:
                wrong.append((block.offset, block.length))
        for offset, length in _runs(wrong):
            text = f"{name}: the {length} bytes from byte {offset} are not what was recorded"
            self._add("tampered", name, offset, length, text)
        return end

    def _check_surplus(self, name: str, blocks: list[Block], end: int, size: int) -> None:
        if self.live or size <= end:
            return
        if not blocks:
            self._add("tampered", name, 0, size, f"{name} is in {MANIFEST}, but the journal does not know it")
        elif self.sealed:
            self._add(
                "tampered", name, end, size - end, f"{name}: {size - end} bytes were added from byte {end} on"
            )
        else:
            text = f"{name}: {size - end} bytes from byte {end} on were not chained when the recorder stopped"
            self._add("torn", name, end, size - end, text)

    def _check_listed(self, name: str, digest: str) -> None:
        listed = self.manifest.get(name)
        if listed is None and self.manifest:
            self._add(
                "tampered", MANIFEST, None, None, f"{name} is journalled, but {MANIFEST} does not list it"
            )
        elif listed is not None and listed != digest:
            if name == NAME:
                if self.journal_holds:
                    self._add("tampered", NAME, None, None, "the journal is not the one that was sealed")
                return
            text = f"{MANIFEST} and the journal disagree about {name}, which the journal confirms"
            self._add("tampered", MANIFEST, None, None, text)

    def _unknown(self, name: str) -> None:
        size = (self.root / name).lstat().st_size
        interrupted = name in (MANIFEST + PART, SIGNATURE + PART)
        if interrupted and not os.path.lexists(self.root / SIGNATURE):
            self._add("torn", name, 0, size, "the recorder stopped while it was sealing")
        elif self.sealed or not is_channel_file(name):
            self._add("unlisted", name, None, size, f"{name} does not belong to the bundle: no record of it")
        elif not self.live:
            self._add("torn", name, 0, size, f"{name} was not chained yet when the recorder stopped")

    def _empty(self, name: str, known: list[str]) -> None:
        """A directory with nothing in it: MANIFEST, which lists files, does not know of it."""
        if name in (NAME, MANIFEST) or any(f"{file}/".startswith(f"{name}/") for file in known):
            return  # what is missing in it, or should be in its place, has been said
        if self.sealed or not is_own_directory(name):
            self._add(
                "unlisted", name, None, None, f"{name} does not belong to the bundle: an empty directory"
            )
        elif not self.live:
            self._add("torn", name, None, None, f"{name} was still empty when the recorder stopped")


def _runs(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """(offset, length) stretches in order, adjacent ones joined."""
    joined: list[tuple[int, int]] = []
    for offset, length in stretches:
        if joined and sum(joined[-1]) == offset:
            joined[-1] = (joined[-1][0], joined[-1][1] + length)
        else:
            joined.append((offset, length))
    return joined


def _raise(error: OSError) -> None:
    raise error
