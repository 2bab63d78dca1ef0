"""Who acts: a person or a program?"""

from __future__ import annotations

import pytest
from sessionlens_recorder.config import User
from sessionlens_recorder.net.facts import actor


@pytest.mark.parametrize(
    ("declared", "version", "kind"),
    [
        (None, "SSH-2.0-OpenSSH_9.9", "unknown"),
        (None, "SSH-2.0-paramiko_3.4.0", "automated"),
        (None, "SSH-2.0-Go", "automated"),
        (None, "SSH-2.0-PuTTY_Release_0.80", "interactive"),
        (None, "", "unknown"),
        ("automated", "SSH-2.0-PuTTY_Release_0.80", "automated"),
    ],
)
def test_actor(declared: str | None, version: str, kind: str) -> None:
    who = actor(User("john", None, None, declared), version)  # type: ignore[arg-type]
    assert who["kind"] == kind
    assert who["reason"]
