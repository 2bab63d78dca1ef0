"""SessionLens' recorder: an SSH bastion that records every byte between the user and the target."""

from __future__ import annotations

__version__ = "0.1.0"
