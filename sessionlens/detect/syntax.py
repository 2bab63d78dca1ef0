"""A command line as simple commands, found by a real shell grammar (tree-sitter-bash).

The grammar recovers from errors, so half a line, fish or zsh syntax still gives the commands it holds; where
it reports an error the words between operators are added as a second reading. Nothing is executed, and a
command inside a substitution, function or loop body counts like any other. What lies deeper than _DEEPEST
or behind the first MOST characters is read as words between operators only: hostile text stays cheap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sessionlens.commands.grammar import MOST, parse

from .quoting import expand_braces, unquote

if TYPE_CHECKING:
    import tree_sitter

_DEEPEST = 200  # nodes of the tree; a substitution in a substitution is four
_LONGEST_VALUE = 256  # of a variable: `a=$a$a` again and again would fill the memory
_PREFIXES = frozenset(
    {"time", "coproc", "!", "begin", "and", "or", "not", "then", "do", "else", "if", "while", "{"}
)
_FIELD = re.compile(r"[^ \t\r\n]+")  # what IFS leaves; other blanks are part of a word
_SPLIT = re.compile(r"[;\n()]|&&|\|\|?&?|(?<![<>])&(?!>)")
_TOKEN = re.compile(r"""(?:[^\s'"\\<>]|\\.|'[^']*'?|"(?:[^"\\]|\\.)*"?)+|[<>]+&?""", re.S)


@dataclass(frozen=True, slots=True)
class Redirect:
    """One redirection: operator (`>`, `>>`, `<`, `<<<`, `<<` …) and its target, or the heredoc's body."""

    operator: str
    target: str


@dataclass(frozen=True, slots=True)
class Call:
    """One simple command. `pipes` is where it stands in pipelines, outermost first: (pipeline, stage)."""

    words: tuple[str, ...]
    redirects: tuple[Redirect, ...] = ()
    assignments: tuple[tuple[str, str], ...] = ()
    pipes: tuple[tuple[int, int], ...] = ()
    via: tuple[str, ...] = ()

    @property
    def program(self) -> str:
        """The program's name without its directory; "" for a bare redirection or assignment."""
        return self.words[0].rstrip("/").rsplit("/", 1)[-1] if self.words else ""

    def feeds(self, other: Call) -> bool:
        """Does what this prints go, through a pipe, to `other`?"""
        if not self.pipes or not other.pipes:
            return False
        stages = dict(other.pipes)
        return any(stage < stages.get(number, -1) for number, stage in self.pipes)


def simple_commands(text: str) -> list[Call]:
    """Every simple command of `text`, in the order in which they are written."""
    root = parse(text)
    found = list(_Walk(text).calls(root))
    if root.has_error:
        seen = {call.words for call in found}
        found += [call for call in _roughly(text[:MOST]) if call.words not in seen]
    found += _roughly(text[MOST:])
    return found


