"""What a page of HTML says to a reader, by Python's own parser."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path


@dataclass
class Reading(HTMLParser):
    """A page as its elements tell it: `text`, and per element name attributes and text."""

    source: str
    text: str = ""
    found: list[tuple[str, dict[str, str | None], list[str]]] = field(default_factory=list)
    _open: list[list[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said: list[str] = []
        self.found.append((tag, dict(attrs), said))
        if tag not in ("img", "meta"):
            self._open.append(said)

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        for said in self._open:
            said.append(data)

    def all(self, tag: str, **wanted: str) -> list[str]:
        """The text of each such element."""
        named = {name.rstrip("_"): value for name, value in wanted.items()}
        return [
            "".join(said) for name, has, said in self.found if name == tag and named.items() <= has.items()
        ]

    def attributes(self, tag: str, name: str) -> list[str]:
        """An attribute of each such element that has it."""
        return [value or "" for found, has, _ in self.found if found == tag and (value := has.get(name))]

    def section(self, title: str) -> str:
        """The text of the section with this heading."""
        (found,) = [text for text in self.all("section") if text.partition(". ")[2].startswith(title)]
        return found


def read(path: Path) -> Reading:
    return Reading(path.read_text("utf-8"))
