"""One table of a TOML file, read key by key, with errors that a person can act on: file, line, key, what
to do.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")
Address = tuple[str, int]
T = TypeVar("T")
C = TypeVar("C", bound=str | None)


class ConfigError(ValueError):
    """`recorder.toml:12: targets.web01.upsteam: unknown key; did you mean "upstream"?`"""

    def __init__(self, path: Path, line: int | None, key: str | None, problem: str) -> None:
        where = f"{path}:{line}" if line else str(path)
        super().__init__(": ".join(part for part in (where, key, problem) if part))


class Section:
    """A table at `keys` of the document. Each reading method takes a key; `done` refuses what nobody has
    read.
    """

    def __init__(self, path: Path, source: str, keys: tuple[str, ...], values: dict[str, Any]) -> None:
        self._path, self._source, self._keys, self._values = path, source, keys, values
        self._known: list[str] = []

    @property
    def name(self) -> str:
        return self._keys[-1]

    def __contains__(self, key: str) -> bool:
        return key in self._values

    @property
    def folder(self) -> Path:
        """What relative paths are relative to."""
        return self._path.parent

    def error(self, key: str | None, problem: str) -> ConfigError:
        keys = (*self._keys, key) if key else self._keys
        return ConfigError(self._path, find_line(self._source, keys), ".".join(keys), problem)

    def check(self, key: str, read: Callable[[], T]) -> T:
        """What `read` makes of a key's value; its ValueError or OSError becomes an error about the key."""
        try:
            return read()
        except OSError as error:
            raise self.error(key, f"cannot read {error.filename}: {error.strerror}") from error
        except ValueError as error:
            raise self.error(key, str(error)) from error

    def done(self) -> None:
        for key in self._values.keys() - set(self._known):
            close = difflib.get_close_matches(key, self._known, 1)
            hint = f'did you mean "{close[0]}"?' if close else f"known here: {', '.join(self._known)}"
            raise self.error(key, f"unknown key; {hint}")

    # tables

    def section(self, key: str, required: bool = True) -> Section:
        values = self._get(key, dict, {} if not required else None)
        return Section(self._path, self._source, (*self._keys, key), values)

    def sections(self, key: str) -> Iterator[Section]:
        for name in self._get(key, dict, {}):
            yield self.section(key, required=False)._child(name)

    def tables(self, key: str) -> Iterator[Section]:
        """`[[key]]`, one after the other."""
        for number, values in enumerate(self._get(key, list, []), 1):
            if not isinstance(values, dict):
                raise self.error(key, f"is not written as [[{key}]]")
            yield Section(self._path, self._source, (*self._keys, f"{key}[{number}]"), values)

    def _child(self, name: str) -> Section:
        return Section(self._path, self._source, (*self._keys, name), self._get(name, dict))

    # values

    def value(self, key: str, kind: type[T], default: T) -> T:
        value: T = self._get(key, kind, default)
        return value

    def text(self, key: str, default: str | None = None) -> str:
        value: str = self._get(key, str, default)
        return value

    def texts(self, key: str, default: Iterable[str] = ()) -> list[str]:
        """A string, or a list of strings."""
        value = self._get(key, (str, list), list(default))
        values = [value] if isinstance(value, str) else value
        if not all(isinstance(item, str) for item in values):
            raise self.error(key, "is not a list of strings")
        return list(values)

    def flag(self, key: str) -> bool:
        value: bool = self._get(key, bool, False)
        return value

    def number(self, key: str, default: float, least: float, most: float, problem: str = "") -> float:
        value: Any = self._get(key, object, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise self.error(key, problem or f"is not a number from {least:g} to {most:g}")
        return float(value)

    def duration(self, key: str, default: str, least: float) -> float:
        """`"90s"`, `"30m"`, `"10h"`, `"1d"`: seconds."""
        text = self.text(key, default)
        match = re.fullmatch(r"([0-9]{1,6})([smhd])", text)
        if match is None or (seconds := int(match[1]) * _UNITS[match[2]]) < least:
            raise self.error(
                key, f'{text!r} is not a time of at least {least:g} s; write "90s", "30m" or "10h"'
            )
        return float(seconds)

    def optional_duration(self, key: str, least: float) -> float | None:
        return self.duration(key, "", least) if self.text(key, "") else None

    def choice(self, key: str, choices: tuple[C, ...], default: C) -> C:
        self._known.append(key)
        value = self._values.get(key, default)
        for known in choices:
            if value == known:
                return known
        names = ", ".join(f'"{known}"' for known in choices if known is not None)
        raise self.error(key, f"{value!r} is none of {names}")

    def address(self, key: str) -> tuple[str, int]:
        """`host:port` or `[ipv6]:port`."""
        return self._address(key, self.text(key))

    def optional_address(self, key: str) -> tuple[str, int] | None:
        text = self.text(key, "")
        return self._address(key, text) if text else None

    def path_of(self, key: str, default: str | None = None) -> Path:
        """A path, relative to the file's folder."""
        return self._path.parent / self.text(key, default)

    def file(self, key: str) -> Path:
        path = self.path_of(key)
        if not path.is_file():
            raise self.error(key, f"there is no file {path}")
        return path

    def optional_file(self, key: str) -> Path | None:
        return self.file(key) if self.text(key, "") else None

    def _address(self, key: str, text: str) -> tuple[str, int]:
        return self.check(key, lambda: parse_address(text))

    def _get(self, key: str, kind: type | tuple[type, ...], default: Any = None) -> Any:
        self._known.append(key)
        value = self._values.get(key, default)
        if value is None:
            for close in difflib.get_close_matches(key, self._values.keys() - set(self._known), 1):
                raise self.error(close, f'unknown key; did you mean "{key}"?')
            raise self.error(
                key if self._keys else None, f"is missing: {key}" if not self._keys else "is missing"
            )
        if not isinstance(value, kind):
            kinds = kind if isinstance(kind, tuple) else (kind,)
            wanted = " or ".join(_WORDS.get(k.__name__, k.__name__) for k in kinds)
            raise self.error(key, f"has to be {wanted}")
        return value


def check_name(section: Section) -> None:
    """A user's or a target's name goes into paths and logs."""
    if not NAME.fullmatch(section.name):
        raise section.error(None, f"{section.name!r} is not a name (letters, digits, '.', '_', '-')")


_WORDS = {"str": "a string", "dict": "a table", "list": "a list", "bool": "true or false"}


def parse_address(text: str) -> tuple[str, int]:
    """`host:port` or `[ipv6]:port`; ValueError."""
    match = re.fullmatch(r"(?:\[([^\]]+)\]|([^:\[\]]*)):([0-9]+)", text)
    if match is None:
        raise ValueError(f'{text!r} is not an address; write "host:port"')
    if len(match[3]) > 5 or int(match[3]) > 65535:
        raise ValueError(f"{text!r}: the port has to be a number from 0 to 65535")
    return match[1] or match[2], int(match[3])


def find_line(source: str, keys: tuple[str, ...]) -> int | None:
    """The line where a key stands, or the table that it is missing from; None if neither is written as
    usual.
    """
    best = None
    table: tuple[str, ...] = ()
    seen: dict[str, int] = {}  # how many [[of a name]]
    for number, line in enumerate(source.splitlines(), 1):
        if header := re.match(r"\s*(\[+)\s*([^\]]+?)\s*\]+", line):
            table = _split(header[2])
            if header[1] == "[[":
                seen[header[2]] = seen.get(header[2], 0) + 1
                table = (*table[:-1], f"{table[-1]}[{seen[header[2]]}]")
            if table[: len(keys)] == keys:
                return number
            if table == keys[: len(table)] and table:
                best = number
        elif (key := re.match(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*[\w"'-]+)*)\s*=""", line)) and (
            (*table, *_split(key[1])) == keys
        ):
            return number
    return best


def _split(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(r"""[\w-]+|"[^"]*"|'[^']*'""", dotted))
