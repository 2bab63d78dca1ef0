"""The heads of a bundle that is being sealed while the recorder's thread is just through with a commit."""

from __future__ import annotations

import threading

import pytest
from sessionlens_recorder import logs
from sessionlens_recorder.session.heads import Heads


class Bundle:
    """Is sealed by another thread in the very moment in which its head is looked at after a commit."""

    session_id, name = "5d1c0f3a", "x-5d1c0f3a"

    def __init__(self) -> None:
        self.heads = Heads(self, 0.0)  # type: ignore[arg-type]
        self.sealing: threading.Thread | None = None

    @property
    def head(self) -> tuple[int, str]:
        if self.sealing is None:
            self.sealing = threading.Thread(target=self.heads.sealed)
            self.sealing.start()
            self.sealing.join(0.2)  # it waits for its turn; without one, it would be through
        return 100, "ab"


def test_nothing_is_told_behind_the_last_head(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    for tell in ("event", "quietly"):
        monkeypatch.setattr(logs, tell, lambda name, **fields: told.append(fields["final"]))
    bundle = Bundle()
    bundle.heads.committed()
    assert bundle.sealing is not None
    bundle.sealing.join()
    bundle.heads.committed()
    assert told == [None, True]
