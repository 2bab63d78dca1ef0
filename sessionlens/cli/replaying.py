"""Playing a session in the viewer's terminal: the loop of `sessionlens play --terminal`.

What is drawn comes from the timeline, never from the recording's bytes (sessionlens/player/terminal.py).
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from math import inf

from sessionlens.cli.common import say
from sessionlens.cli.masking import tell, wanted
from sessionlens.cli.tty import Tty
from sessionlens.errors import UsageError
from sessionlens.player.playback import Playback
from sessionlens.player.terminal import ENTER, LEAVE, Painter
from sessionlens.session import Session
from sessionlens.session.clips import clip
from sessionlens.terminal.timeline import Timeline
from sessionlens.times import format_elapsed

SKIP_NS = 5_000_000_000
_KEYS = re.compile(rb"\x1b[\[O][A-D]|\x1b\[[0-?]*[ -/]*[@-~]|\x1b.|.", re.DOTALL)
_HELP = "space: pause   , .: step   left right: 5 s   < >: speed   q: end"


def terminal_arguments(parser: argparse.ArgumentParser) -> None:
    """--terminal and what goes with it."""
    group = parser.add_argument_group("in the terminal")
    group.add_argument("--terminal", action="store_true", help="play in this terminal, not in the browser")
    group.add_argument("--speed", type=float, metavar="X", help="how many times as fast")
    group.add_argument(
        "--idle", type=float, metavar="S", help="longest pause shown, in seconds (default: uncut)"
    )
    group.add_argument("--clip", metavar="N|REF", help="only what belongs to this command, or to a ref")


def check_terminal(arguments: argparse.Namespace) -> None:
    """Raise UsageError for what does not go together, or where there is no terminal."""
    said = [f"--{name}" for name in ("speed", "idle", "clip") if getattr(arguments, name) is not None]
    if said and not arguments.terminal:
        raise UsageError(f"{', '.join(said)}: for the terminal; say --terminal too")
    if arguments.terminal and arguments.output:
        raise UsageError("--terminal writes no page: leave out -o")
    if arguments.terminal and not sys.stdout.isatty():
        raise UsageError(
            "--terminal needs a terminal, and standard output is none: `sessionlens screen --at TIME` prints "
            "one screen as text, `sessionlens play -o FILE` writes a page"
        )


def play_in_terminal(session: Session, arguments: argparse.Namespace) -> int:
    """Play the session until it ends or somebody presses `q`."""
    shown, playback, timeline = prepared(session, arguments)
    with Tty(ENTER, LEAVE).taken() as terminal:
        _loop(terminal, playback, timeline)
    number = shown.main.channel.number
    left_out = [c.name for c in shown.source.channels if c.number != number]
    if left_out and arguments.clip is None:
        say(f"played channel {number}; not played: {', '.join(left_out)} (--channel N)")
    return 0


def prepared(session: Session, arguments: argparse.Namespace) -> tuple[Session, Playback, Timeline]:
    """The channel, what is played of it, and how."""
    speed, idle = (1.0 if arguments.speed is None else arguments.speed), arguments.idle or 0.0
    if not 0 < speed < inf:
        raise UsageError(f"--speed is a number above 0, not {speed}")
    if not 0 <= idle < inf:
        raise UsageError(f"--idle is a number of seconds, 0 for uncut, not {idle}")
    start, end = (None if t is None else session.time(t) for t in (arguments.start, arguments.end))
    if arguments.clip is not None:
        if start is not None or end is not None:
            raise UsageError("a clip has its own start and end: leave them out")
        found = clip(session, arguments.clip)
        session, start, end = session.on(found.channel), found.start_ns, found.end_ns
    timeline, last = session.timeline, session.timeline.end_ns
    start, end = max(start or 0, 0), last if end is None else min(end, last)
    if start > end:
        raise UsageError(f"nothing to play: the session lasts {format_elapsed(last)}")
    playback = Playback(timeline, start, end, idle_ns=round(idle * 1e9), speed=speed)
    if arguments.at is not None:
        playback.seek(session.time(arguments.at))
        playback.paused = True
    if (mask := session.mask(wanted(arguments, written=False))) and not mask.wanted.nothing:
        veil = mask.veil(timeline)
        tell(veil.tally(range(timeline.n_rows)))
        timeline = veil.timeline
    return session, playback, timeline


def _loop(terminal: Tty, playback: Playback, timeline: Timeline) -> None:
    painter, last = Painter(timeline, *terminal.size), time.monotonic_ns()
    while True:
        if terminal.changed:
            terminal.changed = False
            painter.resize(*terminal.size)
            last = time.monotonic_ns()
        frame = timeline.frame(playback.frame)
        idle = playback.paused or playback.ended
        words = status(playback, painter, timeline) if idle or painter.spare(frame) else ""
        terminal.write(painter.paint(frame, words))
        if playback.ended and not terminal.keyed:
            return
        pressed = terminal.keys(_seconds(playback, ticking=bool(words)))
        now = time.monotonic_ns()
        playback.elapse(0 if terminal.changed else now - last)  # no time passes while it is suspended
        last = now
        for key in _KEYS.findall(pressed):
            if key in (b"q", b"Q", b"\x04"):
                return
            press(playback, key)


def _seconds(playback: Playback, *, ticking: bool) -> float | None:
    """Until the next frame, or until the clock in the last row goes on."""
    wait = playback.wait_ns
    if wait is None:
        return None
    return min(wait / 1e9, 0.5 if ticking else inf)


def press(playback: Playback, key: bytes) -> None:
    """What a key does; others do nothing."""
    arrow = key[-1:] if key[:1] == b"\x1b" and len(key) == 3 else b""
    if key == b" ":
        playback.pause()
    elif key in (b".", b","):
        playback.step(1 if key == b"." else -1)
    elif key == b">" or arrow == b"A":
        playback.faster()
    elif key == b"<" or arrow == b"B":
        playback.slower()
    elif arrow in (b"C", b"D"):
        playback.skip(SKIP_NS if arrow == b"C" else -SKIP_NS)


def status(playback: Playback, painter: Painter, timeline: Timeline) -> str:
    """The last row: where, how fast, and whether all of the screen is seen."""
    frame = timeline.frame(playback.frame)
    state = "end" if playback.ended else "paused" if playback.paused else "playing"
    now, last = (format_elapsed(t).partition(".")[0] for t in (playback.t_ns, playback.end_ns))
    parts = [f" {state} {now} / {last}", f"{playback.speed:g}x"]
    if painter.cropped(frame):
        parts.append(f"cropped from {frame.columns}x{frame.rows}")
    return "   ".join([*parts, _HELP])
