"""What the file beside a video claims, and whether the video is the file that it claims.

The sidecar is anybody's to write: it is read with care, and believed only as far as it can be checked.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sessionlens.errors import UsageError
from sessionlens.evidence.verification import Failure, Verification
from sessionlens.render.order import Order
from sessionlens.render.sidecar import COLUMNS, FORMAT, LIMIT, VERSION, Shown, beside, captions_beside
from sessionlens.render.versions import sha256
from sessionlens.visible import visible

LATEST = 1 << 63  # ns or ms
LONGEST = 2000  # characters of an answer
DO_NOT_RELY = "Do not rely on it; make the video anew from the recording."
NO_CONCLUSION = "No conclusion can be drawn from this, in either direction."


@dataclass(frozen=True, slots=True)
class Claim:
    """A sidecar, read."""

    name: str
    sha256: str
    captions_sha256: str | None
    source: dict[str, Any]
    order: Order
    versions: dict[str, str]
    fonts: dict[str, str]
    table: tuple[Shown, ...]


class Unreadable(Exception):
    """A sidecar that is missing, or says nothing that can be checked; why, in words."""


def read(video: Path) -> Claim:
    """The claim beside a video. Raises Unreadable."""
    path = beside(video)
    try:
        if path.stat().st_size > LIMIT:
            raise Unreadable(f"{path.name} is larger than any that sessionlens writes")
        said = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise Unreadable(
            f"there is no {path.name} beside it, which would say from what it was made"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise Unreadable(f"{path.name} cannot be read: {error}") from error
    try:
        return parse(said)
    except UsageError as error:
        raise Unreadable(f"{path.name}: {error}") from error
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise Unreadable(f"{path.name} is not a file that sessionlens writes beside a video") from error


def parse(said: dict[str, Any]) -> Claim:
    """The fields, each of its type; KeyError, TypeError or ValueError where one is not."""
    if (said["format"], said["format_version"], said["columns"]) != (FORMAT, VERSION, list(COLUMNS)):
        raise UsageError("it is of another version of sessionlens")
    table = tuple(
        Shown(int(ms), None if ns is None else int(ns), int(offset), str(cells))
        for ms, ns, offset, cells in said["table"]
    )
    if not all(
        0 <= time < LATEST for row in table for time in (row.video_ms, row.session_ns or 0, row.offset)
    ):
        raise ValueError("a time that no session has")
    captions = said["captions"]
    return Claim(
        str(said["video"]["name"]),
        str(said["video"]["sha256"]),
        None if captions is None else str(captions["sha256"]),
        dict(said["source"] or {}),
        Order.of(said["arguments"]),
        {str(name): str(value) for name, value in said["versions"].items()},
        {str(name): str(value) for name, value in said["fonts"].items()},
        table,
    )


def wrong_file(video: Path, claim: Claim) -> Verification | None:
    """A verdict where the video or its captions are not the files that were made."""
    texts = captions_beside(video)
    if sha256(video) != claim.sha256:
        return damaged(video, video.name, "its SHA-256 is not the one that its sidecar has")
    if claim.captions_sha256 is not None and texts.is_file() and sha256(texts) != claim.captions_sha256:
        return damaged(video, texts.name, "its SHA-256 is not the one that the video's sidecar has")
    return None


def damaged(video: Path, where: str, why: str, kind: str = "tampered") -> Verification:
    """Something does not hold. `where` and `why` may have words of the sidecar's: they stay on one line."""
    where, why = visible(where[:LONGEST]), visible(why[:LONGEST])
    return Verification(
        "DAMAGED",
        f"DAMAGED at {where}: {why}",
        "The video, or what lies beside it, is not what was made from the recording. " + DO_NOT_RELY,
        str(video),
        problems=(Failure(kind, where, None, None, f"{where}: {why}"),),
    )


def unclear(video: Path, why: str, meaning: str = "") -> Verification:
    """It cannot be told; `why` as in `damaged`."""
    said = f"{meaning} {NO_CONCLUSION}".strip()
    return Verification("CANNOT TELL", f"CANNOT TELL because {visible(why[:LONGEST])}", said, str(video))
