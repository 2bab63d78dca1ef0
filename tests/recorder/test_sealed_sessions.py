"""Sealed input in real sessions: stock ssh, a real sshd, and the stock tools that check what is left."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from sessionlens_recorder.bundle import check
from sessionlens_recorder.cli import main
from sessionlens_recorder.sealing import new_identity

import sessionlens

from .conftest import DEADLINE_S, BuildSite, Site, channel, stream, wait_for
from .test_faults import sealed_as

pytestmark = pytest.mark.slow

SECRET = b"correct horse battery staple"


@pytest.fixture
def identity(tmp_path: Path) -> tuple[Path, str]:
    """A private key off the bastion, and its public half."""
    private, public = new_identity()
    (tmp_path / "input.key").write_text(private)
    return tmp_path / "input.key", public


def sealed(build_site: BuildSite, public: str) -> Site:
    return build_site().replaced('input = "plain"', f'input_recipients = ["{public}"]')


def pty_session(site: Site, *lines: bytes) -> Path:
    """A shell in a terminal: each line is typed once the one before is through; the answer is its bundle."""
    before = site.bundles()
    command = ["ssh", *site.options("-tt"), "127.0.0.1", "PS1='$ ' bash --norc --noprofile -i"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, **pipes) as process:  # type: ignore[call-overload]
        assert process.stdin is not None
        (bundle,) = wait_for(lambda: [path for path in site.bundles() if path not in before])
        out = bundle / "0.exec/out"
        for line in lines:
            wait_for(lambda: out.exists() and out.read_bytes().endswith((b"$ ", b"secret? ")), "a prompt")
            process.stdin.write(line)
            process.stdin.flush()
            wait_for(lambda text=line: shown(out, text), f"{line!r} is through")
        process.communicate(timeout=DEADLINE_S)
    return site.sealed(before)


def shown(out: Path, line: bytes) -> bool:
    """Whether a line has had its echo, or what it leads to."""
    marks = {b"read": b"secret? ", SECRET: b"thanks"}
    wanted = next((mark for key, mark in marks.items() if line.startswith(key)), line.strip())
    return wanted in out.read_bytes()


def test_a_password_that_is_typed_can_be_read_by_the_one_with_the_key(
    build_site: BuildSite, identity: tuple[Path, str], tmp_path: Path
) -> None:
    key, public = identity
    site = sealed(build_site, public).start()
    bundle = pty_session(
        site, b"read -rsp 'secret? ' x; echo thanks\r", SECRET + b"\r", b"echo it is $((20+22))\r", b"exit\r"
    )
    for file in (file for file in bundle.rglob("*") if file.is_file()):
        assert SECRET not in file.read_bytes(), file
    assert b"\nI " not in (bundle / "0.exec/timing").read_bytes()
    stock_tools_are_content(site, bundle)

    without = sessionlens.open(bundle)
    assert without.recording.raw("i") == b""
    assert not without.recording.has_input
    (gap,) = without.gaps["text"]
    assert without.info.sealed_for == (public,)
    assert "--identity" in gap
    assert "echo it is $((20+22))" in list(without.commands["command"])

    with_key = sessionlens.open(bundle, identity=key)
    assert SECRET + b"\r" in with_key.recording.raw("i")
    assert len(with_key.gaps) == 0
    found = with_key.commands.set_index("command")
    assert found.loc["echo it is $((20+22))", "confidence"] == "high"
    for table in (with_key.commands, with_key.events, with_key.lines):
        assert SECRET.decode() not in str(table.to_dict()), "a line typed blind is shown nowhere"
    assert with_key.recording.place("o", 100) == 100
    assert with_key.recording.place("i", 0) == (bundle / "0.exec/in").read_bytes().index(b"\n") + 1

    other = tmp_path / "other.key"
    private, wrong = new_identity()
    other.write_text(private)
    with pytest.raises(sessionlens.IdentityError) as caught:
        sessionlens.open(bundle, identity=other)
    assert f"sealed for {public}" in str(caught.value)
    assert wrong in str(caught.value)


def stock_tools_are_content(site: Site, bundle: Path) -> None:
    run = {"cwd": bundle, "capture_output": True, "check": True}
    subprocess.run(["sha256sum", "-c", "--quiet", "--strict", "MANIFEST"], **run)  # type: ignore[call-overload]
    manifest = (bundle / "MANIFEST").read_bytes()
    signers = site.folder / "allowed_signers"
    line = [
        "ssh-keygen",
        "-Y",
        "verify",
        "-f",
        signers,
        "-n",
        "sessionlens",
        "-s",
        "MANIFEST.sig",
        "-I",
        "bastion",
    ]
    subprocess.run(line, input=manifest, **run)  # type: ignore[call-overload]
    assert not check(bundle).problems
    if shutil.which("scriptreplay") is None:
        return
    replay = ["scriptreplay", "-d", "1000", "-T", "timing", "-O", "out"]
    done = subprocess.run(replay, cwd=bundle / "0.exec", capture_output=True, check=True)
    assert stream(bundle / "0.exec", "out") in done.stdout


def test_an_upload_comes_back_whole(build_site: BuildSite, identity: tuple[Path, str]) -> None:
    key, public = identity
    sent = bytes(range(256)) * 12_000
    done, bundle = sealed(build_site, public).start().record("cat >/dev/null", input=sent)
    assert done.returncode == 0, done.stderr
    recording = sessionlens.open(bundle, identity=key).recording
    assert recording.raw("i") == sent
    assert sent[:512] not in (bundle / "0.exec/in").read_bytes()
    assert not check(bundle).problems


HALF = """
import os, signal
real, records = os.write, []
def write(fd, data):
    if len(data) == 128 and os.readlink(f"/proc/self/fd/{fd}").endswith("/in"):
        records.append(fd)
        if len(records) == 3:
            real(fd, bytes(data)[:60])
            os.kill(os.getpid(), signal.SIGKILL)
    return real(fd, data)