class _Walk:
    """One pass over a tree; knows the literal assignments made so far."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.known: dict[str, str] = {}
        self.pipelines = 0

    def calls(self, root: tree_sitter.Node) -> Iterator[Call]:
        stack: list[tuple[int, tree_sitter.Node, tuple[tuple[int, int], ...], tuple[Redirect, ...]]] = [
            (0, root, (), ())
        ]
        while stack:
            depth, node, pipes, outer = stack.pop()
            if depth > _DEEPEST:
                yield from _roughly(self.text(node))
                continue
            children = [(child, pipes, ()) for child in node.named_children]
            if node.type == "pipeline":
                self.pipelines += 1
                children = [
                    (child, (*pipes, (self.pipelines, stage)), ())
                    for stage, child in enumerate(node.named_children)
                ]
            elif node.type == "redirected_statement":
                body = node.child_by_field_name("body")
                redirects, surplus = self._redirects(node)
                inner = outer + redirects
                if body is None:
                    yield Call((), inner, pipes=pipes)
                elif body.type == "command":
                    yield self._command(body, pipes, inner, surplus)
                    children = [
                        (c, pipes, ())
                        for c in (*body.named_children, *node.named_children)
                        if c.id != body.id
                    ]
                else:
                    at = self._last_stage(body, pipes)
                    yield Call(tuple(surplus), inner, pipes=at)
            elif node.type == "command":
                yield self._command(node, pipes, outer, [])
            elif node.type == "variable_assignment":
                yield Call((), assignments=(self._assignment(node),), pipes=pipes)
            elif node.type in ("declaration_command", "unset_command"):
                yield Call(tuple(_FIELD.findall(self.text(node))), pipes=pipes)
            stack.extend((depth + 1, *child) for child in reversed(children))

    def _last_stage(
        self, body: tree_sitter.Node, pipes: tuple[tuple[int, int], ...]
    ) -> tuple[tuple[int, int], ...]:
        """A redirection after `a | b` belongs to b; as a call of its own it stands behind a."""
        if body.type != "pipeline":
            return pipes
        return (*pipes, (self.pipelines + 1, body.named_child_count))

    def _command(
        self,
        node: tree_sitter.Node,
        pipes: tuple[tuple[int, int], ...],
        redirects: tuple[Redirect, ...],
        surplus: list[str],
    ) -> Call:
        words: list[str] = []
        assignments: list[tuple[str, str]] = []
        own: list[Redirect] = []
        for child in node.named_children:
            if child.type == "variable_assignment":
                assignments.append(self._assignment(child))
            elif child.type.endswith("_redirect"):
                redirect, more = self._redirect(child)
                own.append(redirect)
                surplus = [*surplus, *more]
            elif child.type != "comment":
                words += self._words(child)
        words += surplus
        while len(words) > 1 and words[0] in _PREFIXES:
            del words[0]
        return Call(tuple(words), (*own, *redirects), tuple(assignments), pipes)

    def _redirects(self, node: tree_sitter.Node) -> tuple[tuple[Redirect, ...], list[str]]:
        redirects: list[Redirect] = []
        surplus: list[str] = []
        for child in node.children_by_field_name("redirect"):
            redirect, more = self._redirect(child)
            redirects.append(redirect)
            surplus += more
        return tuple(redirects), surplus

    def _redirect(self, node: tree_sitter.Node) -> tuple[Redirect, list[str]]:
        """The grammar takes `>f -x y` as three targets; the ones after the first are arguments."""
        if node.type == "heredoc_redirect":
            body = next((child for child in node.named_children if child.type == "heredoc_body"), None)
            return Redirect("<<", self.text(body) if body else ""), []
        operator = next((child.type for child in node.children if not child.is_named), ">")
        targets = [c for c in node.named_children if c.type != "file_descriptor"]
        words = [word for target in targets for word in self._words(target)]
        return Redirect(operator, words[0] if words else ""), words[1:]

    def _assignment(self, node: tree_sitter.Node) -> tuple[str, str]:
        name, _, value = self.text(node).partition("=")
        value = unquote(value, self.known)
        if len(value) <= _LONGEST_VALUE:
            self.known[name] = value
        else:
            self.known.pop(name, None)
        return name, value

    def _words(self, node: tree_sitter.Node) -> list[str]:
        parts = expand_braces(self.text(node))
        words = [unquote(part, self.known) for part in parts]
        if (
            node.type in ("simple_expansion", "expansion", "command_name")
            and len(words) == 1
            and "$" in parts[0]
        ):
            return _FIELD.findall(words[0]) or words
        return words

    def text(self, node: tree_sitter.Node) -> str:
        return self.source[node.start_byte : node.end_byte]


def _roughly(text: str) -> Iterator[Call]:
    """Words between operators, for what the grammar could not read."""
    for part in _SPLIT.split(text):
        tokens = _TOKEN.findall(part)
        words = [unquote(word) for token in tokens for word in expand_braces(token)]
        while words and words[0] in _PREFIXES:
            del words[0]
        if words:
            yield Call(tuple(words))


def under(call: Call, outer: Call, wrapper: str) -> Call:
    """`call` as something that `outer` started through `wrapper`: same pipes and input, one more `via`."""
    return replace(
        call,
        via=(*outer.via, wrapper),
        pipes=(
            *outer.pipes,
            *((number + 1_000_000 * (len(outer.via) + 1), stage) for number, stage in call.pipes),
        ),
        redirects=(*call.redirects, *outer.redirects),
    )
