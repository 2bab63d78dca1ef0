"""What a terminal was opened with, as if it were a command: the context of what runs when a recording begins.

No row of the commands: an exec request has one of its own (extract.py), and a login shell is none.
"""

from __future__ import annotations

from ..model import Command
from ..openers import base
from ..screen import View


def opened_with(view: View) -> Command:
    """What the terminal was opened with, as far as the recording says: an exec request, or a shell."""
    info = view.recording.info
    requested = info.kind == "exec" and info.command is not None
    return Command(
        start_ns=info.opened_ns,
        taken_ns=info.opened_ns,
        end_ns=None,
        text=(info.command or "") if requested else "",
        kind="exec" if requested else "shell",
        context="exec" if requested else base([info.shell or "sh"]),
        host=info.target,
        user=info.account,
        cwd=None,
        exit_code=None,
        source="exec",
        confidence="high",
        accepted=0,
        in_first=None,
        in_last=None,
        out_first=None,
        out_last=view.end - 1,
        output="",
        fullscreen=True,
        hidden=False,
    )
