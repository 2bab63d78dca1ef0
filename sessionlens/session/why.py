"""`why(n)`: what the text of a command rests on: screen, model of the line editor and keys, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from html import escape
from typing import TYPE_CHECKING

from sessionlens.commands import Command
from sessionlens.commands.keystrokes import keystrokes
from sessionlens.times import format_elapsed
from sessionlens.visible import visible

if TYPE_CHECKING:
    from sessionlens.session.view import ChannelView

_COMPARED = 4000
NEWLINE = "\n"


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
        if model is None:
            return []
        pairs = SequenceMatcher(None, model[:_COMPARED], text[:_COMPARED], autojunk=False).get_opcodes()
        return [
            f"keystrokes {model[a:b]!r}, taken {text[c:d]!r}" for tag, a, b, c, d in pairs if tag != "equal"
        ]

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Label and text, in the order in which they are shown."""
        command, found = self.command, self.command.evidence
        taken = format_elapsed(command.taken_ns)
        model = "cannot tell (completion, history, or none recorded)" if found.model is None else found.model
        rows = [
            ("command", command.text),
            ("source", f"{command.source}, confidence {command.confidence}: {found.reason}"),
            ("context", command.context),
            ("submitted", f"{format_elapsed(command.start_ns)}, taken {taken}"),
            ("prompt", found.prompt),
            ("screen", found.screen),
            ("model", model),
            ("keys", self.keys or "none"),
        ]
        nowhere = ["nowhere"] if found.model is not None else []
        return rows + [("differ", text) for text in self.differences or nowhere]

    def __repr__(self) -> str:
        lines = [f"Command {self.n}"]
        for label, text in self.rows:
            first, *more = text.split("\n")
            lines.append(f"  {label:<10}{visible(first)}")
            lines += [f"  {'':<10}{visible(line)}" for line in more]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th style='text-align:left;vertical-align:top'>{label}</th><td style='text-align:left'>"
            f"<pre style='margin:0'>{escape(visible(text, keep=NEWLINE))}</pre></td></tr>"
            for label, text in self.rows
        )
        return f"<table><caption>Command {self.n}</caption>{rows}</table>"


def why(view: ChannelView, command: Command, n: int) -> Why:
    """The evidence for one command of a channel."""
    if command.in_first is None or command.in_last is None:
        return Why(n, command, "")
    hidden = view.extraction.hidden
    return Why(n, command, keystrokes(view.recording, command.in_first, command.in_last, hidden))
