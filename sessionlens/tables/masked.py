"""Tables as they may be written: each text goes through the mask."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pandas as pd

from sessionlens.masking import Mask, Tally
from sessionlens.masking.finder import Place
from sessionlens.masking.mask import replaced, united

AS_THEY_ARE = frozenset(
    {"session", "recording", "ref", "kind", "where", "format", "source", "confidence", "severity", "left"}
    | {"sha256", "key", "sealed_for", "protocol", "operation", "direction", "method", "input", "file", "mark"}
)
TEXTS = (str, bytes, list, tuple, set, dict)  # what an analyst's own column may hold is written as text too
Pieces = Mapping[tuple[Any, ...], list[tuple[int, int, str]]]


def masked_table(table: pd.DataFrame, mask: Mask, pieces: Pieces | None = None) -> tuple[pd.DataFrame, Tally]:
    """A copy in which secrets are replaced by their kind, and how many there were.

    `pieces` has, of rows of the table `events`, the characters that are a part of a secret: (channel, t,
    kind, text) to (start, end, kind).
    """
    out, tally = pd.DataFrame(table).copy(), Tally()
    if pieces and {"channel", "t", "kind", "text"} <= set(out.columns):
        rows = zip(*(out[name] for name in ("channel", "t", "kind", "text")), strict=True)
        known = [pieces.get(_plain(row), []) for row in rows]
        cut = [_cut(text, each) for text, each in zip(out["text"], known, strict=True)]
        tally.update(some[0][2] for before, some in pairwise([[], *known]) if some and not before)
        out["text"] = pd.Series(cut, index=out.index, dtype="string")
    for name in out.columns:
        values = [] if name in AS_THEY_ARE else out[name].tolist()
        at = [i for i, value in enumerate(values) if isinstance(value, TEXTS)]
        found = [
            (i, text, secrets)
            for i, (text, secrets) in zip(at, mask.texts([str(values[i]) for i in at]), strict=True)
            if secrets
        ]
        for i, text, secrets in found:
            values[i] = text
            tally.update(kinds(secrets))
        if found:
            fixed = isinstance(out[name].dtype, pd.CategoricalDtype)  # no text but these
            out[name] = pd.Series(values, index=out.index, dtype="string" if fixed else out[name].dtype)
    return out, tally


def kinds(secrets: list[tuple[str, str]]) -> list[str]:
    """The kind of each; the lines of one private key are one."""
    found = [kind for kind, _ in secrets]
    return [
        kind for i, kind in enumerate(found) if not (kind == "private key" and found[i - 1 : i] == [kind])
    ]


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(None if pd.isna(value) else value for value in row)


def _cut(text: Any, pieces: list[tuple[int, int, str]]) -> Any:
    """A text without these pieces."""
    places = [Place(0, start, end, kind) for start, end, kind in pieces]
    return replaced(text, united(places)) if places else text