os.write = write
"""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="finds the file in /proc")
def test_killed_within_a_record(build_site: BuildSite, identity: tuple[Path, str], tmp_path: Path) -> None:
    key, public = identity
    site = sealed(build_site, public).start(sabotage=HALF)
    reached = tmp_path / "reached"
    line = ["ssh", *site.options(), "127.0.0.1", f"cat > {reached}"]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as client:
        assert client.stdin is not None
        for text, so_far in ((b"one\n", b"one\n"), (b"two\n", b"one\ntwo\n")):
            client.stdin.write(text)
            client.stdin.flush()
            wait_for(lambda want=so_far: reached.exists() and reached.read_bytes() == want, "it arrived")
        client.stdin.write(b"three\n")
        client.stdin.flush()
        assert client.wait(DEADLINE_S) == 255
    (bundle,) = site.bundles()
    sealed_as(bundle, "aborted")
    assert not check(bundle).problems
    assert (bundle / "torn/0.exec.in").stat().st_size == 60
    session = sessionlens.open(bundle, identity=key)
    assert session.recording.raw("i") == b"one\ntwo\n"
    assert sorted(session.gaps["kind"]) == ["aborted", "torn"]
    assert reached.read_bytes() == b"one\ntwo\n", "what was not recorded did not arrive"


def test_input_that_is_off(build_site: BuildSite) -> None:
    site = build_site().replaced('input = "plain"', 'input = "off"').start()
    done, bundle = site.record("cat", input=SECRET)
    assert done.stdout == SECRET
    assert not (channel(bundle, "0.exec") / "in").exists()
    assert not check(bundle).problems
    session = sessionlens.open(bundle)
    assert session.info.input == "off"
    assert list(session.gaps["kind"]) == ["off input"]
    assert "was not recorded, as configured" in session.gaps["text"][0]


@pytest.mark.parametrize(
    ("stored", "said", "unsaid"),
    [
        ("plain", "shown and everything that you type.", "encrypted"),
        ("sealed", "which is encrypted for those who hold a key to it.", "where it is shown"),
        ("off", "What you type is recorded where it is shown.", "everything that you type"),
    ],
)
def test_the_notice_says_how_typing_is_stored(
    build_site: BuildSite, identity: tuple[Path, str], stored: str, said: str, unsaid: str
) -> None:
    more = f'\ninput_recipients = ["{identity[1]}"]' if stored == "sealed" else ""
    site = build_site().replaced('input = "plain"', f'input = "{stored}"{more}').start()
    notice = site.ssh("true").stderr.decode()
    assert said in notice
    assert unsaid not in notice


def test_serve_wants_to_know_how_input_is_stored(
    build_site: BuildSite, capsys: pytest.CaptureFixture[str]
) -> None:
    site = build_site().replaced('input = "plain"', "")
    assert main(["serve", "--config", str(site.folder / "recorder.toml")]) == 64
    (line,) = capsys.readouterr().err.splitlines()
    assert re.search(r'recorder\.toml:\d+: recording\.input: is missing: say .*input = "plain"', line)


def test_serve_warns_while_the_private_half_lies_on_the_bastion(build_site: BuildSite) -> None:
    site = build_site()
    held = site.folder / "input.key"
    public = re.findall(r"age1\w+", held.read_text())[0]
    site.replaced('input = "plain"', f'input_recipients = ["{public}"]').start()
    assert "warning input-key-here" in site.log()
    assert f"file={held}" in site.log()
    assert site.stop() == 0
    held.unlink()
    before = len(site.log())
    site.start()
    assert "input-key-here" not in site.log()[before:]
