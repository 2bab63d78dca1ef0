"""What can be pushed and popped: the titles (XTWINOPS 22, 23) and the pen (XTPUSHSGR, XTPOPSGR).

Both stacks are as deep as xterm's, ten. Other window operations, a request for a size among them, do nothing:
the window that was recorded had its own. As in xterm's ctlseqs.
"""

from __future__ import annotations

from dataclasses import replace

from .operations import Csi
from .screen import Screen
from .style import Style

DEPTH = 10
_NAMES = {
    1: "bold",
    2: "faint",
    3: "italic",
    4: "underline",
    5: "blink",
    7: "inverse",
    8: "conceal",
    9: "strike",
    21: "underline",
    30: "fg",
    31: "bg",
}
_RENDITION = tuple(name for name in Style.__dataclass_fields__ if name not in ("link", "protected"))


def window(s: Screen, op: Csi) -> None:
    """XTWINOPS: 22 saves titles, 23 restores them (0 both, 1 the icon's, 2 the window's).

    20 and 21 report one, which comes back as if it had been typed: that is noted, and never answered.
    """
    what, which = op.arg(0, 0), op.arg(1, 0)
    if what in (20, 21) and s.watcher is not None:
        s.watcher.unseen("title report", "")
    if what == 22:
        _push(s.icon_names, s.icon_name, which in (0, 1))
        _push(s.titles, s.title, which in (0, 2))
    elif what == 23:
        if which in (0, 1) and s.icon_names:
            s.icon_name = s.icon_names.pop()
        if which in (0, 2) and s.titles:
            s.title = s.titles.pop()


def _push(stack: list[str], title: str, meant: bool) -> None:
    if meant:
        stack.append(title)
        del stack[:-DEPTH]


def push_pen(s: Screen, op: Csi) -> None:
    """XTPUSHSGR: all of the pen, or what the parameters name."""
    if len(s.pens) < DEPTH:
        named = {_NAMES[n] for n in op.args if n in _NAMES}
        s.pens.append((s.cursor.pen, tuple(sorted(named)) or _RENDITION))


def pop_pen(s: Screen, op: Csi) -> None:
    """XTPOPSGR."""
    if s.pens:
        pen, named = s.pens.pop()
        kept = s.styles[pen]
        s.cursor.pen = s.styles.id(replace(s.style, **{name: getattr(kept, name) for name in named}))
