"""The screen at one time: as text, as cells, as a picture."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sessionlens.terminal import Palette, Terminal, still
from sessionlens.times import format_elapsed, format_instant
from sessionlens.visible import visible

if TYPE_CHECKING:
    from PIL.Image import Image

NOTHING_SET = Palette()


@dataclass(frozen=True)
class Screen:
    """The terminal as it stood right after the last event at or before `t_ns`.

    `offset` is the file offset in `out` that had been reached; `ref` names it in a form that `open`
    and reports take. In Jupyter it shows itself as a picture.
    """

    terminal: Terminal
    t_ns: int
    offset: int
    ref: str
    utc_ns: int | None = None
    """The same moment as an instant, ns since the epoch; None where nobody knows when the session began."""
    palette: Palette = NOTHING_SET
    """The terminal's colours as the recording had set them."""

    @property
    def text(self) -> str:
        """The rows as the screen had them, trailing blanks cut, joined by newlines."""
        return "\n".join(row.rstrip() for row in self.terminal.display)

    def image(self, *, theme: str = "dark", scale: int = 1) -> Image:
        """The screen as a Pillow picture (RGB), without bands.

        `theme`: dark, light, high-contrast, or recording: dark, in the colours that the recording itself set.
        `scale`: 2 for displays of a high density, up to 4. Raises UsageError for anything else.
        """
        from sessionlens.render import render_image

        timeline = still(self.terminal)
        timeline.palette = self.palette
        return render_image(timeline.frame(0), timeline, plain=True, theme=theme, scale=scale)

    def __repr__(self) -> str:
        t = self.terminal
        where = f"cursor {t.cursor.x},{t.cursor.y}" + (", alternate screen" if t.alternate else "")
        when = "" if self.utc_ns is None else f" · {format_instant(self.utc_ns)}"
        head = f"Screen at {format_elapsed(self.t_ns)}{when} · {t.columns}x{t.rows} · {where} · {self.ref}"
        edge = "─" * min(t.columns, 100)
        return "\n".join([head, edge, visible(self.text.rstrip("\n"), keep="\n"), edge])

    def _repr_png_(self) -> bytes:
        out = io.BytesIO()
        self.image().save(out, "PNG")
        return out.getvalue()
