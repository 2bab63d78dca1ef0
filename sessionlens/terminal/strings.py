"""Control strings: what stands in the output and is printed by no terminal (DCS, APC, PM, SOS, OSC).

The replay swallows them as terminals do; this reads them from the bytes afterwards, so that text in them is
found too. A string that nothing ends swallows whatever follows, on the terminal of who watched as well.
What programs do send (graphics, queries, tmux's pass-through, iTerm2's and VTE's own) is told by how it
begins; the numbers are those of xterm's ctlseqs and of the terminals' manuals.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .unseen import UNSEEN, contrast

if TYPE_CHECKING:
    from ..recording import Recording

TEXT_COLOURS = frozenset(b"%d" % index for index in range(1, 16) if index != 8)
MOST = 1 << 16  # bytes of a payload that are kept as text

_BEGIN = re.compile(rb"\x1b([PX^_\]])|\xc2([\x90\x98\x9e\x9f\x9d])")
_END = re.compile(rb"[\x18\x1a\x1b]|\xc2\x9c")
_OSC_END = re.compile(rb"[\x07\x18\x1a\x1b]|\xc2\x9c")
_TITLE_END = re.compile(rb"\x07|\x1b\\|\xc2\x9c|(?=\x1b)|\Z")
_NAMES = {"P": "DCS", "X": "SOS", "^": "PM", "_": "APC", "]": "OSC"}
_C1 = {0x90: "P", 0x98: "X", 0x9E: "^", 0x9F: "_", 0x9D: "]"}

# What programs say to terminals in strings, and no viewer needs to see: replies, settings, sixel and kitty
# graphics, tmux's and screen's pass-through.
_KNOWN = re.compile(
    rb"P(?:[0-9;]*q|[01]?[$+][qrpt]|>\||=[0-9]+s|[0-9;]*\||tmux;|\x1b|[0-9;]*[{!])|_G|"
    rb"\](?:[0-8]|9;[0-9]+|1[0-9]|2[0-9]|1[01][0-9]|46|50|52|60|66|133|633|697|1337|3008|9001)(?:;|$)"
)
_WORD = re.compile(r"[^\W_]{3,}")
_RGB = re.compile(rb"(?:#|rgb:)([0-9A-Fa-f]+)(?:/([0-9A-Fa-f]+)/([0-9A-Fa-f]+))?$")


@dataclass(frozen=True, slots=True)
class String:
    """One control string: bytes `first`..`last` of `out`, introducer and end included."""

    t_ns: int
    first: int
    last: int
    name: str
    """DCS, SOS, PM, APC or OSC."""
    payload: bytes
    size: int
    """Bytes of the whole payload; `payload` is cut at 65,536."""
    ended: bool
    cancelled: bool
    """By CAN or SUB: then nothing comes of it."""

    @property
    def names_window(self) -> bool:
        """Is it a whole OSC 0, 1 or 2?"""
        return (
            self.ended
            and not self.cancelled
            and self.name == "OSC"
            and self.payload[:2] in (b"0;", b"1;", b"2;")
        )


def strings(recording: Recording) -> Iterator[String]:
    """All control strings of the output, in order."""
    out = recording.blob("o")
    events = (recording.stream == ord("o")).nonzero()[0]
    if not len(events):
        return
    starts = recording.offset[events].tolist()
    times = recording.t_ns[events].tolist()
    at, stop = starts[0], starts[-1] + int(recording.size[events[-1]])
    while (begin := _BEGIN.search(out, at, stop)) is not None:
        kind = begin[1].decode() if begin[1] else _C1[begin[2][0]]
        end = (_OSC_END if kind == "]" else _END).search(out, begin.end(), stop)
        close = stop if end is None else end.start()
        t_ns = times[max(bisect_right(starts, begin.start()) - 1, 0)]
        payload = out[begin.end() : min(close, begin.end() + MOST)]
        at = close if end is None else end.end()
        if end is not None and end[0] == b"\x1b":
            at = end.end() + 1 if out[end.end() : end.end() + 1] == b"\\" else end.start()
        last = max(at, begin.end()) - 1
        size = close - begin.end()
        cancelled = end is not None and end[0] in (b"\x18", b"\x1a")
        ended = end is not None
        yield String(t_ns, begin.start(), last, _NAMES[kind], bytes(payload), size, ended, cancelled)


def last_of_title(out: bytes, first: int) -> int:
    """The last byte of an OSC, or of `ESC k … ESC \\`, that begins at `first`."""
    end = _TITLE_END.search(out, first + 2)
    return (end.end() if end else len(out)) - 1


def smuggled(string: String) -> str:
    """The text of a string that carries words and is not one of those that programs send; else ""."""
    kind = next(letter for letter, name in _NAMES.items() if name == string.name)
    text = readable(string.payload)
    if not _WORD.search(text):
        return ""
    swallowed = string.cancelled or (b"\n" in string.payload and b" " in string.payload)
    if _KNOWN.match(kind.encode() + string.payload) and not swallowed:
        return ""
    return text


def readable(payload: bytes) -> str:
    """A payload as text: escape sequences in it gone, lines kept."""
    text = payload.decode("utf-8", "replace").replace("\r\n", "\n")
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]+", " ", text).strip()


def clipboard(string: String) -> bool:
    """OSC 52 that writes the viewer's clipboard (a `?` only reads it)."""
    number, _, rest = string.payload.partition(b";")
    data = rest.partition(b";")[2]
    return string.name == "OSC" and number == b"52" and len(data) > 0 and data != b"?"


