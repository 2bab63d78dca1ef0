"""verify for a video: is it the file that was made, of this recording, and does it show what the recording
has?

File and recording decide by their hashes. Then the screens that the sidecar lists are compared with today's
replay, cell by cell; and where every version is the same as when it was made, it is made again, which gives
the same bytes. A sidecar has no signature: where it cannot be made again, nobody can tell.
"""

from __future__ import annotations

import tempfile
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import zip_longest
from os import PathLike
from pathlib import Path

from sessionlens import evidence
from sessionlens.errors import NotFoundError, RenderError, SessionLensError, UsageError
from sessionlens.evidence import Verification, claims
from sessionlens.evidence.claims import Claim, damaged, unclear
from sessionlens.evidence.origin import manifest_sha256, output_sha256, typed
from sessionlens.formats import Identity
from sessionlens.masking import Mask, Wanted
from sessionlens.render.cells import Cells
from sessionlens.render.decoded import picture_hashes
from sessionlens.render.footage import Footage
from sessionlens.render.studio import Studio
from sessionlens.render.versions import font_hashes, sha256, versions, zone_version
from sessionlens.session.masking import mask_of
from sessionlens.session.opening import by_session, only, open
from sessionlens.session.outputs import is_video
from sessionlens.session.session import Session
from sessionlens.session.video import footage
from sessionlens.times import format_elapsed

Named = str | PathLike[str]
Told = Callable[[int, int], None]
MANY = 12  # versions that differ, of which an answer says the names


def verify(
    path: Named,
    signers: Named | None = None,
    heads: Named | evidence.heads.Heads | None = None,
    *,
    source: Named | None = None,
    identity: Identity | None = None,
    progress: Told | None = None,
) -> Verification:
    """Whether a recording is what was sealed, or a video (`.mp4`, `.gif`) what was made of one.

    `signers` is an allowed_signers file (ssh-keygen(1)), `heads` a file of JSON lines with the chain heads
    that the recorder told its sinks. Of a video, `source` is the recording (default: the session that the
    sidecar names, below the current folder or the video's), `identity` the key for what was typed, where the
    video was made with it. Raises NotFoundError or FormatError where there is nothing to verify, UsageError
    for a bad signers or heads file.
    """
    if not is_video(Path(path)):
        return evidence.verify(only(Path(path)), signers, heads)
    video = Path(path)
    try:
        claim = claims.read(video)
    except claims.Unreadable as error:
        return unclear(video, str(error), "Nothing ties the video to a recording.")
    if (wrong := claims.wrong_file(video, claim)) is not None:
        return wrong
    try:
        recording = only(Path(source)) if source is not None else found(claim, video)
    except NotFoundError as error:
        why = f"{error}; name the recording (--source)"
        return unclear(video, why, "The video is the file that was made.")
    seal = evidence.verify(recording, signers, heads)
    if seal.status == "DAMAGED":
        why = "the recording that it was made from does not hold"
        return replace(damaged(video, str(recording), why, "source"), notes=(seal.summary,))
    try:
        session = reopened(recording, claim, identity)
    except NotFoundError as error:
        return unclear(video, str(error), "The video is the file that was made.")
    if (other := another(session, claim)) is not None:
        return damaged(video, str(recording), other, "source")
    verdict = compared(video, claim, session, seal, progress)
    said = f"It is the file that was made, from {session.path.name}: {seal.summary}."
    return replace(verdict, notes=(said, *seal.notes, *verdict.notes))


def found(claim: Claim, video: Path) -> Path:
    """The recording of the session that the claim names. Raises NotFoundError."""
    session = str(claim.source.get("session"))
    for folder in (Path(), video.parent):
        try:
            return by_session(session, folder)
        except SessionLensError:
            continue
    raise NotFoundError(f"no recording of session {session} lies here or beside the video")


def reopened(recording: Path, claim: Claim, identity: Identity | None) -> Session:
    """The recording as it was opened for the video."""
    channel = claim.source.get("channel")
    number = channel if type(channel) is int else None
    return open(recording, number, reflow=claim.source.get("reflow") is not False, identity=identity)


