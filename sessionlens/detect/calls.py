"""Everything that a command line starts: through sudo, env, xargs, find -exec, `bash -c`, eval, ssh, `| sh`.

A wrapper counts as a call itself, and what it starts follows with `via` saying through what. Nothing is
executed, and no file is opened. Text inside of text is read as far as _INSIDE goes, so that shells which
feed each other come to an end.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from .learning import learn
from .model import Call, under
from .names import Known
from .printed import Printed, may_print
from .scripts import handed, quoted
from .syntax import simple_commands
from .wrappers import Start, wrapped

_MAX_DEPTH = 6
_INSIDE = 65_536  # characters of the texts that a line gives to shells, all of them together
_PRINTED = 32_768  # characters of its command substitutions, where something may be said about them
_KEYWORDS = frozenset(
    {"time", "and", "or", "not", "noglob", "nocorrect"}
)  # what follows is still the shell's
_EACH = 32  # what reading one such text costs at least


def calls(text: str, known: Known | None = None) -> list[Call]:
    """Every call of a command line, wrappers and what they start included.

    `known` is what the lines before it said; it learns from this one.
    """
    reading = _Reading(known or Known(), _Budget())
    reading.known.evaluate = reading.evaluate
    return list(reading.calls(text))


def started_by(call: Call) -> list[Call]:
    """What one call starts, itself not included."""
    reading = _Reading(Known(), _Budget())
    reading.known.evaluate = reading.evaluate
    return list(reading.expand(call, reading.known, 0))[1:]


class _Budget:
    """What is left to read of one line, and the numbers of its pipelines."""

    def __init__(self) -> None:
        self.inside = _INSIDE
        self.printed = _PRINTED
        self.pipelines = count(1)


class _Reading:
    """Reads a text call by call, in step with what names mean at that point."""

    def __init__(self, known: Known, budget: _Budget) -> None:
        self.known = known
        self.budget = budget
        self.printed = Printed(known)

    def calls(self, text: str, known: Known | None = None) -> Iterator[Call]:
        for call in simple_commands(text, known or self.known, self.budget.pipelines):
            yield from self.expand(call, known or self.known, 0)

    def evaluate(self, text: str, known: Known) -> str | None:
        """What a command substitution prints."""
        if self.budget.printed <= 0 or not may_print(text):
            return None
        self.budget.printed -= len(text) + _EACH
        inner = _Reading(known.inner(), self.budget)
        return inner.printed.by(list(inner.calls(text))) if text.strip() else ""

    def expand(self, call: Call, known: Known, depth: int, in_shell: bool = True) -> Iterator[Call]:
        yield call
        self.printed.add(call)
        given = self.printed.given(call)
        learn(known, call, given, self.printed)
        if depth >= _MAX_DEPTH:
            return
        for start in self._started(call, known, given, in_shell):
            yield from self._read(start, call, known, depth)

    def _started(self, call: Call, known: Known, given: str | None, in_shell: bool) -> Iterator[Start]:
        """What the call starts; only where the shell itself starts it, aliases and functions count."""
        yield from wrapped(call, given)
        yield from handed(call, self.printed, given)
        name = call.words[0] if call.words else ""
        for table, how in ((known.aliases, "alias"), (known.functions, "function")):
            if name in table and f"{how} {name}" not in call.via and in_shell:
                rest = " " + quoted(call.words[1:]) if how == "alias" else ""
                yield Start(f"{how} {name}", text=table[name] + rest, arguments=call.words)
        if (program := known.copy_of(name)) is not None:
            yield Start(name, (program, *call.words[1:]))

    def _read(self, start: Start, outer: Call, known: Known, depth: int) -> Iterator[Call]:
        if start.words:
            inner_call = under(Call(start.words), outer, start.via)
            yield from self.expand(inner_call, known, depth + 1, start.via in _KEYWORDS)
            return
        text = start.text[: max(self.budget.inside, 0)]
        if not text.strip():
            return
        self.budget.inside -= len(text) + _EACH
        inner = self._names_inside(start, known)
        for name, value in outer.assignments:
            inner.assign(name, [value])
        for call in simple_commands(text, inner, self.budget.pipelines):
            yield from self.expand(under(call, outer, start.via), inner, depth + 1)

    def _names_inside(self, start: Start, known: Known) -> Known:
        """The names for a text: the same, a copy, or in another shell one without aliases and functions."""
        how = start.via.partition(" ")[0]
        if how in ("eval", "alias") or (how in ("source", ".") and len(start.arguments) < 2):
            return known
        inner = known.inner(list(start.arguments))
        if how not in ("function", "trap", "source", "."):
            inner.aliases, inner.functions = {}, {}
        return inner
