"""What was killed, and comes back: readline's ring of ten, zle's cut buffer and ring of eight, fish's."""

from __future__ import annotations

from .state import State

_SIZE = {"readline": 10, "zle": 9, "fish": 100}


def kill(s: State, start: int, stop: int, front: bool = False, kind: str = "kill") -> None:
    """Take text out and keep it, joined to what the last command killed. `front`: it stood before that."""
    if s.dialect.readline and start == stop:
        return
    if start == stop:
        s.this = kind  # zle joins over nothing
        return
    keep(s, s.delete(start, stop), front, kind)


def keep(s: State, text: str, front: bool = False, kind: str = "kill") -> None:
    """Remember text as killed."""
    s.this = kind
    ring, joins = s.memory.ring, s.last == kind and bool(s.memory.ring)
    if joins and s.dialect.readline and s.dialect.vi:
        ring = (*ring[:-1], text)
    elif joins:
        ring = (*ring[:-1], text + ring[-1] if front else ring[-1] + text)
    else:
        ring = (*ring, text)[-_SIZE[s.dialect.editor] :]
    s.memory.ring, s.memory.turned = ring, len(ring) - 1


def yank(s: State) -> None:
    """Bring back what was killed."""
    if not s.memory.ring:
        s.lose("what was killed before the recording")
        return
    s.used.add("kill")
    start = s.at
    s.spend(len(s.memory.ring[s.memory.turned]) * max(s.n, 1))
    s.insert(s.memory.ring[s.memory.turned] * (1 if s.dialect.readline else max(s.n, 0)))
    s.keep["yank"], s.mark, s.this = start, start, "yank"


def pop(s: State) -> None:
    """Replace what was just yanked with what was killed before it."""
    if s.last != "yank" or not s.memory.ring:
        s.this = s.last if s.dialect.readline else ""
        return
    memory, start = s.memory, s.keep["yank"]
    if s.dialect.zle:
        shown = (
            s.keep.get("shown", len(memory.ring) - 1)
            if s.keep.get("popped") == s.at
            else len(memory.ring) - 1
        )
        turned = (shown - 1) % len(memory.ring)
        s.keep["shown"] = turned
    else:
        turned = memory.turned = (memory.turned - 1) % len(memory.ring)
    if len(memory.ring) < _SIZE[s.dialect.editor] and turned == len(memory.ring) - 1:
        s.lose("what was killed before the recording")  # the ring of the shell may be longer
        return
    s.delete(start, s.at)
    s.insert(memory.ring[turned])
    s.keep["popped"], s.this = s.at, "yank"
    s.used.add("kill")
