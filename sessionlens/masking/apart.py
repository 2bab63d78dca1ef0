"""Regular expressions of a stranger, searched for in a process of their own: on some of them `re` never comes
to an end, and nothing ends it but the end of its process. It knows nothing of masks."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from time import monotonic

from sessionlens.errors import UsageError

SECONDS = 30  # for all searches of one mask together
MOST = 500_000  # matches of one of them
CHILD = """
import itertools, json, re, sys
patterns, lines, most = json.load(sys.stdin)
patterns = [re.compile(*each) for each in patterns]
places = ((at, each.finditer(line)) for each in patterns for at, line in enumerate(lines))
found = ((at, *match.span()) for at, matches in places for match in matches)
json.dump(list(dict.fromkeys(itertools.islice(found, most + 1))), sys.stdout)
"""


class Apart:
    """A search that is over in time. Raises UsageError where it would not be, or found too much to mask."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._left = seconds

    def __call__(
        self, patterns: Sequence[re.Pattern[str]], lines: Sequence[str]
    ) -> Iterator[tuple[int, int, int]]:
        """(line, start, end) of each match."""
        asked = json.dumps([[(each.pattern, each.flags) for each in patterns], list(lines), MOST])
        begun = monotonic()
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-c", CHILD],
                input=asked.encode("ascii"), capture_output=True, check=True, timeout=max(self._left, 0),
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise UsageError("its regular expressions take too long") from None
        except (OSError, subprocess.CalledProcessError) as error:
            raise UsageError(f"its regular expressions cannot be searched for: {error}") from error
        self._left -= monotonic() - begun
        if len(found := json.loads(done.stdout)) > MOST:
            raise UsageError("its regular expressions match too often")
        yield from found
