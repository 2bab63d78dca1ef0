"""Programs that own the screen and run command lines for whoever sits in them, and how each is known.

By the name of the program that was started, or by what only this program prints: an alias, `git log` and
`crontab -e` start them too. Whatever is neither is no host, and nothing inside it is a command.
"""

from __future__ import annotations

from .openers import program
from .screen import View

_NAMES = {
    "vi": frozenset({"vi", "vim", "nvim", "view", "vimdiff", "ex", "vimtutor", "vim.basic", "vim.tiny"}),
    "less": frozenset({"less", "man", "zless", "pager", "journalctl", "systemctl", "git", "bat", "perldoc"}),
    "more": frozenset({"more", "zmore"}),
    "nano": frozenset({"nano", "pico", "rnano"}),
    "mc": frozenset({"mc", "mcedit", "mcview"}),
}  # fmt: skip
_PRINTS = {
    "vi": (b"Press ENTER or type command", b"\x1b[22;2t\x1b[22;1t", b"\x1b[>4;2m", b"\xe2\x96\xbd\x1b[6n"),
    "less": (b"done  (press RETURN)",),
    "more": (b"--More--",),
    "nano": (b"  GNU nano ",),
    "mc": (b"\x1b]0;mc [",),
}


def families(view: View, text: str, first: int, stop: int) -> dict[str, bool]:
    """Which hosts the output of this command line may be: `vi`, `less`, `more`, `nano`, `mc`.

    True where it was started by name; what a program prints, a file that is shown may hold as well.
    """
    name = program(text)
    return {
        family: name in names
        for family, names in _NAMES.items()
        if name in names or any(view.out.find(told, first, stop) >= 0 for told in _PRINTS[family])
    }


def called(family: str, text: str) -> str:
    """What to call a host in a context: as it was started, else by its family."""
    name = program(text)
    if family == "vi":
        return name if name in _NAMES["vi"] else "vim"
    return family


def is_host(text: str) -> bool:
    """Does this command line start a program that may leave a shell of its own to whoever sits in it?"""
    name = program(text)
    return any(name in names for names in _NAMES.values())
