"""The end of a connection: both ends are told, read the last messages, and are left."""

from __future__ import annotations

import contextlib
import threading

from paramiko import SSHException

from sessionlens_recorder import logs
from sessionlens_recorder.net.leg import Leg, TargetLeg
from sessionlens_recorder.net.recording import End, SessionRecording

FAREWELL_S = 3.0  # for a peer to read the last messages


def left(why: str) -> End:
    """By the user."""
    return End(f"the user left ({why or 'connection closed'})")


def lost(why: str) -> End:
    """By the target."""
    return End(f"the target left ({why})", f"the connection to the target has ended ({why})")


def part(user: Leg, target: TargetLeg | None, recording: SessionRecording | None, end: End) -> None:
    """Returns when both legs' threads have ended, or had the time to."""
    legs: list[Leg] = [leg for leg in (user, target) if leg is not None]
    axe = threading.Timer(FAREWELL_S, _kill, [legs])
    axe.start()
    if recording is None or target is None:
        user.kill()
    else:
        _say_goodbye(user, target, recording, end)
    for leg in legs:
        if leg.ident is not None:
            leg.join(2 * FAREWELL_S)
    axe.cancel()


def _kill(legs: list[Leg]) -> None:
    for leg in legs:
        leg.kill()


def _say_goodbye(user: Leg, target: TargetLeg, recording: SessionRecording, end: End) -> None:
    if end.told is None:
        recording.relay.stop()
        user.kill()
    else:
        told = logs.escape(f"SessionLens: {end.told}")  # it may have the target's own words in it
        recording.record_end(told)
        with contextlib.suppress(EOFError, SSHException):  # the user may be gone already
            user.finish(recording.relay.end(told), told)
    with contextlib.suppress(EOFError, SSHException):  # the target may be gone already
        target.finish([], "the session is over")
