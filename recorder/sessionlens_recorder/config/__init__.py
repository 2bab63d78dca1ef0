"""recorder.toml: read once, checked whole, and from then on a frozen value. One file a table.

Every mistake is a ConfigError that names file, line and key and says what to do. Unknown keys are
mistakes: a policy with a typing error must not silently be no policy.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from sessionlens_recorder.config.recording import Recording, read_recording
from sessionlens_recorder.config.section import NAME, Address, ConfigError, Section
from sessionlens_recorder.config.server import ELSEWHERE, Server, read_server
from sessionlens_recorder.config.sinks import Sink, SpoolSettings, read_sink, read_spool
from sessionlens_recorder.config.targets import Target, read_target
from sessionlens_recorder.config.users import User, read_user

__all__ = [
    "ELSEWHERE", "NAME", "Address", "Config", "ConfigError", "Recording", "Server", "Sink", "SpoolSettings",
    "Target", "User", "load",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Config:
    """The whole file, and the SHA-256 of its bytes."""

    path: Path
    sha256: str
    server: Server
    recording: Recording
    users: dict[str, User]
    targets: dict[str, Target]
    sinks: tuple[Sink, ...]
    spool: SpoolSettings


def load(path: Path) -> Config:
    """Read and check a configuration, and that the files it names can be read."""
    data, text, document = _read(path)
    root = Section(path, text, (), document)
    config = Config(
        path,
        hashlib.sha256(data).hexdigest(),
        read_server(root.section("server")),
        read_recording(root.section("recording", required=False)),
        {section.name: read_user(section) for section in root.sections("users")},
        {section.name: read_target(section) for section in root.sections("targets")},
        tuple(read_sink(section) for section in root.sections("sinks")),
        read_spool(root.section("spool", required=False)),
    )
    root.done()
    if not config.users:
        raise root.error(None, "there is no [users.NAME] yet: nobody could log in")
    if not config.targets:
        raise root.error(None, "there is no [targets.NAME] yet: there is nowhere to go")
    return config


def _read(path: Path) -> tuple[bytes, str, dict[str, object]]:
    try:
        data = path.read_bytes()
        text = data.decode()
        return data, text, tomllib.loads(text)
    except OSError as error:
        hint = "; `sessionlens-recorder init DIR` makes one" if isinstance(error, FileNotFoundError) else ""
        raise ConfigError(path, None, None, f"cannot be read: {error.strerror}{hint}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(path, data[: error.start].count(b"\n") + 1, None, "is not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise ConfigError(path, int(line[1]) if line else None, None, str(error)) from error
