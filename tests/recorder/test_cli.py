"""The command line, and what importing and installing the recorder brings along."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from sessionlens_recorder.cli import main
from sessionlens_recorder.config import load
from sessionlens_recorder.net.authorized_keys import fingerprint, parse_public_key
from sessionlens_recorder.net.passwords import check_password

from .conftest import make_key, public


def test_init_writes_a_folder_and_does_not_overwrite_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(tmp_path / "b")]) == 0
    names = {str(path.relative_to(tmp_path / "b")) for path in (tmp_path / "b").rglob("*") if path.is_file()}
    assert {"recorder.toml", "allowed_signers", "keys/host_ed25519", "keys/signing_ed25519"} <= names
    for secret in ("recorder.toml", "input.key", "keys/host_ed25519", "keys/signing_ed25519"):
        assert (tmp_path / "b" / secret).stat().st_mode & 0o77 == 0
    recording = tomllib.loads((tmp_path / "b/recorder.toml").read_text())["recording"]
    assert recording["input"] == "sealed"
    (recipient,) = recording["input_recipients"]
    assert f"# public key: {recipient}\n" in (tmp_path / "b/input.key").read_text()
    assert ' namespaces="sessionlens" ssh-ed25519 AAAA' in (tmp_path / "b/allowed_signers").read_text()
    assert main(["init", str(tmp_path / "b")]) == 64
    assert "is there already" in capsys.readouterr().err
    subprocess.run(
        ["ssh-keygen", "-y", "-f", tmp_path / "b/keys/host_ed25519"], check=True, capture_output=True
    )


def test_serve_with_a_bad_configuration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "c.toml").write_text("[serve]\n")
    assert main(["serve", "--config", str(tmp_path / "c.toml")]) == 64
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"sessionlens-recorder: {tmp_path}/c.toml")


def test_wrong_use_is_64(capsys: pytest.CaptureFixture[str]) -> None:
    for line in (["nonsense"], ["serve"], ["init", "--bogus", "x"]):
        with pytest.raises(SystemExit) as ended:
            main(line)
        assert ended.value.code == 64
    assert "usage: sessionlens-recorder" in capsys.readouterr().err


def made_key(tmp_path: Path) -> str:
    return public(make_key(tmp_path / "some"))


def test_init_makes_a_configuration_that_serves(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key, folder = made_key(tmp_path), tmp_path / "b"
    line = ["init", str(folder), "--user", "j.doe", "--authorized-keys", str(tmp_path / "some.pub")]
    line += ["--target", "web01", "--address", "10.0.0.5:22", "--account", "deploy", "--name", "gate"]
    assert (
        main([*line, "--host-key", f"# 10.0.0.5:22 SSH-2.0-x\n10.0.0.5 {key}\n", "--listen", "[::]:2200"])
        == 0
    )
    config = load(folder / "recorder.toml")
    assert (config.server.name, config.server.listen) == ("gate", ("::", 2200))
    assert config.users["j.doe"].authorized_keys == folder / "users/j.doe.pub"
    (rule,) = config.rules
    assert (rule.who, rule.targets) == (("j.doe",), ("web01",))
    assert rule.allow == {"shell", "exec", "sftp"}, "what is usual: forwards are allowed by who means to"
    target = config.targets["web01"]
    assert (target.address, target.account, target.key) == (("10.0.0.5", 22), "deploy", folder / "keys/web01")
    assert target.host_keys == (parse_public_key(key),)
    assert (folder / "keys/web01").stat().st_mode & 0o77 == 0
    assert (folder / "allowed_signers").read_text().startswith("gate namespaces=")
    told = capsys.readouterr().out
    assert (folder / "keys/web01.pub").read_text().strip() in told
    assert fingerprint(parse_public_key(key)[1]) in told
    assert f"serve --config {folder}/recorder.toml" in told
    assert "ssh -p 2200 j.doe%web01@" in told


def test_init_says_what_is_left_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "b"
    assert main(["init", str(folder)]) == 0
    told = capsys.readouterr().out
    lines = (folder / "recorder.toml").read_text().splitlines()
    for header in ("#[users.john]", "#[targets.web01]", "#[[rules]]"):
        assert f"{folder}/recorder.toml:{lines.index(header) + 1}" in told
    assert f"(umask 077; sessionlens-recorder passwd > {folder}/users/john.passwd)" in told
    assert f"sessionlens-recorder serve --config {folder}/recorder.toml" in told
    assert f"take {folder}/input.key to where recordings are analysed" in told
    assert "Only this machine reaches 127.0.0.1:2222" in told
    assert (folder / "allowed_signers").read_text().startswith("bastion namespaces=")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["--target", "web01"], "--target needs --address HOST:PORT and --host-key"),
        (["--address", "a:1"], "go with --target"),
        (["--authorized-keys", "x"], "goes with --user"),
        (["--user", "../x"], "is not a name"),
        (["--user", "john", "--authorized-keys", "/nowhere"], "/nowhere cannot be read: No such file"),
        (["--target", "web01", "--address", "a:1", "--host-key", ""], "--host-key is empty"),
        (["--target", "web01", "--address", "a:1", "--host-key", "x y"], "--host-key: "),
        (["--listen", "127.0.0.1:99999"], "the port has to be a number from 0 to 65535"),
    ],
)
def test_init_with_what_does_not_go(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: list[str], told: str
) -> None:
    assert main(["init", str(tmp_path / "b"), *line]) == 64
    assert told in capsys.readouterr().err
    assert not (tmp_path / "b").exists()


def test_init_where_nothing_can_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main(["init", str(tmp_path / "file/b")]) == 64
    assert "cannot be written: Not a directory; give another folder" in capsys.readouterr().err


def test_init_in_a_git_work_tree_keeps_its_folder_out_of_it(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    assert main(["init", str(tmp_path / "a/b")]) == 0
    shown = subprocess.run(
        ["git", "-C", tmp_path, "status", "--short"], check=True, capture_output=True, text=True
    )
    assert shown.stdout == ""


def test_passwd_prints_a_line_for_password_file() -> None:
    command = [sys.executable, "-m", "sessionlens_recorder", "passwd"]
    done = subprocess.run(command, input="secret\n", capture_output=True, text=True, check=True)
    assert check_password(b"secret", done.stdout.strip())
    done = subprocess.run(command, input="\n", capture_output=True, text=True, check=False)
    assert done.returncode == 64


@pytest.mark.parametrize("stored", ["plain", "off"])
def test_init_without_sealing_is_a_choice(
    tmp_path: Path, stored: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(tmp_path / "b"), "--input", stored]) == 0
    assert tomllib.loads((tmp_path / "b/recorder.toml").read_text())["recording"] == {"input": stored}
    assert not (tmp_path / "b/input.key").exists()
    assert "input.key" not in capsys.readouterr().out


def test_input_key_prints_the_public_half_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["input-key", str(tmp_path / "k")]) == 0
    told = capsys.readouterr().out
    assert told.startswith("age1")
    assert f"# public key: {told}AGE-SECRET-KEY-1" in (tmp_path / "k").read_text()
    assert (tmp_path / "k").stat().st_mode & 0o777 == 0o600
    assert main(["input-key", str(tmp_path / "k")]) == 64
    assert "File exists" in capsys.readouterr().err


def test_importing_the_recorder_does_not_import_the_lab() -> None:
    code = (
        "import sys, sessionlens_recorder.cli, sessionlens_recorder.net.server\n"
        "heavy = {'sessionlens', 'pandas', 'numpy', 'PIL', 'pyte'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_recorder_depends_on_paramiko_and_cryptography_only(root: Path) -> None:
    project = tomllib.loads((root / "recorder/pyproject.toml").read_text())["project"]
    names = {dependency.split(">")[0] for dependency in project["dependencies"]}
    assert names == {"paramiko", "cryptography"}


def test_a_private_key_is_not_taken_for_a_public_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = make_key(tmp_path / "john")
    assert main(["init", str(tmp_path / "b"), "--user", "john", "--authorized-keys", str(key)]) == 64
    assert f"{key} is a private key; give its public half, a .pub" in capsys.readouterr().err
    assert not (tmp_path / "b").exists()


def test_a_login_is_written_with_one_percent_sign(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["check", "--help"])
    told = capsys.readouterr().out
    assert "NAME%TARGET" in told and "%%" not in told
