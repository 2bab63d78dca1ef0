"""Where the output of a command ends: at the first byte of the next prompt, in the middle of a row too.

Output need not end in a line feed. Not what the output says (output.py), and not the prompt itself
(prompts.py). zsh, fish and yash mark an output without a line feed and begin a new row; their mark is theirs.
"""

from __future__ import annotations

import re

from .escapes import SEQUENCE
from .line import Line
from .screen import PASTE, View

_LONGEST = 4096  # bytes of a row that a prompt is looked for in
_SGR = rb"(?:\x1b\[[\d;]*m|\x1b\(B)"
_NO_LINE_FEED = re.compile(
    rb"(?:%b+(?:[%%#]|\xe2\x8f\x8e|\xc2\xb6)%b+)? {3,}\r(?:\xe2\x8f\x8e|\xc2\xb6)? +\r"
    rb"|%b+\$%b+ {3,}\r\x1b\[J" % (_SGR, _SGR, _SGR, _SGR)
)
_TOKEN = re.compile(SEQUENCE.pattern + rb"|[\x00-\x1a\x1c-\x20\x7f]+")


def output_end(view: View, line: Line) -> int:
    """Where in the output the prompt of this line begins: nothing before it is the prompt's."""
    point, out = line.candidate.point, view.out
    opened = view.since(PASTE, point.offset) if line.candidate.paste else None
    drawn, prompt = _drawn(line), _squeezed(line.prompt)
    limit = min(drawn, opened) if opened is not None else drawn
    low = max(limit - _LONGEST, 0)
    row = bytes(out[low:limit]).rfind(b"\n") + 1
    newline = max(low + row if row else limit, view.last_left_alternate(limit))
    start = newline if row else max(low, view.last_left_alternate(limit))
    if (mark := _NO_LINE_FEED.search(out, start, limit)) is not None:
        return mark.start() if view.printed(start, mark.start()) else newline
    if opened is not None and opened <= drawn:
        if not view.printed(newline, opened) and row:
            return opened
        behind = _visible(bytes(out[opened:drawn]))
        shown = prompt + _squeezed(line.text) if drawn == point.offset else prompt  # typed ahead, or not
        # zsh switches on behind its prompt, and draws all again where somebody typed ahead
        again = drawn == point.offset and prompt in _visible(bytes(out[start:opened]))
        if (behind and shown.endswith(behind)) or (prompt and prompt in behind and not again):
            return opened
    at = _begins(bytes(out[start:limit]), line)
    return start + at if at is not None and view.printed(start, start + at) else newline


def last_end(view: View, after: int, end: int) -> int:
    """The same where nobody ran anything at the prompt that came last, if bracketed paste tells of one."""
    opened = view.since(PASTE, end)
    if opened is None or opened < after:
        return end
    row = max(view.out.rfind(b"\n", after, opened) + 1, after)
    if (mark := _NO_LINE_FEED.search(view.out, row, opened)) is not None:
        return mark.start() if view.printed(row, mark.start()) else row
    return opened if view.printed(opened, end) else end


def _drawn(line: Line) -> int:
    """How far the output had come when the prompt was complete; it may stand behind output in its row."""
    rests, offset = line.candidate.rests, line.candidate.point.offset
    exact = [rest.offset for rest in rests if rest.left == line.prompt]
    behind = [rest.offset for rest in rests if line.prompt and rest.left.endswith(line.prompt)]
    return min([*(exact or behind), offset])


def _begins(data: bytes, line: Line) -> int | None:
    """Where in a row's bytes the prompt's text begins."""
    at, places, text = 0, list[int](), bytearray()
    for token in _TOKEN.finditer(data):
        places += range(at, token.start())
        text += data[at : token.start()]
        at = token.end()
    places += range(at, len(data))
    text += data[at:]
    prompt = _squeezed(line.prompt)
    if not prompt:
        return None
    if text.endswith(prompt):
        return places[len(text) - len(prompt)]
    said = _squeezed(line.text.split("\n")[0])
    found = text.find(prompt + said)
    if found < 0 and said.startswith(text[(last := text.rfind(prompt)) + len(prompt) :]):
        found = last  # a line that was begun before, as far as the prompt's editor has drawn it again
    return places[found] if found >= 0 else None


def _visible(data: bytes) -> bytes:
    """What is printed, without blanks."""
    return b"".join(_TOKEN.split(data))


def _squeezed(text: str) -> bytes:
    return "".join(text.split()).encode("utf-8", "surrogatepass")
