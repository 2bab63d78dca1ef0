"""Two simple ways to get commands from a recording, as others do it, to compare with.

Both need the keystrokes. They know no prompt, no echo and no program: whatever ends with Enter is a command.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sessionlens.recording import INPUT, OUTPUT, RESIZE, Recording
from sessionlens.terminal import Terminal

Found = tuple[str, float]  # the text, and when Enter was pressed, in seconds

_SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1bO.|\x1b.", re.S)
_LAST_WORD = re.compile(r"\S+\s*$")
_PROMPT = re.compile(r"^.*?[$#%>❯] ")


def keystrokes(recording: Recording) -> list[Found]:
    """What was typed between two Enters; Backspace, Ctrl-W, Ctrl-U and Ctrl-C are understood."""
    found: list[Found] = []
    line = ""
    for event in _events(recording, INPUT):
        for key in _SEQUENCE.sub("", recording.data(event).decode("utf-8", "replace")):
            if key in "\r\n":
                if line.strip():
                    found.append((line, _seconds(recording, event)))
                line = ""
            else:
                line = _edited(line, key)
    return found


def _edited(line: str, key: str) -> str:
    if key in "\x7f\b":
        return line[:-1]
    if key in "\x15\x03":
        return ""
    if key == "\x17":
        return _LAST_WORD.sub("", line)
    return line + key if key >= " " else line


def cursor_row(recording: Recording) -> list[Found]:
    """The row of the cursor when Enter is pressed, full rows above it joined, without its prompt.

    The prompt ends at the first `$ `, `# `, `% `, `> ` or `❯ `: to cut at the last one would lose the
    beginning of every line with a redirection.
    """
    found: list[Found] = []
    info = recording.info
    terminal = Terminal(info.columns or 80, info.rows or 24)
    for event in _events(recording, INPUT, OUTPUT, RESIZE):
        stream = recording.stream[event]
        if stream == OUTPUT:
            terminal.feed(recording.data(event))
        elif stream == RESIZE:
            terminal.resize(int(recording.offset[event]), int(recording.size[event]))
        elif b"\r" in recording.data(event) and (text := _PROMPT.sub("", _row(terminal), count=1).rstrip()):
            found.append((text, _seconds(recording, event)))
    return found


def _row(terminal: Terminal) -> str:
    rows, top = terminal.display, terminal.cursor.y
    while top > 0 and len(rows[top - 1].rstrip()) >= terminal.columns - 1:
        top -= 1
    return "".join(rows[top : terminal.cursor.y + 1])


def _events(recording: Recording, *streams: int) -> Iterator[int]:
    return (event for event, stream in enumerate(recording.stream.tolist()) if stream in streams)


def _seconds(recording: Recording, event: int) -> float:
    return int(recording.t_ns[event]) / 1e9
