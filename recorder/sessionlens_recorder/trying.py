"""`check` without a login: whether `serve` would start with this configuration, tried as far as that needs no
listener: keys and their modes, folders, tokens, sinks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sessionlens_recorder.checks import find_input_keys
from sessionlens_recorder.config import load
from sessionlens_recorder.net.bastion import load_bastion
from sessionlens_recorder.sinks.keeper import check_sinks
from sessionlens_recorder.space import shortage


def try_config(path: Path) -> Iterator[tuple[bool, str]]:
    """Lines, and whether each is as it should be. Raises ValueError for what `serve` would not start with."""
    config = load(path)
    with _leaving(config.server.recordings, *([config.spool.folder] if config.sinks else [])):
        load_bastion(config)
        check_sinks(config)
        short = shortage(config.server.recordings, config.disk)
    counts = {"user": len(config.users), "target": len(config.targets)}
    counts |= {"rule": len(config.rules), "sink": len(config.sinks)}
    told = ", ".join(f"{n} {what}{'' if n == 1 else 's'}" for what, n in counts.items())
    yield True, f"{path}: `serve` can start with it: {told}"
    for key in find_input_keys(path.parent, config.recording.input_recipients):
        yield True, f"warning: {key} opens what users type; take it away from here"
    if short:
        yield False, f"nobody would be let in: {short} (disk.reserve, disk.reserve_least)"


@contextmanager
def _leaving(*folders: Path) -> Iterator[None]:
    """Folders that are made meanwhile go again: they would be those of whoever checks."""
    made = [part for folder in folders for part in (folder, *folder.parents) if not part.exists()]
    try:
        yield
    finally:
        for folder in dict.fromkeys(made):
            with suppress(OSError):
                folder.rmdir()
