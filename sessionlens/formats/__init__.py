"""Recordings of any supported format, opened to one shape: Source, Channel, Recording.

One file a format. The registry below is asked in order; a format answers `detect` from the first bytes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sessionlens_recorder.bundle import GOING, BundleReadError

from sessionlens.errors import FormatError, NotFoundError
from sessionlens.formats import asciicast, bundle, script_advanced, script_classic, ttyrec
from sessionlens.formats.identity import Identities, Identity
from sessionlens.formats.source import Channel, Source
from sessionlens.formats.unopened import unopened
from sessionlens.formats.unpack import packer
from sessionlens.visible import visible

__all__ = ["Channel", "Format", "Identities", "Identity", "Source", "find", "open_source", "survey"]


@dataclass(frozen=True, slots=True)
class Format:
    """One entry of the registry."""

    name: str
    detect: Callable[[Path], bool]
    """Cheap, never raises for what a file holds."""
    open: Callable[[Path], Source]
    unseal: Callable[[Path, Identities | None], Source] | None = None
    """Of a format that can be sealed: the same, with keys."""


# A bundle's channel is also an advanced log, whose `out` is also a typescript: the most specific first.
# An asciicast begins with a brace, as much else does; a ttyrec has no magic at all: what is sure goes first.
REGISTRY = (
    Format(bundle.NAME, bundle.detect, bundle.open_bundle, bundle.open_bundle),
    Format(script_advanced.NAME, script_advanced.detect, script_advanced.open_script),
    Format(script_classic.NAME, script_classic.detect, script_classic.open_classic),
    Format(asciicast.NAME, asciicast.detect, asciicast.open_asciicast),
    Format(ttyrec.NAME, ttyrec.detect, ttyrec.open_ttyrec),
)

SINGLE_FILES = (script_classic.is_typescript, asciicast.detect, ttyrec.detect)


def open_source(path: str | os.PathLike[str], identities: Identities | None = None) -> Source:
    """Open one recording: a bundle, a channel of it, a folder with timing and out, or a single file.

    `identities` open what was typed where a bundle has it sealed. Raises NotFoundError if there is nothing,
    FormatError if it is no recording (or several), IdentityError if the keys are not the ones it needs.
    """
    there = Path(path)
    if not there.exists():
        raise NotFoundError(f"{there}: no such file or folder")
    try:
        for form in REGISTRY:
            if form.detect(there):
                return form.unseal(there, identities) if form.unseal else form.open(there)
    except BundleReadError as error:
        raise FormatError(f"{there}: {error}") from error
    except OSError as error:
        raise FormatError(f"{there} cannot be read: {error.strerror or error}") from error
    if not there.is_dir():
        packed = packer(there)
        what = f"is packed with {packed}: unpack it first; as it is, it " if packed else ""
        raise FormatError(f"{there} {what}is not a recording of a known format ({_known()})")
    below, unseen = survey(there)
    lost = _listed([f"{path}: {why}" for path, why in unseen.items()])
    if not below:
        what = f"{there} holds no recording of a known format ({_known()})"
        raise FormatError(f"{what}; what could not be seen there:{lost}" if unseen else what)
    many = f"{len(below)} recordings" if len(below) > 1 else "one recording"
    beside = f"; what could not be seen beside:{lost}" if unseen else ""
    raise FormatError(
        f"{there} is a folder with {many} below it; choose one of them:{_listed(below)}{beside}"
    )


def _listed(lines: Sequence[object]) -> str:
    more = f"\n  and {len(lines) - 20} more" if len(lines) > 20 else ""
    return "".join(f"\n  {visible(str(line))}" for line in lines[:20]) + more


def find(folder: str | os.PathLike[str]) -> list[Path]:
    """Every recording below a folder, sorted. What is inside a recording is not listed again.

    Links are not followed. What looks like a recording and cannot be opened is not listed: see `survey`.
    """
    return survey(folder)[0]


def survey(folder: str | os.PathLike[str]) -> tuple[list[Path], dict[Path, str]]:
    """The recordings below a folder, sorted, and path and reason of what may hold more and cannot be seen:
    what looks like a recording and is none that opens, links to elsewhere, folders that may not be listed.
    """
    found: list[Path] = []
    unseen: dict[Path, str] = {}

    def refused(error: OSError) -> None:
        unseen[Path(error.filename)] = f"may not be listed: {error.strerror}"

    for at, folders, files in os.walk(folder, onerror=refused):
        here = Path(at)
        if bundle.detect(here) or script_advanced.detect(here):
            found.append(here)
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if name != GOING)
        loose, taken = _loose(here, files)
        found += loose
        left = sorted(name for name in files if here / name not in taken)
        unseen.update(unopened(Path(folder), here, folders, files, left))
    return sorted(found), dict(sorted(unseen.items()))


def _loose(folder: Path, files: list[str]) -> tuple[list[Path], set[Path]]:
    """Recordings among a folder's files: advanced timing files, and what belongs to none of them; and all
    files that belong to one."""
    timings = [folder / name for name in files if script_advanced.is_timing(folder / name)]
    named = {path for timing in timings for path in script_advanced.written(timing)}
    others = [folder / name for name in files if folder / name not in named]
    alone = [path for path in others if any(is_one(path) for is_one in SINGLE_FILES)]
    typescripts = [path for path in alone if script_classic.is_typescript(path)]
    written = {path for typescript in typescripts for path in script_classic.written(typescript)}
    return timings + alone, {*timings, *named, *alone, *written}


def _known() -> str:
    return ", ".join(form.name for form in REGISTRY)
