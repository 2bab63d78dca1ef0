"""The typed operations between parser and screen, and who carries them out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

MAX_NUMBER = 0x7FFFFFFF
MAX_PARAMETERS = 32

_SEQUENCE = re.compile("([<-?]?)([0-9:;]*)([ -/]*)([@-~])")


@dataclass(frozen=True, slots=True)
class Csi:
    """A control sequence: `name` is private marker + intermediates + final byte, e.g. "?h", " q", "m"."""

    name: str
    args: tuple[int, ...]
    parts: tuple[tuple[int, ...], ...]

    def arg(self, index: int, default: int) -> int:
        """A parameter, or the default where it is missing."""
        value = self.args[index] if index < len(self.args) else -1
        return default if value < 0 else value

    def count(self, index: int = 0) -> int:
        """A parameter that counts: missing and 0 are 1."""
        value = self.args[index] if index < len(self.args) else 1
        return value if value > 0 else 1


class Target(Protocol):
    """Who carries operations out; of a control sequence it returns what does so, each time that it comes."""

    def text(self, text: str) -> None: ...
    def line_end(self, column: int) -> None: ...
    def lines(self, text: str, at: int) -> tuple[int, int]: ...
    def control(self, char: str) -> None: ...
    def escape(self, sequence: str) -> None: ...
    def csi(self, operation: Csi) -> Callable[[], object]: ...
    def osc(self, payload: str) -> None: ...
    def column(self) -> int: ...


def _number(text: str) -> int:
    return min(int(text[:10]), MAX_NUMBER) if text else -1


def parameters(text: str) -> tuple[tuple[int, ...], ...]:
    """Parameters and their sub-parameters; -1 where one is missing."""
    return tuple(
        tuple(_number(n) for n in part.split(":", MAX_PARAMETERS)[:MAX_PARAMETERS])
        for part in text.split(";", MAX_PARAMETERS)[:MAX_PARAMETERS]
    )


def parse_csi(body: str) -> Csi | None:
    """A control sequence from what stands after CSI, or None if it is malformed (and to be ignored)."""
    match = _SEQUENCE.fullmatch(body)
    if match is None:
        return None
    marker, numbers, intermediates, final = match.groups()
    if final != "m" and ":" in numbers:  # only SGR has sub-parameters
        return None
    parts = parameters(numbers)
    return Csi(marker + intermediates + final, tuple(part[0] for part in parts), parts)
