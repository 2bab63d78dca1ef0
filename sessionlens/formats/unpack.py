"""A single file as it was before gzip(1), if that packed it: RFC 1952, as far as it goes.

Other packers are recognised and named, not unpacked. Nothing is written to the disk.
"""

from __future__ import annotations

import zlib
from pathlib import Path

from sessionlens.formats.script import head, read_file
from sessionlens.recording import Gap

GZIP = b"\x1f\x8b"
LIMIT = 1 << 28
"""Bytes that are unpacked at most: a packed file of a megabyte may hold a gigabyte."""
PROBE = 1 << 16
"""Bytes that a format looks at to know its own."""
_PIECE = 1 << 12
_PACKERS = {b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2", b"\xfd7zXZ\0": "xz", b"PK\x03\x04": "zip"}
_GZIP_MODE = 31  # zlib's window bits for a gzip member


def beginning(path: Path) -> bytes:
    """The first bytes of a regular file, unpacked; empty for anything else."""
    start = head(path, PROBE)
    return gunzip(start, PROBE)[0] if start.startswith(GZIP) else start


def content(path: Path) -> tuple[bytes, list[Gap]]:
    """A whole regular file, unpacked, and what is wrong with the packing. RecordingError as read_file."""
    raw = read_file(path)
    if not raw.startswith(GZIP):
        return raw, []
    plain, problem, at = gunzip(raw, LIMIT)
    gaps = []
    if problem:
        text = f"{path.name}, byte {at}: {problem}; what was unpacked before is all that is shown"
        gaps.append(Gap("truncated", path.name, at, len(raw) - at, None, text))
    return plain, gaps


def packer(path: Path) -> str | None:
    """The packer of a file that is packed in a way that is not read here."""
    start = head(path)
    return next((name for magic, name in _PACKERS.items() if start.startswith(magic)), None)


def gunzip(raw: bytes, limit: int) -> tuple[bytes, str, int]:
    """All members up to `limit` bytes: what was in them, what is wrong ("" if nothing is), and where."""
    out = bytearray()
    at = 0
    while raw.startswith(GZIP, at):
        engine = zlib.decompressobj(_GZIP_MODE)
        while not engine.eof:
            piece = raw[at : at + _PIECE]
            if not piece:
                return bytes(out), "the packed file ends too early", at
            before = engine.copy()
            try:
                out += engine.decompress(piece, limit + 1 - len(out))
            except zlib.error:
                out += _as_far_as_it_goes(before, piece, limit - len(out))
                return bytes(out), "the packed file is damaged here, or in the 4096 bytes that follow", at
            if len(out) > limit:
                return (
                    bytes(out[:limit]),
                    f"more than {limit} bytes, of which the rest is not read: gunzip it first",
                    at,
                )
            at += len(piece) - len(engine.unused_data)
    if at < len(raw) and raw.count(0, at) < len(raw) - at:  # gzip(1) passes zeros over, too
        return bytes(out), "something else follows the packed file", at
    return bytes(out), "", at


def _as_far_as_it_goes(engine: zlib._Decompress, piece: bytes, limit: int) -> bytes:
    """What a piece holds before the byte at which it is damaged."""
    out = bytearray()
    try:
        for byte in piece:
            if len(out) >= limit:
                break
            out += engine.decompress(bytes([byte]), limit - len(out))
    except zlib.error:
        pass
    return bytes(out)
