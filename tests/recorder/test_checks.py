"""What keeps `serve` from saying ready, and in which words."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sessionlens_recorder.checks import check_private, check_recordings
from sessionlens_recorder.net.passwords import hash_password
from sessionlens_recorder.net.totp import new_secret

from .conftest import DEADLINE_S, BuildSite, Site, write_secret


def refused(site: Site) -> str:
    """What `serve` says; it has to end with 64 and without having said ready."""
    command = [
        sys.executable,
        "-m",
        "sessionlens_recorder",
        "serve",
        "--config",
        site.folder / "recorder.toml",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert (done.returncode, done.stdout) == (64, "")
    (line,) = done.stderr.splitlines()
    assert "[Errno" not in line
    return line


def test_recordings_that_cannot_be_written(build_site: BuildSite) -> None:
    site = build_site()
    (site.folder / "file").touch()
    site.replaced('recordings = "recordings"', 'recordings = "file/rec"')
    line = refused(site)
    assert f"recordings cannot be written to {site.folder}/file/rec: Not a directory; give" in line


def test_the_probe_leaves_a_folder_and_nothing_in_it(tmp_path: Path) -> None:
    check_recordings(tmp_path / "a/b")
    assert list((tmp_path / "a/b").iterdir()) == []


@pytest.mark.parametrize("name", ["keys/host_ed25519", "keys/signing_ed25519", "keys/web01"])
@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_private_key_that_others_can_read(build_site: BuildSite, name: str, mode: int) -> None:
    site = build_site(key='"keys/web01"')
    key = site.folder / name
    if not key.exists():
        key.write_bytes(site.key.read_bytes())
    (site.folder / "keys/web01").touch(mode=0o600)
    key.chmod(mode)
    line = refused(site)
    assert f"{key} is a private key that others can use (mode {mode:04o})" in line
    assert f"chmod 600 {key}" in line


@pytest.mark.parametrize(
    ("key", "make", "what"),
    [
        ("password_file", lambda: hash_password("secret"), "a hashed password"),
        ("totp_file", new_secret, "a secret"),
    ],
    ids=["password", "totp"],
)
def test_a_secret_that_others_can_read(
    build_site: BuildSite, key: str, make: Callable[[], str], what: str
) -> None:
    site = build_site(user=f'{key} = "users/john.secret"')
    path = site.folder / "users/john.secret"
    write_secret(path, make())
    path.chmod(0o640)
    assert f"{path} is {what} that others can use (mode 0640)" in refused(site)
    path.chmod(0o600)
    assert site.start().ssh("true").returncode == 0


def test_a_key_that_is_missing_by_now(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="gone cannot be read: No such file"):
        check_private(tmp_path / "gone")


def test_a_signing_key_that_is_none(build_site: BuildSite) -> None:
    site = build_site()
    (site.folder / "keys/signing_ed25519").write_text("nonsense")
    assert "keys/signing_ed25519 is not a private key that can be used" in refused(site)


def test_an_address_in_use(build_site: BuildSite) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        site = build_site(listen=f'"{address}"')
        line = refused(site)
    end = "Address already in use; is a recorder running already? (targets.web01.listen)"
    assert line == f"sessionlens-recorder: cannot listen at {address}: {end}"
