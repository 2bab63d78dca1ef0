"""What an order makes that root gives (sudo): it is the recorder's all the same, and has to be its user's."""

from __future__ import annotations

import os
from pathlib import Path


def give(made: int | Path, folder: Path) -> None:
    """A file (open, or its path) or folder belongs to whom the folder around it belongs to."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(made, owner.st_uid, owner.st_gid)
