"""Our own terminal in the shape of the others."""

from __future__ import annotations

from functools import cache

from sessionlens.terminal import Style
from sessionlens.terminal import Terminal as Emulator

from .view import BLANK, FLAGS, Cell, View


class Ours:
    """`sessionlens.terminal.Terminal`."""

    name = "ours"

    def __init__(self, columns: int = 80, rows: int = 24) -> None:
        self.terminal = Emulator(columns, rows)

    @staticmethod
    def missing() -> str:
        """It is always here."""
        return ""

    def feed(self, data: bytes) -> None:
        """Any bytes, in any pieces."""
        self.terminal.feed(data)

    def resize(self, columns: int, rows: int) -> None:
        """With reflow, as by default."""
        self.terminal.resize(columns, rows)

    def view(self) -> View:
        """The screen."""
        terminal = self.terminal
        cursor = terminal.cursor
        rows = [
            [
                BLANK
                if cell.text == " " and cell.style == PLAIN
                else Cell(cell.text, cell.width, *look(cell.style))
                for cell in row
            ]
            for row in terminal.cells
        ]
        return View(
            terminal.columns,
            rows,
            [line.wrapped for line in terminal.screen.page],
            cursor.x,
            cursor.y,
            cursor.pending_wrap,
            cursor.visible,
            terminal.title,
            terminal.alternate,
        )

    def close(self) -> None:
        """Nothing to end."""

    def __enter__(self) -> Ours:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


PLAIN = Style()


@cache
def look(style: Style) -> tuple[int, int, int, int, int, str]:
    """A style as the last six fields of a cell."""
    flags = sum(1 << bit for bit, name in enumerate(FLAGS) if getattr(style, name))
    return style.fg, style.bg, flags, style.underline, style.underline_color, style.link
