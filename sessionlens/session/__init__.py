"""Sessions as analysts use them: `open`, `corpus`, `Session`, `Screen`, and the `.sl` accessor."""

from __future__ import annotations

from sessionlens.session import accessor
from sessionlens.session.opening import corpus, open
from sessionlens.session.screen import Screen
from sessionlens.session.session import Session

__all__ = ["Screen", "Session", "accessor", "corpus", "open"]
