"""What a shell's line editor makes of keystrokes: a second witness beside the screen, which never guesses.

A model each of readline, zle and fish's editor, checked against the real ones (tests/commands/editing).
History expansion (`!!`) is the shell's, not the editor's, and no part of it.
"""

from .dialect import DIALECTS, Dialect, Prediction
from .editor import Editor
from .state import BUDGET

__all__ = ["BUDGET", "DIALECTS", "Dialect", "Editor", "Prediction"]
