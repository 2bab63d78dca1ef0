"""A film as one HTML page: player, data and facts in one file that asks for nothing and opens from a disk.

The page's policy (CSP) lets exactly our script and our style sheet run, by their hashes, and fetch nothing at
all. The data is a block that no browser executes. Without scripts the page still shows facts and commands.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from importlib.resources import files
from string import Template

from sessionlens.player.film import Command, Film
from sessionlens.player.payload import payload
from sessionlens.times import format_elapsed
from sessionlens.visible import visible

SECOND = 1_000_000_000
START = """
const film = document.getElementById("sessionlens-film");
const bytes = Uint8Array.from(atob(film.textContent), (c) => c.charCodeAt(0));
const host = document.getElementById("sessionlens-player");
mount(host, bytes, { page: true, time: Number(host.dataset.at) });
"""


def page(film: Film, at_ns: int = 0) -> str:
    """The page, which opens `at_ns` or where the film begins; the same film gives the same text."""
    return assemble(film, payload(film), at_ns)


def assemble(film: Film, data: bytes, at_ns: int = 0) -> str:
    """The page of a film whose payload is there already."""
    code, style = script() + START, stylesheet() + static("page.css")
    policy = (
        f"default-src 'none'; script-src '{digest(code)}'; style-src '{digest(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return Template(static("page.html")).substitute(
        policy=escape(policy),
        title=said(f"{film.title} · {film.session}" if film.session else film.title),
        style=style,
        at=at_ns / SECOND,
        heading=said(film.title),
        facts="\n".join(f"<dt>{said(label)}</dt><dd>{said(text)}</dd>" for label, text in film.facts),
        commands="\n".join(map(row, film.commands)),
        data=base64.b64encode(data).decode("ascii"),
        script=code,
    )


def row(command: Command) -> str:
    """A command as a row of the table that is seen without scripts."""
    code = "" if command.exit_code is None else str(command.exit_code)
    cells = (format_elapsed(command.start_ns), command.text, code, command.confidence, command.ref)
    return f"<tr>{''.join(f'<td>{said(cell)}</td>' for cell in cells)}</tr>"


def said(text: str) -> str:
    """Text of a recording as HTML that does nothing."""
    return escape(visible(text, keep="\n"))


def digest(text: str) -> str:
    """A source of the policy that allows this text and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def script() -> str:
    """The player's module."""
    return static("player.js")


def stylesheet() -> str:
    """The player's style sheet."""
    return static("player.css")


def static(name: str) -> str:
    """A file that comes with this room."""
    return files("sessionlens.player").joinpath("static", name).read_text("utf-8")
