"""Bundles with sealed input, and the key that opens it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sessionlens_recorder.bundle import BundleWriter, Input, bech32

from sessionlens.formats import Identities, open_source
from sessionlens.recording import Recording

SESSION: dict[str, Any] = {"person": "john", "target": {"name": "web01"}}
PTY = {"term": "xterm", "columns": 80, "rows": 24}
KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = bech32.encode("age", KEY.public_key().public_bytes_raw())
PRIVATE = bech32.encode("age-secret-key-", KEY.private_bytes_raw()).upper()
Step = tuple[str, bytes]
STEPS: list[Step] = [
    ("output", b"$ "), ("input", b"id"), ("output", b"id"), ("commit", b""),
    ("input", b"\r"), ("output", b"\r\nroot\r\n$ "), ("input", b"pwd\r"), ("output", b"pwd\r\n/\r\n$ "),
]  # fmt: skip


def record(root: Path, steps: Sequence[Step], input: Input) -> Path:
    writer = BundleWriter.create(root, SESSION, input)
    channel = writer.open_channel("shell", pty=PTY)
    for what, data in steps:
        if what == "commit":
            writer.commit()
        elif what == "resize":
            channel.resize(100, 30)
        else:
            getattr(channel, what)(data)
    channel.close(0)
    writer.seal(lambda manifest: "signature\n")
    return writer.path


def shell(path: Path, key: Path | None) -> Recording:
    return open_source(path, None if key is None else Identities.read(key)).channels[0].load()
