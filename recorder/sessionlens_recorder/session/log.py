"""The seam between a session and its recording: what the relay asks of the bundle, and nothing more.

`sessionlens_recorder.bundle` satisfies these; the tests have a fake. Each method returns only when the
data is on disk and raises when it is not, so that whoever calls it first and forwards afterwards forwards
nothing unrecorded.
"""

from __future__ import annotations

from typing import Any, Protocol


class ChannelLog(Protocol):
    """One channel's folder in the bundle."""

    def output(self, data: bytes) -> None: ...
    def input(self, data: bytes) -> None: ...
    def stderr(self, data: bytes) -> None: ...
    def resize(self, columns: int, rows: int) -> None: ...
    def event(self, name: str, /, **fields: Any) -> None: ...
    def begin_stream(self) -> None: ...
    def file(self, **fields: Any) -> int: ...
    def copy(self, name: str, data: bytes) -> None: ...
    def end_copy(self, name: str) -> None: ...
    def close(self, exit_code: int | None = None, signal: str | None = None) -> None: ...


class SessionLog(Protocol):
    """The bundle of one connection."""

    def open_channel(
        self,
        kind: str,
        *,
        pty: dict[str, Any] | None = None,
        command: bytes | None = None,
        env: list[Any] | None = None,
        stream: bool | None = None,
        **more: Any,
    ) -> ChannelLog: ...
