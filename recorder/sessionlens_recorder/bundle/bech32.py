"""Bech32 (BIP 173), without its limit on length: how age writes X25519 keys, `age1…` and `AGE-SECRET-KEY-1…`.

The checksum finds typing errors; nothing here is cryptography.
"""

from __future__ import annotations

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM = 6


def encode(prefix: str, data: bytes) -> str:
    """`prefix` (lower case), `1`, the data and a checksum."""
    values = _regroup(data, 8, 5, pad=True)
    words = [*_expanded(prefix), *values]
    check = _polymod([*words, *[0] * _CHECKSUM]) ^ 1
    values += [check >> 5 * (_CHECKSUM - 1 - at) & 31 for at in range(_CHECKSUM)]
    return f"{prefix}1{''.join(_ALPHABET[value] for value in values)}"


def decode(text: str) -> tuple[str, bytes]:
    """The prefix in lower case, and the data. ValueError says what is wrong; it never repeats the text."""
    if text not in (text.lower(), text.upper()):
        raise ValueError("it mixes upper and lower case")
    prefix, found, rest = text.lower().rpartition("1")
    if not (found and prefix and len(rest) >= _CHECKSUM and set(rest) <= set(_ALPHABET) and prefix.isascii()):
        raise ValueError("it was cut, or has a character that no key has")
    values = [_ALPHABET.index(letter) for letter in rest]
    if _polymod([*_expanded(prefix), *values]) != 1:
        raise ValueError("its checksum does not hold: it was cut or mistyped")
    return prefix, bytes(_regroup(values[:-_CHECKSUM], 5, 8, pad=False))


def _expanded(prefix: str) -> list[int]:
    return [*(ord(letter) >> 5 for letter in prefix), 0, *(ord(letter) & 31 for letter in prefix)]


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for at, generator in enumerate(_GENERATOR):
            check ^= generator if top >> at & 1 else 0
    return check


def _regroup(values: bytes | list[int], size: int, wanted: int, *, pad: bool) -> list[int]:
    """Groups of `size` bits as groups of `wanted` bits."""
    bits = held = 0
    groups = []
    for value in values:
        bits, held = bits << size | value, held + size
        while held >= wanted:
            held -= wanted
            groups.append(bits >> held & (1 << wanted) - 1)
        bits &= (1 << held) - 1
    if pad and held:
        groups.append(bits << wanted - held & (1 << wanted) - 1)
    elif not pad and (held >= size or bits):
        raise ValueError("it has bits that belong to no byte")
    return groups
