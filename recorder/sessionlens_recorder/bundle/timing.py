"""The `timing` file: util-linux's "advanced" script log (script(1), scriptreplay(1)), written and read.

Times are integers from end to end. A delta has exactly six digits and counts from the previous I, O or S
entry; it is the difference of two elapsed times that were each cut to microseconds, so the sum never drifts.
The reader is tolerant: what it cannot read it reports with its byte offset, and goes on.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from itertools import accumulate

MICROSECOND = 1_000
OUTPUT, SIGNAL = ord("O"), ord("s")
_VALUE_LIMIT = 1_024
_LONGEST_US = 1 << 48
"""Nine years: what a hostile file says beyond that would lead out of every calendar that follows."""


def format_seconds(ns: int) -> str:
    """Elapsed ns as seconds with exactly six digits, cut and not rounded: 123000 -> `0.000123`."""
    if ns < 0:
        raise ValueError(f"elapsed time cannot be negative: {ns} ns")
    seconds, microseconds = divmod(ns // MICROSECOND, 1_000_000)
    return f"{seconds}.{microseconds:06d}"


def escape(text: str | bytes) -> str:
    r"""For a header: what is not printable, and `"`, as `\xNN` of its UTF-8 bytes; long values are cut."""
    plain = text.decode("utf-8", "surrogateescape") if isinstance(text, bytes) else text
    out = "".join(_escape_char(char) for char in plain[:_VALUE_LIMIT])
    return out if len(plain) <= _VALUE_LIMIT and len(out) <= _VALUE_LIMIT else out[: _VALUE_LIMIT - 3] + "..."


def _escape_char(char: str) -> str:
    if char.isprintable() and char != '"':
        return char
    try:
        raw = char.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = char.encode("utf-8", "surrogatepass")
    return "".join(f"\\x{byte:02x}" for byte in raw)


def header_line(name: str, value: str | bytes | int) -> bytes:
    """`H 0.000000 NAME VALUE`, with the value escaped."""
    return f"H {format_seconds(0)} {name} {header_value(value)}\n".encode()


def header_value(value: str | bytes | int) -> str:
    """A value as it stands in a header."""
    return str(value) if isinstance(value, int) else escape(value)


class TimingClock:
    """Turns elapsed times into deltas whose sum is always the elapsed time, cut to microseconds."""

    def __init__(self) -> None:
        self._accounted = 0

    def delta(self, elapsed_ns: int) -> str:
        """The delta for an entry at this elapsed time; call accept() once the entry is on disk."""
        return format_seconds(max(0, elapsed_ns // MICROSECOND - self._accounted) * MICROSECOND)

    def accept(self, elapsed_ns: int) -> None:
        """The entry at this elapsed time is on disk."""
        self._accounted = max(self._accounted, elapsed_ns // MICROSECOND)


@dataclass(frozen=True, slots=True)
class TimingProblem:
    """A stretch of the timing file that is not an entry."""

    offset: int
    length: int
    text: str
    entry: int
    """How many entries stand before it."""


@dataclass(slots=True)
class Timing:
    """A timing file in columns: one item per I, O or S entry, in file order."""

    kind: array[int] = field(default_factory=lambda: array("B"))
    """ord of I, O, S (SIGWINCH) or s (another signal)."""
    t_us: array[int] = field(default_factory=lambda: array("q"))
    """Microseconds since the start, summed."""
    size: array[int] = field(default_factory=lambda: array("q"))
    """Bytes of I and O; columns of S; index into `signals` of s."""
    rows: array[int] = field(default_factory=lambda: array("q"))
    """Rows of S, else 0."""
    headers: dict[str, str] = field(default_factory=dict)
    signals: list[str] = field(default_factory=list)
    problems: list[TimingProblem] = field(default_factory=list)
    complete: int = 0
    """Bytes up to and including the last line end."""

    def __len__(self) -> int:
        return len(self.kind)

    def accounted(self, kind: str) -> int:
        """How many bytes of `I` or `O` the entries account for."""
        wanted = ord(kind)
        return sum(size for which, size in zip(self.kind, self.size, strict=True) if which == wanted)


_ENTRIES = (
    rb"(\d{1,9})\.(\d{1,9}) (\d{1,18})"
    rb"|(S) (\d{1,9})\.(\d{1,9}) SIGWINCH ROWS=(\d{1,10}) COLS=(\d{1,10})"
    rb"|S (\d{1,9})\.(\d{1,9}) ([!-~]{1,128})([^\n]*)"
    rb"|H \d{1,9}\.\d{1,9} ([!-~]{1,128}) ?([^\n]*)"
    rb"|([^\n]*))\r?\n"
)
_ADVANCED = re.compile(rb"(?:([IO]) " + _ENTRIES)
_CLASSIC = re.compile(rb"(?:(O?)" + _ENTRIES)
_RUN = re.compile(rb"(?:[IO] \d{1,9}\.\d{6} \d{1,18}\n){2,4096}+")


def read_timing(raw: bytes, *, classic: bool = False) -> Timing:
    """Parse a timing file as far as it can be read; never raises. classic: two columns, all of it output."""
    timing = Timing(complete=raw.rfind(b"\n") + 1)
    line = _CLASSIC if classic else _ADVANCED
    offset = 0
    while offset < timing.complete:
        match = _RUN.match(raw, offset, timing.complete)
        if match:
            _add_run(timing, match[0])
        else:
            match = line.match(raw, offset, timing.complete)
            if match is None:  # every line matches
                break
            _add_line(timing, match)
        offset = match.end()
    if timing.complete < len(raw):
        timing.problems.append(_problem(timing, timing.complete, raw[timing.complete :], "cut-off last line"))
    return timing


def _add_run(timing: Timing, run: bytes) -> None:
    """Many data entries at once: what nearly all of a timing file is."""
    fields = run.replace(b".", b"").split()
    times = list(accumulate(map(int, fields[1::3]), initial=timing.t_us[-1] if timing.t_us else 0))[1:]
    timing.kind.frombytes(b"".join(fields[0::3]))
    timing.t_us.extend(times if times[-1] < _LONGEST_US else (min(t, _LONGEST_US) for t in times))
    timing.size.extend(map(int, fields[2::3]))
    timing.rows.frombytes(bytes(len(times) * timing.rows.itemsize))


def _add_line(timing: Timing, match: re.Match[bytes]) -> None:
    (data, data_s, data_f, size, winch, winch_s, winch_f, rows, columns,
     sig_s, sig_f, sig, sig_rest, name, value, bad) = match.groups()  # fmt: skip
    if size:
        _add(timing, data[0] if data else OUTPUT, data_s, data_f, int(size))
    elif winch:
        _add(timing, winch[0], winch_s, winch_f, int(columns), int(rows))
    elif sig:
        _add(timing, SIGNAL, sig_s, sig_f, len(timing.signals))
        timing.signals.append((sig + sig_rest).decode("utf-8", "backslashreplace"))
    elif name:
        timing.headers[name.decode("ascii")] = value.decode("utf-8", "backslashreplace")
    else:
        timing.problems.append(_problem(timing, match.start(), bad))


def _add(timing: Timing, kind: int, seconds: bytes, fraction: bytes, size: int, rows: int = 0) -> None:
    elapsed = (timing.t_us[-1] if timing.t_us else 0) + int(seconds) * 1_000_000 + _micro(fraction)
    timing.kind.append(kind)
    timing.t_us.append(min(elapsed, _LONGEST_US))
    timing.size.append(size)
    timing.rows.append(rows)


def _micro(fraction: bytes) -> int:
    return int(fraction) if len(fraction) == 6 else int(fraction[:6].ljust(6, b"0"))


def _problem(timing: Timing, offset: int, bad: bytes, what: str = "not a timing entry") -> TimingProblem:
    shown = escape(bad[:60])
    return TimingProblem(offset, len(bad), f"{what}: {shown}", len(timing))
