"""Card numbers: 13 to 19 digits of a card scheme, alone or in its groups, whose check digit is right."""

from __future__ import annotations

import re
from collections.abc import Iterator

_RUN = re.compile(
    r"(?<![\w.,:/+-])\d(?:\d{12,18}|\d{3}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{3}([ -])\d{6}\2\d{4,5})"
    r"(?![\w.:/-]*\w)"
)
_SCHEME = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}|3(?:0[0-5]|[68]\d|9\d)\d{11}"  # American Express, Diners
    r"|(?:6011|64[4-9]\d|65\d\d|62\d\d|35(?:2[89]|[3-8]\d))\d{12,15}"  # Discover, UnionPay, JCB
    r"|(?:50\d\d|5[6-8]\d\d|6304|67\d\d)\d{12,15}"  # Maestro
)  # fmt: skip


def cards(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each."""
    for found in _RUN.finditer(text):
        digits = found[0].replace(" ", "").replace("-", "")
        if _SCHEME.fullmatch(digits) and luhn(digits):
            yield found.span()


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0
