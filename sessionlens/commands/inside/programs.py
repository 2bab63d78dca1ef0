"""Commands that were run from inside a program that owns the screen: `:!ls` in vim, `!ls` in less.

A row where such a program asks for commands is no proof: it may be left with Esc, or stand in a file. It
counts once Enter was pressed on what the keystrokes spell, and the program shows that it ran something.
Lines typed to a shell that it left open (`:sh`) are the shell's own; here they only get their place in the
context.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from ..hosts import called, families
from ..model import TIERS, Command, Evidence
from ..openers import SHELLS, program
from ..output import plain
from ..screen import ALTERNATE, View
from .asking import Asked, Reader, asked
from .inner import AGAIN, inner
from .looks import Look
from .midnight import Midnight, comes_back
from .nano import nano
from .pager import less, more
from .proof import FOLLOWS, RETURNS, shows, stale
from .strokes import PIPES, Confirmed, Typed, confirmed, echoed
from .vim import vi

_READERS: dict[str, tuple[Reader, str]] = {
    "vi": (vi, "paste-off"),
    "less": (less, "newline"),
    "more": (more, "newline"),
    "nano": (nano, ""),
}
"""How each host's command line is read, and the kind of look that is always its last."""

_OPENS = {"vi": ":!", "less": PIPES, "more": "!", "nano": "|"}
_RETURNED = re.compile(r"^shell returned (-?\d+)$", re.M)
_TRAILERS = re.compile(r"(?:^|\n)\s*(?:[!|]|shell returned -?\d+)\s*$|^\[No write since last change\]\n?")
_BEGINS = re.compile(rb"(?:\x1b\[[\d;?>]*[A-Za-z]|\x1b[=>]|[\r\n])*")
Seen = Callable[[int, int], Iterable[Look]]


