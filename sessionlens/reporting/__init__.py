"""A case as one page that can be printed: what was asked and found, how it is known, how to check it.

Takes data (`Case`) and makes HTML. Not here: what is looked for and masked (session/casework.py). Everything
here is text that somebody may have made up in order to deceive: it becomes HTML in `markup` alone.
"""

from __future__ import annotations

from sessionlens.reporting.answer import answer
from sessionlens.reporting.model import Asked, Case, Exhibit, Picture, Seal, Sheet
from sessionlens.reporting.page import page

__all__ = ["Asked", "Case", "Exhibit", "Picture", "Seal", "Sheet", "answer", "page"]
