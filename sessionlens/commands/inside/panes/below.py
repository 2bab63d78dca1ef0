"""Further rows of the same edit in a pane, which stand at no prompt of their own."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace

from ...editor import KeyLine
from ...line import Line
from ...more import incomplete
from ...prompts import continues
from .lines import PaneLines
from .told import Told

_ROWS = 200  # of one edit


def rows_below(panes: PaneLines, told: Told, text: str) -> Iterator[Told]:
    """Further rows of the same edit: where the editor goes on after Enter without a prompt (fish), or the
    prompt came up only with what was typed at it.
    """
    above, line, at = told.place.handed, told.line, told.place.at
    for place in panes.watch.handed[at + 1 : at + 1 + _ROWS]:
        handed = place.handed
        below = place.rect == told.place.rect and handed.above == above.last
        if not below or not incomplete(text) or not handed.standing.rests or panes.asks(handed.standing):
            return
        row = handed.lines[0].text.strip()
        begin = bisect_right(panes.typed, line.t_ns, key=lambda each: each.end_ns)
        said = (each for each in panes.typed[begin : begin + _ROWS] if _is_row(each, row, line))
        keyed = next(said, None)
        if keyed is None:
            return
        panes.used.add(keyed.first)
        row, above = keyed.best.text.strip(), handed
        text = f"{text}\n{row}"
        reason = "a further row, where the line editor went on after Enter"
        line = replace(line, text=row, confidence="medium", key_line=keyed, reason=reason)
        yield Told(line, place)


def _is_row(keyed: KeyLine, row: str, above: Line) -> bool:
    """Are these the keys of a row below this line?"""
    text = keyed.best.text.strip()
    if row == text:
        return above.candidate.paste  # without a prompt: only a line editor does that
    return bool(text) and row.endswith(text) and continues(row.removesuffix(text))
