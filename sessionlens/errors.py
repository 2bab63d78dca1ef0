"""What can go wrong in the lab. Every message says what, where (file and byte offset) and what to do.

SessionLensError
├── RecordingError (ValueError)        a recording that cannot be read, or not that far
│   └── FormatError                    not a recording, or none that we know
├── NotFoundError (FileNotFoundError)  no such recording, channel, time or row
├── UsageError (ValueError)            a call that makes no sense as it stands
├── IdentityError (ValueError)         a key for sealed input that is none, or not the one that it needs
├── GoldenError (ValueError)           a golden that is damaged, missing, or of a version to come
└── RenderError (RuntimeError)         no picture or no video: ffmpeg, fonts, disk
"""

from __future__ import annotations


class SessionLensError(Exception):
    """The base of everything that SessionLens raises on purpose."""


class RecordingError(SessionLensError, ValueError):
    """A recording that cannot be read, or not that far."""


class FormatError(RecordingError):
    """Not a recording, or none of a format that we know."""


class NotFoundError(SessionLensError, FileNotFoundError):
    """No such recording, channel, time or row."""


class UsageError(SessionLensError, ValueError):
    """A call that makes no sense as it stands."""


class IdentityError(SessionLensError, ValueError):
    """A key for sealed input that is none, or not the one that it needs."""


class GoldenError(SessionLensError, ValueError):
    """A golden that is damaged, missing, or of a version to come."""


class RenderError(SessionLensError, RuntimeError):
    """No picture or no video came out: ffmpeg, a font, the disk."""
