"""The two directions of an SFTP connection: which packets each may send, and to whom their content goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sessionlens_recorder.session.files.framing import DATA, WRITE, NotUnderstood

if TYPE_CHECKING:
    from sessionlens_recorder.session.files.opened import OpenFile
    from sessionlens_recorder.session.files.sftp import Sftp
    from sessionlens_recorder.session.files.transfer import Transfer


class User:
    """Packets of the user, to their meaning."""

    def __init__(self, sftp: Sftp) -> None:
        self._sftp = sftp
        self._transfer: Transfer | None = None
        self._offset = 0

    def packet_received(self, packet: bytes) -> None:
        self._sftp.asked(packet)

    def content_begins(self, head: bytes, size: int) -> None:
        if head[0] != WRITE:
            raise NotUnderstood("the user sends DATA")
        self._transfer, self._offset = self._sftp.write_begins(head)

    def content_received(self, piece: memoryview) -> None:
        if self._transfer is not None:
            self._transfer.passed(self._offset, piece)
        self._offset += len(piece)

    def content_ended(self) -> None:
        self._sftp.progress()


class Target:
    """Packets of the target, to their meaning."""

    def __init__(self, sftp: Sftp) -> None:
        self._sftp = sftp
        self._file: OpenFile | None = None
        self._transfer: Transfer | None = None
        self._offset = 0

    def packet_received(self, packet: bytes) -> None:
        self._sftp.answered(packet)

    def content_begins(self, head: bytes, size: int) -> None:
        if head[0] != DATA:
            raise NotUnderstood("the target sends WRITE")
        self._file, self._transfer, self._offset = self._sftp.data_begins(head, size)

    def content_received(self, piece: memoryview) -> None:
        if self._transfer is not None:
            self._transfer.passed(self._offset, piece)
        self._offset += len(piece)

    def content_ended(self) -> None:
        if self._file is not None:
            self._file.answered()
        self._sftp.progress()
