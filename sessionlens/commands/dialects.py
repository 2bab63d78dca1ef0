"""What shells read differently in a line: bash(1), zshmisc(1), dash(1), fish-language(1), tcsh(1)."""

from __future__ import annotations

import re
from typing import NamedTuple

_ESCAPED = re.compile(r"\\(['\\])")


class Dialect(NamedTuple):
    """The grammar of one shell, as far as quotes, comments and here-documents go."""

    comments: bool = True
    """`#` begins one in a line that is typed."""

    heredocs: bool = True
    extended: bool = True
    """`$'…'`, `((…))`, `$[…]`, `[[…]]` and `<<<`."""

    escapes: bool = False
    """A backslash is one between single quotes."""

    outlive: bool = True
    """A here-document of `$(…)` may go on behind it, or end in its bracket (`X)`)."""


BASH = Dialect()
_POSIX = Dialect(extended=False, outlive=False)
_FISH = Dialect(heredocs=False, extended=False, escapes=True)
_ZSH = Dialect(comments=False, outlive=False)  # INTERACTIVE_COMMENTS is off, as it comes
_BY_NAME = {
    **dict.fromkeys(("dash", "ash", "posh", "yash", "busybox", "tcsh", "csh"), _POSIX),
    "fish": _FISH,
    "zsh": _ZSH,
}


def dialect(context: str) -> Dialect:
    """That of the innermost shell of a context (`bash > zsh`); bash's where it is not known."""
    return _BY_NAME.get(context.rpartition(" > ")[2], BASH)


def dialects(context: str) -> set[Dialect]:
    """Those that it may be: a shell that does not edit its lines is `sh` (shells.py), and may be bash."""
    return {BASH, _POSIX} if context.rpartition(" > ")[2] in ("sh", "") else {dialect(context)}


def as_in_bash(text: str) -> str:
    """What stands between single quotes in fish, as it stands there in bash."""
    return _ESCAPED.sub(lambda match: "'\\''" if match[1] == "'" else "\\", text)
