"""`open` and `corpus`: from a path, a folder or a ref to sessions."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from sessionlens.catalog.corpus import Corpus
from sessionlens.errors import NotFoundError, UsageError
from sessionlens.formats import find, open_source
from sessionlens.session.refs import Ref
from sessionlens.session.session import Session


def open(path: str | PathLike[str], channel: int | None = None, *, reflow: bool = True) -> Session:
    """The recording at `path`: a bundle or a channel of it, script(1)'s files, an asciicast, a ttyrec.

    A folder that holds exactly one recording opens that one. A ref (`1f2e3d4c/0/o:120-180`, as in the
    tables) is looked up below the current folder. `reflow` says whether a new window size wraps the lines
    of the main screen anew, as most terminals do; xterm and PuTTY only cut them. Raises NotFoundError for a
    path that is not there, FormatError for what is no recording and for a folder of several (it lists them).
    """
    found = named(path)
    if not found.exists() and (ref := Ref.parse(str(path))):
        wanted = ref.channel if channel is None else channel
        return Session(open_source(by_session(ref.session, Path())), wanted, reflow=reflow)
    if found.is_dir() and len(below := find(found)) == 1:
        found = below[0]
    return Session(open_source(found), channel, reflow=reflow)


def named(path: str | PathLike[str]) -> Path:
    """The path that was named; UsageError for the empty one, which is not the current folder."""
    if str(path) == "":
        raise UsageError('no recording named: the path is empty ("." is the current folder)')
    return Path(path)


def by_session(session: str, folder: Path) -> Path:
    """The recording below `folder`, or that one itself, whose session id this is."""
    for path in (find(folder) if folder.is_dir() else []) or [folder]:
        if path.name.endswith(f"-{session}") or open_source(path).session == session:
            return path
    raise NotFoundError(f"no recording of session {session} below {folder.resolve()}")


def corpus(folder: str | PathLike[str]) -> Corpus:
    """All recordings below a folder (or the one recording at that path) as one case.

    Raises as `open` does: NotFoundError for a path that is not there, FormatError for what is no recording
    and holds none.
    """
    root = named(folder)
    below = find(root) if root.is_dir() else []
    return Corpus(root, below or [open_source(root).path], open)
