"""What may not be seen: the mask between what was recorded and everything that shows it."""

from __future__ import annotations

from .mask import Mask, Veil
from .tally import Tally
from .told import Told, told
from .veil import COVER, cover_style
from .wanted import Region, Selection, Wanted

__all__ = ["COVER", "Mask", "Region", "Selection", "Tally", "Told", "Veil", "Wanted", "cover_style", "told"]
