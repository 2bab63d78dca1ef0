"""Where a line was begun before its prompt was drawn: the prompt ends before what was typed of it.

The terminal echoes such a beginning at once. Then the prompt comes, and a line editor draws the beginning
once more behind it, so that the cursor is never seen at rest behind the prompt alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from .editor import ENDERS, LineEditor
from .keys import keys
from .prompts import LONGEST, is_marked
from .screen import PASTE, Rest, View


class Early:
    """Asked about the rests of one recording in order; knows what was typed of the line so far."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._keys = [key for key in keys(view.recording) if key.name != "reply"]
        self._at = 0
        self._begin()

    def _begin(self) -> None:
        self._editor = LineEditor()
        self._first = -1
        """The event of the line's first key."""
        self._left: str | None = None
        """What stood left of the cursor at that key."""
        self._alone: str | None = None
        """The prompt, where it was seen since with nothing of the line behind it."""

    def rest(self, rest: Rest) -> Rest:
        """The rest as it would have been behind the prompt alone."""
        self._press(rest.event)
        if rest.event >= 0 and self._first < 0:
            self._left = rest.left
        if self._first < 0 or not self._drawn_since(rest):
            return rest
        editor = self._editor
        if not editor.certain:
            return replace(rest, early=None)
        typed = editor.buffer[: editor.cursor][:LONGEST]
        if not rest.paste and (behind := _behind_echo(rest.left, typed)) is not None:
            return behind.of(rest)
        if self._alone is not None and rest.left.startswith(self._alone):
            return rest
        begun = _begun(rest, typed)
        if not begun:
            self._alone = rest.left if is_marked(rest.left) else None
            return rest
        sure = _behind_mark(rest, begun) or self._echoed(rest, begun)
        return _without(rest, begun, echoed=editor.buffer) if sure else replace(rest, early=None)

    def _press(self, event: int) -> None:
        while self._at < len(self._keys) and self._keys[self._at].event < event:
            key = self._keys[self._at]
            self._at += 1
            empty = self._editor.certain and not self._editor.buffer
            if key.name in ENDERS or (key.name == "eof" and empty):
                self._begin()
                continue
            if self._first < 0:
                self._first = key.event
            self._editor.press(key)

    def _drawn_since(self, rest: Rest) -> bool:
        """May the prompt have been drawn since the line's first key?"""
        if not rest.paste:
            return self._left is None or not rest.left.startswith(self._left) or not self._left.strip()
        opened = self.view.since(PASTE, rest.offset)
        return opened is not None and self.view.offset_at(self._first) <= opened

    def _echoed(self, rest: Rest, begun: str) -> bool:
        """Was it shown before its prompt, too, which does not end within a word?"""
        opened = self.view.since(PASTE, rest.offset)
        stop = rest.offset - len(begun.encode()) if opened is None else opened
        echoed = self.view.out.find(begun.encode(), self.view.offset_at(self._first), stop) >= 0
        return echoed and not rest.left.removesuffix(begun)[-1].isalnum()


def _begun(rest: Rest, typed: str) -> str:
    """The beginning of what was typed, as far as it stands left of the cursor behind something else; where a
    program read the first keys, the rest of it, behind what ends as prompts do.
    """
    for size in range(len(typed), 0, -1):
        begun = typed[:size]
        if rest.left.endswith(begun) and begun.strip():
            head = rest.left[:-size]
            return begun if head.strip() and not typed.startswith(head) else ""
    end = next((typed[at:] for at in range(1, len(typed)) if rest.left.endswith(typed[at:])), "")
    return end if end.strip() and _behind_mark(rest, end) else ""


class _Echo(NamedTuple):
    """A row: what the terminal echoed, the prompt, and what was typed since."""

    echoed: str
    prompt: str

    def of(self, rest: Rest) -> Rest:
        """The rest in front of what was typed since."""
        left = self.echoed + self.prompt
        right = rest.left[len(left) :] + rest.right
        return replace(rest, left=left, right=right, drawn=self.prompt, early=self.echoed)


def _behind_echo(left: str, typed: str) -> _Echo | None:
    """A prompt that came behind the echo of a beginning, which nothing draws again (dash)."""
    for size in range(len(typed), 0, -1):
        echoed, since = typed[:size], typed[size:]
        if left.startswith(echoed) and left.endswith(since):
            prompt = left[size : len(left) - len(since)]
            if echoed.strip() and is_marked(prompt) and not prompt.endswith(echoed):
                return _Echo(echoed, prompt)
    return None


def _behind_mark(rest: Rest, end: str) -> bool:
    return rest.left.endswith(end) and is_marked(rest.left.removesuffix(end))


def _without(rest: Rest, begun: str, echoed: str) -> Rest:
    """The rest before what had been begun, which the terminal may have `echoed` before the prompt."""
    left, drawn = rest.left.removesuffix(begun), rest.drawn.removesuffix(begun)
    if not drawn.strip() or rest.drawn == rest.left:
        sizes = range(min(len(echoed), len(left) - 1), 0, -1)
        drawn = left[next((size for size in sizes if left.startswith(echoed[:size])), 0) :]
    return replace(rest, left=left, right=begun + rest.right, drawn=drawn, early=begun)
