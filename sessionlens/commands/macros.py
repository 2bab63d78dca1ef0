r"""Lines that a key handed over that is no Enter: a macro (`bind '"\C-t": "ls\n"'`, `bindkey -s`), or a
letter that `bind` made one.

Where the shell's editor is not seen to take a line (no bracketed paste) nothing else tells of it: the row
behind a known prompt was ended, nobody pressed Enter, and either nobody typed what stands there, or the
prompt came again without it. (A job that prints into a line draws none, and a list of completions both.)
"""

from __future__ import annotations

import re

from .accept import Candidate
from .cutting import Option
from .output import plain
from .screen import View

_MOST = 64  # events between the prompt and the end of the row
_ENDED = re.compile(rb"[\r\n\x03\x04]")
_TYPED = re.compile(rb"(?<![\x1b\[O;0-9])[ -~\x80-\xff]")
_DRAWN = 1 << 16  # bytes of what the line printed, that may hold the next prompt


def by_macro(view: View, candidate: Candidate, option: Option) -> bool:
    """Did a key that is no Enter end this line?"""
    at_prompt = (rest for rest in candidate.rests if rest.event >= 0 and rest.left == option.prompt)
    rest = next(at_prompt, None)
    if rest is None or candidate.paste or not option.rested or not option.text.strip():
        return False
    typed = _typed(view, rest.event, candidate.point.event)
    if not typed or _ENDED.search(typed):
        return False
    return not _TYPED.search(typed) or _came_again(view, candidate, option)


def _typed(view: View, first: int, stop: int) -> bytes:
    """What was typed from this event up to that one."""
    events = range(first, min(stop, first + _MOST))
    return b"".join(view.recording.data(each) for each in events if view.recording.stream[each] == ord("i"))


def _came_again(view: View, candidate: Candidate, option: Option) -> bool:
    """Did its prompt come again without it, before anybody pressed a key that ends a line?"""
    first, end = candidate.point.event, len(view.recording.stream)
    behind = range(first, min(end, first + _MOST))
    stop = next((each for each in behind if _ENDED.search(_typed(view, each, each + 1))), end - 1)
    drawn = plain(bytes(view.out[candidate.after : view.offset_at(stop)][:_DRAWN])).split("\n")
    prompt = option.prompt.rstrip()
    rows = [row.removeprefix(prompt).strip() for row in drawn if row.startswith(prompt)]
    return any(not row.startswith(option.text.strip()) for row in rows)
