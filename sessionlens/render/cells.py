"""Screens as fingerprints: what stood in which cell and how it looked, and where the cursor was.

Two screens have one fingerprint where a viewer sees the same cells, whatever the numbers of their rows. Only
what differs from a plain cell counts, so that a style that a later version knows changes nothing older.
"""

from __future__ import annotations

from dataclasses import fields
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sessionlens.terminal import Frame, Timeline

UNSEEN = ("link", "protected")  # fields of a style that change no cell's look
KEPT = 20_000  # rows


class Cells:
    """The fingerprints of one timeline's screens."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._rows: dict[int, bytes] = {}
        self._styles: dict[int, tuple[tuple[str, object], ...]] = {}

    def fingerprint(self, frame: Frame | None) -> str:
        """16 hex digits; empty where nothing was shown yet."""
        if frame is None:
            return ""
        cursor = (frame.cursor_x, frame.cursor_y) if frame.cursor_visible else None
        known = self._rows
        if len(known) > KEPT:
            known.clear()
        digest = blake2b(repr((frame.columns, frame.rows, cursor, frame.reverse)).encode(), digest_size=8)
        digest.update(b"".join([known.get(row_id) or self._row(row_id) for row_id in frame.row_ids]))
        return digest.hexdigest()

    def _row(self, row_id: int) -> bytes:
        row, column, runs = self._timeline.row(row_id), 0, []
        for size, style_id in row.lengths:
            if style := self._style(style_id):
                runs.append((column, size, style))
            column += size
        text = row.text if runs else row.text.rstrip(" ")
        found = blake2b(repr((text, runs)).encode("utf-8", "backslashreplace"), digest_size=16).digest()
        self._rows[row_id] = found
        return found

    def _style(self, style_id: int) -> tuple[tuple[str, object], ...]:
        """The fields that are not as of a plain cell."""
        found = self._styles.get(style_id)
        if found is None:
            style = self._timeline.style(style_id)
            every = ((f, getattr(style, f.name)) for f in fields(style) if f.name not in UNSEEN)
            found = self._styles[style_id] = tuple((f.name, v) for f, v in every if v != f.default)
        return found
