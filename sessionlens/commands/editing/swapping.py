"""Characters and words that change places, and words that change case."""

from __future__ import annotations

from collections.abc import Callable

from .emacs import member
from .state import Command, State
from .words import Member, ahead, alnum, behind, forward


def swap(s: State) -> None:
    """Drag the character before the cursor over the one at it."""
    if s.at and len(s.chars) > 1 and s.n:
        last = s.at == len(s.chars)
        start = s.at - (2 if last else 1)
        stop = min(max(start + (1 if last else s.n), 0), len(s.chars) - 1)
        char = s.chars[start]
        s.splice(start, start + 1, "")
        s.splice(stop, stop, char)
        s.at = stop + 1


def swap_zle(s: State) -> None:
    if s.n != 1 or "\n" in s.chars:
        s.lose("a counted swap")
        return
    at = s.at or 1
    if len(s.chars) < 2:
        s.at = min(at, len(s.chars))
        return
    s.at = min(at + 1, len(s.chars)) if s.at < len(s.chars) else s.at
    at = at - 1 if at >= len(s.chars) else at
    s.splice(at - 1, at + 1, s.chars[at] + s.chars[at - 1])


def swap_words(s: State) -> None:
    """The word at the cursor changes places with the one before."""
    word, end_two = member(s), forward(s.chars, s.at, member(s), s.n)
    two = forward(s.chars, end_two, word, -1)
    one = forward(s.chars, two, word, -s.n)
    end_one = forward(s.chars, one, word, 1)
    if s.n > 0 and one != two and two >= end_one:
        _exchange(s, one, end_one, two, end_two)
    elif s.n < 0:
        s.lose("a counted swap")


def swap_words_zle(s: State) -> None:
    word = member(s)
    if s.n != 1 or not all(word(char) or char == " " for char in s.chars):
        s.lose("a swap of words that zsh sees its own way")
        return
    at = ahead(s.chars, s.at, lambda char: not word(char))
    if at == len(s.chars):
        at = s.at
        while at and not (at < len(s.chars) and word(s.chars[at])):
            at -= 1
        if not at:
            return
    end_two = ahead(s.chars, at, word)
    two = behind(s.chars, end_two, word)
    end_one = behind(s.chars, two, lambda char: not word(char))
    if two and end_one:
        _exchange(s, behind(s.chars, end_one, word), end_one, two, end_two)


def _exchange(s: State, one: int, end_one: int, two: int, end_two: int) -> None:
    between = s.chars[end_one:two]
    s.splice(one, end_two, [*s.chars[two:end_two], *between, *s.chars[one:end_one]])
    s.at = end_two


def changes_case(change: Callable[[str], str]) -> Command:
    """A command that changes the case of the words to the right."""

    def command(s: State) -> None:
        stop = forward(s.chars, s.at, member(s), s.n if s.dialect.readline else abs(s.n))
        start, back = min(s.at, stop), s.at
        end = max(s.at, stop)
        if start != end:
            s.splice(start, end, change("".join(s.chars[start:end])))
        s.at = back if s.n < 0 else end

    return command


def capitals(word: Member) -> Callable[[str], str]:
    """First letters large, the others small."""

    def change(text: str) -> str:
        result, within = [], False
        for char in text:
            result.append(
                char.lower() if within else char.upper() if char.isalpha() or word is alnum else char
            )
            within = word(char) and (within or char.isalpha() or word is alnum)
        return "".join(result)

    return change
