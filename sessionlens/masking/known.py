"""Secrets that are known: once found, each is masked wherever else it stands, and while it comes to do so.

A short or ordinary one (`root`) counts only as a whole word, or only where it was found: a mask that hides
every `root` of a session would hide what happened in it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from .blocks import LEAST as LEAST_LINE
from .blocks import core, is_full
from .finder import Buffer, Place
from .rules import CARD, CHOSEN, PRIVATE_KEY
from .tally import whole

LEAST, ANYWHERE, PIECE = 4, 8, 8
LONG = 12  # a secret of which pieces count
MANY = 500  # from so many on they are looked for word by word
MOST_ALIKE = 5000  # texts that begin alike, of which each is compared
_ORDINARY = """root admin administrator test guest user users password passwd secret secrets token postgres
    postgresql mysql mariadb oracle redis mongo mongodb true false none null default example localhost local
    main master debian ubuntu docker public private demo live prod production staging dev file files
    changeme key keys pass string value values data name login sudo bash exit help info http https 1234
    12345 123456"""
ORDINARY = frozenset(_ORDINARY.split())
_SEARCHED = re.compile(r"i-search(?:\)[`']|: )(?P<s>[^'_\s]*)['_]?")
_WORDS = re.compile(r"[^\s'\"=:,;(){}\[\]<>|&`]+")
_NAME = re.compile(r"[A-Za-z_.]+")  # in printed text the value of many a `password =` is a variable
_CLASSES = [re.compile(c) for c in ("[a-z]", "[A-Z]", "[0-9]", r"[^A-Za-z0-9\s]")]


class Known:
    """What is known of one session. `ordinary`: names that stand all over it."""

    def __init__(self, ordinary: Iterable[str] = ()) -> None:
        self.ordinary = ORDINARY | {name.lower() for name in ordinary}
        self.secrets: dict[str, str] = {}
        self.bodies: set[str] = set()
        self.grew: dict[tuple[str, str], str] = {}  # (what stands before it in the line, the secret): kind

    def add(self, secret: str, kind: str) -> None:
        """A secret, as it stands and without the shell's backslashes; ordinary words are not taken."""
        spelled = {secret, re.sub(r"\\(.)", r"\1", secret)}
        if kind == CARD:
            digits = re.sub(r"\D", "", secret)
            spelled |= {digits, *(between.join(re.findall(".{1,4}", digits)) for between in " -")}
        for text in spelled:
            if len(text) >= LEAST and "\n" not in text and text.lower() not in self.ordinary:
                self.secrets.setdefault(text, kind)

    def add_blind(self, typed: str) -> None:
        """A word that was typed without echo: only if it is none that people type otherwise."""
        word = typed.strip()
        if (
            len(word) >= 6
            and not re.search(r"\s", word)
            and classes(word) >= 2
            and not word.startswith(("/", "-"))
        ):
            self.add(word, "password")

    def add_body(self, line: str) -> None:
        """A line of a private key."""
        self.bodies.add(line.strip())
        if len(found := core(line)) >= LEAST_LINE:
            self.bodies.add(found)

    def learn(self, buffer: Buffer, places: Iterable[Place], *, typed: bool = False) -> None:
        """The secrets at these places, and what stood before them; of one that was typed bit by bit the last.

        `typed`: these are commands. A chosen pattern is asked again wherever it may hold, and not kept.
        """
        found: dict[str, dict[str, str]] = {}
        for place in places:
            line = buffer.lines[place.line]
            found.setdefault(line[: place.start], {})[line[place.start : place.end]] = place.kind
        for before, secrets in found.items():
            for secret in whole(secrets):
                kind = secrets[secret]
                self.grew.setdefault((before, secret), kind)
                if kind != CHOSEN and (typed or not _NAME.fullmatch(secret)):
                    self.add(secret, kind)

    def find(self, buffer: Buffer) -> Iterator[Place]:
        """Known secrets, pieces of long ones, and lines of private keys."""
        if len(self.secrets) > MANY:
            yield from self._by_word(buffer)
        else:
            for secret, kind in self.secrets.items():
                bound = kind not in (CHOSEN, CARD) and not distinctive(secret)
                for line, at in buffer.occurrences(secret):
                    end = at + len(secret)
                    if not bound or is_word(buffer.lines[line], at, end):
                        yield Place(line, at, end, kind)
                if len(secret) >= LONG and not bound:
                    yield from pieces(buffer, secret, kind)
        for line in buffer.hinted("i-search"):
            yield from self._searched(line, buffer.lines[line])
        if self.bodies:
            for line, text in enumerate(buffer.lines):
                bare = text.strip()
                if bare and (bare in self.bodies or is_full(bare) or core(bare) in self.bodies):
                    yield Place(line, len(text) - len(text.lstrip()), len(text.rstrip()), PRIVATE_KEY)

    def _searched(self, line: int, text: str) -> Iterator[Place]:
        """A piece of a secret that is searched for in the history, unless the rest of the line has it too."""
        found = _SEARCHED.search(text)
        if found is None or not found["s"]:
            return
        rest = text[: found.start()] + text[found.end() :]
        for secret in self.secrets:
            rest = rest.replace(secret, "")
        if found["s"] not in rest:
            kinds = (kind for secret, kind in self.secrets.items() if found["s"] in secret)
            if kind := next(kinds, ""):
                yield Place(line, *found.span("s"), kind, True)

    def _by_word(self, buffer: Buffer) -> Iterator[Place]:
        """Many secrets in one pass: by their first word, and how much stands before and behind it."""
        sizes: dict[str, set[tuple[int, int]]] = {}
        for secret in self.secrets:
            if (first := _WORDS.search(secret)) is not None:
                sizes.setdefault(first[0], set()).add((first.start(), len(secret)))
        for line, text in enumerate(buffer.lines):
            for word in _WORDS.finditer(text):
                for lead, size in sizes.get(word[0], ()):
                    start = max(word.start() - lead, 0)
                    if kind := self.secrets.get(text[start : start + size]):
                        yield Place(line, start, start + size, kind)

    def growing(self, buffer: Buffer) -> Iterator[Place]:
        """Secrets of which a part stands where the whole stood: half typed, half printed."""
        order = sorted(range(len(buffer.lines)), key=buffer.lines.__getitem__)
        texts = [buffer.lines[i] for i in order]
        for (before, secret), kind in self.grew.items():
            for at in _begun(texts, before, secret):
                text, start = texts[at], len(before)
                same = start + alike(text, start, secret)
                if same - start == len(secret):
                    continue  # all of it: found otherwise
                if same < len(text) and same - start >= 3:
                    same = max(same, start + len(text[start:].split(" ")[0]))
                yield Place(order[at], start, same, kind, True)


