"""Lines that seem to be taken and come back: Enter expanded the history in them, an editor changed them, or
something was only shown below.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .accept import Candidate
from .cutting import Option
from .editor import KeyLine
from .prompts import Prompts, shape

_HISTORY = re.compile(r"!\S|^\^")


def comes_back(
    prompts: Prompts, candidate: Candidate, following: Candidate, option: Option, pending: Sequence[KeyLine]
) -> bool:
    """Did Enter only expand the history (histverify), or an editor change the line (zsh)?"""
    if not (candidate.paste and following.paste and following.rests):
        return False
    edited = any(key_line.ender == "edit" for key_line in pending[-1:])
    if not edited and not _HISTORY.search(option.text):
        return False
    left = following.rests[0].left
    prompt = prompts.split(left, True)
    return prompt is not None and shape(prompt) == shape(option.prompt) and bool(left[len(prompt) :].strip())


def drawn_again(following: Candidate, option: Option) -> bool:
    """Without keys: did the line stay where it was, something being shown below (tcsh's list, node's
    preview)?
    """
    line = option.prompt + option.text.rstrip()
    if not following.rests:
        return following.lines[-1].text.startswith(line) if following.lines else False
    left = following.rests[0].left.rstrip()
    bare = len(left) <= len(option.prompt.rstrip())
    return bool(option.text.strip()) and not bare and (left.startswith(line) or line.startswith(left))
