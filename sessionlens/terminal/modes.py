"""Modes: set, reset, saved and restored, and what some of them do at once.

A mode is a name: "4" is ANSI mode 4, "?7" DEC private mode 7. All that programs set are kept as state, also
those that change nothing here (mouse, bracketed paste), because the trace and the dump want them. DECCOLM
(?3) does not resize, as in xterm unless it is told to: the window that was recorded had its own size.
"""

from __future__ import annotations

from .charsets import Charsets
from .operations import Csi
from .screen import Screen
from .state import DEFAULT_MODES, Saved

MAX_MODES = 256  # besides those that this terminal heeds
HEEDED = frozenset({"4", "20", *(f"?{n}" for n in (5, 6, 7, 25, 42, 45, 47, 69))})
HEEDED |= {f"?{n}" for n in (1045, 1047, 1048, 1049, 2004, 2026)}


def names(op: Csi) -> list[str]:
    """The modes that a sequence speaks of."""
    marker = "?" if op.name[0] == "?" else ""
    return [f"{marker}{n}" for n in op.args if n >= 0]


def set_modes(s: Screen, op: Csi) -> None:
    """SM, DECSET."""
    for name in names(op):
        change(s, name, True)


def reset_modes(s: Screen, op: Csi) -> None:
    """RM, DECRST."""
    for name in names(op):
        change(s, name, False)


def save_modes(s: Screen, op: Csi) -> None:
    """XTSAVE."""
    for name in names(op):
        if name in s.saved_modes or name in HEEDED or len(s.saved_modes) < MAX_MODES:
            s.saved_modes[name] = name in s.mode


def restore_modes(s: Screen, op: Csi) -> None:
    """XTRESTORE."""
    for name in names(op):
        if name in s.saved_modes:
            change(s, name, s.saved_modes[name])


def change(s: Screen, name: str, on: bool) -> None:
    """One mode on or off."""
    if s.watcher is not None:
        s.watcher.mode(name, on)
    if on and (name in HEEDED or len(s.mode) < MAX_MODES):
        s.mode.add(name)
    elif not on:
        s.mode.discard(name)
    if name in ("?47", "?1047", "?1049"):
        _page(s, name, on)
    elif name == "?1048":
        (s.save_cursor if on else s.restore_cursor)()
    elif name == "?6":
        s.goto(0, 0)
    elif name == "?25":
        s.cursor.hidden = not on
    elif name == "?42":
        s.charsets.national = on
        s.charsets.shift(s.charsets.active)
    elif name == "?69" and not on:
        s.left, s.right = 0, s.columns - 1
    elif name == "?2026" and s.watcher is not None:
        s.watcher.synchronized(on)


def _page(s: Screen, name: str, on: bool) -> None:
    """The alternate page: 47 as it was left, 1047 cleared on leaving, 1049 on entry, with the cursor."""
    if on and name == "?1049":
        s.save_cursor()
        if s.alternate:
            s.wipe()
    s.switch(on, clear=name == ("?1049" if on else "?1047"))
    s.mode -= {"?47", "?1047", "?1049"} - ({name} if on else set())
    if not on and name == "?1049":
        s.restore_cursor()


def soft_reset(s: Screen) -> None:
    """DECSTR."""
    s.mode -= {"4", "?1", "?6", "?42", "?45", "?66", "?69", "?1045"}
    s.mode |= DEFAULT_MODES
    s.cursor.hidden = False
    s.cursor.pen = 0
    s.top, s.bottom, s.left, s.right = 0, s.lines - 1, 0, s.columns - 1
    s.saved = Saved()
    s.charsets = Charsets()
