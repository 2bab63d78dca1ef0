"""Which inputs a fuzzing script tries: numbered, counted, within a time, and resumed where it stopped."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path

EVERY = 1000


class Inputs:
    """Options of the command line, and the numbers of the inputs to try.

    Input k of a seed is always the same. `--start K` begins there; `--resume FILE` keeps the next number of
    each script and seed in a file and goes on from it: a million inputs can be tried in several sittings.
    """

    def __init__(self, name: str, about: str) -> None:
        parser = argparse.ArgumentParser(description=about)
        parser.add_argument(
            "--count", type=int, default=100_000, help="inputs to try, in all sittings together"
        )
        parser.add_argument("--seconds", type=float, default=600, help="how long at most, this time")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--start", type=int, default=0)
        parser.add_argument("--resume", type=Path, help="a file that remembers how far it came")
        self.options = parser.parse_args()
        self.name = name
        self.seed: int = self.options.seed
        self.first = self.next = self._remembered()
        self.began = time.monotonic()

    @property
    def key(self) -> str:
        """What the number in the file is of."""
        return f"{self.name} {self.seed} from {self.options.start}"

    def _remembered(self) -> int:
        start: int = self.options.start
        file: Path | None = self.options.resume
        return int(json.loads(file.read_text()).get(self.key, start)) if file and file.exists() else start

    def __iter__(self) -> Iterator[int]:
        """The numbers; a failed one is tried again the next time."""
        options = self.options
        end = options.start + options.count
        while self.next < end and time.monotonic() - self.began < options.seconds:
            yield self.next
            self.next += 1
            if self.next % EVERY == 0:
                self._remember()
        self._remember()

    def _remember(self) -> None:
        file: Path | None = self.options.resume
        if file is not None:
            known = json.loads(file.read_text()) if file.exists() else {}
            file.write_text(json.dumps(known | {self.key: self.next}))

    def __str__(self) -> str:
        took = time.monotonic() - self.began
        done = self.next - self.options.start
        return (
            f"{self.name}: {done:,} inputs without a failure, {self.next - self.first:,} of them now in "
            f"{took:.0f} s (seed {self.seed}, from {self.options.start})"
        )
