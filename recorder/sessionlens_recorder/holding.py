"""`hold` and `release`: a case needs recordings, and retention leaves them alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sessionlens_recorder import logs
from sessionlens_recorder.bundle import BundleError, hold, holds_of, is_bundle, release
from sessionlens_recorder.finding import DAYS, find_or_path
from sessionlens_recorder.logs import escape
from sessionlens_recorder.operators import Operator


def keep(
    verb: str, recordings: Path, bundles: Sequence[str], case: str, by: Operator
) -> Iterator[tuple[bool, str]]:
    """A line for each bundle, and whether it is now as was asked."""
    if not case.strip() or len(case) > 200:
        raise ValueError("--case has to be a name of at most 200 characters")
    for given in bundles:
        try:
            bundle = find_or_path(recordings, given)
            told = _hold(bundle, case, by) if verb == "hold" else _release(bundle, case, by)
        except (BundleError, OSError, ValueError) as error:
            yield False, escape(str(error) if str(error).startswith(given) else f"{given}: {error}")
        else:
            yield True, escape(f"{given}: {told}")


def list_holds(recordings: Path) -> Iterator[str]:
    """A line for each recording that is held."""
    for file in sorted(recordings.glob(f"{DAYS}/*.hold")):
        bundle = file.with_suffix("")
        if cases := holds_of(bundle):
            yield escape(f"{bundle.name}: {', '.join(cases)}")


def _hold(bundle: Path, case: str, by: Operator) -> str:
    if not is_bundle(bundle):
        raise BundleError("there is no recording here; give the eight hex digits or the folder of a bundle")
    if not hold(bundle, case, by.described):
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
