"""A recording as it is in memory: who and when, and the events as columns over raw bytes.

Bytes are evidence: nothing here decodes them, and offsets are file offsets, so that `xxd -s` finds the byte.
Where one file holds the bytes in pieces, they are offsets in those in a row, and `place` finds the byte.
How a format becomes a Recording is formats/; what the bytes show is terminal/.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from sessionlens.errors import NotFoundError
from sessionlens.times import format_elapsed, format_instant
from sessionlens.visible import visible

INPUT, OUTPUT, STDERR, RESIZE, SIGNAL, MARK, EXIT = (ord(letter) for letter in "ioersmx")


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that cannot be read, or not be trusted."""

    kind: str
    """missing, truncated, untimed, broken, clock, torn, tampered, unlisted, unsealed, unsigned, live, …"""
    file: str
    offset: int | None
    length: int | None
    t_ns: int | None
    text: str
    """What, where, and what to do, for people."""


@dataclass(frozen=True, slots=True, repr=False)
class Info:
    """What a recording says about itself; None where it does not. All text as recorded, hence hostile: its
    repr has what is known, one a line, and escapes it.
    """

    session: str
    """Eight hex digits."""
    name: str
    source_format: str
    person: str | None = None
    """As authenticated at the bastion."""
    method: str | None = None
    key_fingerprint: str | None = None
    certificate_id: str | None = None
    second_factor: str | None = None
    account: str | None = None
    """On the target."""
    target: str | None = None
    target_address: str | None = None
    host_key_fingerprint: str | None = None
    client: str | None = None
    client_version: str | None = None
    reason: str | None = None
    """Or ticket, as the person gave it at the login."""
    acknowledged: bool | None = None
    """Whether the notice was acknowledged by typing; None: that was not asked."""
    allowed_by: str | None = None
    """The second person who let the session go on (four eyes), and why: `anna: saw the ticket`."""
    watched_by: tuple[str, ...] = ()
    """Who followed its output while it ran, and why."""
    ended: str | None = None
    """How, as the journal's last line says; None while nobody has said it."""
    held_for: tuple[str, ...] = ()
    """Cases that need the recording: retention leaves it."""
    bastion: str | None = None
    started_ns: int | None = None
    """Of the session: UTC, ns since the epoch; t_ns counts from here, in all of its channels."""
    opened_ns: int = 0
    """From the start of the session to the start of this channel, where its `timing` counts from."""
    duration_ns: int | None = None
    channel: int = 0
    channels: int = 1
    kind: str = "shell"
    term: str | None = None
    columns: int | None = None
    rows: int | None = None
    shell: str | None = None
    command: str | None = None
    exit_code: int | None = None
    exit_signal: str | None = None
    actor: str | None = None
    """interactive, automated or unknown."""
    input: str | None = None
    """How input is stored: plain, sealed or off."""
    sealed_for: tuple[str, ...] = ()
    """Whose keys open it, `age1…`."""
    recorder_version: str | None = None
    palette: tuple[str, ...] = ()
    """The terminal's colours as text: foreground, background, then those of SGR 30 on; () where not told."""
    tz: str | None = None
    """The offset that the recording's own times carry, such as +02:00."""

    def __repr__(self) -> str:
        known = {f.name: getattr(self, f.name) for f in fields(self)}
        shown = {name: self._shown(name, value) for name, value in known.items() if value not in (None, ())}
        return "\n".join(["Info", *(f"  {name:<21}{text}" for name, text in shown.items())])

    def _shown(self, name: str, value: object) -> str:
        """One fact for people; times beside their ns."""
        if name == "started_ns" and isinstance(value, int):
            return f"{value} ({format_instant(value)})"
        if name in ("opened_ns", "duration_ns") and isinstance(value, int):
            return f"{value} ({format_elapsed(value)})"
        return visible("; ".join(value) if isinstance(value, tuple) else str(value))


@dataclass(frozen=True, slots=True)
class Places:
    """Where the events of a recording stand in its one file (unpacked, where it is packed)."""

    of_event: NDArray[np.int64]
    exact: bool
    """Each byte stands there as it is, from that place on; else the place is of the text that tells of it."""
    sealed: bool = False
    """Only what was typed is not as it is in its file: its place is that of the record that has it."""


