"""Orders at the command line (`export`, `revoke`, `hold`, …): who gives them, and that the sinks hear of it.

A Unix user is not always a person: orders are given as the recorder's own user, or by sudo(8). So both are
told, and what sudo says; `--by` is what somebody says of themselves.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sessionlens_recorder import logs
from sessionlens_recorder.bundle.giving import make_folders
from sessionlens_recorder.config import Config
from sessionlens_recorder.losses import Losses
from sessionlens_recorder.sinks.feed import Feed
from sessionlens_recorder.sinks.spool import Spool

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Operator:
    """`name` is the person as far as known: `--by`, else who called sudo, else the Unix user."""

    name: str
    unix_user: str
    sudo_user: str | None

    @property
    def described(self) -> str:
        """For a file: with the Unix user, which nobody can say of themselves, where that is another."""
        return self.name if self.name == self.unix_user else f"{self.name} (as {self.unix_user})"


def operator(by: str | None) -> Operator:
    """Whoever runs this process. ValueError for a name that is none."""
    if by is not None and not (by.strip() and len(by) <= LONGEST and by.isprintable()):
        raise ValueError(f"--by has to be a name of at most {LONGEST} printable characters")
    unix, sudo = _unix_user(), os.environ.get("SUDO_USER")
    return Operator(by or sudo or unix, unix, sudo)


def _unix_user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


@contextmanager
def telling(config: Config) -> Iterator[None]:
    """Events of within go to stderr and into the queue of the sinks, which the bastion's own process sends.
    ValueError if they did not get there.
    """
    logs.set_up()
    losses, told = Losses(), True
    if config.sinks:
        try:
            make_folders(config.spool.folder)
        except OSError:  # the order counts; that nobody hears of it is said behind it
            told = False
        else:
            logs.tell_also(Feed(Spool(config.spool.folder, config.spool.limit), config.server.name, losses))
    yield
    if losses.take() or not told:
        raise ValueError(f"it is done, but the sinks could not be told ({config.spool.folder})")
