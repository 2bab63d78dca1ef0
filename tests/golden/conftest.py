"""A folder with two recordings, of a shell and of a coloured screen, whose goldens are made."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest

from sessionlens.golden.updating import Wanted, update

Events = Sequence[tuple[float, str]]


@pytest.fixture(autouse=True)
def no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests run in CI too."""
    monkeypatch.delenv("CI", raising=False)


@pytest.fixture
def cast() -> Callable[..., Path]:
    """A maker of asciicasts: `cast(path, [(0.5, "text"), …], columns, rows)`."""

    def make(path: Path, events: Events, columns: int = 40, rows: int = 6) -> Path:
        head = {"version": 2, "width": columns, "height": rows, "timestamp": 1_795_252_443}
        lines = [json.dumps(head), *(json.dumps([at, "o", text]) for at, text in events)]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path

    return make


@pytest.fixture
def folder(tmp_path: Path, cast: Callable[..., Path], shell_session: Callable[..., Path]) -> Path:
    """Recordings, not compared yet."""
    made = tmp_path / "recordings"
    screen = "\x1b]2;top\x07\x1b[1;32mok\x1b[m \x1b[41mbad\x1b[m\r\n"
    cast(made / "colours.cast", [(0.1, screen), (1.0, "\u6f22\u5b57 e\u0301 \u200b|\\u{41}")])
    shutil.move(shell_session([("ls", "notes.txt\n"), ("rm -rf /srv/app", "")], "shell"), made / "shell")
    return made


@pytest.fixture
def written(folder: Path) -> Path:
    """The same with goldens beside them."""
    assert [what for _, what in update(folder)] == ["written", "written"]
    return folder


@pytest.fixture
def with_pictures(folder: Path) -> Path:
    """Only the colours, with pictures of their last screen."""
    shutil.rmtree(folder / "shell")
    list(update(folder, wanted=Wanted("last", painted=True)))
    return folder


class Page(HTMLParser):
    """What a page consists of: its tags, their attributes, and its text."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.marked: list[str] = []
        self.text = ""
        self.html = path.read_text("utf-8")
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data
        classes = self.tags[-1][1].get("class") or "" if self.tags else ""
        if "differs" in classes.split():
            self.marked.append(data)

    def images(self) -> Iterator[tuple[str, str]]:
        """Their names, and where they are from."""
        for tag, attributes in self.tags:
            if tag == "img":
                yield attributes["alt"] or "", attributes["src"] or ""


@pytest.fixture
def page() -> Callable[[Path], Page]:
    """Reads a page."""
    return Page
