"""Events of sessions that differ in nothing but a secret."""

from __future__ import annotations

import string

Event = tuple[float, str, bytes]
PROMPT = b"\x1b[?2004hjohn@web01:~$ "
SECRETS = ("Sec5ret.x7", "Zwq9pop.y2")
TOKENS = ("ghp_" + "aB3" * 12, "ghp_" + "Xy7" * 12)
CARDS = ("4111 1111 1111 1111", "5500 0000 0000 0004")
ABC = string.ascii_letters + string.digits + "+/"


def typed(text: str, at: float = 0.5) -> list[Event]:
    """Each key, and its echo in a frame of its own."""
    out: list[Event] = []
    for character in text:
        out += [(at, "i", character.encode()), (at + 0.004, "o", character.encode())]
        at += 0.06
    return out


def command(text: str, output: bytes = b"", at: float = 0.5) -> list[Event]:
    """A prompt, a command typed key by key, what it prints, and the next prompt."""
    keys = typed(text, at)
    end = keys[-1][0] + 0.06
    taken = [(end, "i", b"\r"), (end + 0.01, "o", b"\r\n\x1b[?2004l\r")]
    return [(at - 0.1, "o", PROMPT), *keys, *taken, (end + 0.05, "o", output), (end + 0.1, "o", PROMPT)]


def shown(*pieces: bytes) -> list[Event]:
    """Output in pieces, each of which a frame shows."""
    begun = [(0.1, "o", PROMPT)]
    return begun + [(0.5 + 0.2 * i, "o", p) for i, p in enumerate(pieces)] + [(20.0, "o", b"\r\n" + PROMPT)]


def key_lines(which: int) -> list[str]:
    """The lines of a private key that nobody has."""
    size = len(ABC)
    mixed = [
        [(i * 37 + j * 11 + which * 29 + i * j * (which + 1)) % size for j in range(70)] for i in range(30)
    ]
    lines = ["".join(ABC[k] for k in row) for row in mixed]
    return [*lines, f"ab{'CD'[which]}=="]


def key(which: int) -> list[str]:
    """The same with its first and last line."""
    kind = "OPENSSH PRIVATE KEY-----"
    return [f"-----BEGIN {kind}", *key_lines(which), f"-----END {kind}"]
