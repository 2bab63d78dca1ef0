"""How the bytes of a program's channel are recorded: as a stream; as a stream beside a listing of files
(exec, where they may be scp's); or as a listing alone (sftp), for as long as every byte is understood.

`received` is called before the bytes are forwarded, and returns when they are on disk.
"""

from __future__ import annotations

from typing import Protocol

from sessionlens_recorder.session.files.framing import NotUnderstood
from sessionlens_recorder.session.files.listing import NOTHING, Keeping, Listing
from sessionlens_recorder.session.files.scp import Scp
from sessionlens_recorder.session.files.sftp import Sftp
from sessionlens_recorder.session.log import ChannelLog
from sessionlens_recorder.session.policy import TARGET, USER

WHO = ("user", "target")


class Record(Protocol):
    """One channel's bytes."""

    def received(self, side: int, data: bytes) -> None: ...
    def stderr(self, data: bytes) -> None: ...
    def distrust(self, reason: str) -> None:
        """From here on the bytes may mean something else than they seem to."""

    def finish(self) -> None: ...


class Stream:
    """Every byte, as it passed."""

    def __init__(self, log: ChannelLog) -> None:
        self._log = log

    def received(self, side: int, data: bytes) -> None:
        (self._log.input if side == USER else self._log.output)(data)

    def stderr(self, data: bytes) -> None:
        self._log.stderr(data)

    def distrust(self, reason: str) -> None:
        """All is recorded anyway."""

    def finish(self) -> None:
        """A stream ends with its channel."""


class ExecRecord(Stream):
    """A stream, and beside it what it copies if that turns out to be scp, or sftp by another way (`sftp -s`).

    What a command is follows from what passes: each protocol is followed until it does not fit.
    """

    def __init__(self, log: ChannelLog, keeping: Keeping = NOTHING) -> None:
        super().__init__(log)
        self._scp: Scp | None = Scp(Listing(log, keeping))
        self._sftp: Sftp | None = Sftp(Listing(log, keeping))

    def received(self, side: int, data: bytes) -> None:
        super().received(side, data)
        if self._scp is not None:
            try:
                self._scp.received(side, data)
            except NotUnderstood as error:
                self._end_scp(f"{WHO[side]}: {error}")
        if self._sftp is not None:
            try:
                self._sftp.received(side, data)
                if self._sftp.version:
                    _tell_greetings(self._sftp, self._log)
            except ValueError as error:  # NotUnderstood, or a field that is cut short
                self._end_sftp(f"{WHO[side]}: {error}")

    def distrust(self, reason: str) -> None:
        self._end_scp(reason)
        self._end_sftp(reason)

    def finish(self) -> None:
        if self._scp is not None:
            self._scp.finish("the channel ended before the file did")
        if self._sftp is not None:
            self._sftp.finish()

    def _end_scp(self, reason: str) -> None:
        scp, self._scp = self._scp, None
        if scp is not None and scp.recognised:
            self._log.event("not-followed", reason=reason)
            scp.finish("what followed was not scp")

    def _end_sftp(self, reason: str) -> None:
        sftp, self._sftp = self._sftp, None
        if sftp is not None and sftp.version:
            self._log.event("not-followed", reason=reason)
            sftp.finish()


class SftpRecord:
    """A listing of operations. At the first byte that is not understood the stream begins, with that byte."""

    def __init__(self, log: ChannelLog, keeping: Keeping = NOTHING) -> None:
        self._log = log
        self._sftp: Sftp | None = Sftp(Listing(log, keeping))
        self._stream = Stream(log)

    def received(self, side: int, data: bytes) -> None:
        if self._sftp is None:
            self._stream.received(side, data)
            return
        try:
            self._sftp.received(side, data)
        except ValueError as error:  # NotUnderstood, or a field that is cut short
            self.distrust(f"{WHO[side]}: {error}")
            return
        _tell_greetings(self._sftp, self._log)

    def stderr(self, data: bytes) -> None:
        if self._sftp is None:
            self._stream.stderr(data)
        else:
            self._log.event("message", data=data)

    def distrust(self, reason: str) -> None:
        sftp, self._sftp = self._sftp, None
        if sftp is None:
            return
        _tell_greetings(sftp, self._log)
        held = sftp.lost()
        self._log.event(
            "not-understood", reason=reason, user_bytes=held[USER][0], target_bytes=held[TARGET][0]
        )
        self._log.begin_stream()
        for side, (_, data) in enumerate(held):
            self._stream.received(side, data)

    def finish(self) -> None:
        if self._sftp is None:
            return
        held = self._sftp.lost()
        if any(data for _, data in held):
            self._log.event("cut-short", user=held[USER][1], target=held[TARGET][1])


def _tell_greetings(sftp: Sftp, log: ChannelLog) -> None:
    """INIT and VERSION, each before it is forwarded: packets have no other lines."""
    while sftp.greetings:
        by, version, extensions = sftp.greetings.pop(0)
        log.event("sftp", by=WHO[by], version=version, extensions=extensions)
