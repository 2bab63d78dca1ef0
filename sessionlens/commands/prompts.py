"""Prompts, learned from where the cursor rested; none is configured.

A prompt is what stands left of the cursor when it first rests on the line that is accepted later. It is
generalised over whatever varies (clock, directory, branch, exit code) by its shape, so that a line typed
ahead, where the cursor never rested, is cut at the right place too. That a prompt ends in a mark such as `$`
or `>` is general knowledge of shells and only needed where a shape was seen once, or where the program does
not edit its lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from itertools import chain, islice, takewhile

TERMINATORS = "$#%>❯❱»›⟩➜→▶►λ⚡✗✔⇒≻∴"
_STRICT = re.compile(
    rf"(?:[{re.escape(TERMINATORS)}]|\([\w .-]*(?:db|Pdb|gdb|lldb)\)|In \[\d+\]:|^\s*\.\.\.:?)\s*$", re.I
)
_FREE = re.compile(rf"[^\s\[\](){{}}<|{re.escape(TERMINATORS)}]+")
_WORDS_OF_ZSH = (
    r"for|foreach|while|until|repeat|if|then|elif|else|case|select|function|quote|dquote|bquote|heredocd?|pipe"
    r"|cmdand|cmdor|cursh|subsh|braceparam|cmdsubst|math|mathsubst|array|cond|begin|errsubst|always"
)
_CONTINUES = re.compile(
    rf"^(?:>|\.\.\.:?|(?:(?:{_WORDS_OF_ZSH}) ?)+>|\s+(?:\.\.\.|-|'|\"|`)>|['\"`]>|\s*\.{{2,}}>?:?"
    r"|\S*[-('\"*$]+[#>]|\|)\s*$"
)
_SURE = re.compile(rf"^(?:\.\.\.|(?:(?:{_WORDS_OF_ZSH}) ?)+>|\s+(?:\.\.\.|-|'|\"|`)>|\s*\.{{2,}}>?:?)\s*$")
_FIRST_MARK = re.compile(rf"^.{{0,120}}?[{re.escape(TERMINATORS)}] ")
_DIGITS = re.compile(r"\d+")
LONGEST = 400
_FORMS = 64  # shapes that lines are compared with where no known text stands


def shape(prompt: str) -> str:
    """What is left of a prompt when the text that varies is taken out."""
    return re.sub(r"\s+", " ", _FREE.sub("w", prompt))


def _pattern(form: str) -> re.Pattern[str]:
    """What prompts of this shape look like. Each word ends where what stands behind it comes first.

    Atomic groups give the same matches as backtracking would, since a word can hold any mark; without them a
    prompt such as `a$a$a$a$ ` before a row of `$` takes for ever.
    """
    parts = [_fixed(marks) for marks in form.split("w")]
    if form.endswith(" "):
        parts[-1] = parts[-1].removesuffix(r"\s+") + " "  # what follows belongs to the command
    head, *words = parts
    return re.compile(head + "".join(rf"(?>[^\s\[\](){{}}<|]+?{behind})" for behind in words))


def _fixed(marks: str) -> str:
    return "".join(r"\s+" if mark == " " else re.escape(mark) for mark in marks)


def _numbered(text: str) -> str:
    """A pattern for a prompt whose numbers are 0: any whole numbers there."""
    pattern = re.escape(text).replace("0", r"\d+")
    return rf"(?<!\d){pattern}" if text.startswith("0") else pattern


def is_marked(prompt: str) -> bool:
    """Does it end in one of the marks that shells and REPLs use?"""
    return bool(_STRICT.search(prompt))


def continues(prompt: str) -> bool:
    """Does it look like the prompt of a line that goes on (PS2, `...`, `->`)?"""
    return bool(_CONTINUES.match(prompt))


def surely_continues(prompt: str) -> bool:
    """Is it a continuation prompt that no program uses as its first?"""
    return bool(_SURE.match(prompt))


def guessed(line: str) -> list[str]:
    """What looks like a prompt at the beginning of a line: up to the first mark with a blank behind it."""
    match = _FIRST_MARK.match(line)
    return [match[0]] if match else []


class Continuations:
    """The continuation prompts that were learned, and the shapes that no other prompt has."""

    def __init__(
        self, texts: set[str] | frozenset[str] = frozenset(), others: set[str] | None = None
    ) -> None:
        self.texts = sorted(texts, key=len, reverse=True)[:_FORMS]
        self._exact = frozenset(texts)
        self._shapes = {shape(text) for text in texts if text.strip()} - (others or set())

    def __contains__(self, prompt: str) -> bool:
        return prompt in self._exact or shape(prompt) in self._shapes

    def at(self, row: str) -> str | None:
        """The one that a row begins with."""
        padded = row + " " * 4
        return next((text for text in self.texts if padded.startswith(text)), None)


class Prompts:
    """What was learned: prompts as seen, their shapes, and how often each shape came up."""

    def __init__(
        self,
        seen: Iterable[tuple[str, bool]],
        home: re.Pattern[str] | None = None,
        *,
        empty: bool = False,
        continuing: Continuations | None = None,
        keyed: bool = False,
    ) -> None:
        """`seen`: for each accepted line what stood left of the first rest, and whether bracketed paste was
        on. `home`: the login shell's prompt, where its looks alone would not tell (home.py). `empty`: a line
        editor has no prompt in the row of its line. `continuing`: those of lines that go on (continuing.py).
        `keyed`: the cursor rested where keys were pressed, not where output paused in the middle of a prompt.
        """
        self._home = home
        self.continuing = continuing or Continuations()
        self.empty = empty
        candidates = [(text, paste) for text, paste in seen if text.strip() and len(text) <= LONGEST]
        self._counts = Counter(candidates)
        self._shapes = Counter((shape(text), paste) for text, paste in candidates)
        self._texts: dict[bool, dict[int, set[str]]] = {True: {}, False: {}}
        """By length, the longest first."""
        self._filled = frozenset(self._with_text() if keyed else ())
        trusted = {each for each in self._counts if self.trusted(*each)}
        for text, paste in sorted(trusted, key=lambda each: -len(each[0])):
            self._texts[paste].setdefault(len(text), set()).add(text)
        self._ends = {paste: self._endings(paste) for paste in (True, False)}
        self._forms = {paste: self._patterns(trusted, paste) for paste in (True, False)}
        self._anywhere = {paste: self._last_of_all(trusted, paste) for paste in (True, False)}

    def _with_text(self) -> Iterator[tuple[str, bool]]:
        """What is a more frequent prompt with words behind it: a line that the shell itself put there."""
        heads = {each: count for each, count in self._counts.items() if count > 1 and is_marked(each[0])}
        sizes = sorted({len(text) for text, _ in heads})
        for (text, paste), count in self._counts.items():
            for size in takewhile(lambda size: size < len(text), sizes):  # noqa: B023
                if heads.get((text[:size], paste), 0) > count and any(map(str.isalpha, text[size:])):
                    yield text, paste
                    break

    def _endings(self, paste: bool) -> dict[int, dict[str, int]]:
        """Every known prompt with its numbers as 0, and how often it came, by length; a short one if it came
        back.
        """
        counts: Counter[str] = Counter()
        for text in chain.from_iterable(self._texts[paste].values()):
            counts[_DIGITS.sub("0", text)] += self._counts[text, paste]
        found: dict[int, dict[str, int]] = {}
        for text, count in counts.items():
            if len(text) > 2 or count > 2:
                found.setdefault(len(text), {})[text] = count
        return found

    def _patterns(self, trusted: Iterable[tuple[str, bool]], paste: bool) -> list[re.Pattern[str]]:
        """The shapes of trusted prompts, frequent ones first; one without a mark would match any word."""
        shapes = {shape(text) for text, on in trusted if on == paste}
        marked = {form for form in shapes if any(char in TERMINATORS + "()[]" for char in form)}
        frequent = (form for (form, on), _ in self._shapes.most_common() if on == paste and form in marked)
        found = [_pattern(form) for form in islice(frequent, _FORMS)]
        return found if paste or self._home is None else [self._home, *found]

    def _last_of_all(self, trusted: Container[tuple[str, bool]], paste: bool) -> re.Pattern[str] | None:
        """The last place of any of the most frequent prompts in a line; where two stand there the longer."""
        counts: Counter[str] = Counter()
        for each, count in self._counts.items():
            if each[1] == paste and each in trusted:
                counts[_DIGITS.sub("0", each[0])] += count
        frequent = sorted((text for text, _ in counts.most_common(_FORMS)), key=len, reverse=True)
        return re.compile("(?s:.*)(" + "|".join(map(_numbered, frequent)) + ")") if frequent else None

    def trusted(self, text: str, paste: bool) -> bool:
        """Is this a prompt of a shell or REPL, as far as its looks and its coming back tell?

        A program that edits its line itself (paste) is asked for a mark at the end or for coming twice; one
        that does not must end as prompts do, for `Password:` and `Continue? [y/N]` come back too.
        """
        if not text.strip() or len(text) > LONGEST or (text, paste) in self._filled:
            return False
        if paste:
            return bool(_STRICT.search(text)) or (
                self._shapes[shape(text), True] > 1 and not text[-1].isalnum()
            )
        return bool(_STRICT.search(text) or (self._home and self._home.fullmatch(text)))

    def goes_on(self, prompt: str) -> bool:
        """Is it a continuation prompt, by its looks or as learned?"""
        return continues(prompt) or prompt in self.continuing

    def is_edited(self, text: str) -> bool:
        """Is it the very prompt of a program that edits its lines?"""
        return text in self._texts[True].get(len(text), ())

    def inside(self, line: str, paste: bool) -> tuple[int, str] | None:
        """Where in a line a known prompt stands last, whatever its numbers, and that prompt; None where none
        does.
        """
        anywhere = self._anywhere[paste]
        match = anywhere.match(line) if anywhere else None
        return (match.start(1), match[1]) if match else None

    def count(self, text: str, paste: bool) -> int:
        """How many accepted lines had a prompt of this shape."""
        return self._shapes[shape(text), paste]

    def known_end(self, text: str, paste: bool) -> str:
        """Output without a line feed may stand before a prompt: the known prompt that a text ends in, or the
        text.
        """
        if surely_continues(text):
            return text
        bare = _DIGITS.sub("0", text)
        tails = (
            (ends[tail], tail) for size, ends in self._ends[paste].items() if (tail := bare[-size:]) in ends
        )
        _, best = max(tails, key=lambda each: (each[0], len(each[1])), default=(0, ""))
        match = re.search(_numbered(best) + "$", text) if best else None
        return match[0] if match else text

    def split(self, line: str, paste: bool) -> str | None:
        """The prompt that this line begins with: a known text (the longest), else a known shape."""
        padded = line + " " * 4
        for size, texts in self._texts[paste].items():
            if padded[:size] in texts:
                return padded[:size]
        for form in self._forms[paste]:
            match = form.match(padded)
            if match:
                return match[0]
        return None