@dataclass(frozen=True, slots=True)
class Host:
    """A program that runs commands, and the context that it was started in."""

    family: str
    name: str
    base: str
    named: bool
    """It was started by its name, and not only told by what it prints."""

    @property
    def path(self) -> str:
        """The context of what it runs."""
        return f"{self.base} > {self.name}"

    def shell(self, text: str) -> str:
        """What to call the shell that a command line of this host leaves open."""
        name = program(text)
        outer = [level for level in self.base.split(" > ") if level in SHELLS]
        return name if name in SHELLS else outer[-1] if outer else "sh"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A host that waits for a shell that it left open, what that is called, and what was going on in mc."""

    host: Host
    shell: str
    midnight: Midnight | None = None


class Inside:
    """Goes through the commands of one terminal (or one pane) in order, and looks into what they started."""

    def __init__(self, view: View, seen: Seen, main: bool) -> None:
        self.view, self.seen, self.main = view, seen, main
        self.typed = Typed(view.recording, 0, -1)
        self.open: list[Waiting] = []
        self.taken_ns = -1

    def before(self, outer: Command, stop: int) -> Iterator[Command]:
        """What was run inside the program that had the terminal when the recording began."""
        yield from self._within(outer, 0, stop, self.view.end)

    def commands(self, commands: Sequence[Command]) -> Iterator[Command]:
        """The commands given, in their contexts, each followed by those run inside it."""
        named = [each.accepted for each in commands if program(each.text) == "mc"]
        for command, following in zip_longest(commands, commands[1:]):
            outer = self._nested(command)
            yield outer
            if command.out_last is None or command.kind == "exec":
                continue
            stop = command.out_last + 1
            if following is not None and self.view.used_alternate(stop, following.accepted):
                stop = following.accepted - 1  # it came back after what looked like its end
            at = bisect_right(named, command.accepted)
            again = named[at] if at < len(named) else self.view.end
            for each in self._within(outer, command.accepted, stop, again):
                if following is None or not _same(each, following):
                    yield each

    def _nested(self, command: Command) -> Command:
        """A line of the main screen while a host waits is its shell's, or was typed below mc's panels."""
        if not self.open:
            return command
        waiting = self.open[-1]
        if waiting.midnight is not None and waiting.midnight.typed_below(command):
            return replace(command, kind="editor", context=waiting.host.path)
        base = waiting.host.base
        deeper = command.context[len(base) :] if command.context.startswith(base) else ""
        return replace(command, context=f"{waiting.host.path} > {waiting.shell}{deeper}")

    def _within(self, outer: Command, first: int, stop: int, named: int) -> Iterator[Command]:
        waiting, hosts = self._hosts(outer, first, stop)
        seen = [look for look in self.seen(first, stop) if look.offset > first] if hosts else []
        if not seen:
            return
        self.typed = Typed(self.view.recording, outer.start_ns + 1, seen[-1].t_ns)
        for host in hosts:
            if host.family == "mc":
                midnight = waiting.midnight if waiting is not None else None
                midnight = midnight or Midnight(self.view, host.path, host.shell(""))
                yield from midnight.commands(seen, self.typed, outer)
                if self.main and not self.view.alternate(stop) and comes_back(self.view, stop, named):
                    self.open.append(Waiting(host, host.shell(""), midnight))
            else:
                yield from self._run_by(host, outer, seen, stop)

    def _hosts(self, outer: Command, first: int, stop: int) -> tuple[Waiting | None, list[Host]]:
        """Which hosts this output is of: one that was left for a shell comes back without being started."""
        known = families(self.view, outer.text, first, stop)
        if self.open:
            waiting = self.open[-1]
            again = waiting.host.family in known and not known[waiting.host.family]
            if again or (not known and self.view.used_alternate(first, stop)):
                return self.open.pop(), [waiting.host]
            if waiting.midnight is not None and not comes_back(self.view, stop, self.view.end):
                self.open.pop()
        return None, [
            Host(each, called(each, outer.text), outer.context, named) for each, named in known.items()
        ]

    def _run_by(self, host: Host, outer: Command, seen: Sequence[Look], stop: int) -> Iterator[Command]:
        found = list(asked(seen, *_READERS[host.family]))
        last = ""
        for index, each in enumerate(found):
            until = seen[found[index + 1].at].offset if index + 1 < len(found) else stop
            if not (each.read.text or each.read.nests):
                continue
            ran = self._ran(host, each, seen, until)
            if ran is None:
                continue
            each, ran = _whole(each, ran, seen[each.at].kind == _READERS[host.family][1])
            if each.read.text == "!" and last:  # the last one again, where the program does not say it
                each, ran = replace(each, read=replace(each.read, text=last)), _once_more(ran)
            if each.read.text:
                last = each.read.text
                yield self._command(host, outer, each, seen, until, ran)
            self.taken_ns = ran.t_ns
            if self.main and each.read.nests and index == len(found) - 1:
                self._leave_open(host, each, seen, stop)

    def _leave_open(self, host: Host, each: Asked, seen: Sequence[Look], stop: int) -> None:
        """Nothing came after it but a prompt: it runs a shell."""
        back = self.view.out.find(RETURNS[host.family], seen[each.at].offset, stop) >= 0
        if not back and not any(look.alternate for look in seen[each.at + 1 :]):
            self.open.append(Waiting(host, host.shell(each.read.text)))

    # ---- proof

    def _ran(self, host: Host, each: Asked, seen: Sequence[Look], until: int) -> Confirmed | None:
        """What the keystrokes say of a command line that was run; None where it was not, for all we know."""
        look, follows = seen[each.at], seen[each.at + 1 : each.at + FOLLOWS]
        showed, fresh = shows(self.view, host.family, each, seen, until), each.grew or not stale(each, seen)
        if not self.typed.has_input:
            reason = f"the screen alone: {host.name} was seen to ask for a command, and ran one"
            alone = Confirmed("medium", reason, None, None, None, look.t_ns)
            return alone if showed and each.grew else None
        keyed = self._typed(host, each, follows[0].t_ns if follows else look.t_ns, look.t_ns)
        if keyed is None and fresh and host.named and look.kind == "paste-off":
            return Confirmed("low", "nobody typed it: a key may stand for it", None, None, None, look.t_ns)
        if keyed is None or (keyed.confidence == "low" and not host.named):
            return None
        if not fresh and keyed.confidence != "high":
            return None
        trusted = host.named or look.alternate  # what it did may be out of sight
        return keyed if showed or (trusted and (each.read.filters or host.family == "more")) else None

    def _typed(self, host: Host, each: Asked, by_ns: int, shown_ns: int) -> Confirmed | None:
        """The keys that spell this line best, or else those next to the moment at which it stood there."""
        texts = [each.read.text, each.read.line.removeprefix(":")]
        lines = self.typed.lines(self.taken_ns, max(by_ns, shown_ns))
        found = [
            keyed for line in lines if (keyed := confirmed(line, texts, _OPENS[host.family])) is not None
        ]
        return max(
            found,
            key=lambda keyed: (TIERS.index(keyed.confidence), -abs(keyed.t_ns - shown_ns)),
            default=None,
        )

    # ---- the row

    def _command(
        self, host: Host, outer: Command, each: Asked, seen: Sequence[Look], until: int, keyed: Confirmed
    ) -> Command:
        look, read = seen[each.at], each.read
        begin, stop = self._output(host, look, read.filters, until)
        opens = read.line.removesuffix(read.text)
        model = None if keyed.model is None else opens + keyed.model.removeprefix(opens.removeprefix(":"))
        replaced = model is not None and model.rstrip() != read.line.rstrip() and echoed(model, read.line)
        said = plain(bytes(self.view.out[begin:stop])) if self.main else ""
        code = _RETURNED.search(said) if host.family == "vi" else None
        while (shorter := _TRAILERS.sub("", said)) != said:
            said = shorter
        return replace(
            inner(outer),
            start_ns=keyed.t_ns,
            taken_ns=look.t_ns,
            end_ns=self.view.time_of(stop) if begin < stop or stop < self.view.end else None,
            text=read.text,
            kind="editor",
            context=host.path,
            exit_code=int(code[1]) if code else None,
            source=keyed.source,
            confidence=keyed.confidence,
            accepted=look.offset,
            in_first=keyed.first,
            in_last=keyed.last,
            out_first=begin if stop > begin else None,
            out_last=stop - 1 if stop > begin else None,
            output=said,
            evidence=Evidence(opens, read.line, model and model.removeprefix(opens), keyed.reason),
            typed=model if replaced and keyed.confidence != "low" else None,
        )

    def _output(self, host: Host, look: Look, filters: bool, until: int) -> tuple[int, int]:
        """The range of what it printed: until the program takes the screen again, or asks again."""
        match = _BEGINS.match(self.view.out, look.offset)
        begin = match.end() if match else look.offset
        if filters:
            return begin, begin
        back = [on for name in ALTERNATE if (on := self.view.next_on(name, look.offset)) is not None]
        told = self.view.out.find(RETURNS[host.family], look.offset, until)
        stop = min([until, *back, told if told >= 0 else until])
        return min(begin, stop), stop


def _same(inner: Command, following: Command) -> bool:
    """Is this the next line of the main screen, found twice?"""
    return inner.text == following.text and 0 <= following.accepted - inner.accepted < AGAIN


def _whole(each: Asked, keyed: Confirmed, exact: bool) -> tuple[Asked, Confirmed]:
    """With the end of the line that had not come back when Enter was pressed; `exact`: all of it had."""
    for shown in (each.read.text, each.read.line.removeprefix(":")):
        late = not exact and bool(shown) and keyed.confidence == "medium"
        if late and keyed.model is not None and keyed.model.startswith(shown):
            text = each.read.text + keyed.model[len(shown) :].rstrip()
            reason = "the program went on before all of the line came back: the keystrokes are taken"
            return replace(each, read=replace(each.read, text=text)), replace(
                keyed, reason=reason, source="keys"
            )
    return each, keyed


def _once_more(keyed: Confirmed) -> Confirmed:
    confidence = "medium" if keyed.confidence == "high" else keyed.confidence
    return replace(keyed, confidence=confidence, reason="the last command once more", model=None)
