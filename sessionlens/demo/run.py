"""The demo from beginning to end: record a session, verify it, show what was found, leave the evidence.

It uses the product the way a user does: the recorder as a program of its own, the lab through
`sessionlens.session`. Nothing from the script that typed reaches the lab; the commands that are printed come
out of the recording.
"""

from __future__ import annotations

import os
import random
import shlex
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from sessionlens.errors import UsageError
from sessionlens.visible import visible

from .dropbox import dropbox
from .insider import insider, new_passphrase, prompt_pattern
from .sandbox import furnish
from .stage import DemoError, login, stage
from .typist import Typist

if TYPE_CHECKING:
    import pandas as pd

    from sessionlens.evidence import Verification
    from sessionlens.render import ImageReport, VideoReport
    from sessionlens.session import Session

PROMPT = r"deploy@web01:\w$ "
COLUMNS, ROWS = 100, 30
SHOWN = ("n", "start", "marks", "command")


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What the demo left and found; `typed` and `secrets` are what the script knows, for comparing."""

    out: Path
    bundle: Path
    video: Path
    moment: Path
    allowed_signers: Path
    verification: Verification
    report: VideoReport | ImageReport
    commands: pd.DataFrame
    typed: tuple[str, ...]
    cancelled: tuple[str, ...]
    secrets: tuple[str, ...] = field(repr=False)


def run_demo(
    out: Path = Path("sessionlens-demo"),
    *,
    say: Callable[[str], object] = print,
    seed: int | None = None,
    prompt: str = PROMPT,
    pace: float = 1.0,
    progress: Callable[[int, int], None] | None = None,
) -> DemoResult:
    """Record an insider's session and leave the evidence in `out`, which must not exist or be empty.

    `prompt` is the PS1 of the shell, `pace` stretches the pauses between keys, `seed` fixes them; `say` takes
    a line of text for people, `progress` (done, total) while the video is made. Raises UsageError where `out`
    holds something, DemoError where the machine lacks what is needed or a step fails. Whatever it started has
    ended when it returns or raises.
    """
    out = Path(out)
    check(out)
    with ended_by_signals(), tempfile.TemporaryDirectory(prefix="sessionlens-demo-") as work:
        say("Recording: john logs in through the recorder as deploy on web01, all of it on 127.0.0.1 …")
        person = record(Path(work), Typing(prompt, pace, random.Random(seed)))  # noqa: S311 - pauses, not keys
        out.mkdir(parents=True, exist_ok=True)
        shutil.move(Path(work) / "recordings", out / "recordings")
        shutil.copyfile(Path(work) / "stage/allowed_signers", out / "allowed_signers")
    return show(out, person, say, progress)


def check(out: Path) -> None:
    """Say what is missing before anything is started."""
    if os.name != "posix":
        raise DemoError("the demo needs a POSIX system (Linux, macOS, WSL); the lab itself runs anywhere")
    if missing := [program for program in ("bash", "tar") if shutil.which(program) is None]:
        raise DemoError(
            f"the demo needs {' and '.join(missing)}: please install, or look at notebooks/ instead"
        )
    from sessionlens.render.ffmpeg import executable

    executable()  # raises RenderError, and says what to do, before anything is recorded
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(
            f"{out} is there already, and evidence is never overwritten: "
            f"delete it, or name another folder with --out"
        )


@dataclass(frozen=True, slots=True)
class Typing:
    """How the insider types, and at which prompt."""

    prompt: str
    pace: float
    random: random.Random


def record(work: Path, typing: Typing) -> Typist:
    """One session from login to logout; `work/recordings` holds its sealed bundle afterwards."""
    home, recordings = work / "home", work / "recordings"
    passphrase = new_passphrase()
    home.mkdir()
    furnish(home, passphrase)
    with (
        stage(work / "stage", recordings, home, "--env", f"PS1={typing.prompt}") as where,
        login(where) as connection,
        dropbox() as port,
    ):
        channel = connection.open_session()
        channel.get_pty("xterm-256color", COLUMNS, ROWS)
        channel.invoke_shell()
        person = Typist(
            channel, prompt_pattern(typing.prompt), COLUMNS, ROWS, random=typing.random, pace=typing.pace
        )
        insider(person, passphrase, port)
    return person


def show(
    out: Path,
    person: Typist,
    say: Callable[[str], object],
    progress: Callable[[int, int], None] | None,
) -> DemoResult:
    """From the recording to a verdict, a table, a video and a picture."""
    from sessionlens.session import open
    from sessionlens.tables.output import to_text

    session = open(out / "recordings")
    verification = session.verify(signers=out / "allowed_signers")
    say(f"\nIs it what was recorded? {verification}\n")
    if not verification:
        raise DemoError(f"the recording does not verify, and that should never happen; it is in {out}")
    say(to_text(session.commands, SHOWN))
    marked = int(session.commands["marks"].ne("").sum())
    say(f"\n{len(session.commands)} commands, {marked} marked. Making the video …")
    report = session.render(out / "evidence.mp4", signers=out / "allowed_signers", progress=progress)
    moment = decisive(session)
    picture(session, moment, out / "moment.png")
    for line in what_next(out, session, moment):
        say(line)
    return DemoResult(
        out=out,
        bundle=session.path,
        video=out / "evidence.mp4",
        moment=out / "moment.png",
        allowed_signers=out / "allowed_signers",
        verification=verification,
        report=report,
        commands=session.commands,
        typed=tuple(typed.text for typed in person.commands),
        cancelled=tuple(person.cancelled),
        secrets=tuple(person.secrets),
    )


def decisive(session: Session) -> int:
    """The number of the command to look at first: a deletion for good, else what is marked, else the last."""
    deletions = session.commands.sl.ran("rm", "-r", "-f")
    if len(deletions):
        return int(deletions["n"].iloc[0])
    findings = session.findings
    grave = findings[findings["severity"] == "high"]
    chosen = grave if len(grave) else findings if len(findings) else session.commands
    return int(chosen["n"].iloc[-1])


def picture(session: Session, number: int, path: Path) -> None:
    """The screen right after a command, with who and when above it, as a PNG."""
    row = session.commands.set_index("n").loc[number]
    session.render(path, at=row["start"] if row.isna()["end"] else row["end"])


def what_next(out: Path, session: Session, moment: int) -> Iterator[str]:
    """The files, and commands to try on them, as lines to print."""
    command = visible(str(session.commands.set_index("n").loc[moment, "command"]))
    named = (out / "recordings", session.path, out / "evidence.mp4")
    recordings, bundle, video = (shlex.quote(str(path)) for path in named)
    signers = (out / "allowed_signers").absolute()
    principal = shlex.quote(signers.read_text(encoding="utf-8").split()[0])
    from_bundle = shlex.quote(os.path.relpath(signers, session.path.absolute()))
    lab, trusted = own_name(), shlex.quote(str(out / "allowed_signers"))
    yield f"\nIn {out}:"
    yield "  evidence.mp4     the session as a video, a chapter for each command"
    yield f"  moment.png       the screen right after: {command}"
    yield f"  recordings/      the recording itself: {session.path.name}"
    yield "  allowed_signers  whose signature to trust"
    yield "\nTo look further:"
    yield f"  {lab} commands {recordings} --marked"
    yield f"  {lab} search {recordings} 'rm -rf'"
    yield f"  {lab} play {recordings}"
    yield f"  {lab} report {recordings} -o case.html --match 'rm -rf' --signers {trusted}"
    yield f"  {lab} verify {video} --source {recordings} --signers {trusted}"
    yield "\nThe same with tools that know nothing of SessionLens:"
    yield f"  cd {bundle}"
    yield "  sha256sum -c MANIFEST"
    yield f"  ssh-keygen -Y verify -f {from_bundle} -I {principal} -n sessionlens -s MANIFEST.sig < MANIFEST"
    yield f"  scriptreplay -T {session.main.channel.name}/timing -O {session.main.channel.name}/out"


def own_name() -> str:
    """How to start the command line from the shell that started this."""
    if shutil.which("sessionlens") is not None:
        return "sessionlens"
    called = Path(sys.argv[0])
    return shlex.quote(str(called)) if called.name == "sessionlens" else f"{sys.executable} -m sessionlens"


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP end the demo like Ctrl-C does: in order, with nothing left running."""

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
