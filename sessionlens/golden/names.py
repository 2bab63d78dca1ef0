"""Where the golden of a recording lies: beside it, or below a folder of goldens; in names valid on Windows.

Not opening and not writing.
"""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

SUFFIX = ".golden.txt"
LONGEST = 120
_UNFIT = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\ud800-\udfff]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)")


def fit(name: str) -> str:
    """A name that every system takes; where it had to change, some of its hash keeps it apart from others."""
    fitting = _UNFIT.sub("_", name).rstrip(". ")[:LONGEST]
    if _RESERVED.match(fitting):
        fitting = "_" + fitting
    if fitting == name:
        return name
    return f"{fitting}-{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def golden_path(recording: Path, root: Path, goldens: Path | None) -> Path:
    """Where the golden of a recording below `root` (or of `root` itself) is."""
    if goldens is None:
        return recording.parent / (fit(recording.name) + SUFFIX)
    return goldens.joinpath(*map(fit, shown(recording, root).parent.parts), fit(recording.name) + SUFFIX)


def picture_path(golden: Path, number: int) -> Path:
    """Where the picture of its screen `number` (from 1) is."""
    return golden.with_name(f"{golden.name.removesuffix('.txt')}.{number}.png")


def page_path(recording: Path, root: Path, pages: Path) -> Path:
    """Where the page of its failure goes."""
    return pages.joinpath(*map(fit, shown(recording, root).parent.parts), fit(recording.name) + ".html")


def shown(recording: Path, root: Path) -> Path:
    """The recording as people and reports name it: below `root`, or its name alone."""
    return Path(recording.name) if recording == root else recording.relative_to(root)


def root_of(path: Path, root: Path | None) -> Path:
    """What names count from: `root` where the path lies below it, else the path itself."""
    return root if root is not None and root in path.parents else path
