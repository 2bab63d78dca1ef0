"""What a terminal was sent, as text that does nothing to the terminal of whoever reads it."""

from __future__ import annotations

import codecs
import re

from sessionlens_recorder.logs import escape

_STRING = "[\x90\x98\x9d\x9e\x9f]|\x1b[]PX^_]"
_SEQUENCE = re.compile(
    rf"(?:{_STRING})[^\x07\x1b\x9c\x18\x1a]*(?:\x07|\x1b\\|\x9c|\x18|\x1a|(?=\x1b))"  # OSC, DCS, …
    "|(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI
    "|\x1b[ -/]*[0-~]"
)
_OPEN = re.compile(
    rf"(?:(?:{_STRING})[^\x07\x1b\x9c\x18\x1a]*\x1b?|(?:\x1b\[|\x9b)[0-?]*[ -/]*|\x1b[ -/]*|\r)\Z"
)
LONGEST = 4096  # of a sequence that nothing ends; then it is shown


class Plain:
    """Bytes in, text out: sequences are left out, a carriage return alone is a new line."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("backslashreplace").decode
        self._held = ""

    def feed(self, data: bytes, *, last: bool = False) -> str:
        text = self._held + self._decode(data, last)
        self._held = ""
        if not last and (cut := _OPEN.search(text)) and len(text) - cut.start() <= LONGEST:
            text, self._held = text[: cut.start()], text[cut.start() :]
        text = _SEQUENCE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
        return "".join(c if c in "\n\t" else escape(c) for c in text if c not in "\x07\x08\x0f\x0e\x00")
