"""Factors: what a person may have to prove, and how far they have come. Decided without sockets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Factor = Literal["publickey", "password", "pam", "totp"]
Sequences = tuple[tuple[Factor, ...], ...]

METHODS: dict[Factor, tuple[str, ...]] = {
    "publickey": ("publickey",),
    "password": ("password",),
    "pam": ("keyboard-interactive", "password"),
    "totp": ("keyboard-interactive",),
}
"""By which of SSH's methods a factor can be given."""

INTERACTIVE: tuple[Factor, ...] = ("pam", "totp")


class Progress:
    """One login's way along the sequences that would let it in."""

    def __init__(self, sequences: Sequences) -> None:
        self._left = list(sequences)
        self.passed: list[Factor] = []

    @property
    def complete(self) -> bool:
        return any(not sequence for sequence in self._left)

    @property
    def due(self) -> list[Factor]:
        """What may come next, in the order of the configuration."""
        return list(dict.fromkeys(sequence[0] for sequence in self._left if sequence))

    def due_interactive(self) -> Factor | None:
        return next((factor for factor in self.due if factor in INTERACTIVE), None)

    def pass_factor(self, factor: Factor) -> None:
        """Sequences that wanted something else first are out."""
        self._left = [sequence[1:] for sequence in self._left if sequence[:1] == (factor,)]
        self.passed.append(factor)


def methods(factors: Iterable[Factor]) -> list[str]:
    """SSH's names for the ways to go on."""
    names = {name for factor in factors for name in METHODS[factor]}
    return [name for name in ("publickey", "keyboard-interactive", "password") if name in names]


def can_use_pam() -> bool:
    """Loads the library, so that it is there before the first fork."""
    try:
        import pamela  # noqa: F401
    except (ImportError, OSError, AttributeError, TypeError):  # not installed, or no libpam on this machine
        return False
    return True
