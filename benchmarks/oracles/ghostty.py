"""libghostty through `pyghostty`: its cells as it stores them, read by the C interface of the package."""

from __future__ import annotations

from typing import Any

from .view import BLANK, Cell, View

try:
    import pyghostty
    from pyghostty._ffi import ffi, lib, union_fn
except ImportError:
    pyghostty = None

NARROW, WIDE, TAIL, HEAD = range(4)  # GHOSTTY_CELL_WIDE_*
BITS = ("bold", "faint", "italic", "blink", "inverse", "invisible", "strikethrough", "overline")
TRUE_COLOUR = 0x1000000


class Ghostty:
    """Ghostty without a window. Grapheme clustering (mode 2027) is on, as in Ghostty itself."""

    name = "libghostty"

    def __init__(self, columns: int = 80, rows: int = 24) -> None:
        if said := self.missing():
            raise RuntimeError(said)
        self.terminal = pyghostty.Terminal(columns, rows)
        self.terminal.feed(b"\x1b[?2027h")
        self._reader = Reader(self.terminal)

    @staticmethod
    def missing() -> str:
        """Why it cannot be had here, or ""."""
        return "" if pyghostty is not None else "needs pyghostty"

    def feed(self, data: bytes) -> None:
        """Any bytes, in any pieces."""
        self.terminal.feed(data)

    def resize(self, columns: int, rows: int) -> None:
        """With reflow, as Ghostty does."""
        self.terminal.resize(columns, rows)

    def view(self) -> View:
        """The screen."""
        terminal = self.terminal
        columns, rows = terminal.size
        x, y = terminal.cursor
        title = terminal.get("title", "GhosttyString")
        return View(
            columns,
            [[self._reader.cell(column, row) for column in range(columns)] for row in range(rows)],
            [self._reader.wrapped(row) for row in range(rows)],
            x,
            y,
            bool(terminal.get("cursor_pending_wrap", "bool")),
            bool(terminal.get("cursor_visible", "bool")),
            ffi.buffer(title.ptr, title.len)[:].decode("utf-8", "replace") if title.len else "",
            terminal.get("active_screen", "int") != 0,
        )

    def close(self) -> None:
        """Free it."""
        self.terminal.close()

    def __enter__(self) -> Ghostty:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Reader:
    """Reads cells into buffers that are made once: a screen is thousands of cells."""

    def __init__(self, terminal: Any) -> None:
        self._terminal = terminal
        self._find = union_fn(
            "ghostty_terminal_grid_ref", "GhosttyResult(*)(GhosttyTerminal, GhosttyPointS, GhosttyGridRef*)"
        )
        self._point = ffi.new("GhosttyPointS*")
        self._point.tag = lib.GHOSTTY_POINT_TAG_ACTIVE
        self._place = ffi.new("GhosttyGridRef*")
        self._place.size = ffi.sizeof("GhosttyGridRef")
        self._cell = ffi.new("GhosttyCell*")
        self._row = ffi.new("GhosttyRow*")
        self._style = ffi.new("GhosttyStyle*")
        self._style.size = ffi.sizeof("GhosttyStyle")
        self._codes = ffi.new("uint32_t[64]")
        self._size = ffi.new("size_t*")
        self._bytes = ffi.new("uint8_t[4096]")
        self._int = ffi.new("int*")
        self._bool = ffi.new("bool*")
        self._palette = ffi.new("GhosttyColorPaletteIndex*")
        self._rgb = ffi.new("GhosttyColorRgb*")

    def cell(self, x: int, y: int) -> Cell:
        """One cell of the active screen."""
        self._go(x, y)
        lib.ghostty_grid_ref_cell(self._place, self._cell)
        raw = self._cell[0]
        if not raw:
            return BLANK
        lib.ghostty_cell_get(raw, lib.GHOSTTY_CELL_DATA_WIDE, self._int)
        wide = self._int[0]
        width = 2 if wide == WIDE else 0 if wide == TAIL else 1
        text = "" if wide == TAIL else self._text(raw)
        fg, bg, flags, underline, underline_colour = self._look(raw)
        return Cell(text, width, fg, bg, flags, underline, underline_colour, self._link(raw))

    def wrapped(self, y: int) -> bool:
        """Whether a row's text goes on in the next."""
        self._go(0, y)
        lib.ghostty_grid_ref_row(self._place, self._row)
        lib.ghostty_row_get(self._row[0], lib.GHOSTTY_ROW_DATA_WRAP, self._bool)
        return bool(self._bool[0])

    def _go(self, x: int, y: int) -> None:
        self._point.value.x, self._point.value.y = x, y
        if self._find(self._terminal._t[0], self._point[0], self._place):
            raise RuntimeError(f"libghostty has no cell {x},{y}")

    def _text(self, raw: int) -> str:
        lib.ghostty_cell_get(raw, lib.GHOSTTY_CELL_DATA_HAS_TEXT, self._bool)
        if not self._bool[0]:
            return " "
        lib.ghostty_grid_ref_graphemes(self._place, self._codes, len(self._codes), self._size)
        return "".join(chr(self._codes[i]) for i in range(self._size[0])) or " "

    def _look(self, raw: int) -> tuple[int, int, int, int, int]:
        lib.ghostty_cell_get(raw, lib.GHOSTTY_CELL_DATA_CONTENT_TAG, self._int)
        tag = self._int[0]
        if tag == lib.GHOSTTY_CELL_CONTENT_BG_COLOR_PALETTE:
            lib.ghostty_cell_get(raw, lib.GHOSTTY_CELL_DATA_COLOR_PALETTE, self._palette)
            return -1, self._palette[0], 0, 0, -1
        if tag == lib.GHOSTTY_CELL_CONTENT_BG_COLOR_RGB:
            lib.ghostty_cell_get(raw, lib.GHOSTTY_CELL_DATA_COLOR_RGB, self._rgb)
            return -1, rgb(self._rgb), 0, 0, -1
        lib.ghostty_cell_get(raw, lib.GHOSTTY_CELL_DATA_HAS_STYLING, self._bool)
        if not self._bool[0]:
            return -1, -1, 0, 0, -1
        lib.ghostty_grid_ref_style(self._place, self._style)
        style = self._style
        flags = sum(1 << bit for bit, name in enumerate(BITS) if getattr(style, name))
        colours = colour(style.fg_color), colour(style.bg_color), colour(style.underline_color)
        return colours[0], colours[1], flags, style.underline, colours[2]

    def _link(self, raw: int) -> str:
        lib.ghostty_cell_get(raw, lib.GHOSTTY_CELL_DATA_HAS_HYPERLINK, self._bool)
        if not self._bool[0]:
            return ""
        lib.ghostty_grid_ref_hyperlink_uri(self._place, self._bytes, len(self._bytes), self._size)
        return ffi.buffer(self._bytes, self._size[0])[:].decode("utf-8", "replace")


def colour(value: Any) -> int:
    """A colour of libghostty as ours."""
    if value.tag == lib.GHOSTTY_STYLE_COLOR_PALETTE:
        return int(value.value.palette)
    return rgb(value.value.rgb) if value.tag == lib.GHOSTTY_STYLE_COLOR_RGB else -1


def rgb(value: Any) -> int:
    """Three bytes as one number."""
    return TRUE_COLOUR | value.r << 16 | value.g << 8 | value.b
