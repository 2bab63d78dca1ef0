"""SFTP in passing, version 3 (draft-ietf-secsh-filexfer-02): requests of the user, answers of the target.

Requests go by their number, so any number of them may be open and be answered in any order. Whatever two
programs could read differently, and whatever is not version 3 as OpenSSH speaks it, is NotUnderstood: then
the bytes have to be recorded, since nobody can say what they do.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sessionlens_recorder.session.files import requests as r
from sessionlens_recorder.session.files.fields import EOF, OK, Fields
from sessionlens_recorder.session.files.framing import Framing, NotUnderstood
from sessionlens_recorder.session.files.listing import Listing
from sessionlens_recorder.session.files.opened import (
    DOWNLOAD,
    NAMES_LIMIT,
    UPLOAD,
    OpenDirectory,
    Opened,
    OpenFile,
)
from sessionlens_recorder.session.files.pending import (
    Closing,
    Operation,
    Reading,
    ReadingNames,
    Waiting,
    Writing,
)
from sessionlens_recorder.session.files.requests import Asked
from sessionlens_recorder.session.files.sides import Target, User
from sessionlens_recorder.session.files.transfer import Transfer, Window
from sessionlens_recorder.session.policy import TARGET, USER

UNANSWERED_LIMIT = 1 << 17  # a channel window full of READ requests is half of it
HANDLES_LIMIT = 1024
KEPT_LIMIT = 8 << 20  # bytes of requests that wait for their answers, and of what is open
REQUEST_COST = 1024  # of each, beyond its bytes
PROGRESS_S = 1.0


class Sftp:
    """Follows one channel. `received` raises NotUnderstood; then `lost` says what it was not told."""

    def __init__(self, listing: Listing, clock: Callable[[], float] = time.monotonic) -> None:
        self._listing, self._clock = listing, clock
        self._window, self._kept = Window(), Window(KEPT_LIMIT)
        self._waiting: dict[int, Waiting] = {}
        self._handles: dict[bytes, Opened] = {}
        self._greeted, self.version = False, 0
        self.greetings: list[
            tuple[int, int, list[tuple[str, str]]]
        ] = []  # side, version, extensions: to tell
        self._framings = (Framing(User(self)), Framing(Target(self)))
        self._last_progress = clock()

    def received(self, side: int, data: bytes) -> None:
        """What a side sent. Everything that it asks for is on disk when this returns."""
        self._framings[side].feed(data)

    def lost(self) -> tuple[tuple[int, bytes], tuple[int, bytes]]:
        """Nobody follows any more: for user and target, how many bytes were understood, and which were held
        back because their packet was not whole.
        """
        self.finish()
        user, target = (
            (framing.passed, framing.lost()) for framing in (self._framings[USER], self._framings[TARGET])
        )
        return user, target

    def finish(self) -> None:
        """Nothing more will pass: what was not answered and what was not closed."""
        waiting, self._waiting = self._waiting, {}
        opened, self._handles = self._handles, {}
        for one in waiting.values():
            if isinstance(one, Operation):
                self._tell(one, None)
        closing = [one.opened for one in waiting.values() if not isinstance(one, Operation)]
        for file in (*opened.values(), *closing):
            file.finish(None)

    def _tell(self, one: Operation, result: str | None, **more: Any) -> None:
        self._kept.give(one.cost)
        fields = one.asked.fields | more
        self._listing.result(one.n, one.asked.operation, one.began_ns, result, **fields)

    # the user asks

    def asked(self, packet: bytes) -> None:
        kind, fields = packet[0], Fields(packet)
        if kind == r.INIT:
            self._init(fields)
            return
        number = self._new_number(fields)
        if kind == r.READ:
            self._read(number, fields)
        elif kind == r.READDIR:
            self._read_names(number, fields)
        elif kind == r.CLOSE:
            self._close(number, fields)
        else:
            self._operation(number, r.read_request(kind, fields), len(packet) + REQUEST_COST)

    def _init(self, fields: Fields) -> None:
        if self._greeted:
            raise NotUnderstood("a second INIT")
        self.greetings.append((USER, fields.u32(), _extensions(fields)))
        self._greeted = True

    def _new_number(self, fields: Fields) -> int:
        if self.version != 3:
            raise NotUnderstood("a request before both sides have agreed on version 3")
        number = fields.u32()
        if number in self._waiting:
            raise NotUnderstood(f"request {number} twice before its answer")
        if len(self._waiting) >= UNANSWERED_LIMIT:
            raise NotUnderstood(f"{UNANSWERED_LIMIT} requests, and none of them answered")
        return number

    def _operation(self, number: int, asked: Asked, cost: int) -> None:
        opened = tuple(map(self._opened, asked.handles))
        paths = [one.path for one in opened]
        named = dict(zip(("path", "to"), paths, strict=False)) | asked.fields
        cost += sum(map(len, paths)) + (NAMES_LIMIT if asked.operation == "readdir" else 0)
        if not self._kept.take(cost):
            raise NotUnderstood("more requests and open files than can be kept in mind")
        n = self._listing.number()
        began_ns = self._listing.request(n, asked.operation, **named)
        named_asked = Asked(asked.operation, named, (), asked.answers)
        self._waiting[number] = Operation(n, began_ns, named_asked, cost, opened)

    def _read(self, number: int, fields: Fields) -> None:
        file = self._file(fields.string())
        offset, size = fields.u64(), fields.u32()
        fields.end()
        file.transfer(DOWNLOAD).asked(offset)
        self._wait_for(number, Reading(file, offset, size))

    def write_begins(self, head: bytes) -> tuple[Transfer, int]:
        fields = Fields(head)
        number = self._new_number(fields)
        file, offset = self._file(fields.string()), fields.u64()
        self._wait_for(number, Writing(file))
        return file.transfer(UPLOAD), offset

    def _read_names(self, number: int, fields: Fields) -> None:
        directory = self._opened(fields.string())
        fields.end()
        if not isinstance(directory, OpenDirectory):
            raise NotUnderstood("READDIR of what is no directory")
        self._wait_for(number, ReadingNames(directory))

    def _close(self, number: int, fields: Fields) -> None:
        handle = fields.string()
        fields.end()
        self._waiting[number] = Closing(self._opened(handle))
        del self._handles[handle]  # whoever uses it from now on means another one

    def _wait_for(self, number: int, request: Reading | Writing | ReadingNames) -> None:
        request.opened.waiting += 1
        self._waiting[number] = request

    def _opened(self, handle: bytes) -> Opened:
        opened = self._handles.get(handle)
        if opened is None:
            raise NotUnderstood("a handle that the target has not given, or that was closed")
        return opened

    def _file(self, handle: bytes) -> OpenFile:
        file = self._opened(handle)
        if not isinstance(file, OpenFile):
            raise NotUnderstood("the content of a directory")
        return file

    # the target answers

    def answered(self, packet: bytes) -> None:
        kind, fields = packet[0], Fields(packet)
        if kind == r.VERSION:
            self._version_received(fields)
            return
        number = fields.u32()
        waiting = self._waiting.get(number)
        if waiting is None:
            raise NotUnderstood(f"an answer to request {number}, which nobody made")
        if kind != r.STATUS and kind not in waiting.answers:
            raise NotUnderstood(f"request {number} is answered by packet type {kind}")
        if kind == r.STATUS:
            code, said = fields.status()
            fields.end()
            del self._waiting[number]
            self._status(waiting, code, said)
        else:
            self._success(number, waiting, kind, fields)

    def _version_received(self, fields: Fields) -> None:
        version = fields.u32()
        if version != 3 or not self._greeted or self.version:
            raise NotUnderstood(f"version {version}, where 3 is what is understood")
        self.greetings.append((TARGET, version, _extensions(fields)))
        self.version = version

    def _status(self, waiting: Waiting, code: str, said: str | None) -> None:
        if isinstance(waiting, Operation):
            waiting.answered(code)
            self._tell(waiting, code, message=said)
            return
        opened = waiting.opened
        if isinstance(waiting, Closing):
            self._kept.give(opened.cost)
            opened.closed(code)
        else:
            self._content_answered(waiting, code)
        if said is not None:
            self._listing.progress(opened.n, opened.operation, path=opened.path, message=said)

    def _content_answered(self, waiting: Reading | Writing | ReadingNames, code: str) -> None:
        opened = waiting.opened
        if code == EOF and isinstance(opened, OpenFile) and isinstance(waiting, Reading):
            opened.ended = True
        elif code not in (OK, EOF):
            opened.failed = opened.failed or code
        opened.answered()

    def _success(self, number: int, waiting: Waiting, kind: int, fields: Fields) -> None:
        if isinstance(waiting, ReadingNames):
            names = fields.names()
            fields.end()
            waiting.opened.named(names)
            waiting.opened.answered()
        elif isinstance(waiting, Operation):
            told = self._answer(waiting, kind, fields)
            fields.end()
            if kind == r.HANDLE:
                self._handles[told["handle"]] = self._new_handle(waiting)
            else:
                self._tell(waiting, OK, **told)
        del self._waiting[number]

    def _answer(self, waiting: Operation, kind: int, fields: Fields) -> dict[str, Any]:
        if kind == r.HANDLE:
            handle = fields.string()
            if handle in self._handles:
                raise NotUnderstood("the target gives a handle twice")
            if len(self._handles) >= HANDLES_LIMIT:
                raise NotUnderstood(f"more than {HANDLES_LIMIT} open files")
            return {"handle": handle}
        if kind == r.ATTRS:
            return {"found": fields.attributes()}
        return {"names": fields.names()} if kind == r.NAME else {"answer": fields.take_rest()}

    def _new_handle(self, waiting: Operation) -> Opened:
        n, began_ns, path = waiting.n, waiting.began_ns, waiting.asked.fields["path"]
        opened: Opened
        if waiting.asked.operation == "readdir":
            opened = OpenDirectory(self._listing, n, began_ns, path)
        else:
            opened = OpenFile(self._listing, n, began_ns, path, self._window)
            opened.emptied = r.empties(waiting.asked.fields["flags"])
        opened.cost = waiting.cost
        return opened

    def data_begins(self, head: bytes, size: int) -> tuple[OpenFile, Transfer, int]:
        number = Fields(head).u32()
        reading = self._waiting.get(number)
        if not isinstance(reading, Reading) or size > reading.size:
            raise NotUnderstood(f"{size} bytes of a file that nobody asked for (request {number})")
        del self._waiting[number]
        return reading.opened, reading.opened.transfer(DOWNLOAD), reading.offset

    # both

    def progress(self) -> None:
        """Content has passed; once in a while that is worth a line."""
        now = self._clock()
        if now - self._last_progress >= PROGRESS_S:
            self._last_progress = now
            for opened in self._handles.values():
                if isinstance(opened, OpenFile):
                    opened.progress()


def _extensions(fields: Fields) -> list[tuple[str, str]]:
    """The pairs that follow a version."""
    found = []
    while fields.rest():
        found.append((fields.text(), fields.text()))
    return found
