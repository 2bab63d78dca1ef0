"""What a recording shows now: its screens at given times, and the hash of what made them."""

from __future__ import annotations

from hashlib import sha256

import numpy as np

from sessionlens.golden.golden import Entry
from sessionlens.golden.screen import Screen, screen_of
from sessionlens.golden.times import chosen
from sessionlens.recording import OUTPUT, RESIZE
from sessionlens.session import Session
from sessionlens.session.view import ChannelView


def identity(session: Session) -> str:
    """SHA-256 over what the screens come from: output, its times, and the sizes of the window."""
    digest = sha256()
    for view in session.views:
        recording = view.recording
        kept = np.isin(recording.stream, (OUTPUT, RESIZE))
        info = recording.info
        digest.update(f"{view.channel.number} {info.columns}x{info.rows} {int(kept.sum())}\n".encode())
        for column in (recording.t_ns, recording.stream, recording.offset, recording.size):
            digest.update(column[kept].astype("<i8").tobytes())
        digest.update(recording.raw("o"))
    return digest.hexdigest()


def entries(session: Session, rule: str) -> list[Entry]:
    """The screens at the times that a rule names, channel by channel."""
    return [Entry(screen_at(view, t_ns)) for view in session.views for t_ns in chosen(rule, view)]


def screen_at(view: ChannelView, t_ns: int) -> Screen:
    """The screen of a channel at a time."""
    timeline = view.replay.timeline
    return screen_of(view.channel.number, t_ns, timeline.at(t_ns), timeline)


def view_of(session: Session, channel: int) -> ChannelView | None:
    """The channel of a number; None where it is not there."""
    return next((view for view in session.views if view.channel.number == channel), None)
