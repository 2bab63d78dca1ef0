"""The safety net below early.py: a line whose beginning was taken for a part of its prompt all the same.

What was typed since the last Enter is compared with what is listed, whatever prompt came up in between.
"""

from __future__ import annotations

from dataclasses import replace

from .editor import KeyLine
from .line import Line
from .matching import in_order, tidy
from .prompts import is_marked
from .secrets import Echoes

BEGUN = "its beginning was typed before the prompt came, and stands behind it as the keystrokes say"
EATEN = "its beginning was typed before the prompt came, and may have been taken for a part of that"


def whole(line: Line, echoes: Echoes) -> Line:
    """The line, if a part of it was taken for its prompt: never sure, and whole if the row says so."""
    key_line = line.key_line
    if key_line is None or line.hidden or line.source == "keys":
        return line
    said, row = key_line.readings[0], line.prompt + line.text
    typed, shown = tidy(said.text), tidy(line.text)
    how = "low" if line.confidence == "low" else "medium"
    if said.certain and len(typed) > len(shown.strip()) and row.rstrip().endswith(typed) and shown != typed:
        prompt = row.rstrip().removesuffix(typed)
        return replace(line, prompt=prompt, text=typed, confidence=how, reason=BEGUN, key_line=key_line.whole)
    if key_line.early is None or not _eaten(line.prompt, key_line.early, echoes):
        return line
    return replace(line, confidence=how, reason=EATEN, key_line=key_line.whole)


def _eaten(prompt: str, early: KeyLine, echoes: Echoes) -> bool:
    """Does a prompt end in what was typed before it came? A program that reads keys may have read that."""
    typed = early.best.typed.strip()
    if not typed:
        return False
    bare = prompt.strip()
    inside = bare.endswith(typed[-1])
    if not is_marked(prompt):
        inside |= in_order(typed, bare) or bool(bare and bare in typed)
    return inside and echoes.came(early)
