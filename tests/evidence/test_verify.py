"""verify: one verdict, in words, that stock ssh-keygen agrees with."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sessionlens_recorder.bundle import BundleWriter, recover

from sessionlens.errors import FormatError, NotFoundError, UsageError
from sessionlens.evidence import verify
from sessionlens.evidence.signers import read

Signer = Callable[[bytes], str]


@pytest.fixture(scope="module", autouse=True)
def ssh_keygen() -> None:
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed")


def make_key(folder: Path, kind: str = "ed25519", name: str = "key") -> Path:
    key = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", key], check=True)
    return key


def signer(key: Path, namespace: str = "sessionlens", *more: str) -> Signer:
    def sign(manifest: bytes) -> str:
        command = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", namespace, *more]
        return subprocess.run(command, input=manifest, capture_output=True, check=True).stdout.decode()

    return sign


def public(key: Path) -> str:
    return key.with_name(key.name + ".pub").read_text()


def record(root: Path, sign: Signer | None = None, *, seal: bool = True) -> Path:
    writer = BundleWriter.create(root / "recordings", {"person": "john", "target": {"name": "web01"}})
    channel = writer.open_channel("shell", pty={"term": "xterm", "columns": 80, "rows": 24})
    channel.output(b"hello\r\n")
    writer.commit()
    channel.output(b"world\r\n")
    channel.close(0)
    if seal:
        writer.seal(sign)
    return writer.path


def signers(folder: Path, text: str) -> Path:
    path = folder / "allowed_signers"
    path.write_text(text)
    return path


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_a_sealed_bundle_is_intact_and_its_signer_is_named(tmp_path: Path, kind: str) -> None:
    key = make_key(tmp_path, kind)
    path = record(tmp_path, signer(key))
    trusted = signers(tmp_path, f'# ours\n\nbastion1 namespaces="sessionlens" {public(key)}')
    result = verify(path, trusted)
    assert (result.status, result.exit_code, result.signer) == ("INTACT", 0, "bastion1")
    assert result.summary == "INTACT"
    shown = subprocess.run(
        ["ssh-keygen", "-l", "-f", f"{key}.pub"], capture_output=True, text=True, check=True
    ).stdout
    assert result.fingerprint == shown.split()[1]
    command = ["ssh-keygen", "-Y", "verify", "-f", trusted, "-I", "bastion1", "-n", "sessionlens"]
    with (path / "MANIFEST").open("rb") as manifest:
        subprocess.run(
            [*command, "-s", path / "MANIFEST.sig"], stdin=manifest, check=True, capture_output=True
        )


def test_without_signers_it_says_that_nobody_was_asked(tmp_path: Path) -> None:
    """Somebody else wrote it anew and sealed it: no word may say that the recorder did."""
    result = verify(record(tmp_path, signer(make_key(tmp_path))))
    assert (result.status, result.exit_code, result.signer) == ("INTACT", 0, None)
    assert result.fingerprint is not None
    assert result.summary == (
        f"INTACT since it was sealed, signer not checked: key {result.fingerprint} may be anybody's"
    )
    assert "proves nothing before you know" in result.meaning
    assert "when the recorder sealed it" not in str(result)
    assert "--signers FILE" in str(result)


def test_one_changed_byte_is_named_with_file_offset_and_length(tmp_path: Path) -> None:
    path = record(tmp_path, signer(make_key(tmp_path)))
    out = path / "0.shell/out"
    raw = out.read_bytes()
    out.write_bytes(raw.replace(b"world", b"World"))
    result = verify(path / "0.shell")
    assert (result.status, result.exit_code) == ("DAMAGED", 1)
    [problem] = result.problems
    assert (problem.file, problem.offset, problem.length) == (
        "0.shell/out", raw.index(b"world"), len(raw) - raw.index(b"world"),
    )  # fmt: skip
    assert f"0.shell/out, byte {problem.offset}, {problem.length} bytes" in result.summary
    assert "Do not rely" in str(result)


def test_every_changed_byte_of_manifest_and_signature_is_found(tmp_path: Path) -> None:
    path = record(tmp_path, signer(make_key(tmp_path)))
    for name in ("MANIFEST", "MANIFEST.sig"):
        raw = (path / name).read_bytes()
        for at in range(len(raw)):
            (path / name).write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
            assert verify(path).exit_code == 1, (name, at)
        (path / name).write_bytes(raw)
    assert verify(path)


def test_a_forged_bundle_is_betrayed_by_its_signature(tmp_path: Path) -> None:
    key = make_key(tmp_path)
    path, forged = record(tmp_path, signer(key)), record(tmp_path / "forged", None)
    shutil.copy(path / "MANIFEST.sig", forged)
    result = verify(forged)
    assert (result.exit_code, result.problems[0].kind) == (1, "signature")


def test_a_signer_who_is_not_in_the_file_is_exit_1(tmp_path: Path) -> None:
    path = record(tmp_path, signer(make_key(tmp_path)))
    other = make_key(tmp_path, name="other")
    result = verify(path, signers(tmp_path, f"bastion1 {public(other)}"))
    assert (result.exit_code, result.signer, result.problems[0].kind) == (1, None, "signer")
    assert "not of a trusted signer" in result.summary
    assert verify(path, signers(tmp_path, "")).exit_code == 1


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ('namespaces="git,session*"', 0),
        ('namespaces="git"', 1),
        ('namespaces="*,!sessionlens"', 1),
        ('NAMESPACES="sessionlens"', 0),
        ('valid-after="20200101"', 0),
        ('valid-after="20200101Z",valid-before="21000101000000Z"', 0),
        ('valid-before="202001011200"', 1),
        ('valid-after="21000101Z"', 1),
        ("cert-authority", 1),
    ],
)
def test_options_of_allowed_signers(tmp_path: Path, options: str, code: int) -> None:
    key = make_key(tmp_path)
    path = record(tmp_path, signer(key))
    trusted = signers(tmp_path, f"bastion1,bastion2 {options} {public(key)}")
    assert verify(path, trusted).exit_code == code
    command = ["ssh-keygen", "-Y", "verify", "-f", trusted, "-I", "bastion1", "-n", "sessionlens"]
    with (path / "MANIFEST").open("rb") as manifest:
        stock = subprocess.run(
            [*command, "-s", path / "MANIFEST.sig"], stdin=manifest, capture_output=True, check=False
        )
    assert (stock.returncode == 0) == (code == 0)


@pytest.mark.parametrize(
    "line",
    ["bastion1", "bastion1 ssh-ed25519", "bastion1 ssh-ed25519 !!!", 'b sometimes="x" ssh-ed25519 AAAA',
     'b valid-after="soon" ssh-ed25519 AAAA', 'b valid-after="20261399" ssh-ed25519 AAAA'],
)  # fmt: skip
def test_a_signers_file_that_makes_no_sense_names_the_line(tmp_path: Path, line: str) -> None:
    path = record(tmp_path, None)
    with pytest.raises(UsageError, match=r"allowed_signers, line 2"):
        verify(path, signers(tmp_path, f"# comment\n{line}\n"))
    with pytest.raises(NotFoundError, match="no such file"):
        verify(path, tmp_path / "nowhere")


def test_a_comment_in_a_signers_file_holds_no_signer(tmp_path: Path) -> None:
    (tmp_path / "allowed_signers").write_text(
        "# was:\u2028john ssh-ed25519 AAAA\x0bjohn ssh-ed25519 AAAA\r\n", "utf-8"
    )
    assert read(tmp_path / "allowed_signers") == []


def test_another_namespace_is_not_ours(tmp_path: Path) -> None:
    key = make_key(tmp_path)
    result = verify(record(tmp_path, signer(key, "git")))
    assert result.exit_code == 1
    assert "'git'" in str(result)


def test_a_certificate_as_signer_cannot_be_told(tmp_path: Path) -> None:
    authority, key = make_key(tmp_path, name="ca"), make_key(tmp_path)
    subprocess.run(["ssh-keygen", "-q", "-s", authority, "-I", "x", "-n", "b", f"{key}.pub"], check=True)
    sign = signer(Path(f"{key}-cert.pub"))
    try:
        sign(b"")
    except subprocess.CalledProcessError:
        pytest.skip("this ssh-keygen signs with certificates through an agent only")
    result = verify(record(tmp_path, sign))
    assert result.exit_code == 2
    assert "ssh-keygen -Y verify" in str(result)


def test_unsigned_unsealed_live_and_foreign_cannot_be_told(tmp_path: Path) -> None:
    unsigned = verify(record(tmp_path, None))
    assert (unsigned.exit_code, "no signature" in unsigned.summary) == (2, True)
    live = record(tmp_path, seal=False)
    assert "still being recorded" in verify(live).summary
    dead = tmp_path / "dead"
    shutil.copytree(live, dead)
    unsealed = verify(dead)
    assert (unsealed.exit_code, "never sealed" in unsealed.summary) == (2, True)
    assert {problem.kind for problem in unsealed.problems} == {"torn"}
    (tmp_path / "typescript").write_bytes(b"Script started on 2026-11-22 07:46:57+00:00\nx")
    foreign = verify(tmp_path / "typescript")
    assert (foreign.exit_code, "script-classic" in foreign.summary) == (2, True)
    for result in (unsigned, unsealed, foreign):
        assert result.summary.startswith("CANNOT TELL because")
        assert not result


def test_a_torn_tail_is_torn_and_a_changed_block_beside_it_is_damage(tmp_path: Path) -> None:
    dead = tmp_path / "dead"
    shutil.copytree(record(tmp_path, seal=False), dead)
    out = dead / "0.shell/out"
    out.write_bytes(out.read_bytes().replace(b"hello", b"Hello"))
    result = verify(dead)
    assert result.exit_code == 1
    assert result.summary.startswith("DAMAGED at 0.shell/out")


def test_a_recovered_bundle_is_intact_and_says_that_it_was_broken_off(tmp_path: Path) -> None:
    key, dead = make_key(tmp_path), tmp_path / "dead"
    shutil.copytree(record(tmp_path, seal=False), dead)
    recover(dead, signer(key), "the process was killed")
    result = verify(dead, signers(tmp_path, f"bastion1 {public(key)}"))
    assert result.exit_code == 0
    assert "broken off (the process was killed)" in str(result)


def test_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        verify(tmp_path / "nowhere")
    with pytest.raises(FormatError):
        verify(tmp_path)


def test_hostile_names_are_shown_harmless_and_escaped(tmp_path: Path) -> None:
    path = record(tmp_path, signer(make_key(tmp_path)))
    (path / "<script>\x1b[31m\n").write_bytes(b"x")
    result = verify(path)
    assert result.exit_code == 1
    assert "\x1b" not in str(result)
    assert "<script>" not in result._repr_html_()
    assert result.as_dict()["problems"][0]["file"] == "<script>\x1b[31m\n"
