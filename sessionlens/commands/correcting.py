"""zsh's `correct`: it asks before it runs a line, and one key answers: y(es), n(o), e(dit) or a(bort).

zshoptions(1) CORRECT, zshparam(1) SPROMPT. What the question says in between is the user's own; the word and
its correction stand in it, and they are alike, as zsh measures it (`spckword` in Src/utils.c).
"""

from __future__ import annotations

import re

_ASKED = re.compile(r"^(.{0,400}?)\[nyae\]\??\s*(\S)$", re.I)
_WORD = re.compile(r"[^\s'\"?`]+")
_REFUSED = "ae"
_MOST, _LONGEST, _QUESTIONS = 100, 40, 16
"""Rows of output, letters of a word, and words that are corrected in one line."""


def answered(output: str, key: bytes) -> bool:
    """Was this key, the next one behind Enter, the first answer? A file may look like a question too."""
    match = _ASKED.match(_rows(output)[0])
    return match is not None and match[2].lower().encode() == key.lower()


def asked(output: str) -> tuple[list[str], str]:
    """What zsh asked of each word in the first rows of the output, and the key that answered the last."""
    questions, answer = list[str](), ""
    for row in _rows(output):
        if (match := _ASKED.match(row)) is None:
            break
        answer = match[2].lower()
        if answer == "y":
            questions.append(match[1])
    return questions, answer


def _rows(output: str) -> list[str]:
    return [row.rstrip() for row in output.split("\n", _MOST)[:_MOST]]


def refused(output: str) -> bool:
    """Did somebody answer that nothing is to be run as it stands?"""
    return asked(output)[1] in (*_REFUSED,)


def corrected(text: str, output: str) -> str:
    """The line as it ran, where it is `text` with words corrected."""
    for question in asked(output)[0][:_QUESTIONS]:
        words = _WORD.findall(question)
        wrong = {word for word in words[:-1] if _alike(word, words[-1])}
        for match in re.finditer(r"[^\s;|&()<>'\"]+", text) if wrong else ():
            if match[0] in wrong:
                text = text[: match.start()] + words[-1] + text[match.end() :]
                break
    return text


def _alike(word: str, other: str) -> bool:
    """Is it no further off than zsh looks: letters swapped, lost or changed, one for four and one?"""
    most = len(word) // 4 + 1
    if word == other or max(len(word), len(other)) > _LONGEST or abs(len(word) - len(other)) > most:
        return False
    before, row = list[int](), list(range(len(other) + 1))
    for i, char in enumerate(word):
        older, before, row = before, row, [i + 1]
        for j, wanted in enumerate(other):
            cost = min(before[j] + (char != wanted), before[j + 1] + 1, row[j] + 1)
            if i and j and (char, wanted) == (other[j - 1], word[i - 1]):
                cost = min(cost, older[j - 1] + 1)
            row.append(cost)
    return row[-1] <= most