class Recording:
    """One recorded stream: n events in columns, over one blob of raw bytes for input and one for output.

    t_ns int64[n] since the start of the session; stream uint8[n], ord of a letter; offset and size int64[n]:
    `i` input, `o` output and `e` stderr are ranges of a blob (`e` of the output blob: it flags bytes that an
    `o` event has too); `r` resize has columns and rows; `x` exit has the code; `s` signal and `m` mark index
    `notes`.
    """

    def __init__(
        self,
        info: Info,
        events: Sequence[NDArray[np.int64]],
        blobs: Mapping[str, bytes],
        *,
        notes: Sequence[str] = (),
        gaps: Sequence[Gap] = (),
        places: Places | None = None,
        input_ends_ns: int | None = None,
    ) -> None:
        self.info = info
        t_ns, stream, offset, size = events
        self.t_ns: NDArray[np.int64] = t_ns.astype(np.int64, copy=False)
        self.stream: NDArray[np.uint8] = stream.astype(np.uint8)
        self.offset: NDArray[np.int64] = offset.astype(np.int64, copy=False)
        self.size: NDArray[np.int64] = size.astype(np.int64, copy=False)
        self.notes = list(notes)
        self.gaps = list(gaps)
        self._blobs = dict(blobs)
        self._places = places
        self.input_ends_ns = input_ends_ns
        """From when on what was typed is missing, where it is cut; None where it is whole, or not there."""

    def __len__(self) -> int:
        return len(self.t_ns)

    def __repr__(self) -> str:
        # nothing about the input: with what is shown elsewhere, its size tells how long a password is
        return (
            f"<Recording {self.info.session}/{self.info.channel} {self.info.kind}: "
            f"{len(self.blob('o'))} B out, {len(self.gaps)} gaps>"
        )

    @property
    def has_input(self) -> bool:
        """Whether what was typed is in it (an empty input counts, a missing or sealed one does not)."""
        return "i" in self._blobs

    def without_input(self) -> Recording:
        """The same as if nothing that was typed had been recorded."""
        kept = self.stream != INPUT
        events = [column[kept] for column in (self.t_ns, self.stream, self.offset, self.size)]
        blobs = {stream: blob for stream, blob in self._blobs.items() if stream != "i"}
        places = self._places and replace(self._places, of_event=self._places.of_event[kept])
        return Recording(self.info, events, blobs, notes=self.notes, gaps=self.gaps, places=places)

    @property
    def duration_ns(self) -> int:
        """To the end as recorded, at least to the last event."""
        last = int(self.t_ns[-1]) if len(self) else 0
        return max(last, self.info.duration_ns or 0)

    def blob(self, stream: str) -> bytes:
        """What offsets count in: `i`, or `o` (also for `e`); empty where there is none.

        A whole file as it is on disk; of asciicast, ttyrec and sealed input, the stream's bytes in a row.
        """
        return self._blobs.get("o" if stream == "e" else stream, b"")

    def data(self, index: int) -> bytes:
        """The bytes of an `i`, `o` or `e` event; empty for all others."""
        stream = chr(self.stream[index])
        if stream not in "ioe":
            return b""
        start = int(self.offset[index])
        return self.blob(stream)[start : start + int(self.size[index])]

    def raw(self, stream: str) -> bytes:
        """All the bytes of a stream in a row, without the first and last lines that the recorder wrote."""
        chosen = np.flatnonzero(self.stream == ord(stream))
        if not len(chosen):
            return b""
        starts, sizes = self.offset[chosen], self.size[chosen]
        blob = self.blob(stream)
        if np.array_equal(starts[1:], starts[:-1] + sizes[:-1]):
            return blob[int(starts[0]) : int(starts[-1] + sizes[-1])]
        return b"".join(
            blob[start : start + size] for start, size in zip(starts.tolist(), sizes.tolist(), strict=True)
        )

    def place(self, stream: str, offset: int) -> int:
        """Where in its file a byte of a blob stands: for asciicast, where the event begins that has it.

        In a packed file that is counted as if it were unpacked. Raises NotFoundError where no event has it.
        """
        if self._places is None or (self._places.sealed and stream != "i"):
            return offset
        events = np.flatnonzero(self.stream == ord(stream))
        at = int(np.searchsorted(self.offset[events], offset, side="right")) - 1
        event = int(events[at]) if at >= 0 else 0
        inside = offset - int(self.offset[event]) if at >= 0 else -1
        if not 0 <= inside < int(self.size[event]):
            raise NotFoundError(f"no event has byte {offset} of stream {stream}")
        return int(self._places.of_event[event]) + inside * self._places.exact
