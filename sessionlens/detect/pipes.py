"""What feeds what in the pipelines of a line, found once a line: a line may hold thousands of calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .model import Call
from .options import arguments

_SEARCHES = frozenset({"find", "fd", "locate", "plocate", "mlocate"})


class Line:
    """The calls of a line, as what may feed another one."""

    def __init__(self, calls: Iterable[Call]) -> None:
        calls = list(calls)
        self._any = _first_stages(calls)
        self._found = _first_stages(call for call in calls if call.family in _SEARCHES)
        self._opaque = _first_stages(call for call in calls if _fetches_or_decodes(call))

    def feeds(self, call: Call) -> bool:
        """Does what any call of the line prints go into `call`?"""
        return _stands_behind(call, self._any)

    def feeds_found(self, call: Call) -> bool:
        """The same of a call that searches for files."""
        return _stands_behind(call, self._found)

    def feeds_unseen(self, call: Call) -> bool:
        """The same of a call that downloads or decodes."""
        return _stands_behind(call, self._opaque)


def _first_stages(calls: Iterable[Call]) -> dict[int, int]:
    """Pipeline -> the first stage of it that one of these calls is in."""
    first: dict[int, int] = {}
    for call in calls:
        for number, stage in call.pipes:
            first[number] = min(stage, first.get(number, stage))
    return first


def _stands_behind(call: Call, first: Mapping[int, int]) -> bool:
    return any(first.get(number, stage) < stage for number, stage in call.pipes)


def _fetches_or_decodes(call: Call) -> bool:
    return call.program in ("curl", "wget", "xxd", "openssl", "rev", "gpg", "gunzip", "zcat") or (
        call.program.startswith("base") and arguments(call.words, "base64").has("d", "D", "decode")
    )
