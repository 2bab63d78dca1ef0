"""SessionLens: recorded SSH sessions as evidence.

    import sessionlens as sl
    s = sl.open("recordings")            # the only recording below that folder
    s.commands                           # what was typed, with what it printed
    s.search("rm -rf")                   # where, when, and what was looked at
    s.at("00:03:12")                     # the screen at that time
    s.render("evidence.mp4")
    s.report("case.html", match="rm -rf")
    s.verify(signers="allowed_signers")
    sl.explore("recordings")             # a folder of them in a notebook: filter, play, tag, export
    sl.options.tz = "Asia/Kolkata"       # times without a zone are read in it, and shown in it beside UTC

Importing this loads neither pandas nor Pillow; each name loads what it needs at its first use (PEP 562).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sessionlens.catalog.corpus import Corpus
    from sessionlens.catalog.search import Hits
    from sessionlens.detect import ran
    from sessionlens.errors import (
        FormatError,
        GoldenError,
        IdentityError,
        NotFoundError,
        RecordingError,
        RenderError,
        SessionLensError,
        UsageError,
    )
    from sessionlens.evidence import Verification
    from sessionlens.explorer import Explorer, explore
    from sessionlens.masking import Selection
    from sessionlens.recording import Recording
    from sessionlens.session import Screen, Session, corpus, open
    from sessionlens.session.casework import report
    from sessionlens.session.filmed import verify
    from sessionlens.settings import options
    from sessionlens.terminal import Terminal, Timeline

__version__ = "0.1.0"

__all__ = [
    "Corpus",
    "Explorer",
    "FormatError",
    "GoldenError",
    "Hits",
    "IdentityError",
    "NotFoundError",
    "Recording",
    "RecordingError",
    "RenderError",
    "Screen",
    "Selection",
    "Session",
    "SessionLensError",
    "Terminal",
    "Timeline",
    "UsageError",
    "Verification",
    "__version__",
    "corpus",
    "explore",
    "open",
    "options",
    "ran",
    "report",
    "verify",
]

HOMES = {
    "sessionlens.catalog.corpus": ["Corpus"],
    "sessionlens.catalog.search": ["Hits"],
    "sessionlens.detect": ["ran"],
    "sessionlens.errors": [name for name in __all__ if name.endswith("Error")],
    "sessionlens.evidence": ["Verification"],
    "sessionlens.explorer": ["Explorer", "explore"],
    "sessionlens.masking": ["Selection"],
    "sessionlens.recording": ["Recording"],
    "sessionlens.session": ["Screen", "Session", "corpus", "open"],
    "sessionlens.session.casework": ["report"],
    "sessionlens.session.filmed": ["verify"],
    "sessionlens.terminal": ["Terminal", "Timeline"],
    "sessionlens.settings": ["options"],
}
HOME = {name: module for module, names in HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in HOME:
        raise AttributeError(f"module 'sessionlens' has no attribute {name!r}")
    value = getattr(import_module(HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
