"""The records of this room: a simple command with its words, and one redirection of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .programs import family, without_unknown

Pipes = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Redirect:
    """One redirection: operator (`>`, `>>`, `<`, `<<<`, `<<` …) and its target, or the heredoc's body."""

    operator: str
    target: str


@dataclass(frozen=True, slots=True)
class Call:
    """One simple command. `pipes` is where it stands in pipelines, outermost first: (pipeline, stage).

    `aside`: inside of a substitution, so that what it prints becomes words and goes into no pipe.
    """

    words: tuple[str, ...]
    redirects: tuple[Redirect, ...] = ()
    assignments: tuple[tuple[str, str], ...] = ()
    pipes: Pipes = ()
    via: tuple[str, ...] = ()
    aside: bool = False

    @property
    def program(self) -> str:
        """The program's name without its directory; "" for a bare redirection or assignment.

        Of `r$x"m"` nobody knows what is in `$x`; it is read as nothing. zsh's `=rm` is the path of rm.
        """
        if not self.words:
            return ""
        word = self.words[0]
        return without_unknown(word).rstrip("/").rsplit("/", 1)[-1].removeprefix("=")

    @property
    def family(self) -> str:
        """What the program is called in the tables: `python` for `python3.11`, `rm` for `/bin/r?`."""
        return family(self.program)


def under(call: Call, outer: Call, wrapper: str) -> Call:
    """`call` as something that `outer` started through `wrapper`: same pipes and input, one more `via`."""
    return replace(
        call,
        via=(*outer.via, wrapper),
        pipes=(*outer.pipes, *call.pipes),
        redirects=(*call.redirects, *outer.redirects),
        assignments=(*outer.assignments, *call.assignments),
        aside=outer.aside or call.aside,
    )


def targets(call: Call, *operators: str) -> list[str]:
    """The files that this call's redirections with these operators go to."""
    return [redirect.target for redirect in call.redirects if redirect.operator in operators]
