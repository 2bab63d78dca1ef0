"""authorized_keys_command: what is run, with what, and what is not."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from sessionlens_recorder.config import ConfigError, load
from sessionlens_recorder.net import keyscommand
from sessionlens_recorder.net.authorized_keys import fingerprint, parse_public_key
from sessionlens_recorder.net.keyscommand import check_command, run_command

from .conftest import DEADLINE_S, BuildSite, Site, facts, make_key, public, wait_for
from .live import shell


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o700)
    return path


@pytest.fixture
def blob(tmp_path: Path) -> bytes:
    return parse_public_key(public(make_key(tmp_path / "some")))[1]


def test_tokens_and_environment(tmp_path: Path, blob: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "x")
    program = script(tmp_path / "keys", 'echo "$@"; env; pwd; ls /proc/self/fd | wc -l')
    said = run_command((str(program), "%u", "%t", "%f", "%%", "a%ub"), "john", blob).splitlines()
    assert said[0] == f"john ssh-ed25519 {fingerprint(blob)} % ajohnb"
    assert not any(line.startswith(("SECRET", "HOME", "SSH")) for line in said)
    assert "/" in said
    printed = run_command((str(program), "%k"), "john", blob).split()[0]
    assert printed == public(tmp_path / "some").split()[1]


def test_what_is_not_run(tmp_path: Path) -> None:
    program = script(tmp_path / "keys", "true")
    check_command((str(program), "%u"))
    with pytest.raises(ValueError, match="'%h' is not known"):
        check_command((str(program), "%h"))
    with pytest.raises(ValueError, match="not an absolute path"):
        check_command(("keys",))
    program.chmod(0o722)
    with pytest.raises(ValueError, match="can be changed by others"):
        check_command((str(program),))
    program.chmod(0o600)
    if os.geteuid() != 0:
        with pytest.raises(ValueError, match="cannot be run"):
            check_command((str(program),))
    open_folder = tmp_path / "open"
    open_folder.mkdir()
    inside = script(open_folder / "keys", "true")
    open_folder.chmod(0o777)
    with pytest.raises(ValueError, match="open can be changed by others"):
        check_command((str(inside),))


def test_a_command_that_fails_hangs_or_floods(
    tmp_path: Path, blob: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match="exit code 3"):
        run_command((str(script(tmp_path / "fails", "exit 3")),), "john", blob)
    monkeypatch.setattr(keyscommand, "LIMIT_S", 0.2)
    with pytest.raises(ValueError, match="signal 9"):
        run_command((str(script(tmp_path / "hangs", "sleep 60 & sleep 60")),), "john", blob)
    monkeypatch.setattr(keyscommand, "LIMIT_S", 20.0)
    with pytest.raises(ValueError, match="prints more than"):
        run_command((str(script(tmp_path / "floods", "yes")),), "john", blob)


@pytest.fixture
def served(build_site: BuildSite, tmp_path: Path) -> tuple[Site, Path]:
    """A command that knows the visitor's key for jane, and notes each time that it is asked."""
    key = make_key(tmp_path / "visitor")
    answers = f'echo "$1" >> {tmp_path}/asked; [ "$1" != jane ] || cat {key}.pub'
    program = script(tmp_path / "keys", answers)
    return build_site(server=f'authorized_keys_command = "{program} %u"').start(), key


def test_people_whom_only_the_command_knows(served: tuple[Site, Path], tmp_path: Path) -> None:
    site, key = served
    done, bundle = site.record("-oUser=jane", "--", "echo in", key=key)
    assert done.stdout == b"in\n"
    assert facts(bundle)["person"] == "jane"
    assert (tmp_path / "asked").read_text() == "jane\n", "offered and signed with, asked about once"
    assert site.ssh("-oUser=mary", "--", "true", key=key).returncode == 255
    assert site.ssh("-oUser=$(id)", "--", "true", key=key).returncode == 255
    assert (tmp_path / "asked").read_text() == "jane\nmary\n", "what is no name is not asked about"
    assert site.ssh("true").returncode == 0, "the file counts as before"


def test_a_command_that_others_can_change_stops_the_start(served: tuple[Site, Path], tmp_path: Path) -> None:
    site, key = served
    (tmp_path / "keys").chmod(0o777)
    with pytest.raises(ConfigError, match=r"server\.authorized_keys_command: .* can be changed by others"):
        load(site.folder / "recorder.toml")
    assert site.ssh("-oUser=jane", "--", "true", key=key).returncode == 255, "also if it is changed later"
    assert "authorized-keys-command" in site.log()


@pytest.mark.skipif(
    sys.platform != "linux", reason="needs Linux, where a process adopts what its children leave"
)
def test_what_it_leaves_behind_ends_with_its_connection_and_no_other(
    build_site: BuildSite, tmp_path: Path
) -> None:
    """Though it has a session of its own and no parent."""
    key, started = make_key(tmp_path / "ann"), tmp_path / "started"
    leaves = f"(setsid sleep 1000 >/dev/null & echo $! >>{started})"
    program = script(tmp_path / "keys", f"{leaves}\ncat {key}.pub")
    site = build_site(server=f'authorized_keys_command = "{program} %u"').start()
    options = ("-oUser=ann", f"-oIdentityFile={key}")

    def running() -> set[str]:
        return {pid for pid in started.read_text().split() if Path(f"/proc/{pid}").exists()}

    with shell(site, *options) as first:
        first.type("echo one-$((20 + 2))\n")
        first.until("one-22")
        ones = running()
        with shell(site, *options) as second:
            second.type("echo two-$((20 + 3))\n")
            second.until("two-23")
            assert running() > ones > set()
            second.type("exit\n")
            second.process.wait(DEADLINE_S)
        wait_for(lambda: running() == ones, "what the second one left is gone, and nothing else")
        first.type("exit\n")
        first.process.wait(DEADLINE_S)
    wait_for(lambda: not running(), "what the first one left is gone")
