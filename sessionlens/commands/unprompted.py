"""Lines that a shell read and no prompt shows: it is fed through a pipe, or its prompt and echo go elsewhere.

`cat | sh`, `sh /dev/stdin`, `ssh HOST sh`, `exec 2>/dev/null`. That the shell reads what is typed then is
inferred from the words of the line that runs. What was not echoed is listed without its text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from .accept import Candidate
from .editor import KeyLine
from .line import Line
from .model import HIDDEN
from .openers import SHELLS, base, opens_words, past_wrappers
from .screen import View
from .secrets import Echoes
from .stdin import leaves, pipelines

_ITSELF = re.compile(r"/dev/(?:stdin|tty|fd/0)|/proc/self/fd/0")
_TAKES_IT = r"\b(?:eval|source|\w*sh)\b"
_SHELL = r"\b\w*sh\b"
_ALL_OF_IT = re.compile(
    rf"{_TAKES_IT}(?:(?!{_TAKES_IT}).)*?(?:\$\(|`|<\()\s*(?:cat|tee)\b|{_SHELL}(?:(?!{_SHELL})[^;|])*<&\s*0"
)
"""These look from each beginning only as far as the next one, and so through a line once."""

_BEGINS = rf"\s*(?:exec|(?:[^\s;&|]*/)?(?:{'|'.join(sorted(SHELLS))}))\b"
_ERRORS_AWAY = re.compile(
    rf"(?:^|[;&|]){_BEGINS}(?:(?!&{_BEGINS})[^;|])*\s(?:2>>?|&>>?|>&)\s*(?!&?[012]\b|/dev/tty)\S"
)
_CONFIRMS = re.compile(r"yes/no")


def unprompted(
    view: View, found: Sequence[Candidate], lines: Sequence[Line], left_over: Iterable[KeyLine]
) -> Iterator[Line]:
    """The further lines, in the order of their keystrokes."""
    if not found:
        return
    echoes, left = Echoes(view), [each for each in left_over if each.ender == "enter"]
    firsts = [each.first for each in left]
    taken = {line.candidate.after for line in lines}
    ran = sorted((line for line in lines if line.key_line), key=lambda line: line.candidate.point.offset)
    for at, line in enumerate(ran):
        if line.outcome != "run" or line.key_line is None or not reads_unseen(line.text):
            continue
        following = ran[at + 1].key_line if at + 1 < len(ran) else None
        start = bisect_right(firsts, line.key_line.last)
        stop = bisect_left(firsts, following.first) if following is not None else len(left)
        for key_line in left[start:stop]:
            if made := _line(view, found[0], echoes, key_line, taken):
                taken.add(made.candidate.after)
                yield made


def reads_unseen(text: str) -> bool:
    """Does this command line start a shell that reads what is typed next, and show no prompt for it?"""
    if _ALL_OF_IT.search(text) or _ERRORS_AWAY.search(text):
        return True
    return any(_fed(pipeline) for pipeline in pipelines(text) if pipeline)


def _fed(pipeline: Sequence[list[str]]) -> bool:
    words = past_wrappers(pipeline[-1])
    itself = any(map(_ITSELF.fullmatch, words[1:]))
    if itself and (base(words) in SHELLS or base(words) in (".", "source")):
        return True
    opened = opens_words(pipeline[-1])
    if opened is None or not opened.surely:
        return False
    if len(pipeline) > 1:
        return not leaves(pipeline[0])
    remote = opened.host is not None and (
        opened.name != "ssh" or any(re.fullmatch(r"-(?=\w*T)\w*", w) for w in words)
    )
    return remote and not any(re.fullmatch(r"-(?=\w*t)\w*|--tty", word) for word in words)


def _line(view: View, model: Candidate, echoes: Echoes, key_line: KeyLine, taken: set[int]) -> Line | None:
    seen, text = echoes.came(key_line), key_line.readings[0].text.rstrip()
    at = view.offset_at(key_line.last_event)
    row = view.out[max(at - 200, 0) : at].rpartition(b"\n")[2]
    if (seen and not text.strip()) or (
        text in ("yes", "no") and _CONFIRMS.search(bytes(row).decode("latin-1"))
    ):
        return None
    while at in taken:
        at += 1
    point = replace(model.point, t_ns=key_line.end_ns, offset=at, event=key_line.last_event)
    candidate = replace(model, point=point, rests=(), lines=(), after=at, left="", below=(), paste=False)
    why = "a shell that shows no prompt read it, as far as the words of what runs say"
    return Line(candidate, "", text if seen else HIDDEN, "run", "keys", "low", key_line, not seen, why)