def _begun(texts: list[str], before: str, secret: str) -> Iterator[int]:
    """The indices of sorted texts that have `before` and a beginning of the secret."""
    for size in (1, 2) if before else ():
        for wanted in (before + secret[:size], f"{before}{secret[:size]} "):
            at = bisect_left(texts, wanted)
            while at < len(texts) and (
                texts[at] == wanted or (wanted[-1] == " " and texts[at].startswith(wanted))
            ):
                yield at
                at += 1
    wanted = before + secret[:3]
    first = at = bisect_left(texts, wanted)
    while at < len(texts) and texts[at].startswith(wanted) and at - first < MOST_ALIKE:
        yield at
        at += 1


def pieces(buffer: Buffer, secret: str, kind: str) -> Iterator[Place]:
    """A long secret's beginning, its end at the beginning of a line, a line out of its middle."""
    for line, at in buffer.occurrences(secret[:PIECE]):
        size = alike(buffer.lines[line], at, secret)
        if size < len(secret):
            yield Place(line, at, at + size, kind, True)
    for line, at in buffer.occurrences(secret[-PIECE:]):
        text, end = buffer.lines[line], at + PIECE
        lead = len(text) - len(text.lstrip())
        if at > lead and secret.endswith(text[lead:end]):
            yield Place(line, lead, end, kind, True)
        elif at == lead:
            yield Place(line, at, end, kind, True)
    if len(secret) >= 4 * PIECE:
        for line, text in enumerate(buffer.lines):
            bare = text.strip()
            if PIECE * 2 <= len(bare) < len(secret) and bare in secret:
                start = text.index(bare)
                yield Place(line, start, start + len(bare), kind, True)


def alike(text: str, start: int, secret: str) -> int:
    """How many characters of a secret stand in a text from `start` on."""
    return next((i for i, c in enumerate(secret) if text[start + i : start + i + 1] != c), len(secret))


def classes(text: str) -> int:
    """Of how many kinds its characters are: small, capital, digit, other."""
    return sum(kind.search(text) is not None for kind in _CLASSES)


def distinctive(secret: str) -> bool:
    """Is it nothing that would stand in another word by chance?"""
    return len(secret) >= ANYWHERE and classes(secret) >= 2


def is_word(text: str, start: int, end: int) -> bool:
    """Does no letter or digit touch it?"""
    around = text[max(start - 1, 0) : start] + text[end : end + 1]
    return not any(c.isalnum() or c == "_" for c in around)
