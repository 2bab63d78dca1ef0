"""What is open at an SFTP server: files with what passed of them, and directories with the names in them."""

from __future__ import annotations

from sessionlens_recorder.session.files.framing import NotUnderstood
from sessionlens_recorder.session.files.listing import Listing
from sessionlens_recorder.session.files.transfer import Transfer, Window

NAMES_LIMIT = 64 * 1024  # bytes of names that are kept of one listing,
NAME_COST = 50  # each with what Python needs for it
DOWNLOAD, UPLOAD = "download", "upload"
DIRECTIONS = {DOWNLOAD: "to user", UPLOAD: "to target"}


class Opened:
    """A handle: what was asked for to get it, and whether it is still in use."""

    operation = "open"

    def __init__(self, listing: Listing, n: int, began_ns: int, path: bytes) -> None:
        self.listing, self.n, self.began_ns, self.path = listing, n, began_ns, path
        self.cost = 0  # bytes of memory, roughly
        self.waiting = 0  # requests about its content that are not answered yet
        self.failed: str | None = None  # the first bad answer to one of them
        self.emptied = False  # a file: by how it was opened or by a setstat, and no copy filled it since
        self._over, self._closed_with, self._told = False, "", False

    def closed(self, code: str) -> None:
        """The server answered CLOSE."""
        self._over, self._closed_with = True, code
        self.finish_if_idle()

    def answered(self) -> None:
        """A request about the content was answered."""
        self.waiting -= 1
        self.finish_if_idle()

    def finish_if_idle(self) -> None:
        if self._over and not self.waiting:
            self.finish(self._result())

    def finish(self, result: str | None) -> None:
        """The last lines about it; `result` is None where it was never closed."""
        if not self._told:
            self._told = True
            self.tell(result)

    def tell(self, result: str | None) -> None:
        raise NotImplementedError

    def _result(self) -> str:
        return self.failed or self._closed_with


class OpenDirectory(Opened):
    """The listing of a directory: one entry, however many answers it took."""

    operation = "readdir"

    def __init__(self, listing: Listing, n: int, began_ns: int, path: bytes) -> None:
        super().__init__(listing, n, began_ns, path)
        self._names: list[bytes] = []
        self._room, self._count = NAMES_LIMIT, 0

    def named(self, names: list[bytes]) -> None:
        self._count += len(names)
        for name in names:
            self._room -= len(name) + NAME_COST
            if self._room < 0:
                return
            self._names.append(name)

    def tell(self, result: str | None) -> None:
        told = {"path": self.path, "count": self._count, "names": self._names}
        self.listing.result(self.n, self.operation, self.began_ns, result, **told)


class OpenFile(Opened):
    """An open file. What passes of it in each direction is a transfer."""

    def __init__(self, listing: Listing, n: int, began_ns: int, path: bytes, window: Window) -> None:
        super().__init__(listing, n, began_ns, path)
        self._window = window
        self._transfers: dict[str, Transfer] = {}
        self.ended = False  # the server said that the file ends
        self._told_sizes: dict[str, int] = {}

    def transfer(self, direction: str) -> Transfer:
        if direction not in self._transfers:
            if self._transfers and self.listing.copies:
                raise NotUnderstood("a file is read and written by one handle, where copies are kept")
            self._transfers[direction] = Transfer(self._window, self.listing.new_copy(self.n))
        return self._transfers[direction]

    def progress(self) -> None:
        """A line for what has grown since the last."""
        for direction, transfer in self._transfers.items():
            if self._told_sizes.get(direction, 0) == transfer.size:
                continue
            self._told_sizes[direction] = transfer.size
            self.listing.progress(
                self.n, direction, path=self.path, direction=DIRECTIONS[direction], size=transfer.size
            )

    def tell(self, result: str | None) -> None:
        if self.emptied:  # that is an upload, even where no byte passes
            self._transfers.setdefault(UPLOAD, Transfer(self._window))
        for direction, transfer in self._transfers.items():
            ended = self.ended if direction == DOWNLOAD else None
            self.listing.result(
                self.n, direction, self.began_ns, result,
                path=self.path, direction=DIRECTIONS[direction], **transfer.end(), end_of_file=ended,
            )  # fmt: skip
        if not self._transfers:
            self.listing.result(self.n, self.operation, self.began_ns, result, path=self.path)
        self._transfers = {}
