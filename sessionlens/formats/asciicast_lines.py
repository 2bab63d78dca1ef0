"""The events of an asciicast: whole ones as JSON, damaged ones as far as their text goes.

No text of a damaged line gets into a gap's words: it may be what was typed.
"""

from __future__ import annotations

import json
import re
from typing import Any

from sessionlens.formats.elapsed import number_ns
from sessionlens.formats.tape import Tape
from sessionlens.recording import EXIT, RESIZE

EVENT = rb"\[\s{0,99}(\d[\d.eE+-]{0,60})\s{0,99},\s{0,99}"
_STRING = rb'"([^"\\]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\]*+)*+)'  # as far as it is one
_FOREIGN = re.compile("[\udc80-\udcff]")
_FRAME = re.compile(EVENT + _STRING + rb'"\s{0,99}\]')
_CUT = re.compile(EVENT + rb'"([io])"\s{0,99},\s{0,99}' + _STRING)
_CUT_FRAME = re.compile(EVENT + _STRING)
_TIMED = re.compile(EVENT)
_BETWEEN = re.compile(rb"[\s,]*+")
_BLANKS = re.compile(rb"\s*+")
_SIZE = re.compile(r"(\d{1,5})x(\d{1,5})", re.ASCII)
_CODE = re.compile(r"-?\d{1,9}", re.ASCII)


class _Number(str):
    """A number as the file writes it."""

    __slots__ = ()


_decode = json.JSONDecoder(strict=False, parse_float=_Number, parse_int=_Number).decode


def read_frames(tape: Tape, raw: bytes, at: int) -> None:
    """Version 1: `[delay, text], …]`."""
    while not raw.startswith(b"]", at := _passed(raw, at)):
        frame = _FRAME.match(raw, at)
        if frame is None:
            frame = _FRAME.search(raw, at + 1)
            end = frame.start() if frame else len(raw)
            cut = _CUT_FRAME.match(raw, at)
            if cut and (stamp := number_ns(cut[1].decode())) is not None:
                tape.data("o", stamp, _text_of(cut[2]), at)
            text = f"no frame of an asciicast; {'shown as far as its text goes' if cut else 'not shown'}"
            tape.damage("broken" if frame else "truncated", at, end - at, text)
            if frame is None:
                return
        stamp = number_ns(frame[1].decode())
        if stamp is None:
            tape.damage("broken", frame.start(), frame.end() - frame.start(), "its delay is no number")
        tape.data("o", stamp or 0, _text_of(frame[2]), frame.start())
        at = frame.end()


def _passed(raw: bytes, at: int) -> int:
    """Behind blanks and commas."""
    return match.end() if (match := _BETWEEN.match(raw, at)) else at


def _blank(raw: bytes, at: int) -> int:
    """Behind blanks and empty lines."""
    return match.end() if (match := _BLANKS.match(raw, at)) else at


def _text_of(quoted: bytes) -> bytes:
    """The bytes that the inside of a JSON string stands for."""
    text: str = json.loads(f'"{quoted.decode("utf-8", "surrogateescape")}"', strict=False)
    return encoded(text)


def read_lines(tape: Tape, raw: bytes, at: int, *, version: int) -> None:
    """Versions 2 and 3: a line an event, `[time, code, text]`."""
    while (at := _blank(raw, at)) < len(raw):
        end = raw.find(b"\n", at)
        end = len(raw) if end < 0 else end
        line = raw[at:end]
        comment = version > 2 and line.startswith(b"#")
        if not comment and not _whole(tape, line, at):
            _damaged(tape, line, at, "truncated" if end == len(raw) else "broken")
        at = end + 1


def _damaged(tape: Tape, line: bytes, place: int, kind: str) -> None:
    """Take what can be told of a line: its time keeps those after it right, its text is shown."""
    timed, cut = _TIMED.match(line), _CUT.match(line)
    stamp = number_ns(timed[1].decode()) if timed else None
    text = "no event of an asciicast; not shown"
    if stamp is not None and cut:
        text = "no event of an asciicast; shown as far as its text goes"
        tape.data(cut[2].decode(), stamp, _text_of(cut[3]), place)
    elif stamp is not None:
        tape.mark(stamp, "damaged event", place)
    tape.damage(kind, place, len(line), text)


def _whole(tape: Tape, line: bytes, place: int) -> bool:
    """Take a line that is an event; False if it is none."""
    try:
        text = line.decode("utf-8", "surrogateescape")
        event: Any = _decode(text)
    except (ValueError, RecursionError):
        return False
    if type(event) is not list or len(event) != 3:
        return False
    time, code, data = event
    stamp = number_ns(time) if type(time) is _Number else None
    if stamp is None or type(code) is not str or type(data) is not str:
        return False
    if not _take(tape, stamp, code, data, place):
        return False
    if not text.isascii() and _FOREIGN.search(text):
        tape.damage("broken", place, len(line), "not all of it is UTF-8; shown as the bytes are")
    return True


def _take(tape: Tape, stamp: int, code: str, data: str, place: int) -> bool:
    if code in ("o", "i"):
        tape.data(code, stamp, encoded(data), place)
    elif code == "r" and (size := _SIZE.fullmatch(data)):
        tape.event(RESIZE, stamp, int(size[1]), int(size[2]), place)
    elif code == "x" and _CODE.fullmatch(data):
        tape.event(EXIT, stamp, int(data), 0, place)
    elif code in ("r", "x"):
        return False
    else:  # a marker, or what a later asciinema adds: players pass it over, we tell
        said = data if code == "m" else f"{code}: {data}"
        tape.mark(stamp, said.encode("utf-8", "backslashreplace").decode(), place)
    return True


def encoded(text: str) -> bytes:
    """The bytes of a text: UTF-8, and what was none in the file as it was."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a surrogate pair
        return text.encode("utf-8", "surrogatepass")