def compared(
    video: Path, claim: Claim, session: Session, seal: Verification, told: Told | None
) -> Verification:
    """The verdict on what the video shows, once file and recording are what they should be."""
    title = titled(session, claim, seal)
    try:
        film = footage(session, masked_again(session, claim), title)
    except UsageError as error:
        return unclear(video, f"it cannot be made again: {error}", "The video is the file that was made.")
    at, differing = wrong_cells(film, claim), list(differences(session, claim))
    excuses = {"sessionlens"} if claim.order.mask is None else {"sessionlens", "input"}  # masks know both
    if at is not None and excuses.isdisjoint(name for name, _ in differing):
        return damaged(video, video.name, f"the recording has another screen at {at} of the video", "cells")
    screens = sum(shown.session_ns is not None for shown in claim.table)
    same = () if at is not None else (f"Its {screens} screens are the recording's, cell by cell.",)
    if differing:
        why = f"its pictures cannot be compared: {'; '.join(text for _, text in differing[:MANY])}"
        why += f"; and {len(differing) - MANY} more" if len(differing) > MANY else ""
        return replace(unclear(video, why, "Make it anew with this version."), notes=same)
    if title is not None and title.signer != claim.order.signer:
        why = f"its title names the signer {claim.order.signer}: --signers FILE is needed to tell"
        return replace(unclear(video, why, "The video is the file that was made."), notes=same)
    try:
        where = wrong_picture(film, claim, video, told)
    except (RenderError, UsageError) as error:
        return unclear(video, f"it cannot be made again: {error}")
    if where is not None:
        return damaged(video, video.name, where, "pictures")
    notes = (f"Made again, it is the same to the byte: {len(claim.table)} pictures.",)
    if seal.status != "INTACT":
        why = seal.summary.removeprefix("CANNOT TELL because ")
        return replace(unclear(video, f"of its recording: {why}", "It shows this recording."), notes=notes)
    meaning = f"The video is as it was made, and shows what the recording has. {seal.meaning}"
    return replace(seal, path=str(video), meaning=meaning, notes=notes)


def masked_again(session: Session, claim: Claim) -> Mask:
    """The mask that the video was made with. Raises UsageError where that is not told."""
    told = claim.order.mask
    return mask_of(session, Wanted(defaults=False) if told is None else told.wanted())


def another(session: Session, claim: Claim) -> str | None:
    """In words, why this is not the recording that the video was made from; None if it is."""
    claimed = claim.source.get("manifest_sha256")
    if claimed is not None and claimed != manifest_sha256(session.path):
        return "it is not the recording that the video was made from: its MANIFEST is another"
    if claim.source.get("output_sha256") != output_sha256(session.recording):
        return "it is not the recording that the video was made from: its output is another"
    return None


def differences(session: Session, claim: Claim) -> Iterator[tuple[str, str]]:
    """(name, in words) of all that was not as it is here when the video was made."""
    here = versions() | zone_version(claim.order.zone)
    for kind, then, now in (("", claim.versions, here), ("font ", claim.fonts, font_hashes())):
        for name in sorted(then.keys() | now.keys()):
            if then.get(name) != now.get(name):
                had, has = (said.get(name, "missing") for said in (then, now))
                yield name, f"{kind}{name[:40]} is {has[:40]} here and was {had[:40]}"
    then_typed, now_typed = claim.source.get("input"), typed(session.recording)
    if then_typed != now_typed:
        yield "input", f"what was typed is {now_typed} here and was {then_typed} (--identity)"


def wrong_cells(film: Footage, claim: Claim) -> str | None:
    """When the video shows a screen that the recording does not have then; None where it never does."""
    timeline, cells, last = film.timeline, Cells(film.timeline), len(claim.table) - 1
    cards = {0, last - 1, last} if claim.order.cards else set()
    seen, there = -1, ("", 0)  # the last frame that was looked at; the table is in order
    for number, shown in enumerate(claim.table):
        now = ("", 0)
        if shown.session_ns is not None:
            index = bisect_right(timeline.t0_ns, shown.session_ns) - 1
            if index < seen:
                return format_elapsed(shown.video_ms * 1_000_000)
            if index > seen:
                frame = timeline.frame(index)
                seen, there = index, (cells.fingerprint(frame), frame.offset)
            now = there
        if now != (shown.cells, shown.offset) or (number in cards) != (shown.session_ns is None):
            return format_elapsed(shown.video_ms * 1_000_000)
    return None


def titled(session: Session, claim: Claim, seal: Verification) -> Verification | None:
    """The verification that its title tells of, with a signer where it names one; None where it has no
    title."""
    if not claim.order.cards:
        return None
    return evidence.verify(session.path) if claim.order.signer is None else seal


def wrong_picture(film: Footage, claim: Claim, video: Path, told: Told | None) -> str | None:
    """Make the video again, and say where it differs; None where it is the same to the byte."""
    with tempfile.TemporaryDirectory() as folder:
        name = video.with_suffix(Path(claim.name).suffix)
        studio = Studio(film, name, Path(folder), told)
        made = studio.make(claim.order)
        if made.shown != claim.table:
            return "made again from the recording, it has other times"
        if sha256(made.path) == claim.sha256:
            return None
        for was, now in zip_longest(
            *(picture_hashes(path, len(made.shown) + 1) for path in (video, made.path))
        ):
            if was != now:
                at = format_elapsed((was or now or (0, ""))[0] * 1_000_000)
                return f"made again from the recording, it has another picture at {at}"
    return "made again from the recording, it has the same pictures, but other captions, chapters or tags"
