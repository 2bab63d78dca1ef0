"""The command line that started a multiplexer, where nothing shows that the shell took it.

tmux throws away what still waits to be sent to the terminal when it starts (tcflush(3)), and sometimes that
is the shell's last word. What is left is the line as it stood when Enter was pressed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...line import Line
from ...model import Command, Evidence
from ...region import logical_line
from ...screen import View
from ..inner import inner
from ..looks import Look, looks
from ..strokes import well_typed


def unaccepted(view: View, lines: Sequence[Line], before: Command, first: int) -> Command | None:
    """The line before the alternate screen is entered at `first`, unless `before` is it."""
    look = _last(view, before.accepted, first)
    if look is None or look.offset <= before.accepted or b"\r" not in view.recording.data(look.event):
        return None
    shown = logical_line(look.rows, look.y, look.columns).text.rstrip()
    begins = {line.prompt for line in lines if line.prompt.strip() and shown.startswith(line.prompt)}
    prompt = max(begins, key=len, default=shown)
    text = shown[len(prompt) :].strip()
    since = before.start_ns
    keyed = well_typed(view.recording, text, since, look.t_ns, since) if text else None
    if keyed is None:
        return None
    return replace(
        inner(before),
        start_ns=keyed.t_ns,
        taken_ns=view.time_of(first),
        text=text,
        kind="shell",
        source="screen",
        confidence="medium",
        accepted=look.offset,
        in_first=keyed.first,
        in_last=keyed.last,
        fullscreen=True,
        evidence=Evidence(prompt, shown, keyed.model, "nothing shows that it was taken but what it started"),
    )


def _last(view: View, since: int, first: int) -> Look | None:
    """The main screen when a key was last pressed before it was left."""
    found = [look for look in looks(view, since, first) if look.kind == "input" and not look.alternate]
    return found[-1] if found else None
