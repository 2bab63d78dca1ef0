"""What nano(1) asks for with "Command to execute", read where it stands: above its two rows of help."""

from __future__ import annotations

import re

from .asking import Read
from .looks import Look

_NANO = re.compile(r"^Command to execute(?: in new buffer)?(?: \[[^\]]*\])?\s?: ?(?P<text>.*)$")


def nano(look: Look) -> Read | None:
    """nano: the row above its two rows of help, or the last one."""
    if look.y < len(look.rows) - 4:
        return None
    match = _NANO.match(look.row)
    return Read(look.row, match["text"].strip().lstrip("|").strip(), filters=True) if match else None
