"""The bundle: the on-disk recording format, version 1 (docs/recording-format.md). Standard library only.

The one room that recorder and lab share: the recorder writes with BundleWriter, the lab reads and checks.
"""

from __future__ import annotations

from .channel import ChannelWriter
from .errors import BundleError, BundleReadError, BundleWriteError
from .reader import (
    Malformed,
    channel_dirs,
    channel_number,
    is_bundle,
    read_channel,
    read_events,
    read_session,
)
from .timing import Timing, TimingProblem, format_seconds, read_timing
from .writer import BundleWriter

__all__ = [
    "BundleError",
    "BundleReadError",
    "BundleWriteError",
    "BundleWriter",
    "ChannelWriter",
    "Malformed",
    "Timing",
    "TimingProblem",
    "channel_dirs",
    "channel_number",
    "format_seconds",
    "is_bundle",
    "read_channel",
    "read_events",
    "read_session",
    "read_timing",
]
