"""`login = …`: what a person has to prove, and in which order.

`["publickey", "totp"]` is one sequence, `[["publickey", "totp"], ["pam"]]` are two of which one suffices.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

from sessionlens_recorder.config.section import Section
from sessionlens_recorder.net.factors import Factor, Sequences

FACTORS = get_args(Factor)


def read_login(section: Section) -> Sequences:
    """Empty where nothing is written."""
    value = section.value("login", list, [])
    sequences = value if value and isinstance(value[0], list) else [value] if value else []
    return section.check("login", lambda: tuple(_sequence(one) for one in sequences))


def check_login(section: Section, login: Sequences, has: Callable[[Factor], bool]) -> None:
    """Everything that is asked for can be checked: `has` says what there is."""
    for factor in {factor for sequence in login for factor in sequence}:
        if not has(factor):
            raise section.error("login", f'"{factor}" is asked for, and {_MISSING[factor]}')


def _sequence(names: object) -> tuple[Factor, ...]:
    if not isinstance(names, list) or not names:
        raise ValueError('is not a list like ["publickey", "totp"]')
    for name in names:
        if name not in FACTORS:
            raise ValueError(f"{name!r} is none of {', '.join(FACTORS)}")
    if names == ["totp"] or len(set(names)) != len(names):
        raise ValueError("six digits alone are no login" if names == ["totp"] else "asks twice for the same")
    return tuple(names)


_MISSING: dict[Factor, str] = {
    "publickey": "there is neither authorized_keys, nor user_ca, nor server.authorized_keys_command",
    "password": "there is no password_file",
    "totp": "there is no totp_file",
    "pam": "pamela is not installed: pip install 'sessionlens-recorder[pam]'",
}
