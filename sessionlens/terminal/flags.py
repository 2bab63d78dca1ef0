"""Flags: what the recording holds and a viewer could have missed, with its time, its bytes and the reason.

Made after the replay from the trace's notes, the frames and the bytes; the hot path pays nothing. A flag is a
pointer, not a verdict: honest programs conceal and overwrite too, and what they do routinely is left out
(docs/not-fooled.md says what, docs/decisions/0034 how often the rest still happens).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .progress import amounts, counted
from .strings import Colours, clipboard, last_of_title, readable, smuggled, strings
from .titles import odd, rapid
from .unseen import CHARACTERS, INVISIBLE, Note
from .vanished import Around, Episode, Keys, Vanished, between_frames, brief, episodes, skeleton
from .words import GAP, Words

if TYPE_CHECKING:
    from ..recording import Recording
    from .replaying import Replay

KINDS = {
    "concealed": "printed with the concealed attribute (SGR 8): most terminals show nothing",
    "same-colours": "printed in the colour of its background, or so near to it that nobody sees it",
    "dark": "printed in black on the default background: not to be seen on a dark terminal",
    "invisible-characters": "zero-width, bidi or filler characters: the line reads otherwise than its bytes",
    "line-drawing": "words printed under the line-drawing character set: they show as lines and symbols",
    "flashed": "gone from the screen within 100 ms of being printed",
    "cut-off": "printed past the edge with autowrap off: written over by its own last character",
    "control-string": "text in a control string (DCS, APC, PM, SOS, OSC), which no terminal prints",
    "clipboard": "written to the clipboard of who watched (OSC 52), and not to the screen",
    "recoloured": "the terminal's own colours were made alike, as far as known: text in them is invisible",
    "title": "text in the window's title, which is not part of the screen",
    "title-report": "asks the terminal to type the window's title as if the user had (CSI 21 t)",
    "scrollback-erased": "erases what had scrolled off: nobody could scroll back to it",
    "alternate-screen": "plain output on the alternate screen: gone when that is left",
    "line-rewritten": "a command's line was changed on the screen after it was run",
    "line-elsewhere": "a line handed over on the alternate screen, which is gone when that is left",
}
_LOOKS = {
    "conceal": "concealed",
    "same colours": "same-colours",
    "dark": "dark",
    "invisible characters": "invisible-characters",
    "line drawing": "line-drawing",
    "cut off": "cut-off",
}
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_LETTER = re.compile(r"[^\W_]|[;|&<>$`]")
_JOIN_BYTES = 64  # between two flags of one line that belong together
ADDRESSED = re.compile(rb"\x1b(?:\[(?:\d+;\d+[Hfr]|\d*d|\?1h|\?25l|\?100\dh)|=)")
_ESCAPES = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[()*+][0-~]|[ -/]*[0-~])|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)
LOCATED = 8  # texts of one flag that are looked for
TURN_NS, TURN_BYTES, MOST = 1_000_000_000, 4096, 1 << 16  # of texts that come and go in turn
_CONTROL = re.compile(rb"[\x00-\x06\x08-\x1f\x7f]")
_CLEAR = re.compile(rb"\x1b\[H\x1b\[2?J\Z|\x1b\[H\x1b\[2?J\x1b\[3J")


@dataclass(frozen=True, slots=True)
class Flag:
    """Bytes `offset`..`last` (inclusive) of `out`: from the text, where its bytes stand together, on.

    They end at what hid it. `text` as the bytes had it, "" where a sequence hid or asked for something;
    `severity` (high, medium, low) says how urgently to look.
    """

    t_ns: int
    offset: int
    last: int
    kind: str
    text: str
    why: str
    severity: str


def flags(replay: Replay) -> list[Flag]:
    """All flags of a recording that the terminal knows of, in the order of their bytes."""
    recording, trace = replay.recording, replay.trace
    out = recording.blob("o")
    around = Around(replay.timeline)
    keys = Keys(recording, trace)
    stays = episodes(trace, replay.timeline.end_ns, _end(replay))
    found = [*_looks(trace.unseen, recording)]
    found += _vanished(between_frames(trace, around, stays, keys), out)
    found += _vanished(brief(recording, around, keys), out)
    found += _sequences(trace.unseen, out)
    found += _strings(replay)
    found += _titles(replay, around)
    found += _alternate(stays, out)
    return sorted(_once(found), key=lambda flag: (flag.offset, flag.kind))


def _end(replay: Replay) -> int:
    offsets = replay.timeline.offset
    return offsets[-1] if len(offsets) else 0


# ---- how text looked


def _looks(notes: Iterable[Note], recording: Recording) -> Iterator[Flag]:
    """Concealed and the like; what was typed key by key is one flag."""
    out, words = recording.blob("o"), Words(recording)
    open_note: Note | None = None
    for note in notes:
        if note.how not in _LOOKS:
            continue
        last = open_note
        if last is not None and last.how == note.how and note.offset - last.end <= _JOIN_BYTES:
            gap = out[last.end : note.offset]
            if note.how == CHARACTERS and GAP.fullmatch(gap) and len(last.text) < 4096:
                text = last.text + _ESCAPES.sub(b"", gap).decode("utf-8", "replace") + note.text
                open_note = Note(last.t_ns, last.offset, note.end, last.how, text, last.alternate)
                continue
            if note.how != CHARACTERS and b"\n" not in gap and len(last.text) < 4096:
                shown = _ESCAPES.sub(b"", gap)
                text = last.text + (shown.decode() if not shown.strip(b" ") else "\n") + note.text
                open_note = Note(last.t_ns, last.offset, note.end, last.how, text, last.alternate)
                continue
        if last is not None and _says(last):
            yield _look(last, words)
        open_note = note
    if open_note is not None and _says(open_note):
        yield _look(open_note, words)


def _says(note: Note) -> bool:
    """Is there text in it? Blanks, bars and the arrows of prompts are often drawn in one colour."""
    return note.how == CHARACTERS or _LETTER.search(note.text) is not None


def _look(note: Note, words: Words) -> Flag:
    kind = _LOOKS[note.how]
    if note.how == CHARACTERS:
        note = words.whole(note)
    severity = {"dark": "low", "same-colours": "medium", "cut-off": "medium"}.get(kind, "high")
    why = KINDS[kind]
    if kind == "invisible-characters":
        severity = "high" if _BIDI.search(note.text) else "medium"
        names = {f"U+{ord(c):04X}" for match in INVISIBLE.finditer(note.text) for c in match[0]}
        why += f" ({', '.join(sorted(names)[:6])})" if names else ""
    if note.alternate and severity != "low":
        severity = "medium" if severity == "high" else "low"
        why += "; on the alternate screen"
    return Flag(note.t_ns, note.offset, max(note.end - 1, note.offset), kind, note.text, why, severity)


# ---- text that left at once


def _vanished(gone: Iterable[Vanished], out: bytes) -> Iterator[Flag]:
    """A shell draws and drops suggestions and menus at every key: those are left out."""
    told: set[str] = set()
    for some in _together(one for one in gone if not one.editing):
        first, last = some[0], some[-1]
        text = "\n".join(dict.fromkeys(one.text for one in some))
        bare = skeleton(text)
        if "0" in bare and bare in told:
            continue  # a display whose numbers move
        told.add(bare)
        places = (locate(out, part, first.since, first.offset) for part in text.split("\n")[:LOCATED])
        offset = next((place for place in places if place is not None), first.offset)
        ms = first.after_ns / 1e6
        why = (
            f"{first.how} {ms:.0f} ms after it came" if ms else f"{first.how} before any frame could show it"
        )
        answer = all(one.answer for one in some)
        why += ", in answer to a key" if answer else ""
        why += f"; {len(some)} texts in turn" if last.t_ns > first.t_ns else ""
        severity = "low" if answer or _progress(some, text) else "medium"
        end = max(max(one.offset for one in some), offset)
        yield Flag(first.t_ns, offset, end, "flashed", text, why, severity)


def _progress(some: Sequence[Vanished], text: str) -> bool:
    """Is it what a progress display shows, all of it?"""
    lines = text.split("\n")
    if amounts([skeleton(line) for line in lines]) or counted(lines):
        return True
    states = sum(one.states for one in some)
    return states > 1 and states == sum(one.text.count("\n") + 1 for one in some)


def _together(gone: Iterable[Vanished]) -> Iterator[list[Vanished]]:
    """Texts that came and went one after the other are told at once."""
    some: list[Vanished] = []
    size = 0
    for one in gone:
        apart = some and (one.t_ns - some[-1].t_ns > TURN_NS or one.since - some[-1].offset > TURN_BYTES)
        if some and (apart or size > MOST):
            yield some
            some, size = [], 0
        some.append(one)
        size += len(one.text)
    if some:
        yield some


def locate(out: bytes, text: str, low: int, high: int) -> int | None:
    """Where the bytes of a text stand between two offsets, or those of its longest word; None if nowhere."""
    for part in (text, max(text.split(), key=len, default="")):
        data = part.encode("utf-8", "surrogatepass")
        at = out.rfind(data, low, high + len(data)) if data else -1
        if at >= 0:
            return at
    return None


# ---- sequences and strings


def _sequences(notes: Iterable[Note], out: bytes) -> Iterator[Flag]:
    for note in notes:
        if note.how == "scrollback erased":
            whole = _CLEAR.search(out, max(note.offset - 16, 0), note.offset + 4) is not None
            reset = out.startswith(b"\x1bc", note.offset)
            why = f"{'RIS (ESC c)' if reset else 'CSI 3 J'} {KINDS['scrollback-erased']}"
            why += (
                f"; the whole screen too, as `{'reset' if reset else 'clear'}` does" if whole or reset else ""
            )
            severity = "low" if whole or reset else "medium"
            yield Flag(note.t_ns, note.offset, note.end - 1, "scrollback-erased", "", why, severity)
        elif note.how == "title report":
            why = KINDS["title-report"]
            yield Flag(note.t_ns, note.offset, note.end - 1, "title-report", "", why, "medium")


def _strings(replay: Replay) -> Iterator[Flag]:
    colours = Colours()
    for string in strings(replay.recording):
        place = string.t_ns, string.first, string.last
        if (known := colours.hidden(string)) is not None:
            severity, why = known
            yield Flag(*place, "recoloured", string.payload.decode("utf-8", "replace"), why, severity)
        elif string.names_window:
            if _CONTROL.search(string.payload):
                text, why = readable(string.payload[2:]), "a title with control characters in it"
                yield Flag(*place, "title", text, why, "medium")
        elif clipboard(string):
            text = string.payload.decode("utf-8", "replace")
            yield Flag(*place, "clipboard", text, KINDS["clipboard"], "low")
        elif text := smuggled(string):
            why = f"{string.name}: {KINDS['control-string']}"
            if string.size > len(string.payload):
                why += f"; the first {len(string.payload)} of {string.size} bytes"
            if not string.ended:
                why += "; nothing ends it: all output from here on is swallowed"
            severity = "high" if "\n" in text or not string.ended else "medium"
            yield Flag(*place, "control-string", text, why, severity)


# ---- titles


def _titles(replay: Replay, around: Around) -> Iterator[Flag]:
    out = replay.recording.blob("o")
    titles = [(t, offset, text) for t, offset, kind, text in replay.trace.marks if kind in ("title", "icon")]
    known: set[str] = set()
    runs = list(rapid(titles))
    within = {at for first, last in runs for at in range(first, last + 1)}
    for at, (t_ns, offset, title) in enumerate(titles):
        if at in within or title in known or not title.strip():
            continue
        known.add(title)
        frame = around.at(offset)
        found = odd(title, around.near(frame - 1, (frame, frame + 1, frame + 2)).text)
        if found is not None:
            yield Flag(t_ns, offset, last_of_title(out, offset), "title", title, found[1], found[0])
    for first, last in runs:
        text = "\n".join(title for _, _, title in titles[first : last + 1])
        why = f"{last - first + 1} titles one after the other, faster than anyone reads"
        end = last_of_title(out, titles[last][1])
        yield Flag(titles[first][0], titles[first][1], end, "title", text, why, "medium")


# ---- the alternate screen


def _alternate(stays: Iterable[Episode], out: bytes) -> Iterator[Flag]:
    """Stays in which lines were printed as on the main screen, and nothing was drawn."""
    for stay in stays:
        data = out[stay.first : stay.stop]
        if len(ADDRESSED.findall(data)) > 1:
            continue
        text = _ESCAPES.sub(b"", data[:65536]).decode("utf-8", "replace").replace("\r", "")
        if sum(map(str.isalnum, text)) < 3:
            continue
        last = max(stay.stop - 1, stay.first)
        why = KINDS["alternate-screen"]
        yield Flag(stay.t0_ns, stay.first, last, "alternate-screen", text.strip(), why, "medium")


def _once(found: Iterable[Flag]) -> Iterator[Flag]:
    """Each text of a kind once where its bytes overlap."""
    last: dict[str, Flag] = {}
    for flag in sorted(found, key=lambda each: (each.offset, -each.last)):
        before = last.get(flag.kind)
        twice = before is not None and flag.offset <= before.last and flag.kind == "flashed"
        if twice and before is not None and flag.text in before.text:
            continue
        last[flag.kind] = flag
        yield flag


def time_of(replay: Replay, offset: int) -> int:
    """When the byte at an offset of `out` came."""
    recording = replay.recording
    outputs = (recording.stream == ord("o")).nonzero()[0]
    at = bisect_right(recording.offset[outputs].tolist(), offset) - 1
    return int(recording.t_ns[outputs[max(at, 0)]]) if len(outputs) else 0
