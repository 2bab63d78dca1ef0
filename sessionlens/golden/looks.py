"""A look in words, and back: `bold fg=green bg=#102030`. Nothing is lost on the way.

Colours are named as people name them: sixteen words, `@208` for the others of the palette, `#rrggbb`.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote

from sessionlens.terminal.style import DEFAULT, PLAIN, TRUE_COLOUR, Style

NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
COLOURS = (*NAMES, *(f"bright-{name}" for name in NAMES))
BITS = ("bold", "faint", "italic", "blink", "inverse", "conceal", "strike", "overline", "protected")
UNDERLINES = ("", "underline", "underline=double", "underline=curly", "underline=dotted", "underline=dashed")
FIELDS = {"fg": "fg", "bg": "bg", "line": "underline_color"}
IN_LINKS = ":/?&=#@+,~"


def to_words(style: Style) -> str:
    """The look; empty for a plain one."""
    words = [name for name in BITS if getattr(style, name)]
    if style.underline:
        words.append(UNDERLINES[style.underline])
    for word, field in FIELDS.items():
        if (colour := getattr(style, field)) != DEFAULT:
            words.append(f"{word}={_colour(colour)}")
    if style.link:
        words.append("link=" + quote(style.link, IN_LINKS, errors="surrogatepass"))
    return " ".join(words)


def from_words(words: str) -> Style:
    """The look that `to_words` wrote. Raises ValueError for what it does not write."""
    fields: dict[str, Any] = {}
    for word in words.split(" ") if words else ():
        name, _, value = word.partition("=")
        if word in BITS:
            fields[word] = True
        elif word in UNDERLINES[1:]:
            fields["underline"] = UNDERLINES.index(word)
        elif name in FIELDS:
            fields[FIELDS[name]] = _number(value)
        elif name == "link":
            fields["link"] = unquote(value, errors="surrogatepass")
        else:
            raise ValueError(f"{word!r} is no look")
    return Style(**fields) if fields else PLAIN


def _colour(colour: int) -> str:
    if colour >= TRUE_COLOUR:
        return f"#{colour & 0xFFFFFF:06x}"
    return COLOURS[colour] if colour < len(COLOURS) else f"@{colour}"


def _number(name: str) -> int:
    if name in COLOURS:
        return COLOURS.index(name)
    if name.startswith("#") and len(name) == 7:
        return TRUE_COLOUR | int(name[1:], 16)
    if name.startswith("@") and len(COLOURS) <= int(name[1:]) < 256:
        return int(name[1:])
    raise ValueError(f"{name!r} is no colour")
