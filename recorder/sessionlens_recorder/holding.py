"""`hold` and `release`: a case needs recordings, and retention leaves them alone."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from pathlib import Path

from sessionlens_recorder.bundle import BundleError, hold, is_bundle, release
from sessionlens_recorder.logs import escape


def keep(verb: str, bundles: Sequence[Path], case: str) -> Iterator[tuple[bool, str]]:
    """A line for each bundle, and whether it is now as was asked."""
    if not case.strip() or len(case) > 200:
        raise ValueError("--case has to be a name of at most 200 characters")
    for given in bundles:
        bundle = given.resolve()
        try:
            told = _hold(bundle, case) if verb == "hold" else _release(bundle, case)
        except (BundleError, OSError) as error:
            yield False, escape(f"{given}: {error}")
        else:
            yield True, escape(f"{given}: {told}")


def _hold(bundle: Path, case: str) -> str:
    if not is_bundle(bundle):
        raise BundleError("there is no recording here; name the folder of a bundle")
    try:
        by = getpass.getuser()
    except (KeyError, OSError):  # a user id without a name
        by = "?"
    return f"held for {case}" if hold(bundle, case, by) else f"was held for {case} already"


def _release(bundle: Path, case: str) -> str:
    return f"no longer held for {case}" if release(bundle, case) else f"was not held for {case}"
