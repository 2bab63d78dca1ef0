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
    upstream: Literal["key", "passthrough"]
    key: Path | None
    policy: Policy


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
        upstream=section.choice("upstream", ("key", "passthrough"), "key"),
        key=section.optional_file("key"),
        policy=Policy(
            forward=tuple(section.texts("forward", ())),
            agent=section.flag("agent"),
            x11=section.flag("x11"),
        ),
    )
    section.done()
    if not target.host_keys:
        raise section.error(
            "host_key", f"is missing; `ssh-keyscan {target.address[0]}` shows it: check it first"
        )
    if (target.upstream == "key") != (target.key is not None):
        raise section.error("key", 'goes with upstream = "key", and only with that')
    return target
