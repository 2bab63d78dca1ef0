"""The screen at one time: as text, as cells, as a picture."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sessionlens.masking import COVER, Mask, Tally, cover_style
from sessionlens.tables.html import html_picture
from sessionlens.terminal import Palette, Terminal, still
from sessionlens.times import format_elapsed, format_instant
from sessionlens.visible import visible

if TYPE_CHECKING:
    from PIL.Image import Image

    from sessionlens.session.masking import Masking

NOTHING_SET = Palette()


@dataclass(frozen=True)
class Screen:
    """The terminal as it stood right after the last event at or before `t_ns`.

    `offset` is the file offset in `out` that had been reached; `ref` names it in a form that `open`
    and reports take. In Jupyter it shows itself as a picture, whose text is
    there for screen readers.
    """

    terminal: Terminal
    t_ns: int
    offset: int
    ref: str
    utc_ns: int | None = None
    """The same moment as an instant, ns since the epoch; None where nobody knows when the session began."""
    palette: Palette = NOTHING_SET
    """The terminal's colours as the recording had set them."""
    mask: Callable[[Masking], Mask] | None = field(default=None, repr=False, compare=False)
    tally: Tally = field(default_factory=Tally)
    """What was masked in it: nothing, unless it comes from `masked`."""

    @property
    def text(self) -> str:
        """The rows as the screen had them, trailing blanks cut, joined by newlines."""
        return "\n".join(row.rstrip() for row in self.terminal.display)

    def masked(self, mask: Masking = True) -> Screen:
        """The same screen as it may be written to a file; docs/masking.md says what `mask` may be."""
        if self.mask is None:
            return self
        timeline = still(self.terminal)
        frame, veil = timeline.frame(0), self.mask(mask).veil(timeline)
        places = {y: [span[:2] for span in veil.columns.get(row, [])] for y, row in enumerate(frame.row_ids)}
        covered = self.terminal.covered(places, COVER, cover_style())
        return replace(self, terminal=covered, mask=None, tally=veil.tally(frame.row_ids))

    def image(self, *, theme: str = "dark", scale: int = 1) -> Image:
        """The screen as a Pillow picture (RGB), without bands; as it is: `masked().image()` is for files.

        `theme`: dark, light, high-contrast, or recording: dark, in the colours that the recording itself set.
        `scale`: 2 for displays of a high density, up to 4. Raises UsageError for anything else.
        """
        from sessionlens.render import Facts, render_image

        timeline = still(self.terminal)
        timeline.palette = self.palette
        facts = Facts(masked=str(self.tally)) if self.tally else None
        return render_image(timeline.frame(0), timeline, facts=facts, plain=True, theme=theme, scale=scale)

    def __repr__(self) -> str:
        t = self.terminal
        where = f"cursor {t.cursor.x},{t.cursor.y}" + (", alternate screen" if t.alternate else "")
        when = "" if self.utc_ns is None else f" · {format_instant(self.utc_ns)}"
        head = f"Screen at {format_elapsed(self.t_ns)}{when} · {t.columns}x{t.rows} · {where} · {self.ref}"
        edge = "─" * min(t.columns, 100)
        return "\n".join([head, edge, visible(self.text.rstrip("\n"), keep="\n"), edge])

    def _repr_html_(self) -> str:
        out = io.BytesIO()
        self.image().save(out, "PNG", optimize=True)
        head = repr(self).split("\n", 1)[0]
        return html_picture(out.getvalue(), caption=head, text=self.text.rstrip("\n"))
