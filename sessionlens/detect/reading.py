"""Commands of a recording one after the other: what a line gave a meaning keeps it in the same shell.

An alias, function, variable or small file that an earlier line said literally is known in the later ones of
the same context (`bash`, `bash > bash`); where that shell was left, it is forgotten. A line of a REPL or
editor is no shell syntax: only the commands that it hands to a shell are read.
"""

from __future__ import annotations

import re

from sessionlens.commands.dialects import dialect
from sessionlens.commands.plainly import in_bash

from .calls import calls, started_by
from .model import Call, Redirect
from .names import Known, plain
from .scripts import reads_code

_LANGUAGES = {"r": "R", "sqlite": "sqlite3"}
_TEACHES = re.compile(r"[=>]|\(\)|\b(?:alias|function|set|read\w*|mapfile|hash|cp|ln|mv|install|tee)\b")
_WORD = re.compile(r"[^\s;|&()<>]+")


def at_repl(text: str, context: str) -> Call | None:
    """A line of a REPL as the REPL that reads it; None where its language is not known."""
    language = context.rsplit(" > ", 1)[-1]
    language = _LANGUAGES.get(language, language)
    return Call((language,), (Redirect("<<", text),)) if reads_code(language) else None


class Reader:
    """Reads the commands of one channel in their order."""

    def __init__(self) -> None:
        self._shells: dict[str, Known] = {}

    def calls(self, text: str, kind: str = "shell", context: str = "") -> list[Call]:
        """Every call of the next command."""
        if kind == "exec":
            return calls(text)
        if kind == "editor" and text.lstrip().startswith((":", "!")):
            return started_by(Call(("vim",), (Redirect("<<", text),)))
        if kind == "repl":
            repl = at_repl(text, context)
            return started_by(repl) if repl else []
        return calls(in_bash(text, dialect(context)), self._shell(context))

    def may_matter(self, text: str, kind: str = "shell", context: str = "") -> bool:
        """Does the line teach a name, or use one that was taught? If not, it can be left out."""
        if kind != "shell" or _TEACHES.search(text):
            return True
        known = self._shell(context)
        names = (known.aliases, known.functions, known.copies, known.files)
        return any(names) and any(
            word in table or plain(word) in table for word in _WORD.findall(text[:8192]) for table in names
        )

    def _shell(self, context: str) -> Known:
        for other in [each for each in self._shells if not f"{context} > ".startswith(f"{each} > ")]:
            del self._shells[other]
        return self._shells.setdefault(context, Known())
