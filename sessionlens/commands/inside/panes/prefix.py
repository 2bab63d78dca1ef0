"""The keys of a multiplexer itself: its prefix and what follows, its prompts, its copy mode; no text.

Prefix and bindings are those of tmux(1) and screen(1) as they come. Another prefix is learned: a control
key after which a character is pressed that never shows, though characters do elsewhere. What is left goes
to the pane.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ...editor import LineEditor
from ...keys import Key
from .orders import opens_pane

_DEFAULT = {"tmux": b"\x02", "screen": b"\x01", "vim": b"\x17"}
_MAY_BE = (b"\x00", b"\x01", b"\x02", b"\x0f", b"\x11", b"\x13", b"\x14", b"\x1c", b"\x1d", b"\x1e", b"`")
_PROMPTS = {"tmux": frozenset(":,$.f'"), "screen": frozenset(":A'"), "vim": frozenset(":")}
_CHOOSES = {"tmux": frozenset("ws=D?~"), "screen": frozenset('"?*'), "vim": frozenset()}
_CONFIRMS = {"tmux": frozenset("&xt"), "screen": frozenset("kK\\"), "vim": frozenset()}
_MOVES = {
    "tmux": frozenset("o;nplc%\"!{}wsf'()L&xdD0123456789"),
    "screen": frozenset("nplcSQX|0123456789'\"kKd\t\x01 "),
    "vim": frozenset("wWhjklHJKLtTbpcoqNnsSv\x17"),
}
_OPENS = {"tmux": frozenset('c%"'), "screen": frozenset("c\x03"), "vim": frozenset()}
_AWAY = frozenset({"prompt", "choose", "confirm", "copy"})
_NEVER = 1 << 62
_ARROWS = frozenset({"up", "down", "left", "right"})
_REPEAT_NS = 600_000_000


@dataclass(frozen=True, slots=True)
class Sight:
    """What was on the screen when a key was pressed.

    `outside`: the cursor stood in no pane; `left`: what stood left of it; `layout`: pane and status line.
    """

    outside: bool = False
    copying: bool = False
    left: str = ""
    layout: object = None


@dataclass(frozen=True, slots=True)
class Ordered:
    """A command line of the multiplexer itself (`Ctrl-B :`), as the keys spell it."""

    text: str
    first: int
    last: int
    t_ns: int
    event: int


class Prefix:
    """Takes a multiplexer's own keys out of those pressed while it was there."""

    def __init__(
        self, family: str, raw: bytes, sights: Mapping[int, Sight], prefixes: frozenset[bytes]
    ) -> None:
        self.family, self.raw, self.sights, self.prefixes = family, raw, sights, prefixes
        self.mode = ""
        self.editor = LineEditor()
        self.began = 0
        self.pressed_ns = 0
        self.sight = Sight()
        self.commanded = False  # the last key was the multiplexer's
        self.ordered: list[Ordered] = []
        self.moves: list[int] = []
        self.opened: list[tuple[int, str]] = []
        """When a pane was opened, and with what, as far as the keys tell; "" is the usual shell."""

        self.asked = False  # the cursor was seen where a prompt of the multiplexer is
        self._away: list[tuple[int, int]] = []
        self._left: int | None = None

    def away(self, t_ns: int) -> bool:
        """Did the keys go to a prompt, a list or copy mode at this time, so that no pane has the cursor?"""
        at = bisect_left(self._away, (t_ns, 0)) - 1
        return at >= 0 and t_ns <= self._away[at][1]

    def runs(self, keys: Sequence[Key]) -> Iterator[list[Key]]:
        """The keys that a pane gets, cut where another may get what follows."""
        run: list[Key] = []
        for key in keys:
            if key.event in self.sights:
                self.sight = self.sights[key.event]
                self._look()
            for each in self._single(key):
                moves = len(self.moves)
                taken = self._takes(each)
                self._note(each.t_ns)
                if taken:
                    if len(self.moves) > moves and run:
                        yield run
                        run = []
                else:
                    run.append(each)
        self._note(_NEVER, end=True)
        if run:
            yield run

    def _note(self, t_ns: int, end: bool = False) -> None:
        away = self.mode in _AWAY and not end
        if away and self._left is None:
            self._left = t_ns
        elif not away and self._left is not None:
            self._away.append((self._left, t_ns))
            self._left = None

    def _look(self) -> None:
        """What the screen says about the mode."""
        self.asked = self.sight.outside or (self.asked and self.mode == "prompt")
        if self.sight.copying:
            self.mode = "copy"
        elif self.mode == "copy" and self.family == "tmux":
            self.mode = ""
        elif self.sight.outside and not self.mode and self.commanded:
            self.mode, self.editor = "prompt", LineEditor(certain=False)
        elif not self.sight.outside and self.mode == "prompt" and self.asked:
            self.mode, self.asked = "", False

    def _single(self, key: Key) -> Iterator[Key]:
        """A run of characters one by one, and Esc for itself: the first may be for the multiplexer."""
        if not (self.mode or b"`" in self.prefixes):
            yield key
        elif key.name == "text" and len(key.text) > 1:
            at = key.first
            for char in key.text:
                size = len(char.encode("utf-8", "surrogatepass"))
                yield replace(key, text=char, first=at, last=at + size - 1)
                at += size
        elif (
            self.mode != "prefix"
            and key.last == key.first + 1
            and self.raw[key.first : key.first + 1] == b"\x1b"
        ):
            yield replace(key, name="escape", last=key.first)
            char = self.raw[key.last : key.last + 1].decode("latin-1")
            name = "enter" if char == "\r" else "text" if char.isprintable() else "other"
            yield replace(key, name=name, text=char if name == "text" else "", first=key.last)
        else:
            yield key

    def _takes(self, key: Key) -> bool:
        raw = self.raw[key.first : key.last + 1]
        if self.mode == "prefix":
            self.mode = ""
            self._command(key, raw)
        elif raw in self.prefixes and self.mode not in ("prompt", "choose"):
            self.mode = "prefix"
        elif self.mode == "confirm":
            self.mode, self.commanded = "", False
            return True
        elif self.mode in ("prompt", "choose", "copy"):
            self._within(key)
        elif self.mode == "repeat" and key.name in _ARROWS and key.t_ns - self.pressed_ns < _REPEAT_NS:
            self.pressed_ns = key.t_ns
        else:
            self.mode = "" if self.mode == "repeat" else self.mode
            self.commanded = False
            return False
        self.commanded = True
        return True

    def _command(self, key: Key, raw: bytes) -> None:
        """The key behind the prefix."""
        char = raw.decode("latin-1")
        if char in _PROMPTS[self.family]:
            self.mode, self.editor, self.began = "prompt", LineEditor(), key.first
            self.editor.certain = char == ":"
        elif char in _CHOOSES[self.family]:
            self.mode = "choose"
        elif char in _CONFIRMS[self.family]:
            self.mode = "confirm"
        elif char == "[" or (self.family == "screen" and char == "\x1b") or char.startswith("\x1b[5~"):
            self.mode = "copy"
        elif key.name in _ARROWS:
            self.mode, self.pressed_ns = "repeat", key.t_ns
        if char in _OPENS[self.family]:
            self.opened.append((key.t_ns, ""))
        if char in _MOVES[self.family] or key.name in _ARROWS:
            self.moves.append(key.t_ns)

    def _within(self, key: Key) -> None:
        """A key for a prompt, a list or copy mode."""
        if self.mode == "prompt" and key.name == "enter" and self.editor.certain:
            self.ordered.append(Ordered(self.editor.buffer, self.began, key.last, key.t_ns, key.event))
            self.opened += [
                (key.t_ns, text) for text in (opens_pane(self.editor.buffer),) if text is not None
            ]
        leaves = key.name in ("enter", "interrupt", "abort") or self.raw[key.first : key.last + 1] == b"\x1b"
        if leaves or (self.mode != "prompt" and key.text.endswith("q")):
            self.mode = ""
            self.moves.append(key.t_ns)
        elif self.mode == "prompt":
            self.editor.press(key)


def prefixes(family: str, keys: Sequence[Key], raw: bytes, sights: Mapping[int, Sight]) -> frozenset[bytes]:
    """The prefix keys: the usual one unless what follows it shows, and others that change the layout."""
    shown: Counter[bytes] = Counter()
    silent: Counter[bytes] = Counter()
    found: Counter[bytes] = Counter()
    for key, command, following in zip(keys, keys[1:], keys[2:], strict=False):
        pressed = raw[key.first : key.last + 1]
        before = sights.get(command.event, sights.get(key.event))
        after = sights.get(following.event)
        if pressed not in _MAY_BE or command.name != "text" or before is None or after is None:
            continue
        if after.left == before.left + command.text:
            shown[pressed] += 1
        else:
            silent[pressed] += 1
            found[pressed] += before.layout != after.layout
    usual = _DEFAULT[family]
    others = {key for key in found if found[key] and not shown[key]}
    return frozenset(others | ({usual} if shown[usual] <= silent[usual] else set()))
