"""Evidence: does a recording hold, and who vouches for it?"""

from __future__ import annotations

from sessionlens.evidence.verdict import verify
from sessionlens.evidence.verification import Failure, Verification

__all__ = ["Failure", "Verification", "verify"]
