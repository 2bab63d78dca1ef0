r"""Lines that a key typed and handed over at once: a macro (`bind '"\C-t": "ls\n"'`, `bindkey -s`).

Where the shell's editor is not seen to take a line (no bracketed paste) nothing else tells of it: the row
behind a known prompt was ended, and nobody pressed Enter, nor typed what stands there.
"""

from __future__ import annotations

import re

from .accept import Candidate
from .cutting import Option
from .screen import View

_MOST = 64  # events between the prompt and the end of the row
_TYPED = re.compile(rb"[\r\n\x03\x04]|(?<![\x1b\[O;0-9])[ -~\x80-\xff]")


def by_macro(view: View, candidate: Candidate, option: Option) -> bool:
    """Did keys that are no text make this line, and end it?"""
    at_prompt = (rest for rest in candidate.rests if rest.event >= 0 and rest.left == option.prompt)
    rest = next(at_prompt, None)
    if rest is None or candidate.paste or not option.rested or not option.text.strip():
        return False
    events = range(rest.event, min(candidate.point.event, rest.event + _MOST))
    typed = b"".join(view.recording.data(each) for each in events if view.recording.stream[each] == ord("i"))
    return bool(typed) and _TYPED.search(typed) is None
