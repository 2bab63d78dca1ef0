"""What can go wrong with a bundle. Standard library only, like the whole room.

BundleError
├── BundleWriteError (OSError)      something is not on disk; the session must not go on
└── BundleReadError (ValueError)    not a bundle, or a part of one that cannot be read safely
"""

from __future__ import annotations


class BundleError(Exception):
    """The base: every message says what failed, where, and what to do."""


class BundleWriteError(BundleError, OSError):
    """Something is not on disk. Whoever gets this must stop forwarding."""


class BundleReadError(BundleError, ValueError):
    """Not a bundle, or a file of one that is missing, malformed or not a regular file."""
