"""What all connections share: configuration and keys, read once before the first fork."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import paramiko

from sessionlens_recorder import signing
from sessionlens_recorder.bundle import Input
from sessionlens_recorder.checks import check_private, check_recordings, unreadable
from sessionlens_recorder.config import Config
from sessionlens_recorder.counting import Counters
from sessionlens_recorder.net.input import stored_input
from sessionlens_recorder.net.issuing import Authority, load_authority
from sessionlens_recorder.net.pam import check_service


@dataclass(frozen=True, slots=True)
class Bastion:
    """The bastion as its connections know it."""

    config: Config
    host_key: paramiko.PKey
    target_keys: dict[str, paramiko.PKey]
    sign: Callable[[bytes], str]
    input: Input
    authorities: dict[str, Authority] = field(default_factory=dict)  # of targets with upstream "ca"
    listen_keys: dict[str, paramiko.PKey] = field(default_factory=dict)  # of targets that have their own
    counters: Counters = field(default_factory=Counters)  # all processes share those of the accept process


def load_bastion(config: Config) -> Bastion:
    """Read the keys, and try whether recordings can be written. ValueError says what cannot be used."""
    targets = config.targets.values()
    upstream = [
        key for target in targets for key in (target.key, target.ca_key, target.listen_host_key) if key
    ]
    for key in (config.server.host_key, config.server.signing_key, *upstream):
        check_private(key)
    for user in config.users.values():
        for file, what in ((user.password_file, "a hashed password"), (user.totp_file, "a secret")):
            if file is not None:
                check_private(file, what)
    if any("pam" in sequence for sequence in config.all_sequences()):
        check_service(config.server.pam_service)
    check_recordings(config.server.recordings)
    keys = {name: load_private_key(target.key) for name, target in config.targets.items() if target.key}
    signing_key = signing.load_key(config.server.signing_key)
    authorities = {one.name: load_authority(one.ca_key) for one in targets if one.ca_key}
    shown = {one.name: load_private_key(one.listen_host_key) for one in targets if one.listen_host_key}
    host_key, sign = load_private_key(config.server.host_key), signing.signer(signing_key)
    return Bastion(config, host_key, keys, sign, stored_input(config), authorities, shown)


def load_private_key(path: Path) -> paramiko.PKey:
    """A key of ours."""
    try:
        return paramiko.PKey.from_path(path)
    except OSError as error:
        raise unreadable(path, error) from error
    except (paramiko.SSHException, TypeError, ValueError) as error:
        raise ValueError(
            f"{path} is not a private key that can be used (without passphrase): {error}"
        ) from error
