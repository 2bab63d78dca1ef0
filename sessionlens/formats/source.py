"""What every format opens to: a Source with its Channels, each of which loads to a Recording.

Opening is cheap; bytes are read by Channel.load(), hashes are checked when Source.gaps is first asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from sessionlens.errors import NotFoundError
from sessionlens.recording import Gap, Info, Recording

Events = list[dict[str, Any]]


class Channel:
    """One channel of a recording; `recorded` says whether it has a stream to replay."""

    def __init__(
        self,
        number: int,
        kind: str,
        meta: dict[str, Any],
        *,
        interactive: bool,
        load: Callable[[], Recording] | None,
        events: Callable[[], Events] = list,
        files: Callable[[], Events] = list,
        name: str | None = None,
        opened_ns: int = 0,
    ) -> None:
        self.number, self.kind, self.meta = number, kind, meta
        self.opened_ns = opened_ns  # since the start of the session; the times in `events` count from here
        self.name = name or f"{number}.{kind}"
        self.interactive, self.recorded = interactive, load is not None
        self._load, self._events, self._files = load, events, files

    @cached_property
    def events(self) -> Events:
        """events.jsonl, parsed; empty where the format has none."""
        return self._events()

    @cached_property
    def files(self) -> Events:
        """files.jsonl, parsed; empty where no file passed."""
        return self._files()

    def load(self) -> Recording:
        """Its bytes and times, read once. Raises NotFoundError where the channel carries no stream."""
        if self._load is None:
            raise NotFoundError(
                f"channel {self.name} has no recorded stream; its facts are in .meta and .events"
            )
        return self._recording

    @cached_property
    def _recording(self) -> Recording:
        assert self._load is not None  # noqa: S101 - load() asks first
        return self._load()

    def __repr__(self) -> str:
        return f"<Channel {self.name}{'' if self.recorded else ', no stream'}>"


class Source:
    """An opened recording of any format."""

    def __init__(
        self,
        path: Path,
        format: str,
        info: Info,
        channels: list[Channel],
        *,
        meta: dict[str, Any] | None = None,
        gaps: Callable[[], list[Gap]] = list,
    ) -> None:
        self.path, self.format, self.info, self.channels = path, format, info, channels
        self.session, self.name = info.session, info.name
        self.meta = meta or {}
        self._gaps = gaps

    @cached_property
    def gaps(self) -> list[Gap]:
        """What is wrong with the whole, hashes included; Recording.gaps has what is wrong in a channel."""
        return self._gaps()

    def __repr__(self) -> str:
        return f"<Source {self.session} ({self.format}): {', '.join(c.name for c in self.channels)}>"
