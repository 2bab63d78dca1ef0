"""`why(n)`: what the text of a command rests on: screen, model of the line editor and keys, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from html import escape
from typing import TYPE_CHECKING, Any

from sessionlens.commands import Command
from sessionlens.commands.keystrokes import keystrokes
from sessionlens.tables.html import html_table
from sessionlens.times import format_elapsed
from sessionlens.visible import visible

if TYPE_CHECKING:
    from sessionlens.session.view import ChannelView

_COMPARED = 4000
MEANING = "screen: as the shell took the line; typed: what the keys alone make; differ: from the command"


@dataclass(frozen=True, slots=True)
class Why:
    """The evidence for one command; its repr is for reading, in a terminal and in a notebook."""

    n: int
    command: Command
    keys: str
    """The keystrokes; empty where there are none, `[hidden input]` where they did not echo."""

    @property
    def differences(self) -> list[str]:
        """Where the text taken and the model of the keystrokes disagree, in words."""
        model, text = self.command.evidence.model, self.command.text
        if self.command.typed is not None:
            return [f"typed {self.command.typed!r}, ran {text!r}"]
        return [] if model is None else _differences(model.rstrip(), text)

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Label and text, in the order in which they are shown."""
        command, found = self.command, self.command.evidence
        taken = f"taken by the shell at {format_elapsed(command.taken_ns)}"
        typed = "cannot tell (completion, history, or none recorded)" if found.model is None else found.model
        rows = [
            ("command", command.text),
            ("source", f"{command.source}, confidence {command.confidence}: {found.reason}"),
            ("context", command.context),
            ("when", f"Enter at {format_elapsed(command.start_ns)}, {taken}"),
            ("prompt", found.prompt),
            ("screen", found.screen),
            ("keys", self.keys or "none"),
            ("typed", typed),
        ]
        nowhere = ["nowhere"] if found.model is not None else []
        return rows + [("differ", text) for text in self.differences or nowhere]

    def as_dict(self) -> dict[str, Any]:
        """The same for programs: a text each, and a list of where the two texts differ."""
        return {"n": self.n, **{name: text for name, text in self.rows if name != "differ"}} | {
            "differ": self.differences
        }

    def __repr__(self) -> str:
        return f"{self.text}\n{MEANING}"

    @property
    def text(self) -> str:
        """The rows as text that is safe to print."""
        lines = [f"Command {self.n}"]
        for label, text in self.rows:
            first, *more = text.split("\n")
            lines.append(f"  {label:<10}{visible(first)}")
            lines += [f"  {'':<10}{visible(line)}" for line in more]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return html_table([], self.rows, caption=f"Command {self.n}") + f"<p>{escape(MEANING)}</p>"


def _differences(typed: str, listed: str) -> list[str]:
    """What only one of the two has, where it is one piece; else the words from the first to the last that
    differ.
    """
    compared = SequenceMatcher(None, typed[:_COMPARED], listed[:_COMPARED], autojunk=False)
    places = [place for place in compared.get_opcodes() if place[0] != "equal"]
    if not places:
        return []
    (_, first, _, begun, _), (_, _, last, _, ended) = places[0], places[-1]
    if len(places) == 1 and first == last:
        return [f"only in the command as listed: {listed[begun:ended]!r}"]
    if len(places) == 1 and begun == ended:
        return [f"only in the line as typed: {typed[first:last]!r}"]
    pieces = (_words(typed, first, last), _words(listed, begun, ended))
    return ["typed {!r}, listed {!r}".format(*pieces)]


def _words(text: str, first: int, last: int) -> str:
    """The whole words that a piece of a text is of."""
    while first > 0 and not text[first - 1].isspace():
        first -= 1
    while last < len(text) and not text[last].isspace():
        last += 1
    return text[first:last]


def why(view: ChannelView, command: Command, n: int) -> Why:
    """The evidence for one command of a channel."""
    if command.in_first is None or command.in_last is None:
        return Why(n, command, "")
    hidden = view.extraction.hidden
    return Why(n, command, keystrokes(view.recording, command.in_first, command.in_last, hidden))
