"""`open` and `corpus`: from a path, a folder or a ref to sessions."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Literal, overload

from sessionlens.catalog.corpus import Corpus
from sessionlens.errors import IdentityError, NotFoundError, UsageError
from sessionlens.formats import Identities, Identity, find, open_source, survey
from sessionlens.session.live import LiveSession
from sessionlens.session.refs import Ref
from sessionlens.session.session import Session


@overload
def open(
    path: str | PathLike[str],
    channel: int | None = None,
    *,
    reflow: bool = True,
    identity: Identity | None = None,
    follow: Literal[False] = False,
) -> Session: ...
@overload
def open(
    path: str | PathLike[str],
    channel: int | None = None,
    *,
    reflow: bool = True,
    identity: Identity | None = None,
    follow: Literal[True],
) -> LiveSession: ...
def open(
    path: str | PathLike[str],
    channel: int | None = None,
    *,
    reflow: bool = True,
    identity: Identity | None = None,
    follow: bool = False,
) -> Session:
    """The recording at `path`: a bundle or a channel of it, script(1)'s files, an asciicast, a ttyrec.

    A folder that holds exactly one recording, and nothing else that looks like one, opens that one. A ref
    (`1f2e3d4c/0/o:120-180`, as in the tables) is looked up below the current folder. `reflow` says whether a
    new window size wraps the lines of the main screen anew, as most terminals do; xterm and PuTTY only cut
    them. `identity` is a file with the private key for what was typed, where a recording has that sealed, or
    a list of such files; without it, it opens all the same, and its gaps say so. `follow` is for a recording
    that grows: the session can `refresh`, and a loop over it goes on until it has ended. Raises
    NotFoundError for a path that is not there, FormatError for what is no recording and for a folder of
    several (it lists them), IdentityError for a key that is none or not the right one.
    """
    identities = None if identity is None else Identities.read(identity)
    session = opened(path, channel, reflow, identities)
    return LiveSession(session.path, channel, reflow, identities) if follow else session


def opened(
    path: str | PathLike[str], channel: int | None, reflow: bool, identities: Identities | None
) -> Session:
    """The same with keys that were read already."""
    found = named(path)
    if not found.exists() and (ref := Ref.parse(str(path))):
        wanted = ref.channel if channel is None else channel
        return Session(open_source(by_session(ref.session, Path()), identities), wanted, reflow=reflow)
    return Session(open_source(only(found), identities), channel, reflow=reflow)


def only(path: Path) -> Path:
    """The only recording below a folder, if there is nothing beside it that could not be seen; else the path
    itself."""
    below, unseen = survey(path) if path.is_dir() else ([], {})
    return below[0] if len(below) == 1 and not unseen else path


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


def corpus(folder: str | PathLike[str], *, identity: Identity | None = None) -> Corpus:
    """All recordings below a folder (or the one recording at that path) as one case.

    What looks like a recording and is none that opens is in `unreadable`, and in each search's coverage.
    `identity` as in `open`, all the keys that they need; of several recordings those that are sealed for
    other keys open without: their gaps say so, and `info.sealed_for` for whom. Raises as `open` does:
    NotFoundError for a path that is not there, FormatError for what is no recording and holds none,
    IdentityError for a key that is none, or of one recording not the one it needs.
    """
    root = named(folder)
    below, unseen = survey(root) if root.is_dir() else ([], {})
    identities = None if identity is None else Identities.read(identity)
    paths = below or [open_source(root).path]
    if len(paths) == 1:
        open_source(paths[0], identities)

    def opener(path: Path) -> Session:
        try:
            return opened(path, None, True, identities)
        except IdentityError:
            return open(path)

    return Corpus(root, paths, opener, unseen)
