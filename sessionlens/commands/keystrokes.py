"""The keystrokes behind a command, to be read by a person: `ls no⟨Tab⟩⟨Enter⟩`.

What was typed without echo is not shown, nor how long it was.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .keys import Key, keys
from .model import HIDDEN

if TYPE_CHECKING:
    from sessionlens.recording import Recording

_NAMES = {"eof": "Ctrl-D", "interrupt": "Ctrl-C", "suspend": "Ctrl-Z"}


def keystrokes(recording: Recording, first: int, last: int, hidden: Sequence[tuple[int, int]]) -> str:
    """The keys whose bytes lie in `first` to `last` of `in` (inclusive); `hidden` are ranges to leave out."""
    begins = [start for start, _ in hidden]
    shown: list[str] = []
    for key in keys(recording):
        if first <= key.first and key.last <= last and key.name != "reply":
            at = bisect_right(begins, key.last) - 1
            secret = at >= 0 and hidden[at][1] >= key.first
            text = HIDDEN if secret else _named(key, recording)
            if not secret or shown[-1:] != [HIDDEN]:
                shown.append(text)
    return "".join(shown)


def _named(key: Key, recording: Recording) -> str:
    if key.name == "text":
        return key.text
    if key.name == "paste":
        return f"⟨paste {key.text}⟩"
    raw = recording.blob("i")[key.first : key.last + 1]
    if key.name == "other":
        return f"⟨{_spelled(raw)}⟩"
    if len(raw) == 1 and raw[0] < 32 and key.name not in ("enter", "tab", "backspace", "escape"):
        return f"⟨{_NAMES.get(key.name) or _spelled(raw)}⟩"
    return f"⟨{_NAMES.get(key.name, key.name.replace('-', ' ').capitalize())}⟩"


def _spelled(raw: bytes) -> str:
    """Control characters as people name them: `Ctrl-R`, `Esc .`."""
    parts = [f"Ctrl-{chr(byte + 64)}" if byte < 32 and byte != 27 else chr(byte) for byte in raw]
    return " ".join("Esc" if part == "\x1b" else part for part in parts)
