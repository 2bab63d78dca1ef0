"""A command line as simple commands, found by a real shell grammar (tree-sitter-bash).

The grammar recovers from errors, so half a line, fish or zsh syntax still gives the commands it holds; where
it reports an error the words between operators are added as a second reading. Nothing is executed, and a
command inside a substitution, function or loop body counts like any other. What lies deeper than _DEEPEST
or behind the first MOST characters is read as words between operators only: hostile text stays cheap.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

from sessionlens.commands.grammar import MOST, parse
from sessionlens.commands.plainly import plainly

from .model import Call, Pipes, Redirect
from .names import Known, remember
from .quoting import fields, in_quotes, unquote

if TYPE_CHECKING:
    import tree_sitter

_DEEPEST = 200  # nodes of the tree; a substitution in a substitution is four
_GROUP = "{"  # the program of a loop, group or pipeline that is redirected as a whole
_EACH_TURN = 8  # values of a loop's variable
_LONGEST_BODY = 4096  # of a function
_PREFIXES = frozenset({"coproc", "!", "begin", "and", "or", "not", "then", "do", "else", "if", "while", "{"})
_SPLIT = re.compile(r"([;\n()]|&&|\|\|?&?|(?<![<>])&(?!>))")
_TOKEN = re.compile(r"""(?:[^\s'"\\<>]|\\.|'[^']*'?|"(?:[^"\\]|\\.)*"?)+|[<>]+&?""", re.S)
_EXTGLOB = re.compile(r"[@+]\((\w+)\)")
_ESCAPED_BLANK = re.compile(r"\\[ \t]")
_ZERO = re.compile(r"(?<!\S)0(?=<)")  # `0<<< x` is `<<< x`
_CONTINUED = re.compile(r"(?<=[^\s\\])((?:\\\\)*)\\\n(?=\S)")
_AS_WRITTEN = frozenset({"comment", "heredoc_body", "raw_string"})  # where a backslash is one


def _joined(text: str) -> str:
    """Words that go on in the next row, in one; the tree takes them for two."""
    if not _CONTINUED.search(text):
        return text
    root = parse(text)

    def join(match: re.Match[str]) -> str:
        node = root.descendant_for_byte_range(match.end(1), match.end(1))
        while node is not None and node.type not in _AS_WRITTEN:
            node = node.parent
        return match[1] if node is None else match[0]

    return _CONTINUED.sub(join, text)


def simple_commands(text: str, known: Known, pipelines: Iterator[int] | None = None) -> Iterator[Call]:
    """Every simple command of `text`, in the order in which they are written.

    `known` learns the assignments and functions on the way; `pipelines` gives the numbers.
    """
    text = _ZERO.sub(" ", _joined(plainly(text, known.heredocs)))
    root = parse(text)
    if root.has_error and _EXTGLOB.search(text):
        text = _EXTGLOB.sub(r"\1", text)
        root = parse(text)
    seen: set[tuple[str, ...]] = set()
    pipelines = pipelines or count(1)
    for call in _Walk(text, known, pipelines).calls(root):
        if root.has_error:
            seen.add(call.words)
        yield call
    if root.has_error:
        rough = _roughly(text[:MOST], known, pipelines)
        yield from (call for call in rough if call.words not in seen)
    yield from _roughly(text[MOST:], known, pipelines)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk is: how deep, in which pipelines, with which input, in a substitution, in a loop."""

    depth: int = 0
    pipes: Pipes = ()
    input: tuple[Redirect, ...] = ()
    aside: bool = False
    looped: bool = False


@dataclass(frozen=True, slots=True)
class _At:
    """A node to be looked at."""

    node: tree_sitter.Node
    place: _Place


@dataclass(frozen=True, slots=True)
class _Turn:
    """A loop's variable takes its next value."""

    name: str
    value: str


_Step = _At | _Turn


def _steps(nodes: Iterable[tree_sitter.Node], place: _Place) -> list[_Step]:
    """For the stack: the first of them comes first."""
    steps: list[_Step] = [_At(node, place) for node in nodes]
    return steps[::-1]


