"""A control sequence bound to what it does on a screen: parsed once, carried out each time that it comes.

All are looked up in controls.py. The two that make up most of a stream, colours and cursor positions, have a
short form here, equal to what controls.py has for them.
"""

from __future__ import annotations

from collections.abc import Callable

from . import controls
from .operations import Csi
from .screen import Screen

Perform = Callable[[], None]
MAX_PENS = 64


def bind(screen: Screen, operation: Csi) -> Perform:
    """What a control sequence does."""
    return SHORT.get(operation.name, plainly)(screen, operation)


def plainly(screen: Screen, operation: Csi) -> Perform:
    """What it does, by controls.py."""
    repeats = operation.name == "b"
    action = controls.CSI.get(operation.name)

    def perform() -> None:
        if not repeats:
            screen.repeat = ""
        screen.joined = False
        if action is not None:
            action(screen, operation)

    return perform


def _pen(screen: Screen, operation: Csi) -> Perform:
    """SGR: each remembers which pen it makes of which."""
    parts = operation.parts
    after: dict[int, int] = {}

    def perform() -> None:
        screen.repeat = ""
        screen.joined = False
        cursor = screen.cursor
        pen = after.get(cursor.pen)
        if pen is None:
            if len(after) >= MAX_PENS:
                after.clear()
            pen = after[cursor.pen] = screen.styles.select(cursor.pen, parts)
        cursor.pen = pen

    return perform


def _position(screen: Screen, operation: Csi) -> Perform:
    """CUP, HVP."""
    x, y = operation.count(1) - 1, operation.count(0) - 1

    def perform() -> None:
        screen.repeat = ""
        screen.joined = False
        if "?6" in screen.mode or x >= screen.columns or y >= screen.lines:
            screen.goto(x, y)
        else:
            cursor = screen.cursor
            cursor.x, cursor.y, cursor.pending = x, y, False

    return perform


SHORT: dict[str, Callable[[Screen, Csi], Perform]] = {"m": _pen, "H": _position, "f": _position}
