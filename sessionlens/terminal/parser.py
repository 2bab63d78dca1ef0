"""Bytes to typed operations: the state machine of DEC's VT500 parser, over UTF-8.

It knows nothing of a screen: it calls a `Target` with text, controls, escape and control sequences and the
payload of operating system commands. DCS, APC, PM and SOS payloads are swallowed. One regular expression
walks whole tokens; whatever it cannot take whole (sequences cut by a chunk, controls inside sequences) goes
through the states. Memory is bounded. Follows ECMA-35/48, vt100.net's parser diagram and xterm's ctlseqs;
UTF-8 errors as in the Unicode standard (one U+FFFD for each maximal subpart). 8-bit controls exist only in
their UTF-8 form, as in xterm.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

from .operations import Target, parse_csi

MAX_SEQUENCE = 255
MAX_PAYLOAD = 1 << 16
MAX_KNOWN = 4096
PIECE = 1 << 20  # bytes that are text, and lines of a flood, at a time

_TOKEN = re.compile(
    "([^\x00-\x1f\x7f-\x9f]+)"  # 1 text
    "|(\r{1,8}\n)"  # 2 a line's end
    "|\x1b\\[([<-?]?[0-9:;]{0,200}[ -/]{0,3}[@-~])"  # 3 a whole control sequence
    "|\x1b([ -/]{1,3}[0-~]|[0-OQ-WYZ\\\\`-jl-~])"  # 4 a whole escape sequence
    "|(\r{1,8})\\Z"  # 5 what may be the first half of a line's end
    "|([\x00-\x1a\x1c-\x1f\x7f])"  # 6 a control
    "|([\x1b\x80-\x9f])"  # 7 what opens a sequence
)
_OSC_END = re.compile("[\x07\x18\x1a\x1b\x9c]")
_STRING_END = re.compile("[\x18\x1a\x1b\x9c]")
_INTERMEDIATES = re.compile("[ -/]+")
_PARAMETERS = re.compile("[ -?]+")
_C0 = re.compile("[\x00-\x1f]+")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_ALIEN = re.compile("[\ud800-\udfff]+")


class Parser:
    """Feed it any bytes, in any pieces; `offset` is where in the stream the current operation begins."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._known: dict[str, Callable[[], object]] = {}
        self._states = {
            "escape": self._escape,
            "csi": self._csi,
            "osc": self._osc,
            "title": self._title,
            "title end": self._title_end,
            "string": self._string,
        }
        self.state = "ground"
        self.held = ""  # what was collected of the sequence in progress
        self.returned = -1  # the column before a carriage return that ended the last chunk
        self.fed = 0
        self._again = 0  # where in the text it is worth trying that
        self._text = ""
        self._base = self._at = self._known_at = self._known_bytes = 0
        self._sized = (-1, 0)  # where the operation begins whose size was asked for, and that size
        self._opened = -1  # where the sequence in progress began

    @property
    def offset(self) -> int:
        """Bytes before the current operation (between feeds: bytes fed)."""
        return self._opened if self._opened >= 0 else self._bytes(self._at)

    @property
    def size(self) -> int:
        """Bytes of the current operation, as far as it has come."""
        if self._opened >= 0:
            return self._bytes(self._at + 1) - self._opened
        if self._sized[0] != self._at:
            token = _TOKEN.match(self._text, self._at)
            size = len(token[0].encode("utf-8", "surrogateescape")) if token else 0
            self._sized = self._at, size
        return self._sized[1]

    def _bytes(self, at: int) -> int:
        """Bytes before a place in the text."""
        if at < self._known_at:
            self._known_at = self._known_bytes = 0
        piece = self._text[self._known_at : at]
        self._known_bytes += len(piece) if piece.isascii() else len(piece.encode("utf-8", "surrogateescape"))
        self._known_at = at
        return self._base + self._known_bytes

    @property
    def pending(self) -> bytes:
        """Bytes of a character that is not complete yet."""
        return self._decoder.getstate()[0]

    @pending.setter
    def pending(self, data: bytes) -> None:
        self._decoder.setstate((data, 0))

    def feed(self, data: bytes) -> None:
        """Carry out what the bytes say, as far as it is complete."""
        for at in range(0, len(data), PIECE):
            self._feed(data[at : at + PIECE] if len(data) > PIECE else data)

    def _feed(self, data: bytes) -> None:
        self._base = self.fed - len(self.pending)
        self.fed += len(data)
        self._text = text = self._decoder.decode(data)
        self._at = self._known_at = self._known_bytes = self._again = 0
        self._sized = (-1, 0)
        if not text:
            return
        at = 0
        end = len(text)
        while at < end:
            at = self._ground(text, at) if self.state == "ground" else self._states[self.state](text, at)
        if self.state == "ground":
            self._opened = -1
        self._base, self._text, self._at, self._known_at, self._known_bytes = self.fed, "", 0, 0, 0

    def _ground(self, text: str, at: int) -> int:
        """Whole tokens, until the end or something that needs the states."""
        self._opened = -1
        target = self.target
        known = self._known
        returned, self.returned = self.returned, -1
        for match in _TOKEN.finditer(text, at):
            kind = match.lastindex
            self._at = match.start()
            if kind == 1:
                run = match[1]
                target.text(run if run.isascii() else clean(run))
            elif kind == 3:
                body = match[3]
                perform = known.get(body)
                if perform is None:
                    perform = self._learn(body)
                perform()
            elif kind == 2:
                target.line_end(returned if returned >= 0 and self._at == 0 else target.column())
                here = match.end()
                if here >= self._again:
                    taken, self._again = target.lines(text, here)
                    if taken > here:
                        return taken
            elif kind == 4:
                target.escape(match[4])
            elif kind == 6:
                if match[6] == "\n" and returned >= 0 and self._at == 0:
                    target.line_end(returned)
                else:
                    target.control(match[6])
            elif kind == 5:
                self.returned = returned if returned >= 0 and self._at == 0 else target.column()
                target.control("\r")
            else:
                self._open(match[7])
                return match.end()
        return len(text)

    def _learn(self, body: str) -> Callable[[], object]:
        """Parse a control sequence once, and remember what carries it out."""
        if len(self._known) >= MAX_KNOWN:
            self._known.clear()
        operation = parse_csi(body)
        perform = self._known[body] = self.target.csi(operation) if operation is not None else nothing
        return perform

    def _open(self, char: str) -> None:
        """ESC or an 8-bit control: where to go from here."""
        self.held = ""
        self._opened = -1
        self._opened = self.offset
        if char == "\x1b":
            self.state = "escape"
        else:
            self._escaped(chr(ord(char) - 0x40))

    def _escaped(self, sequence: str) -> None:
        """An escape sequence is complete (without its ESC)."""
        self.state, self.held = "ground", ""
        if sequence == "[":
            self.state = "csi"
        elif sequence == "]":
            self.state = "osc"
        elif sequence in ("P", "X", "^", "_"):
            self.state = "string"
        elif sequence == "k":  # screen's and tmux's title: its payload is no text
            self.state = "title"
        else:
            self.target.escape(sequence)

    def _interrupt(self, char: str) -> bool:
        """What every sequence does with a control inside it: True if that ended it."""
        if char in "\x18\x1a":
            self.state, self.held = "ground", ""
        elif char == "\x1b" or "\x80" <= char <= "\x9f":
            self._open(char)
        else:
            if char != "\x7f":
                self.target.control(char)
            return False
        return True

    def _escape(self, text: str, at: int) -> int:
        if (run := _INTERMEDIATES.match(text, at)) is not None:
            self.held = (self.held + run[0])[:4]
            at = run.end()
        for here in range(at, len(text)):
            char = text[here]
            self._at = here
            if " " <= char <= "/":
                self.held = (self.held + char)[:4]
            elif "0" <= char <= "~":
                self._escaped(self.held + char)
                return here + 1
            elif char >= "\xa0":  # no part of any sequence: it ends this one and is lost with it
                self.state, self.held = "ground", ""
                return here + 1
            elif self._interrupt(char):
                return here + 1
        return len(text)

    def _csi(self, text: str, at: int) -> int:
        if (run := _PARAMETERS.match(text, at)) is not None:
            self.held += run[0][: MAX_SEQUENCE - len(self.held)]
            at = run.end()
        for here in range(at, len(text)):
            char = text[here]
            self._at = here
            if " " <= char <= "?":
                if len(self.held) < MAX_SEQUENCE:
                    self.held += char
            elif "@" <= char <= "~":
                self.state = "ground"
                body, self.held = self.held + char, ""
                self._learn(body)()
                return here + 1
            elif char >= "\xa0":  # no part of any sequence: it ends this one and is lost with it
                self.state, self.held = "ground", ""
                return here + 1
            elif self._interrupt(char):
                return here + 1
        return len(text)

    def _osc(self, text: str, at: int) -> int:
        match = _OSC_END.search(text, at)
        stop = match.start() if match else len(text)
        self.held += text[at : min(stop, at + MAX_PAYLOAD - len(self.held))]
        if match is None:
            return stop
        self._at = stop
        self.state = "ground"
        if match[0] not in "\x18\x1a":
            self.target.osc(_C0.sub("", clean(self.held)))
        if match[0] == "\x1b":
            self._open("\x1b")
        self.held = ""
        return match.end()

    def _string(self, text: str, at: int) -> int:
        """DCS, APC, PM, SOS: nothing of the payload is kept."""
        match = _STRING_END.search(text, at)
        if match is None:
            return len(text)
        self._at = match.start()
        self.state = "ground"
        if match[0] == "\x1b":
            self._open("\x1b")
        return match.end()

    def _title(self, text: str, at: int) -> int:
        """ESC k: a title for screen and tmux if ESC \\ ends it; for all others it was text."""
        match = _CONTROL.search(text, at)
        stop = match.start() if match else len(text)
        self.held += text[at:stop]
        if match is None and len(self.held) <= MAX_SEQUENCE:
            return stop
        if match is not None and match[0] == "\x1b":
            self._at = stop
            self.state = "title end"
            return stop + 1
        self._no_title()
        return stop

    def _title_end(self, text: str, at: int) -> int:
        if text[at] == "\\":
            payload, self.held, self.state = self.held, "", "ground"
            self.target.osc("2;" + clean(payload))
            return at + 1
        self._no_title()
        self.state = "escape"
        return at

    def _no_title(self) -> None:
        payload, self.held, self.state = self.held, "", "ground"
        if payload:
            self.target.text(clean(payload))


def nothing() -> None:
    """What a malformed sequence does."""


def clean(text: str) -> str:
    """Bytes that are no UTF-8 as U+FFFD, counted as terminals count them."""
    if _ALIEN.search(text):
        text = _ALIEN.sub(lambda m: m[0].encode("utf-8", "surrogateescape").decode("utf-8", "replace"), text)
    return text
