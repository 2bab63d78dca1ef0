"""The bundle: the on-disk recording format, version 1 (docs/recording-format.md). Standard library only.

The one room that recorder and lab share: the recorder writes with BundleWriter, the lab reads and checks.
"""

from __future__ import annotations

from .channel import ChannelWriter
from .checking import Problem, Report, check
from .clock import ClockPair, parse_utc
from .errors import BundleError, BundleReadError, BundleWriteError
from .files import open_regular, read_regular
from .journal import is_live
from .manifest import MANIFEST, SIGNATURE
from .naming import as_bytes, as_text
from .reader import (
    CHANNEL_FILES,
    Malformed,
    channel_dirs,
    channel_number,
    is_bundle,
    read_channel,
    read_clocks,
    read_events,
    read_session,
)
from .recovery import recover
from .timing import Timing, TimingProblem, format_seconds, read_timing
from .writer import BundleWriter, new_session_id

__all__ = [
    "CHANNEL_FILES",
    "MANIFEST",
    "SIGNATURE",
    "BundleError",
    "BundleReadError",
    "BundleWriteError",
    "BundleWriter",
    "ChannelWriter",
    "ClockPair",
    "Malformed",
    "Problem",
    "Report",
    "Timing",
    "TimingProblem",
    "as_bytes",
    "as_text",
    "channel_dirs",
    "channel_number",
    "check",
    "format_seconds",
    "is_bundle",
    "is_live",
    "new_session_id",
    "open_regular",
    "parse_utc",
    "read_channel",
    "read_clocks",
    "read_events",
    "read_regular",
    "read_session",
    "read_timing",
    "recover",
]
