"""The input stream as keys, with the byte range and the time of each.

Not the commands: completion, history and lag make keystrokes alone wrong in a quarter of lines. Sequences are
xterm's (ctlseqs); what a terminal answers by itself (cursor reports, colours, focus, mouse) is no key.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sessionlens.recording import Recording


_KEY = re.compile(
    rb"""(?P<paste>\x1b\[200~(?P<pasted>.*?)(?:\x1b\[201~|\Z))
    |(?P<reply>\x1b\[\??[0-9]+;[0-9]+(?:;[0-9]+)?R|\x1b\[[?>=][0-9;]*[cuny$]+|\x1b\[[0-9;]+\$y|\x1b\[[0-9;]*t|\x1b\[[IO]
        |\x1b\[<[0-9;]*[Mm]|\x1b\[M...|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[P_^X][^\x1b]*\x1b\\|\x1b\[0n)
    |(?P<named>\x18[\x05e]|\x1b?\x1b\[[0-?]*[ -/]*[@-~]|\x1b?\x1bO[ -~]|\x1b[^\x1b\[O\x03]|\x1b
        |[\x00-\x1f\x7f])
    |(?P<text>(?:[ -~]|[\x80-\xff])+)""",
    re.S | re.X,
)
_ESCAPE = re.compile(rb"(?P<named>\x1b)(?P<pasted>\Z)?")
_META_NS, _SEQUENCE_NS = 50_000_000, 500_000_000
_NAMES = {
    b"\x18\x05": "edit", b"\x18e": "edit",
    b"\r": "enter", b"\n": "enter", b"\x1bOM": "enter", b"\x03": "interrupt", b"\x04": "eof",
    b"\x1a": "suspend", b"\x7f": "backspace", b"\x08": "backspace", b"\t": "tab", b"\x01": "home",
    b"\x05": "end", b"\x02": "left", b"\x06": "right", b"\x0b": "kill-end", b"\x15": "kill-line",
    b"\x17": "kill-word", b"\x19": "yank", b"\x0c": "redraw", b"\x10": "up", b"\x0e": "down",
    b"\x12": "search", b"\x13": "search", b"\x07": "abort", b"\x14": "swap", b"\x0f": "enter-next",
    b"\x1b[A": "up", b"\x1bOA": "up", b"\x1b[B": "down", b"\x1bOB": "down", b"\x1b[C": "right",
    b"\x1bOC": "right", b"\x1b[D": "left", b"\x1bOD": "left", b"\x1b[H": "home", b"\x1bOH": "home",
    b"\x1b[1~": "home", b"\x1b[7~": "home", b"\x1b[F": "end", b"\x1bOF": "end", b"\x1b[4~": "end",
    b"\x1b[8~": "end", b"\x1b[3~": "delete", b"\x1bb": "word-left", b"\x1bf": "word-right",
    b"\x1b[1;5D": "word-left", b"\x1b[1;5C": "word-right", b"\x1b[1;3D": "word-left",
    b"\x1b[1;3C": "word-right", b"\x1bd": "delete-word", b"\x1b\x7f": "rubout-word",
    b"\x1b\x08": "rubout-word", b"\x1b\r": "newline", b"\x1b[13u": "enter",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Key:
    """One key, run of text or paste: `name` is text, paste, reply, other or an editing key's name; `raw`
    are its bytes, a paste with its brackets.
    """

    name: str
    text: str
    t_ns: int
    event: int
    first: int
    last: int
    raw: bytes = b""


def keys(recording: Recording) -> Iterator[Key]:
    """The keys of the whole input stream in order; a sequence split over events is one key."""
    yield from keys_of(
        recording, [i for i, stream in enumerate(recording.stream.tolist()) if stream == ord("i")]
    )


def keys_of(recording: Recording, events: Sequence[int]) -> Iterator[Key]:
    """The keys of some input events, neighbours in time."""
    if not events:
        return
    blob = recording.blob("i")
    offsets = [int(recording.offset[i]) for i in events]
    end = offsets[-1] + int(recording.size[events[-1]])
    times = [int(recording.t_ns[i]) for i in events]
    data = bytes(blob[:end])
    at = offsets[0]
    while (match := _KEY.search(data, at)) is not None:
        if data.startswith(b"\x1b", match.start()) and _apart(match, offsets, times):
            match = _ESCAPE.match(data, match.start()) or match
        at = match.end()
        kind = match.lastgroup if match.lastgroup != "pasted" else "paste"
        for first, last in _split(match, offsets) if kind == "text" else [(match.start(), match.end() - 1)]:
            done = bisect_right(offsets, last) - 1
            text = _text(data, first, last, match) if kind in ("text", "paste") else ""
            name = _NAMES.get(match[0], "other") if kind == "named" else str(kind)
            yield Key(name, text, times[done], events[done], first, last, data[first : last + 1])


def _apart(match: re.Match[bytes], offsets: list[int], times: list[int]) -> bool:
    """Did an ESC stand alone, and what follows was pressed later? A sequence that was cut comes at once."""
    at = bisect_right(offsets, match.start())
    if match.end() - match.start() < 2 or at == len(offsets) or offsets[at] != match.start() + 1:
        return False
    waited = times[at] - times[at - 1]
    return match[0][1:2] in b"\r\n" or waited > (_SEQUENCE_NS if match[0][1:2] in b"[O" else _META_NS)


def _split(match: re.Match[bytes], offsets: list[int]) -> Iterator[tuple[int, int]]:
    """A run of text in pieces of one event each, but never inside a UTF-8 character."""
    first = match.start()
    while first < match.end():
        at = bisect_right(offsets, first)
        stop = min(match.end(), offsets[at] if at < len(offsets) else match.end())
        while stop < match.end() and match[0][stop - match.start()] & 0xC0 == 0x80:
            stop += 1
        yield first, stop - 1
        first = stop


def _text(data: bytes, first: int, last: int, match: re.Match[bytes]) -> str:
    raw = match["pasted"] if match["pasted"] is not None else data[first : last + 1]
    return raw.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
