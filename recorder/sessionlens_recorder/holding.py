"""`hold` and `release`: a case needs recordings, and retention leaves them alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sessionlens_recorder import logs
from sessionlens_recorder.bundle import BundleError, hold, is_bundle, release
from sessionlens_recorder.logs import escape
from sessionlens_recorder.operators import Operator


def keep(verb: str, bundles: Sequence[Path], case: str, by: Operator) -> Iterator[tuple[bool, str]]:
    """A line for each bundle, and whether it is now as was asked."""
    if not case.strip() or len(case) > 200:
        raise ValueError("--case has to be a name of at most 200 characters")
    for given in bundles:
        bundle = given.resolve()
        try:
            told = _hold(bundle, case, by) if verb == "hold" else _release(bundle, case, by)
        except (BundleError, OSError) as error:
            yield False, escape(f"{given}: {error}")
        else:
            yield True, escape(f"{given}: {told}")


def _hold(bundle: Path, case: str, by: Operator) -> str:
    if not is_bundle(bundle):
        raise BundleError("there is no recording here; name the folder of a bundle")
    if not hold(bundle, case, by.name):
        return f"was held for {case} already"
    logs.event(
        "recording-held",
        bundle=bundle.name,
        case=case,
        by=by.name,
        unix_user=by.unix_user,
        sudo_user=by.sudo_user,
    )
    return f"held for {case}"


def _release(bundle: Path, case: str, by: Operator) -> str:
    if not release(bundle, case):
        return f"was not held for {case}"
    logs.event(
        "recording-released",
        bundle=bundle.name,
        case=case,
        by=by.name,
        unix_user=by.unix_user,
        sudo_user=by.sudo_user,
    )
    return f"no longer held for {case}"
