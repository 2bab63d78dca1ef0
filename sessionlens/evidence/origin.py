"""From what a video was made: the recording, named so that nobody can put another in its place."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from sessionlens_recorder.bundle import MANIFEST, BundleReadError, read_regular

from sessionlens.formats import Source
from sessionlens.formats.bundle import root_of
from sessionlens.recording import INPUT, Recording


def origin(source: Source, recording: Recording, *, reflow: bool) -> dict[str, Any]:
    """For a video's sidecar: the session, the bundle's MANIFEST where it has one, and what was shown.

    Nothing here depends on what was typed, of which no hash may exist.
    """
    return {
        "session": recording.info.session,
        "channel": recording.info.channel,
        "name": Path(source.path).name,
        "format": source.format,
        "input": typed(recording),
        "reflow": reflow,
        "started_ns": recording.info.started_ns,
        "manifest_sha256": manifest_sha256(Path(source.path)),
        "output_sha256": output_sha256(recording),
    }


def typed(recording: Recording) -> str | None:
    """How what was typed is kept, and whether it could be read: commands and masks are made of it too."""
    kept = recording.info.input
    return f"{kept}, opened" if kept == "sealed" and recording.has_input else kept


def manifest_sha256(path: Path) -> str | None:
    """Of a sealed bundle; None of anything else."""
    root = root_of(path)
    try:
        return None if root is None else hashlib.sha256(read_regular(root, MANIFEST)).hexdigest()
    except BundleReadError:
        return None


def output_sha256(recording: Recording) -> str:
    """Of every event but input (time, stream, place, size; int64, little-endian), then of the output."""
    digest = hashlib.sha256()
    shown = recording.stream != INPUT
    for column in (recording.t_ns, recording.stream, recording.offset, recording.size):
        digest.update(column[shown].astype("<i8").tobytes())
    digest.update(recording.blob("o"))
    return digest.hexdigest()
