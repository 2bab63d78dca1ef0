"""What a report says of one session as a whole: who and where, what could be seen, whether it holds."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from sessionlens.evidence.origin import manifest_sha256, output_sha256
from sessionlens.reporting import Seal, Sheet
from sessionlens.session.exhibits import Dossier
from sessionlens.times import format_elapsed, format_instant

if TYPE_CHECKING:
    from sessionlens.recording import Info
    from sessionlens.session.session import Session


def sheet(file: Dossier, root: Path, signers: str | PathLike[str] | None, *, searched: bool) -> Sheet:
    """What there is to say of one session; `searched`: its lines were looked at too."""
    session = file.session
    info = session.info
    whole = session.coverage if searched else session.coverage_of_commands
    whole = replace(whole, untold=session.coverage_of_commands.untold)
    came, went = brief(info)
    who = [info.person or "nobody knows who", f"as {info.account}" if info.account else ""]
    who += [f"on {info.target}" if info.target else ""]
    return Sheet(
        info.session,
        below(session.path, root),
        tuple((label, file.text(said)) for label, said in facts(session) if said),
        (file.text(came), file.text(went)),
        notable(session),
        when(info),
        file.text(" ".join(filter(None, who))),
        whole,
        session.verify(signers),
        seal_of(session),
        (len(session.flags), int((session.flags["severity"] == "high").sum())),
    )


def when(info: Info) -> str:
    """Start and duration, as the table `sessions` has them."""
    began = "start not known" if info.started_ns is None else format_instant(info.started_ns)
    lasted = info.duration_ns
    return f"{began}\n{'duration not known' if lasted is None else f'lasting {format_elapsed(lasted)}'}"


def brief(info: Info) -> tuple[str, str]:
    """Where from and how; how it ended and what of it was recorded."""
    client = f"from {info.client}" if info.client else ""
    login = ", ".join(filter(None, (info.method, info.second_factor)))
    typed = {None: "", "off": "typing not recorded"}.get(info.input, f"typing {info.input}")
    reason = f"reason given: {info.reason}" if info.reason else ""
    came = "\n".join(filter(None, (client, login)))
    kept = ", ".join(filter(None, (info.source_format, typed)))
    return came or "not recorded", "\n".join(filter(None, (reason, info.ended, kept)))


def notable(session: Session) -> bool:
    """Whether a reader has to know more of it than its row says."""
    info = session.info
    watched = info.allowed_by or info.watched_by or info.held_for or info.acknowledged is False
    unsealed = info.source_format == "bundle" and manifest_sha256(session.path) is None
    return bool(watched or unsealed or len(session.gaps))


def facts(session: Session) -> list[tuple[str, str]]:
    """Who and where, who allowed and who watched."""
    info = session.info
    start, lasted = info.started_ns, info.duration_ns
    end = None if start is None or lasted is None else start + lasted
    notice = {True: "acknowledged by typing", False: "not acknowledged", None: ""}[info.acknowledged]
    return [
        ("Person", info.person or "nobody knows: the recording does not say"),
        ("Login", ", ".join(filter(None, (info.method, info.second_factor)))),
        ("Key", info.key_fingerprint or ""),
        ("Account", info.account or ""),
        ("Target", " at ".join(filter(None, (info.target, info.target_address)))),
        ("Client", info.client or ""),
        ("Bastion", info.bastion or ""),
        ("Start", "not known" if info.started_ns is None else format_instant(info.started_ns)),
        ("Duration", "not known" if info.duration_ns is None else format_elapsed(info.duration_ns)),
        ("End", "not known" if end is None else format_instant(end)),
        ("How it ended", info.ended or ""),
        ("Reason given", info.reason or ""),
        ("Notice", notice),
        ("Allowed by", info.allowed_by or "nobody had to, or it is not recorded"),
        ("Watched by", "; ".join(info.watched_by) or "nobody, or it is not recorded"),
        ("Held for", ", ".join(info.held_for)),
        ("Channels", ", ".join(channel.name for channel in session.source.channels)),
        ("Format", info.source_format),
        ("What was typed", {"off": "not recorded"}.get(info.input or "", info.input or "")),
    ]


def seal_of(session: Session) -> Seal | None:
    """The MANIFEST's hash; of what has none that of the recorded output."""
    if (sealed := manifest_sha256(session.path)) is not None:
        return Seal(sealed, "MANIFEST")
    parts = [output_sha256(view.recording) for view in session.views]
    if not parts:
        return None
    one = parts[0] if len(parts) == 1 else hashlib.sha256("".join(parts).encode()).hexdigest()
    return Seal(one, "recorded output")


def below(path: Path, root: Path) -> str:
    """A recording's place below the folder that was named; its name where it lies elsewhere."""
    try:
        inside = path.absolute().relative_to(root.absolute()).as_posix()
    except ValueError:
        return path.name
    return path.name if inside == "." else inside
