"""What simple programs make of a known text: `base64 -d`, `xxd -r -p`, `rev`, `tr`, `cut`, `sed s///`.

So that a line that is written backwards, in hex or in base64 is read as what it becomes. Nothing is executed;
a program that is not in the table passes its input on, which is what matters of `tee`, `sort` or `grep`.
"""

from __future__ import annotations

import base64
import bz2
import re
import zlib
from collections.abc import Callable

from sessionlens.commands.ansi_c import ansi_c

from .options import arguments

MOST = 8192  # bytes of what is printed
_SWALLOW = frozenset({"wc", "md5sum", "sha1sum", "sha256sum", "cksum", "true", "false", ":", "sleep"})
_CLASSES = {
    "[:lower:]": "a-z", "[:upper:]": "A-Z", "[:digit:]": "0-9", "[:space:]": " \t\n\r\v\f",
    "[:blank:]": " \t",
}  # fmt: skip
_SED = re.compile(r"\s*([sy])([^\w\s\\])((?:\\.|(?!\2).)*)\2((?:\\.|(?!\2).)*)\2\s*([gIe\d]*)\s*$", re.S)
_HEX = re.compile(rb"[0-9A-Fa-f]{2}")

Words = tuple[str, ...]


def filtered(words: Words, program: str, data: bytes) -> bytes | None:
    """What the call prints when it reads `data`; None where nothing of it comes out."""
    if program in _SWALLOW:
        return None
    made = _FILTERS[program](words, data) if program in _FILTERS else data
    return None if made is None else made[:MOST]


def _base(decode: Callable[[bytes], bytes]) -> Callable[[Words, bytes], bytes | None]:
    def run(words: Words, data: bytes) -> bytes | None:
        if not arguments(words, "base64").has("d", "decode"):
            return None
        try:
            return decode(b"".join(data.split()))
        except ValueError:
            return None

    return run


def unbase64(data: bytes) -> bytes:
    """What is left of base64 when all that is none is left out."""
    clean = re.sub(rb"[^A-Za-z0-9+/]", b"", data.split(b"=")[0])
    return base64.b64decode(clean[: len(clean) - (len(clean) % 4 == 1)] + b"==")


def _openssl(words: Words, data: bytes) -> bytes | None:
    plain = {"base64", "enc", "-d", "-a", "-A", "-base64"}
    return unbase64(data) if "-d" in words and set(words[1:]) <= plain else None


def _xxd(words: Words, data: bytes) -> bytes | None:
    given = arguments(words, "xxd")
    if not given.has("r", "revert"):
        return None
    text = data if given.has("p", "s", "plain", "postscript") else re.sub(rb"(?m)^[^:\n]*:|  .*$", b"", data)
    return bytes(int(pair, 16) for pair in _HEX.findall(b"".join(text.split())))


def _rev(words: Words, data: bytes) -> bytes:
    return b"\n".join(line.decode("utf-8", "replace")[::-1].encode() for line in data.split(b"\n"))


def _tac(words: Words, data: bytes) -> bytes:
    return b"\n".join(reversed(data.rstrip(b"\n").split(b"\n"))) + b"\n"


def _tr(words: Words, data: bytes) -> bytes:
    given = [word for word in words[1:] if not re.fullmatch(r"-[cCdst]+", word)]
    flags = "".join(word for word in words[1:] if re.fullmatch(r"-[cCdst]+", word))
    text = data.decode("utf-8", "replace")
    first = _set(given[0]) if given else ""
    if "c" in flags.lower():
        first = "".join(sorted(set(text) - set(first)))
    if "d" in flags:
        return text.translate({ord(char): None for char in first}).encode()
    second = _set(given[1]) if len(given) > 1 else ""
    table = {ord(char): (second + second[-1:] * len(first))[at] for at, char in enumerate(first) if second}
    text = text.translate(table)
    if "s" in flags and (squeezed := re.escape(second or first)):
        text = re.sub(f"([{squeezed}])\\1+", r"\1", text)
    return text.encode()


def _set(given: str) -> str:
    for name, members in _CLASSES.items():
        given = given.replace(name, members)
    return re.sub(
        r"(?s)(.)-(.)",
        lambda m: "".join(map(chr, range(ord(m[1]), min(ord(m[2]), ord(m[1]) + 255) + 1))),
        ansi_c(given),
    )


def _cut(words: Words, data: bytes) -> bytes:
    given = arguments(words, "cut")
    wanted = given.value("f", "c", "b", "fields", "characters", "bytes") or ""
    mark = "" if given.has("c", "b", "characters", "bytes") else given.value("d", "delimiter") or "\t"
    lines = []
    for line in data.decode("utf-8", "replace").split("\n"):
        parts = line.split(mark) if mark else list(line)
        lines.append(mark.join(part for at, part in enumerate(parts, 1) if _within(at, wanted)))
    return "\n".join(lines).encode()


def _within(number: int, ranges: str) -> bool:
    for each in ranges.split(",")[:64]:
        low, dash, high = each.partition("-")
        if (int(low) if low.isdigit() else 1) <= number and (
            number <= int(high) if high.isdigit() else bool(dash) or low == str(number)
        ):
            return True
    return False


def _sed(words: Words, data: bytes) -> bytes:
    given = arguments(words, "sed")
    scripts = [value for name, value in given.values if name in ("e", "expression")] or list(
        given.operands[:1]
    )
    text = data.decode("utf-8", "replace")
    for script in scripts[:8]:
        if match := _SED.match(script):
            text = _edited(text, match)
    return text.encode()


def _edited(text: str, match: re.Match[str]) -> str:
    old, new = match[3], re.sub(r"\\(.)", r"\1", match[4])
    if match[1] == "y":
        return text.translate({ord(a): b for a, b in zip(old, new, strict=False)})
    literal = re.sub(r"\\([^\w])", r"\1", old)
    whole = old in (".*", "^.*$")
    if whole:
        return "\n".join(new for _ in text.rstrip("\n").split("\n")) + "\n"
    if old.startswith("^") and not re.search(r"[.*\[$\\]", old):
        return "\n".join(
            new + line.removeprefix(old[1:]) if line.startswith(old[1:]) else line
            for line in text.split("\n")
        )
    return text.replace(literal, new, -1 if "g" in match[5] else 1)


def _ends(words: Words, data: bytes) -> bytes:
    count = next((w.lstrip("-n=c") for w in words[1:] if re.fullmatch(r"-[nc]?=?\d{1,5}", w)), "")
    lines = data.split(b"\n")
    number = int(count) if count else 10
    if words[0].endswith("head"):
        return b"\n".join(lines[:number]) + b"\n"
    return b"\n".join(lines[-number - (not lines[-1]) :])


def _unpack(words: Words, data: bytes) -> bytes | None:
    try:
        if data.startswith(b"BZh"):
            return bz2.BZ2Decompressor().decompress(data, MOST)
        return zlib.decompressobj(47).decompress(data, MOST)
    except (OSError, ValueError, EOFError, zlib.error):
        return None


_FILTERS: dict[str, Callable[[Words, bytes], bytes | None]] = {
    "base64": _base(unbase64), "base32": _base(lambda data: base64.b32decode(data + b"=" * (-len(data) % 8))),
    "openssl": _openssl, "xxd": _xxd, "rev": _rev, "tac": _tac, "tr": _tr, "cut": _cut, "sed": _sed,
    "head": _ends, "tail": _ends, "gunzip": _unpack, "zcat": _unpack, "gzip": _unpack, "bunzip2": _unpack,
    "bzip2": _unpack, "bzcat": _unpack,
}  # fmt: skip
