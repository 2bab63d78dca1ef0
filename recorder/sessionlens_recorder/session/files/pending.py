"""Requests of SFTP that are not answered yet, and which packet types may answer them beside STATUS."""

from __future__ import annotations

from dataclasses import dataclass

from sessionlens_recorder.session.files import requests as r
from sessionlens_recorder.session.files.fields import OK
from sessionlens_recorder.session.files.framing import DATA
from sessionlens_recorder.session.files.opened import OpenDirectory, Opened, OpenFile
from sessionlens_recorder.session.files.requests import Asked


@dataclass(frozen=True, slots=True)
class Operation:
    """A request with lines of its own."""

    n: int
    began_ns: int
    asked: Asked
    cost: int  # bytes of memory, roughly
    opened: tuple[Opened, ...] = ()  # whose handles it names

    def answered(self, code: str) -> None:
        """What it made of the open files: a setstat may have emptied one, a copy filled it."""
        if self.asked.operation == "copy" and code == OK:
            self.opened[1].emptied = False
        elif self.asked.operation == "setstat" and self.opened and code == OK:
            size = self.asked.fields["attributes"].get("size")
            self.opened[0].emptied = self.opened[0].emptied if size is None else size == 0

    @property
    def answers(self) -> frozenset[int]:
        return self.asked.answers


@dataclass(frozen=True, slots=True)
class Reading:
    """READ: bytes of a file."""

    opened: OpenFile
    offset: int
    size: int
    answers = frozenset({DATA})


@dataclass(frozen=True, slots=True)
class Writing:
    """WRITE; its bytes have passed already."""

    opened: OpenFile
    answers = frozenset[int]()


@dataclass(frozen=True, slots=True)
class ReadingNames:
    """READDIR."""

    opened: OpenDirectory
    answers = frozenset({r.NAME})


@dataclass(frozen=True, slots=True)
class Closing:
    """CLOSE."""

    opened: Opened
    answers = frozenset[int]()


Waiting = Operation | Reading | Writing | ReadingNames | Closing
