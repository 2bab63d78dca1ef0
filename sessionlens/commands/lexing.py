"""Shell code line by line: what is quoted, what is a comment, where a here-document begins, what goes on.

No grammar (that is grammar.py): only what decides how far quotes, substitutions, comments and
here-documents go, by POSIX 2.2, 2.3 and 2.7.4 and bash(1), and by what dialects.py says of other shells. It
goes through each line once, whatever came before. Aliases that are known are put in where the shell would.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from . import levels
from .aliasing import PutIn
from .dialects import BASH, Dialect, as_in_bash
from .heredocs import Heredoc, heredoc, redirection
from .levels import Level

_BEFORE_A_COMMAND = frozenset(
    {"if", "then", "elif", "else", "while", "until", "do", "!", "{", "time", "coproc", "begin"}
)
_WORDS = _BEFORE_A_COMMAND | {"case", "esac", "for"}
_ASKS = frozenset({"do", "then", "else", "begin", "|", "||", "&&", "|&"})
_SIMPLE = re.compile(r"[ \t]*([\w./:,@%+~-]+)(?:[ \t]+[\w./=:,@%+~-]+)*[ \t]*")
_HEREDOCS = 16  # of one line: bash gives up at more


class Lexer:
    """Reads the lines of one text, one after the other."""

    def __init__(
        self,
        shell: Dialect = BASH,
        aliases: Mapping[str, str] | None = None,
        written: Callable[[str, str, Heredoc], str] = redirection,
    ) -> None:
        self.shell, self.aliases, self._written = shell, aliases or {}, written
        self.heredocs: list[Heredoc] = []
        """Those that are still to end; the first is the one that is read."""

        self.joins = False
        """The last line ended in a backslash that takes its line feed away."""

        self._levels = [Level()]
        self._ticks = 0
        self._begun: list[Heredoc] = []
        self._last = ""

    @property
    def inside(self) -> bool:
        """Is a quote or bracket open?"""
        return len(self._levels) > 1

    @property
    def asks(self) -> bool:
        """Does what was read last ask for more: an operator, a word such as `do`?"""
        return self.joins or (not self.inside and self._last in _ASKS)

    def read(self, line: str) -> str | None:
        """The next line, with aliases put in, as bash would have it, and with what `written` makes of the
        operator of a here-document and its word; None for a line of one.
        """
        if self.heredocs:
            rest = self._body(line)
            if rest is None:
                return None
            line = rest
        simple = None if self.inside or self.joins else _SIMPLE.fullmatch(line)
        if simple and simple[1] not in _WORDS and simple[1] not in self.aliases:
            self._last = ""
            return line
        self._line, self._put_in, self.joins = line, PutIn(line, self.aliases), False
        self._bracket, self._instead = line.rfind("]"), list[tuple[int, int, str]]()
        at = 0
        while at < len(self._line):
            at = self._step(at)
            if at == len(self._line) and not self.joins and self._levels[-1].code:
                at = self._finish(self._levels[-1], at)
        level = self._levels[-1]
        if level.code and not self.joins:
            level.first, level.target = not level.array, False
            self.heredocs, self._begun = self._begun, []
        elif level.word is not None:
            level.word += "\0"
        return self._read()

    def _read(self) -> str:
        """The line, with what was put in for parts of it."""
        parts, at = list[str](), 0
        for start, stop, text in self._instead:
            parts += self._line[at:start], text
            at = stop
        return "".join((*parts, self._line[at:]))

    def _body(self, line: str) -> str | None:
        """A line of a here-document; what stands behind its end, in `$(…)`."""
        word = self.heredocs[0].word
        if self.heredocs[0].ends(line):
            del self.heredocs[0]
        elif self.shell.outlive and self.inside and line.startswith(word + ")"):
            del self.heredocs[0]
            return line[len(word) :]
        return None

    def _step(self, at: int) -> int:
        level = self._levels[-1]
        if level.code:
            return self._code(level, at)
        if level.end in ("'", "$'"):
            return self._single(level, at)
        return self._quoted(at) if level.end == '"' else self._inside(level, at)

    def _code(self, level: Level, at: int) -> int:
        match = next(levels.CODE.finditer(self._line, at))
        kind, mark, end = match.lastgroup, match[0], match.end()
        if kind in ("plain", "escape"):
            return level.part(at, end, mark if kind == "plain" else "\0")
        if kind == "opens":
            return self._open(level, at, mark)
        if kind == "other":
            return self._other(level, at, mark)
        if kind == "redirect" and level.word is not None and level.word.isdigit():
            level.word = None
        if (
            mark == "("
            and level.word is not None
            and (level.word[-1:] in levels.ATTACHED and level.word != "!")
        ):
            return self._push(")", level.part(at, end, "\0"), array=True)
        if (back := self._finish(level, at)) != at:
            return back
        if kind == "redirect":
            return self._redirect(level, end, mark)
        if mark == "(":
            if self.shell.extended and self._line.startswith("((", at):
                return self._push("))", at + 2)
            return self._push(")", end)
        if mark == ")":
            self._close(level)
        elif kind == "operator":
            self._last, level.first = mark, not level.array
        return end

    def _other(self, level: Level, at: int, mark: str) -> int:
        """`#`, `[`, a lone `$`, a backslash at the end."""
        if mark == "#" and level.word is None and not level.array:
            if self.shell.comments:
                return self._stop(at)
            self._instead.append((at, at, "\\"))
        if mark == "\\":
            self.joins = True
            return at + 1
        named = level.first and level.word is not None and levels.NAME.fullmatch(level.word)
        if mark == "[" and (named or (level.array and level.word is None)) and at < self._bracket:
            return self._push("]", level.part(at, at + 1, "[\0"))
        return level.part(at, at + 1, mark)

    def _finish(self, level: Level, at: int) -> int:
        """A word ends here; where to go on: before it, where an alias was put in for it."""
        word, level.word = level.word, None
        if word is None:
            return at
        if level.target:
            level.target = False
            return at
        if self.aliases and self._put_in.put(word, level.start, at, level.first):
            self._line = self._put_in.line
            self._bracket = self._line.rfind("]")
            return level.start
        if level.array or not level.first:
            level.first = self._last == "function" and not level.array  # behind its name
            self._last = ""
            return at
        self._last = word
        level.first = word in _BEFORE_A_COMMAND or levels.ASSIGNS.match(word) is not None
        if word == "[[" and self.shell.extended:
            self._push("]]", at)
        elif word in ("case", "esac"):
            level.cases += 1 if word == "case" else -bool(level.cases)
        return at

    def _redirect(self, level: Level, at: int, mark: str) -> int:
        self._last = ""
        found, stop = None, at
        if mark in ("<<", "<<-") and self.shell.heredocs and not level.array and len(self._begun) < _HEREDOCS:
            found, stop = heredoc(self._line, at, self._stop(at), mark == "<<-", self.shell)
        if found is not None:
            self._begun.append(found)
            self._instead.append((at - len(mark), stop, self._written(mark, self._line[at:stop], found)))
        elif mark in ("<<", "<<-"):
            self._instead.append((at - len(mark), at, "<"))
        elif mark[0] == "&" and self.shell.heredocs and not self.shell.extended:  # dash: in the background
            self._instead.append((at - len(mark), at, "& >"))
        level.target = found is None
        return stop

    def _stop(self, at: int) -> int:
        """How far the line goes: to the backtick that ends it, or to its end."""
        stop = self._line.find("`", at) if self._ticks else -1
        return stop if stop >= 0 else len(self._line)

    def _open(self, level: Level, at: int, mark: str) -> int:
        """A quote or substitution begins in a word."""
        if mark in ("$'", "$[") and not self.shell.extended:
            self._instead.append((at, at, "\\"))
            mark = "$"
        if level.code:
            level.part(at, at, mark if mark == "$" else "\0")
        if mark == "`" and self._ticks:
            while self._levels[-1].end != "`":
                self._levels.pop()
            self._pop()
        elif mark == "${":
            quoted = level.end == '"' or (level.end == "}" and not level.single)
            match = levels.EXPANSION.match(self._line, at + 2)
            self._push("}", at, single=not quoted or self.shell.outlive or bool(match and match[1]))
        elif mark != "$":
            end = levels.ENDS.get(mark, ")")
            self._push(end, at, substitutes=True)
            self._ticks += end == "`"
        return at + len(mark)

    def _push(
        self, end: str, at: int, *, substitutes: bool = False, single: bool = True, array: bool = False
    ) -> int:
        above = self._levels[-1]
        array |= above.array and not substitutes
        level = Level(end, end in (")", "`"), substitutes or array, single, array=array, first=not array)
        level.begun = len(self._begun)
        self._levels.append(level)
        return at

    def _close(self, level: Level) -> None:
        """A `)` among commands: the end of a level, or of a pattern of `case`."""
        if level.end == ")" and not level.cases:
            self._pop()
        else:
            self._last, level.first = ")", True

    def _pop(self) -> None:
        level = self._levels.pop()
        above = self._levels[-1]
        self._ticks -= level.end == "`"
        if level.end == "`" or (level.code and level.substitutes and not self.shell.outlive):
            del self._begun[level.begun :]
        if above.code and above.word is None:
            self._last, above.first = ")", not above.array

    def _single(self, level: Level, at: int) -> int:
        if level.end == "$'" or self.shell.escapes:
            end = next(levels.ESCAPES.finditer(self._line, at)).end()
            if level.end == "'" and "\\" in self._line[at:end]:  # fish
                self._instead.append((at, end, as_in_bash(self._line[at:end])))
        else:
            end = self._line.find("'", at)
        if not 0 <= end < len(self._line):
            return len(self._line)
        if self._line[end] == "'":
            self._pop()
        return end + 1

    def _quoted(self, at: int) -> int:
        match = next(levels.QUOTED.finditer(self._line, at))
        if match["opens"]:
            return self._open(self._levels[-1], at, match["opens"])
        if match["end"]:
            self._pop()
        return match.end()

    def _inside(self, level: Level, at: int) -> int:
        """In brackets that hold no commands."""
        match = next(levels.INSIDE.finditer(self._line, at))
        mark, end = match[0], match.end()
        if match["opens"]:
            return self._open(level, at, mark)
        if match["single"] and level.single and level.end != "))":
            return self._push("'", end)
        if match["bracket"]:
            return self._inner(level, at, mark)
        if level.end in "}]" and ("<<" in mark or mark[0] == "\\"):  # the tree takes them for something else
            self._instead.append((at, end, "_" * len(mark)))
        return end

    def _inner(self, level: Level, at: int, mark: str) -> int:
        end = at + 1
        if level.end == "]]":
            if not levels.CONDITION_ENDS.match(self._line, at - 1 if at else 0):
                return end
            self._pop()
            return at + 2
        if mark == levels.BRACKETS[level.end]:
            level.deep += 1
        elif mark == level.end[0] and level.deep:
            level.deep -= 1
        elif mark == level.end or self._line.startswith(level.end, at):
            self._pop()
            return at + len(level.end)
        elif mark == ")" and level.end == "))":  # it was no arithmetic
            level.end, level.code, level.first = ")", True, True
        return end
