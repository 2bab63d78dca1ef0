"""Sessions whose truth the shells told: a folder with `timing`, `in`, `out`, `meta.json` and `truth.json`.

What the fields of truth.json mean is in fixtures/truth/README.md. Nothing here extracts or scores.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sessionlens.formats import open_source
from sessionlens.recording import INPUT, Recording


@dataclass(frozen=True, slots=True)
class Told:
    """A command as the shell told it. Times in seconds; `forms` are the accepted texts, its own first.

    `begun` is the Enter of its first line, `submitted` that of its last, `started` when the shell ran it.
    `block`: the number of the paste that it is a line of. `optional` counts neither way.
    """

    forms: tuple[str, ...]
    begun: float
    submitted: float
    started: float
    context: str = ""
    how: str = ""
    block: int | None = None
    optional: bool = False
    hidden: bool = False

    @property
    def text(self) -> str:
        """As the shell ran it."""
        return self.forms[0]


@dataclass(frozen=True, slots=True)
class Truth:
    """What there is to find in one session, and what must be shown nowhere."""

    commands: tuple[Told, ...]
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """One session with its truth. `tags`: the hard cases it has; `shell`: which one its login shell is."""

    folder: Path
    truth: Truth
    shell: str
    tags: tuple[str, ...]

    @property
    def name(self) -> str:
        """As its folder is called."""
        return self.folder.name

    def recording(self) -> Recording:
        """With its input."""
        return open_source(self.folder).channels[0].load()


def sessions(folder: Path) -> list[Session]:
    """The sessions in a folder, by name; none where the folder is not there."""
    return [_session(path.parent) for path in sorted(folder.glob("*/truth.json"))]


def _session(folder: Path) -> Session:
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    meta = folder / "meta.json"
    facts = json.loads(meta.read_text("utf-8")) if meta.is_file() else {}
    commands = tuple(map(told, truth["commands"]))
    return Session(
        folder,
        Truth(commands, tuple(truth.get("secrets", ()))),
        facts.get("shell", ""),
        tuple(facts.get("tags", ())),
    )


def told(record: Mapping[str, Any]) -> Told:
    """One entry of `commands` in truth.json."""
    submitted = record["submitted_at"]
    return Told(
        forms=(record["command"], *record.get("alt", ())),
        begun=record.get("first_enter_at") or submitted,
        submitted=submitted,
        started=record.get("started_at") or submitted,
        context=record.get("context", ""),
        how=record.get("how", ""),
        block=record.get("block"),
        optional=bool(record.get("optional")),
        hidden=bool(record.get("hidden")),
    )


def output_only(recording: Recording) -> Recording:
    """The same session as if nothing that was typed had been kept."""
    kept = recording.stream != INPUT
    columns = (recording.t_ns, recording.stream, recording.offset, recording.size)
    blobs = {"o": recording.blob("o")}
    return Recording(
        recording.info,
        [column[kept] for column in columns],
        blobs,
        notes=recording.notes,
        gaps=recording.gaps,
    )
