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

from sessionlens_recorder.config.limits import (
    Disk,
    Limits,
    Metrics,
    Retention,
    read_disk,
    read_limits,
    read_metrics,
    read_retention,
)
from sessionlens_recorder.config.live import Live, read_live
from sessionlens_recorder.config.recording import Recording, read_recording
from sessionlens_recorder.config.rules import EXAMPLE, read_rule
from sessionlens_recorder.config.section import NAME, Address, ConfigError, Section
from sessionlens_recorder.config.server import ELSEWHERE, Server, read_server
from sessionlens_recorder.config.sinks import Sink, SpoolSettings, read_sink, read_spool
from sessionlens_recorder.config.targets import Target, read_target
from sessionlens_recorder.config.users import User, read_user
from sessionlens_recorder.net.factors import Sequences
from sessionlens_recorder.session.rules import Rule

__all__ = [
    "ELSEWHERE", "NAME", "Address", "Config", "ConfigError", "Disk", "Limits", "Live", "Metrics",
    "Recording", "Retention", "Rule", "Server", "Sink", "SpoolSettings", "Target", "User", "load",
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
    rules: tuple[Rule, ...]
    sinks: tuple[Sink, ...]
    spool: SpoolSettings
    live: Live
    limits: Limits
    disk: Disk
    retention: Retention
    metrics: Metrics

    def sequences(self, user: User) -> Sequences:
        """What this person has to prove: one of these."""
        server = self.server
        keys = user.authorized_keys or user.user_ca or server.user_ca or server.authorized_keys_command
        usual: Sequences = ((("publickey",),) if keys else ()) + (
            (("password",),) if user.password_file else ()
        )
        return user.login or usual

    def all_sequences(self) -> Sequences:
        """Of everybody, so that strangers are asked what anybody might be."""
        others = User("", login=self.server.login)
        return tuple(one for user in (*self.users.values(), others) for one in self.sequences(user))

    def person(self, name: str) -> User | None:
        """Whoever may be called so: those in the file, and anybody where a CA or a command knows more."""
        if name in self.users:
            return self.users[name]
        others = self.server.user_ca or self.server.authorized_keys_command
        return User(name, login=self.server.login) if others and NAME.fullmatch(name) else None


def load(path: Path) -> Config:
    """Read and check a configuration, and that the files it names can be read."""
    data, text, document = _read(path)
    root = Section(path, text, (), document)
    of_server = root.section("server")
    recording = read_recording(root.section("recording", required=False))
    server = read_server(of_server, recording.input)
    users = {section.name: read_user(section, server) for section in root.sections("users")}
    targets = {section.name: read_target(section) for section in root.sections("targets")}
    rules = tuple(read_rule(section, n, targets) for n, section in enumerate(root.tables("rules"), 1))
    sinks = tuple(read_sink(section) for section in root.sections("sinks"))
    spool = read_spool(root.section("spool", required=False))
    live = read_live(root.section("live", required=False))
    digest = hashlib.sha256(data).hexdigest()
    bounds = (
        read_limits(root.section("limits", required=False)),
        read_disk(root.section("disk", required=False)),
        read_retention(root.section("retention", required=False)),
        read_metrics(root.section("metrics", required=False)),
    )
    config = Config(path, digest, server, recording, users, targets, rules, sinks, spool, live, *bounds)
    root.done()
    if not (users or server.user_ca or server.authorized_keys_command):
        raise root.error(None, "there is no [users.NAME] yet: nobody could log in")
    if not targets:
        raise root.error(None, "there is no [targets.NAME] yet: there is nowhere to go")
    if not rules:
        raise root.error(None, f"there are no [[rules]] yet: nobody may reach anything; add {EXAMPLE}")
    if not live.approvers and (
        any(target.four_eyes for target in targets.values()) or any(rule.four_eyes for rule in rules)
    ):
        raise root.error(None, "four_eyes needs [live] approvers: nobody could let anybody in")
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
    except RecursionError as error:
        raise ConfigError(path, None, None, "is nested too deep") from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise ConfigError(path, int(line[1]) if line else None, None, str(error)) from error
