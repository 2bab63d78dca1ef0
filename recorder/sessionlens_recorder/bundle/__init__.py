"""The bundle: the on-disk recording format, version 1 (docs/recording-format.md). Standard library only.

The one room that recorder and lab share: the recorder writes with BundleWriter, the lab reads and checks.
"""

from __future__ import annotations

from . import bech32, sealed
from .channel import ChannelWriter
from .checking import Problem, Report, check
from .clock import ClockPair, parse_utc
from .errors import BundleError, BundleReadError, BundleWriteError
from .files import open_regular, read_regular
from .guarding import guarded
from .journal import is_live
from .keeping import (
    DELETED,
    GOING,
    Tombstone,
    find_tombstones,
    hold,
    holds_of,
    parse_tombstone,
    release,
    signature_of,
    tombstone_of,
    unbury,
)
from .manifest import MANIFEST, SIGNATURE
from .naming import as_bytes, as_text
from .reader import (
    CHANNEL_FILES,
    Malformed,
    channel_dirs,
    channel_number,
    is_bundle,
    is_made_in_channel,
    read_channel,
    read_clocks,
    read_end,
    read_events,
    read_files,
    read_heads,
    read_session,
)
from .recovery import recover
from .sealed import Input, Sealer
from .timing import Timing, TimingProblem, format_seconds, read_timing
from .typescript import split_last_line
from .writer import BundleWriter, new_session_id

__all__ = [
    "CHANNEL_FILES",
    "DELETED",
    "GOING",
    "MANIFEST",
    "SIGNATURE",
    "BundleError",
    "BundleReadError",
    "BundleWriteError",
    "BundleWriter",
    "ChannelWriter",
    "ClockPair",
    "Input",
    "Malformed",
    "Problem",
    "Report",
    "Sealer",
    "Timing",
    "TimingProblem",
    "Tombstone",
    "as_bytes",
    "as_text",
    "bech32",
    "channel_dirs",
    "channel_number",
    "check",
    "find_tombstones",
    "format_seconds",
    "guarded",
    "hold",
    "holds_of",
    "is_bundle",
    "is_live",
    "is_made_in_channel",
    "new_session_id",
    "open_regular",
    "parse_tombstone",
    "parse_utc",
    "read_channel",
    "read_clocks",
    "read_end",
    "read_events",
    "read_files",
    "read_heads",
    "read_regular",
    "read_session",
    "read_timing",
    "recover",
    "release",
    "sealed",
    "signature_of",
    "split_last_line",
    "tombstone_of",
    "unbury",
]