class Colours:
    """The default colours as OSC 10 and 11 set them; and what OSC 4 makes of the palette."""

    def __init__(self) -> None:
        self._set: dict[bytes, int] = {}

    def hidden(self, string: String) -> tuple[str, str] | None:
        """(severity, why) if this string makes plain or coloured text as good as invisible.

        One colour alone does so on some terminals only: nobody knows the theme of who watched.
        """
        number, _, rest = string.payload.partition(b";")
        if string.name == "OSC" and number == b"4":
            return self._palette(rest.split(b";"))
        if string.name != "OSC" or number not in (b"10", b"11", b"110", b"111"):
            return None
        if number in (b"110", b"111"):
            self._set.pop(number[1:], None)
            return None
        for which, spec in zip(range(int(number), 12), rest.split(b";"), strict=False):
            colour = colour_of(spec)
            if colour is not None:
                self._set[b"%d" % which] = colour
        text, ground = self._set.get(b"10"), self._set.get(b"11")
        if contrast(0xE5E5E5 if text is None else text, ground or 0) >= UNSEEN:
            return None
        if text is not None and ground is not None:
            return (
                "high",
                f"text was set to #{text:06x} on #{ground:06x}: plain text is invisible from here on",
            )
        if text is not None:
            return "low", f"text was set to #{text:06x}, the background is not known: invisible on a dark one"
        return (
            "low",
            f"the background was set to #{ground:06x}, the text is not known: invisible if it is light",
        )

    def _palette(self, parts: list[bytes]) -> tuple[str, str] | None:
        """OSC 4: is one of the named colours made the background's? Black and grey (0, 8) often are."""
        ground = self._set.get(b"11")
        for index, spec in zip(parts[::2], parts[1::2], strict=False):
            colour = colour_of(spec)
            if index not in TEXT_COLOURS or colour is None or contrast(colour, ground or 0) >= UNSEEN:
                continue
            made = f"colour {int(index)} was set to #{colour:06x}"
            if ground is not None:
                return "high", f"{made} on #{ground:06x}: text in it is invisible from here on"
            return "low", f"{made}, the background is not known: text in it is invisible on a dark one"
        return None


def colour_of(spec: bytes) -> int | None:
    """`#rgb`, `#rrggbb`, `rgb:r/g/b` and their longer forms as 0xRRGGBB, or black or white; else None."""
    if spec in (b"black", b"white"):
        return 0 if spec == b"black" else 0xFFFFFF
    match = _RGB.match(spec)
    if match is None:
        return None
    parts = [part for part in match.groups() if part]
    if len(parts) == 1:
        size = len(parts[0]) // 3
        if not size or len(parts[0]) % 3:
            return None
        parts = [parts[0][at : at + size] for at in range(0, 3 * size, size)]
    red, green, blue = (int(part, 16) * 255 // ((1 << 4 * len(part)) - 1) for part in parts)
    return red << 16 | green << 8 | blue
