"""SCP's own protocol in passing (scp -O, and all scp before OpenSSH 9): what rcp spoke, in lock step.

Recognised by what passes and never by the command: the receiver begins with a zero byte, then the sender's
control lines follow, each answered before the next. Nothing depends on it, since the channel is recorded
as a stream anyway; at the first byte that does not fit, the listing ends and says so. There is no standard;
OpenSSH's scp.c is what everybody follows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sessionlens_recorder.session.files.framing import NotUnderstood
from sessionlens_recorder.session.files.listing import Listing
from sessionlens_recorder.session.files.opened import DIRECTIONS, DOWNLOAD, UPLOAD
from sessionlens_recorder.session.files.transfer import Transfer, Window
from sessionlens_recorder.session.policy import TARGET

LINE_LIMIT = 8192
DEPTH_LIMIT = 256
_CONTROL = re.compile(rb"([CD])([0-7]{4,5}) ([0-9]{1,18}) ([^/\n\0]+)\n")
_TIMES = re.compile(rb"T([0-9]{1,18}) [0-9]{1,6} ([0-9]{1,18}) [0-9]{1,6}\n")
OK = "ok"


class Scp:
    """Follows one exec channel; `received` raises NotUnderstood where it is, or becomes, something else."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing
        self._sender: int | None = None
        self._take: Callable[[memoryview], int] = self._line  # what the sender's next bytes are
        self._answered: Callable[[str | None], None] | None = None  # what waits for the receiver's answer
        self._held, self._answer = bytearray(), bytearray()
        self._directories: list[bytes] = []
        self._times: dict[str, int] = {}
        self._file: _File | None = None
        self.recognised = False

    def received(self, side: int, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._next(side, view) :]

    def finish(self, reason: str) -> None:
        """Nothing more will pass, or be followed."""
        self._end_file(None, reason)

    def _next(self, side: int, view: memoryview) -> int:
        if self._sender is None:
            return self._begin(side, view)
        if side != self._sender:
            return self._answer_received(view)
        if self._answered is not None:
            raise NotUnderstood("the sender goes on without an answer")
        return self._take(view)

    def _begin(self, side: int, view: memoryview) -> int:
        """The receiver says that it is ready."""
        if view[0] != 0:
            raise NotUnderstood("no receiver's zero byte")
        self._sender = 1 - side
        return 1

    # the sender

    def _line(self, view: memoryview) -> int:
        """A control line: C file, D directory, E its end, T times, 1 and 2 complaints."""
        end = bytes(view[: LINE_LIMIT + 1]).find(b"\n") + 1
        taken = end or len(view)
        self._held += view[:taken]
        if len(self._held) > LINE_LIMIT or self._held[0] not in b"CDET\1\2":
            raise NotUnderstood("no control line")
        if end:
            line = bytes(self._held)
            self._held.clear()
            self._control(line)
        return taken

    def _control(self, line: bytes) -> None:
        if line[0] in (1, 2):
            self._complaint(line)
        elif line == b"E\n":
            self._ask(self._left)
        elif times := _TIMES.fullmatch(line):
            self._times = {"mtime": int(times[1]), "atime": int(times[2])}
            self._ask(lambda error: None)
        elif (found := _CONTROL.fullmatch(line)) is None:
            raise NotUnderstood("no control line")
        elif found[1] == b"D":
            self._directory(found[2], found[4])
        else:
            self._file_named(found[2], int(found[3]), found[4])

    def _complaint(self, line: bytes) -> None:
        self.recognised = True
        n = self._listing.number()
        self._listing.result(n, "message", None, "error", by=self._who(), message=line[1:-1])

    def _directory(self, mode: bytes, name: bytes) -> None:
        if len(self._directories) >= DEPTH_LIMIT:
            raise NotUnderstood(f"directories more than {DEPTH_LIMIT} deep")
        self.recognised = True
        n, path = self._listing.number(), b"/".join((*self._directories, name))
        began_ns = self._listing.request(n, "mkdir", path=path, direction=self._direction())
        attributes = self._attributes(mode)

        def entered(error: str | None) -> None:
            if error is None:
                self._directories.append(name)
            self._listing.result(
                n, "mkdir", began_ns, error or OK,
                path=path, direction=self._direction(), attributes=attributes,
            )  # fmt: skip

        self._ask(entered)

    def _left(self, error: str | None) -> None:
        if not self._directories:
            raise NotUnderstood("the end of a directory that never began")
        self._directories.pop()

    def _file_named(self, mode: bytes, size: int, name: bytes) -> None:
        self.recognised = True
        n, path = self._listing.number(), b"/".join((*self._directories, name))
        began_ns = self._listing.request(n, self._operation(), path=path, direction=self._direction())
        self._file = _File(n, began_ns, path, size, self._attributes(mode))
        self._file.transfer = Transfer(Window(0), self._listing.new_copy(n))
        self._ask(self._content_begins)

    def _content_begins(self, error: str | None) -> None:
        """The receiver has answered the C line."""
        if error is not None:
            self._end_file(error, None)
        else:
            self._take = self._content if self._file and self._file.size else self._verdict

    def _content(self, view: memoryview) -> int:
        file = self._file
        if file is None:
            raise AssertionError("the content of no file")
        piece = view[: file.size - file.transfer.size]
        file.transfer.passed(file.transfer.size, piece)
        if file.transfer.size == file.size:
            self._take = self._verdict
        return len(piece)

    def _verdict(self, view: memoryview) -> int:
        """Whether the sender could read all of it: a zero byte, or a complaint."""
        size, whole, said = _status(self._held, view, "no verdict behind a file")
        if whole:
            self._ask(lambda error: self._end_file((error or OK) if said is None else "error", said))
            self._take = self._line
        return size

    def _end_file(self, result: str | None, message: str | None) -> None:
        file, self._file = self._file, None
        self._take = self._line
        if file is None:
            return
        said = message if result in (OK, "error", None) else result
        self._listing.result(
            file.n, self._operation(), file.began_ns, result if result in (OK, None) else "error",
            path=file.path, direction=self._direction(), announced=file.size,
            attributes=file.attributes, **file.transfer.end(), message=said,
        )  # fmt: skip

    # the receiver

    def _ask(self, then: Callable[[str | None], None]) -> None:
        self._answered = then

    def _answer_received(self, view: memoryview) -> int:
        size, whole, said = _status(self._answer, view, "no answer of a receiver")
        if whole:
            self._answer_is(said)
        return size

    def _answer_is(self, error: str | None) -> None:
        then, self._answered = self._answered, None
        if then is None:
            raise NotUnderstood("an answer to nothing")
        then(error)

    # what is told

    def _attributes(self, mode: bytes) -> dict[str, Any]:
        times, self._times = self._times, {}
        return {"permissions": mode.decode("ascii"), **times}

    def _operation(self) -> str:
        return DOWNLOAD if self._sender == TARGET else UPLOAD

    def _direction(self) -> str:
        return DIRECTIONS[self._operation()]

    def _who(self) -> str:
        return "target" if self._sender == TARGET else "user"


class _File:
    """The file that is being copied."""

    __slots__ = ("attributes", "began_ns", "n", "path", "size", "transfer")

    transfer: Transfer

    def __init__(self, n: int, began_ns: int, path: bytes, size: int, attributes: dict[str, Any]) -> None:
        self.n, self.began_ns, self.path, self.size, self.attributes = n, began_ns, path, size, attributes


def _status(held: bytearray, view: memoryview, otherwise: str) -> tuple[int, bool, str | None]:
    """A zero byte, or 1 or 2 with a line of text: how much of it came now, whether that is all, the text."""
    if not held and view[0] == 0:
        return 1, True, None
    end = bytes(view[:LINE_LIMIT]).find(b"\n") + 1
    held += view[: end or len(view)]
    if held[0] not in (1, 2) or len(held) > LINE_LIMIT:
        raise NotUnderstood(otherwise)
    said = _text(held) if end else None
    if end:
        held.clear()
    return end or len(view), end > 0, said


def _text(line: bytearray) -> str:
    return bytes(line[1:]).decode("utf-8", "backslashreplace").strip()
