"""Which shell takes the lines, told by its habits; what the recording says about it counts last.

fish tells its command lines in a mark or shows a return sign where output has no line feed; zsh leaves paste
mode before it goes to the next row, bash after that.
"""

from __future__ import annotations

from collections.abc import Sequence

from .line import Line
from .openers import SHELLS, program
from .screen import View

_OF_FISH = (b"133;C;cmdline_url=", b"\x1b[2m\xe2\x8f\x8e\x1b(B\x1b[m ")
_FAR = 1 << 14


def login_shell(view: View, lines: Sequence[Line], told: str | None, asked: str | None) -> str:
    """The shell asked for, else `bash`, `zsh` or `fish` by its habits, else what the recording says."""
    if asked is not None and (name := program(asked)) in SHELLS:
        return name
    edited = [line for line in lines if line.candidate.paste]
    if not edited or not lines[0].candidate.paste:
        return (told or "sh").rsplit("/", 1)[-1]
    first = edited[0].candidate
    stop = min([first.after + _FAR, *(line.candidate.after for line in edited[1:2])])
    near = bytes(view.out[max(first.after - _FAR, 0) : stop])
    if any(habit in near for habit in _OF_FISH):
        return "fish"
    return "zsh" if first.point.cursor_x > 0 and not edited[0].hidden else "bash"
