"""Names on disk, values in JSON: what users send can neither leave the directory nor break a reader."""

from __future__ import annotations

import base64
import binascii
import json
import re
from pathlib import PurePosixPath
from typing import Any

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
COPY = re.compile(r"copy-\d{1,9}")  # what passed of a file, in its channel's directory
_SAFE_PATH = re.compile(r"[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)*")


def reduce_name(text: str, limit: int = 32) -> str:
    """A name as part of a file name, valid on Windows too: `[A-Za-z0-9._-]`, cut, never empty."""
    return _UNSAFE.sub("_", text)[:limit] or "unknown"


def is_safe_path(path: str) -> bool:
    """Whether a path read from a bundle is relative, of our characters, and stays inside."""
    return bool(_SAFE_PATH.fullmatch(path)) and ".." not in PurePosixPath(path).parts


def encode(text: str) -> bytes:
    """The text as the bytes it came from: surrogate escapes are undone, other lone surrogates kept."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def jsonable(value: Any) -> Any:
    """The value for JSON, losing nothing: bytes as text where they are UTF-8, else `{"base64": …}`."""
    if isinstance(value, str):
        raw = encode(value)
        return value if raw == value.encode("utf-8", "replace") else jsonable(raw)
    if isinstance(value, bytes | bytearray | memoryview):
        raw = bytes(value)
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            return {"base64": base64.b64encode(raw).decode("ascii")}
    if isinstance(value, dict):
        return {_key(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(item) for item in value]
    return value


def as_bytes(value: Any) -> bytes | None:
    """A recorded text or `{"base64": …}` as the bytes it was; None for anything else."""
    if isinstance(value, str):
        return encode(value)
    if isinstance(value, dict) and isinstance(value.get("base64"), str):
        try:
            return base64.b64decode(value["base64"], validate=True)
        except (binascii.Error, ValueError):
            return None
    return None


def as_text(value: Any) -> str | None:
    r"""A recorded text or `{"base64": …}` for display, undecodable bytes as `\xNN`; else None."""
    raw = as_bytes(value)
    return None if raw is None else raw.decode("utf-8", "backslashreplace")


def dump_line(value: dict[str, Any]) -> bytes:
    """One line of JSON in ASCII: a control or bidi character in it is an escape, so that cat(1) is safe."""
    return json.dumps(jsonable(value), ensure_ascii=True, separators=(", ", ": ")).encode("ascii") + b"\n"


def dump_document(value: dict[str, Any]) -> bytes:
    """A JSON document for people to read, in ASCII."""
    return json.dumps(jsonable(value), ensure_ascii=True, indent=1).encode("ascii") + b"\n"


def _key(key: Any) -> str:
    return str(key).encode("utf-8", "backslashreplace").decode("utf-8")
