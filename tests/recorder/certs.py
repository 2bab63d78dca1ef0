"""Certificates and lists by the real ssh-keygen."""

from __future__ import annotations

import subprocess
from pathlib import Path

from .conftest import Site, make_key, public


def keygen(*arguments: object) -> None:
    subprocess.run(["ssh-keygen", "-q", *map(str, arguments)], check=True, capture_output=True)


def certify(ca: Path, key: Path, *options: str, key_id: str = "john@corp", principals: str = "john") -> Path:
    """The certificate of a key, beside a copy of the key: ssh takes it from there."""
    names = ["-n", principals] if principals else []
    validity = [] if "-V" in options else ["-V", "-5m:+5m"]
    keygen("-s", ca, "-I", key_id, *names, *validity, *options, f"{key}.pub")
    return key


def ca_site(site: Site, folder: Path) -> tuple[Path, Path]:
    """A CA that the site's configuration trusts, and a key that nobody knows."""
    ca, key = make_key(folder / "user_ca"), make_key(folder / "visitor")
    site.replaced('name = "bastion1"', f'name = "bastion1"\nuser_ca = "{public(ca)}"')
    return ca, key
