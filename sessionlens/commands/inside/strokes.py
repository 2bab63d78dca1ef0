"""Keystrokes one by one, and how far they confirm a line that was read from inside a program.

A program's own keys (`dd`, Esc, a mark's letter) stand before such a line, so nobody knows where it begins
in the keystrokes: every place is tried, and what the keys spell from there is compared. Not which program
reads them (hosts.py) and not lines at a shell's prompt (matching.py).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..editor import LineEditor
from ..keys import Key, keys_of
from ..matching import in_order, tidy
from ..model import TIERS

if TYPE_CHECKING:
    from sessionlens.recording import Recording

_PLACES = 16  # where a line may begin in the keystrokes before its Enter
_LONGEST = 4096
_EXPANDED = re.compile(r"[%#!\\]")
_ENDS = ("enter", "interrupt")
PIPES = "!#|"  # what opens a command line in less
_ENTERS = 8  # that are looked at for one line


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What the keystrokes say of a line: the tier, the line as keys alone spell it, their bytes."""

    confidence: str
    reason: str
    model: str | None
    first: int | None
    last: int | None
    t_ns: int
    source: str = "screen"


def strokes(recording: Recording, first_ns: int, stop_ns: int) -> list[Key]:
    """Every key pressed in a time on its own: text cut into characters, Esc cut from the one behind it."""
    begin, end = recording.t_ns.searchsorted(first_ns), recording.t_ns.searchsorted(stop_ns, side="right")
    events = [at for at in range(int(begin), int(end)) if recording.stream[at] == ord("i")]
    return [each for key in keys_of(recording, events) for each in _single(key, recording)]


def _single(key: Key, recording: Recording) -> Iterator[Key]:
    if key.name in ("text", "paste"):
        at = key.first
        for char in key.text:
            size = len(char.encode("utf-8", "surrogatepass")) if key.name == "text" else 0
            last = min(at + max(size, 1) - 1, key.last) if key.name == "text" else key.last
            yield Key("text" if char != "\n" else "newline", char, key.t_ns, key.event, at, last)
            at = min(at + size, key.last)
        return
    raw = bytes(recording.blob("i")[key.first : key.last + 1])
    if key.name != "reply" and len(raw) == 2 and raw[:1] == b"\x1b" and 32 < raw[1] < 127:
        yield Key("escape", "", key.t_ns, key.event, key.first, key.first)
        yield Key("text", chr(raw[1]), key.t_ns, key.event, key.last, key.last)
    elif key.name == "edit" and raw == b"\x18e":
        yield Key("other", "", key.t_ns, key.event, key.first, key.first)
        yield Key("text", "e", key.t_ns, key.event, key.last, key.last)
    elif key.name != "reply":
        yield key if raw != b"\x1b" else Key("escape", "", key.t_ns, key.event, key.first, key.last)


class Typed:
    """The keystrokes of one time, asked what was typed before a moment."""

    def __init__(self, recording: Recording, first_ns: int, stop_ns: int) -> None:
        self.has_input = recording.has_input
        self.keys = strokes(recording, first_ns, stop_ns) if self.has_input else []
        self._times = [key.t_ns for key in self.keys]

    def lines(self, since_ns: int, t_ns: int) -> Iterator[Sequence[Key]]:
        """Keys that end in an Enter pressed after `since_ns` and by `t_ns`, the last Enter first."""
        at = bisect_right(self._times, t_ns)
        for _ in range(_ENTERS):
            while at > 0 and self.keys[at - 1].name != "enter" and self._times[at - 1] > since_ns:
                at -= 1
            if at == 0 or self._times[at - 1] <= since_ns:
                return
            start = at - 1
            while start > 0 and at - start < _LONGEST and self.keys[start - 1].name not in _ENDS:
                start -= 1
            yield self.keys[start:at]
            at -= 1


def confirmed(line: Sequence[Key], texts: Sequence[str], opens: str, bare: bool = False) -> Confirmed | None:
    """How far keys that end in Enter spell one of these texts, of which the first is what the screen shows.

    Such a line begins behind a character that `opens` it, behind a key that is no character, or, `bare`, with
    the first key. None where nothing there can have begun one.
    """
    pressed, enter = line[:-1], line[-1]
    starts = [-1] if bare and pressed else []
    starts += [at for at, key in enumerate(pressed) if key.name != "text" or key.text in opens]
    best: Confirmed | None = None
    for at in starts[-_PLACES:]:
        editor = LineEditor()
        mark = opens == PIPES and pressed[at].text == "|"
        for key in pressed[at + 1 + mark :]:
            editor.press(key)
        begun = at - (at > 0 and pressed[at].text == "!" and pressed[at - 1].text == ":")
        found = _compared(editor, texts, pressed[max(begun, 0)].first, enter)
        if best is None or TIERS.index(found.confidence) > TIERS.index(best.confidence):
            best = found
        if found.confidence == "high":
            break
    return best


def well_typed(recording: Recording, text: str, begun_ns: int, by_ns: int, since_ns: int) -> Confirmed | None:
    """What the keys since `begun_ns` say of a line, if one whose Enter came after `since_ns` explains it."""
    lines = Typed(recording, begun_ns + 1, by_ns).lines(since_ns, by_ns)
    found = (confirmed(line, [text], "", bare=True) for line in lines)
    return next((keyed for keyed in found if keyed is not None and keyed.confidence != "low"), None)


def spelled(line: Sequence[Key], shown: str) -> str:
    """The longest text that keys with Enter spell and that ends what is shown; "" where there is none."""
    pressed = line[:-1]
    starts = [-1, *(at for at, key in enumerate(pressed) if key.name != "text")]
    for at in starts[-_PLACES:]:
        editor = LineEditor()
        for key in pressed[at + 1 :]:
            editor.press(key)
        if editor.certain and editor.buffer.strip() and shown.rstrip().endswith(editor.buffer.strip()):
            return editor.buffer.strip()
    return ""


def _compared(editor: LineEditor, texts: Sequence[str], first: int, enter: Key) -> Confirmed:
    spelled, text = editor.buffer, texts[0]
    wanted = {tidy(each).strip() for each in texts}
    if editor.certain and tidy(spelled).strip() in wanted:
        reason = "screen and keystrokes say the same"
        return Confirmed("high", reason, spelled, first, enter.last, enter.t_ns)
    if _explains(editor, text) or (editor.certain and text in spelled):
        reason = "history, completion or an expansion explains what was not typed"
        model = spelled if editor.certain else None
        return Confirmed("medium", reason, model, first, enter.last, enter.t_ns)
    reason = "the keystrokes say otherwise: the screen is taken"
    return Confirmed("low", reason, spelled if editor.certain else None, first, enter.last, enter.t_ns)


def echoed(model: str, shown: str) -> bool:
    """Does the screen show all of a line that keys make, but for characters that the program replaces?"""
    return in_order(_EXPANDED.sub("", model), shown)


def _explains(editor: LineEditor, text: str) -> bool:
    """Do history, completion or a character that the program replaces account for the rest of the text?"""
    typed = "".join(editor.typed)
    if not editor.certain:
        return in_order(typed, text)
    return bool(_EXPANDED.search(typed)) and echoed(typed, text)
