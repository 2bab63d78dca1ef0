"""Learned prompts beside plain readings of the same rules, and before hostile lines."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from sessionlens.commands.prompts import Prompts, _pattern, shape

TEXTS = st.text("ab01 $#>([~:])", min_size=1, max_size=8)
PROMPTS = st.builds(str.__add__, TEXTS, st.sampled_from(["$ ", "> ", "# "]))
SEEN = st.lists(PROMPTS, min_size=1, max_size=12).map(lambda seen: seen + seen[:4])


def by_backtracking(form: str) -> re.Pattern[str]:
    """A shape as a pattern: words as short as what follows allows."""
    parts = {"w": r"[^\s\[\](){}<|]+?", " ": r"\s+"}
    pattern = [parts.get(char, re.escape(char)) for char in form]
    if form.endswith(" "):
        pattern[-1] = " "
    return re.compile("".join(pattern))


@given(PROMPTS.map(shape), TEXTS, st.sampled_from(["", "$ ls", "> ", "]"]))
def test_a_shape_matches_as_backtracking_would(form: str, line: str, end: str) -> None:
    found, wanted = _pattern(form).match(line + end), by_backtracking(form).match(line + end)
    assert (found and found[0]) == (wanted and wanted[0])


def test_a_prompt_of_marks_before_a_row_of_marks() -> None:
    """Backtracking would try all ways to share 200 marks among 12 words."""
    seen = [("a$" * 12 + " ", True)] * 2
    assert Prompts(seen).split("$" * 200 + ".", True) is None
    assert Prompts(seen).split("b$" * 12 + " ls", True) == "b$" * 12 + " "


@given(SEEN, TEXTS)
def test_the_longest_known_prompt_is_cut_off(seen: list[str], text: str) -> None:
    """All are trusted where the program edits its line: each ends in a mark."""
    prompts = Prompts([(prompt, True) for prompt in seen])
    for prompt in seen:
        line = prompt + text
        assert prompts.split(line, True) == max((p for p in seen if line.startswith(p)), key=len)


@given(SEEN, TEXTS)
def test_the_known_prompt_behind_output_is_the_most_frequent(seen: list[str], output: str) -> None:
    prompts = Prompts([(prompt, True) for prompt in seen])
    counts = {
        form: sum(re.sub(r"\d+", "0", p) == form for p in seen)
        for form in {re.sub(r"\d+", "0", p) for p in seen}
    }
    for line in {output + prompt for prompt in seen}:
        found = [
            (count, len(match[0]), match[0])
            for form, count in counts.items()
            if len(form) > 2 or count > 2
            if (match := re.search(re.escape(form).replace("0", r"\d+") + "$", line))
        ]
        assert prompts.known_end(line, True) == max(found, default=(0, 0, line))[2]


@given(SEEN, TEXTS, TEXTS)
def test_the_last_known_prompt_in_a_line(seen: list[str], before: str, text: str) -> None:
    """Wherever it stands, and whatever its numbers are; of two at one place the longer."""
    prompts = Prompts([(prompt, True) for prompt in seen])
    for prompt in seen:
        line = before + prompt + text
        forms = [re.escape(re.sub(r"\d+", "0", each)).replace("0", r"(?<!\d)\d+") for each in seen]
        found = [
            (at, len(match[0]), match[0])
            for at in range(len(line))
            for form in forms
            if (match := re.compile(form).match(line, at))
        ]
        assert prompts.inside(line, True) == (max(found)[0], max(found)[2])


def test_no_known_prompt_in_a_line() -> None:
    assert Prompts([]).inside("[12:00] $ ls", True) is None
    assert Prompts([("[11:59] $ ", True)] * 2).inside("[12:00] # ls", True) is None
    assert Prompts([("[11:59] $ ", True)] * 2).inside("id[12:00] $ id", True) == (2, "[12:00] $ ")
