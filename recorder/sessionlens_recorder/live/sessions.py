"""The sessions that there are, as a request finds them: what `sessions` lists."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sessionlens_recorder.bundle import BundleReadError, as_text, channel_dirs, is_live, read_session
from sessionlens_recorder.net.child import Child
from sessionlens_recorder.session.policy import host_port


@dataclass(frozen=True, slots=True)
class Running:
    """One session. `bundle` is None as long as it waits for a second person, and of the outer connection of
    `ssh -J`, which is none and is listed and ended like one.
    """

    session: str
    child: Child
    bundle: Path | None
    facts: dict[str, Any]
    state: Literal["running", "waiting", "jump"] = "running"

    @property
    def person(self) -> str:
        return str(self.facts.get("person"))

    @property
    def allowed_by(self) -> int | None:
        """The uid of the second person."""
        uid = (self.facts.get("allowed") or {}).get("uid")
        return uid if isinstance(uid, int) else None

    def row(self) -> dict[str, Any]:
        facts, sizes = self.facts, {"channels": 0, "bytes": 0}
        if self.bundle is not None:
            sizes = _sizes(self.bundle)
        return {
            "session": self.session,
            "person": self.person,
            "account": as_text(facts.get("account")),
            "target": as_text(facts["target"].get("name")),
            "client": host_port(str(facts["client"].get("address")), facts["client"].get("port", 0)),
            "since": facts["started"].get("utc"),
            "reason": as_text(facts.get("reason")),
            "state": self.state,
            **sizes,
            "bundle": self.bundle and self.bundle.name,
        }


def running(children: Iterable[Child]) -> Iterator[Running]:
    for child in children:
        for session, facts in child.waiting.items():
            yield Running(session, child, None, facts, "waiting")
        for session, facts in child.jumps.items():
            yield Running(session, child, None, facts, "jump")
        for path in child.bundles:
            try:
                if is_live(path):
                    facts = read_session(path)
                    yield Running(str(facts["session"]), child, path, facts)
            except (BundleReadError, OSError):  # gone since
                continue


def _sizes(bundle: Path) -> dict[str, int]:
    """What was recorded, as far as it is on disk: each channel's files."""
    folders = channel_dirs(bundle)
    sizes = [entry.stat(follow_symlinks=False).st_size for one in folders for entry in os.scandir(one)]
    return {"channels": sum(not one.name.endswith(".connection") for one in folders), "bytes": sum(sizes)}