def _inside(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    """What a node holds; of assignments in front of a command only what is in their values."""
    if node.type != "command":
        return node.named_children
    parts = ([c] if c.type != "variable_assignment" else c.named_children for c in node.named_children)
    return [part for each in parts for part in each]


class _Walk:
    """One pass over a tree; tells `known` of the literal assignments on the way."""

    def __init__(self, source: str, known: Known, pipelines: Iterator[int]) -> None:
        self.source = source
        self.known = known
        self.pipelines = pipelines

    def calls(self, root: tree_sitter.Node) -> Iterator[Call]:
        stack: list[_Step] = [_At(root, _Place())]
        while stack:
            step = stack.pop()
            if isinstance(step, _Turn):
                self.known.assign(step.name, [step.value])
                continue
            node, place = step.node, replace(step.place, depth=step.place.depth + 1)
            if place.depth > _DEEPEST:
                yield from _roughly(self.text(node), self.known, self.pipelines)
            elif node.type == "redirected_statement":
                yield from self._redirected(node, place, stack)
            elif node.type == "pipeline":
                stack += self._stages(node, place, next(self.pipelines))
            elif node.type == "for_statement" and not place.looped:
                stack += self._loop(node, replace(place, looped=True))
            else:
                yield from self._plain(node, place)
                if node.type in ("command_substitution", "process_substitution"):
                    place = replace(place, aside=True, input=())
                stack += _steps(_inside(node), place)

    def _plain(self, node: tree_sitter.Node, place: _Place) -> Iterator[Call]:
        if node.type == "command":
            yield self._command(node, place)
        elif node.type == "variable_assignment":
            yield Call((), assignments=(self._assignment(node),), pipes=place.pipes, aside=place.aside)
        elif node.type in ("declaration_command", "unset_command"):
            words = tuple(word for child in node.children for word in self._words(child))
            self.known.referred(words)
            yield Call(words, pipes=place.pipes, aside=place.aside)
        elif node.type == "file_redirect":
            yield from self._substituted(node)
        elif node.type == "function_definition":
            name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
            if name and body and body.end_byte - body.start_byte <= _LONGEST_BODY:
                remember(self.known.functions, self.text(name), self.text(body))

    def _stages(self, node: tree_sitter.Node, place: _Place, number: int) -> list[_Step]:
        stages = enumerate(node.named_children)
        steps: list[_Step] = [_At(c, replace(place, pipes=(*place.pipes, (number, at)))) for at, c in stages]
        return steps[::-1]

    def _redirected(self, node: tree_sitter.Node, place: _Place, stack: list[_Step]) -> Iterator[Call]:
        """A redirection after `a | b` belongs to b; as a call of its own it stands behind a."""
        body = node.child_by_field_name("body")
        redirects, surplus = self._redirects(node)
        rest = [child for child in node.named_children if body is None or child.id != body.id]
        stack += _steps(rest, place)
        if body is None:
            yield Call((), (*redirects, *place.input), pipes=place.pipes, aside=place.aside)
        elif body.type == "command":
            yield self._command(body, place, redirects, surplus)
            stack += _steps(_inside(body), place)
        elif body.type == "pipeline":
            number = next(self.pipelines)
            behind = (*place.pipes, (number, body.named_child_count))
            yield Call((_GROUP, *surplus), redirects, pipes=behind, aside=place.aside)
            stack += self._stages(body, place, number)
        else:
            yield Call((_GROUP, *surplus), redirects, pipes=place.pipes, aside=place.aside)
            read = tuple(redirect for redirect in redirects if redirect.operator.startswith("<"))
            stack += _steps([body], replace(place, input=(*read, *place.input)))

    def _loop(self, node: tree_sitter.Node, place: _Place) -> list[_Step]:
        """`for x in a b; do …`: the body once for each of the first values."""
        body = node.child_by_field_name("body")
        name = node.child_by_field_name("variable")
        kept = {each.id for each in (body, name) if each is not None}
        given = [child for child in node.named_children if child.id not in kept]
        steps: list[_Step] = [_At(child, place) for child in given]
        values = [word for child in given for word in self._words(child)][:_EACH_TURN]
        for value in values or [""]:
            steps += [_Turn(self.text(name), value)] if name and value else []
            steps += [_At(body, place)] if body else []
        return steps[::-1]

    def _command(
        self,
        node: tree_sitter.Node,
        place: _Place,
        redirects: tuple[Redirect, ...] = (),
        surplus: Iterable[str] = (),
    ) -> Call:
        words: list[str] = []
        assignments: list[tuple[str, str]] = []
        own: list[Redirect] = []
        spans: list[tuple[int, int]] = []
        more: list[str] = list(surplus)
        for child in node.named_children:
            if child.type == "variable_assignment":
                name, _, value = self.text(child).partition("=")
                assignments.append((name, unquote(value, self.known)))
            elif child.type.endswith("_redirect"):
                redirect, arguments = self._redirect(child)
                own.append(redirect)
                more += arguments
            elif child.type != "comment":
                spans.append((child.start_byte, child.end_byte))
        words += [word for start, end in self._joined(spans) for word in self._fields(start, end)]
        words += more
        while len(words) > 1 and words[0] in _PREFIXES:
            del words[0]
        inputs = (*own, *redirects, *place.input)
        return Call(tuple(words), inputs, tuple(assignments), place.pipes, aside=place.aside)

    def _redirects(self, node: tree_sitter.Node) -> tuple[tuple[Redirect, ...], list[str]]:
        given = node.children_by_field_name("redirect")
        given += [c for each in given for c in each.named_children if c.type == "file_redirect"]
        found = [self._redirect(child) for child in given]
        return tuple(redirect for redirect, _ in found), [word for _, more in found for word in more]

    def _redirect(self, node: tree_sitter.Node) -> tuple[Redirect, list[str]]:
        """The grammar takes `>f -x y` as three targets; the ones after the first are arguments."""
        operator = next((child.type for child in node.children if not child.is_named), ">")
        targets = [c for c in node.named_children if c.type != "file_descriptor"]
        if node.type == "herestring_redirect":
            return Redirect(operator, "".join(unquote(self.text(c), self.known) for c in targets[:1])), []
        words = [word for target in targets for word in self._words(target)]
        if heredoc := self.known.heredocs.get(words[0] if words else ""):
            text = heredoc.text if heredoc.quoted else in_quotes(heredoc.text, self.known)
            return Redirect("<<", text), words[1:]
        return Redirect(operator, words[0] if words else ""), words[1:]

    def _substituted(self, node: tree_sitter.Node) -> Iterator[Call]:
        """What substitutions in a here-document run."""
        targets = node.children_by_field_name("destination")
        heredoc = self.known.heredocs.get(self.text(targets[0])) if targets else None
        if heredoc and not heredoc.quoted and ("$(" in heredoc.text or "`" in heredoc.text):
            source = f": <<E\n{heredoc.text}E\n"
            inner = _Walk(source, self.known, self.pipelines).calls(parse(source))
            yield from (call for call in inner if call.words[:1] != (":",))

    def _assignment(self, node: tree_sitter.Node) -> tuple[str, str]:
        name, _, value = self.text(node).partition("=")
        array = node.child_by_field_name("value")
        appends, name = name.endswith("+"), name.removesuffix("+")
        if array is not None and array.type == "array":
            words = [word for child in array.named_children for word in self._words(child)]
        else:
            words = [unquote(value, self.known)]
        if appends:
            before = self.known.value(name, "@") or []
            words = (
                [*before, *words]
                if array is not None and array.type == "array"
                else ["".join(before) + words[0]]
            )
        self.known.assign(name, words)
        return name, " ".join(words)

    def _joined(self, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """The grammar takes `'a'\\ 'b'` as two words; to a shell it is one."""
        for at, (start, end) in enumerate(spans):
            if at and _ESCAPED_BLANK.match(self.source, spans[at - 1][1], start):
                continue
            while at + 1 < len(spans) and _ESCAPED_BLANK.match(self.source, end, spans[at + 1][0]):
                at += 1
                end = spans[at][1]
            yield start, end

    def _words(self, node: tree_sitter.Node) -> list[str]:
        return self._fields(node.start_byte, node.end_byte)

    def _fields(self, start: int, end: int) -> list[str]:
        text = self.source[start:end]
        return [text] if text.startswith(("<(", ">(")) else fields(text, self.known)

    def text(self, node: tree_sitter.Node) -> str:
        return self.source[node.start_byte : node.end_byte]


def _roughly(text: str, known: Known, pipelines: Iterator[int]) -> Iterator[Call]:
    """Words between operators, for what the grammar could not read."""
    number, stage = next(pipelines), 0
    parts = _SPLIT.split(text)
    for part, operator in zip(parts[::2], [*parts[1::2], ";"], strict=True):
        words = [word for token in _TOKEN.findall(part) for word in fields(token, known)]
        while words and words[0] in _PREFIXES:
            del words[0]
        piped = stage or operator in ("|", "|&")
        if words:
            yield Call(tuple(words), pipes=((number, stage),) if piped else ())
        number, stage = (number, stage + 1) if operator in ("|", "|&") else (next(pipelines), 0)
