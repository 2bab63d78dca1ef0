"""`[targets.NAME]`: where a session goes on, as whom, and what may pass."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from sessionlens_recorder.config.section import Address, Section, check_name
from sessionlens_recorder.net.authorized_keys import parse_public_key
from sessionlens_recorder.session.policy import Policy


@dataclass(frozen=True, slots=True)
class Target:
    """One target."""

    name: str
    address: Address
    host_keys: tuple[tuple[str, bytes], ...]  # pinned: (type, blob)
    listen: Address | None
    account: str | None  # None: the person's name
    upstream: Literal["key", "ca", "passthrough"]
    key: Path | None
    policy: Policy
    ca_key: Path | None = None  # signs the certificates of upstream "ca"
    host_cas: tuple[bytes, ...] = ()  # instead of, or beside, pinned keys
    listen_host_key: Path | None = None  # private: what clients see where the target has a listener
    acknowledge: bool = False
    ask_reason: bool = False
    four_eyes: bool = False  # a second person has to allow each session
    idle: float | None = None  # instead of the server's
    longest: float | None = None


def read_target(section: Section) -> Target:
    check_name(section)
    target = Target(
        name=section.name,
        address=section.address("address"),
        host_keys=tuple(
            section.check("host_key", partial(parse_public_key, key)) for key in section.texts("host_key")
        ),
        listen=section.optional_address("listen"),
        account=section.text("account", "") or None,
        upstream=section.choice("upstream", ("key", "ca", "passthrough"), "key"),
        key=section.optional_file("key"),
        policy=Policy(
            forward=tuple(section.texts("forward", ())),
            agent=section.flag("agent"),
            x11=section.flag("x11"),
        ),
        ca_key=section.optional_file("ca_key"),
        host_cas=tuple(
            section.check("host_ca", partial(parse_public_key, key))[1] for key in section.texts("host_ca")
        ),
        listen_host_key=section.optional_file("listen_host_key"),
        acknowledge=section.flag("acknowledge"),
        ask_reason=section.flag("ask_reason"),
        four_eyes=section.flag("four_eyes"),
        idle=section.optional_duration("idle", 2.0),
        longest=section.optional_duration("longest", 2.0),
    )
    section.done()
    if not target.host_keys and not target.host_cas:
        raise section.error(
            "host_key", f"is missing; `ssh-keyscan {target.address[0]}` shows it: check it first"
        )
    if (target.upstream == "key") != (target.key is not None):
        raise section.error("key", 'goes with upstream = "key", and only with that')
    if (target.upstream == "ca") != (target.ca_key is not None):
        raise section.error("ca_key", 'goes with upstream = "ca", and only with that')
    return target
