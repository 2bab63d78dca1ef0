"""Whose key opens sealed input: none, a wrong one, several, and what is said of each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sessionlens_recorder.bundle import bech32
from sessionlens_recorder.sealing import armoured, sealing

import sessionlens
from sessionlens.cli import main
from sessionlens.errors import IdentityError
from sessionlens.formats import Identities
from sessionlens.session import corpus

from .sealing import PRIVATE, PUBLIC, STEPS, record, shell


def test_without_a_key_everything_else_opens(path: Path) -> None:
    recording = shell(path, None)
    assert not recording.has_input
    assert recording.raw("o").endswith(b"/\r\n$ ")
    [gap] = recording.gaps
    assert (gap.kind, gap.file) == ("sealed input", "0.shell/in")
    assert "no key for it was given" in gap.text
    assert recording.info.sealed_for == (PUBLIC,)


def test_a_wrong_key_says_whose_it_is_and_whose_would_be_right(path: Path, tmp_path: Path) -> None:
    other = X25519PrivateKey.generate()
    (tmp_path / "k").write_text(bech32.encode("age-secret-key-", other.private_bytes_raw()).upper())
    with pytest.raises(IdentityError) as caught:
        sessionlens.open(path, identity=tmp_path / "k")
    mine = bech32.encode("age", other.public_key().public_bytes_raw())
    assert f"{tmp_path / 'k'} does not open what was typed: it is sealed for {PUBLIC}" in str(caught.value)
    assert f"the key in that file: {mine}" in str(caught.value)
    (tmp_path / "both").write_text((tmp_path / "k").read_text() + f"\n{PRIVATE}")
    assert shell(path, tmp_path / "both").raw("i") == b"id\rpwd\r"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "is no file of private keys"),
        (PUBLIC, "holds the public half"),
        (PRIVATE[:-1], "has a key that cannot be used: its checksum does not hold"),
        (PRIVATE[:-9] + PRIVATE[-9:].lower(), "mixes upper and lower case"),
        (bech32.encode("age-secret-key-pq-", bytes(32)).upper(), "has a key of another kind"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "is another kind of file"),
        (armoured([PUBLIC], b"x"), "is itself encrypted: decrypt it first"),
        (f"{PRIVATE}\n" * 1000, "is no file of private keys"),
        (None, "cannot be read: No such file"),
    ],
)
def test_a_file_that_is_no_key(path: Path, tmp_path: Path, content: str | None, expected: str) -> None:
    if content is not None:
        (tmp_path / "k").write_text(content)
    with pytest.raises(IdentityError, match=expected) as caught:
        sessionlens.open(path, identity=tmp_path / "k")
    assert str(tmp_path / "k") in str(caught.value)
    assert not re.search("AGE-SECRET-KEY-1[A-Z0-9]", str(caught.value), re.IGNORECASE)


def test_a_key_for_what_is_not_sealed_is_no_mistake(tmp_path: Path, key: Path) -> None:
    for stored in ("plain", "off"):
        path = record(tmp_path / stored, STEPS, stored)  # type: ignore[arg-type]
        assert shell(path, key).has_input == (stored == "plain")


def test_a_case_opens_what_the_key_opens(path: Path, tmp_path: Path, key: Path) -> None:
    others = bech32.encode("age", X25519PrivateKey.generate().public_key().public_bytes_raw())
    record(tmp_path / "r", STEPS, sealing([others]))
    case = corpus(tmp_path / "r", identity=key)
    assert len(case) == 2
    [gap] = case.gaps["text"]
    assert "no key for it was given" in gap
    assert set(case.sessions["input"]) == {"opened", "sealed"}
    assert set(case.sessions["sealed_for"]) == {PUBLIC, others}
    assert corpus(path, identity=key).gaps.empty
    with pytest.raises(IdentityError):
        corpus(tmp_path / "r", identity=tmp_path / "nowhere")


def test_the_command_line_takes_the_key(
    path: Path, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for verb in (["info"], ["commands"], ["search", "pwd"], ["flags"], ["commands", "--why", "1"]):
        line = [verb[0], str(path), *verb[1:]]
        assert main([*line, "--identity", str(key)]) == 0
        assert "gap" not in capsys.readouterr().out.replace("0 gaps", "")
    assert main(["commands", str(path), "--follow", "--identity", str(key)]) == 0
    assert "pwd" in capsys.readouterr().out
    assert main(["screen", str(path), "--at", "0", "--identity", str(key)]) == 0
    assert capsys.readouterr().err == ""
    assert main(["screen", str(path), "--at", "0"]) == 0
    err = capsys.readouterr().err
    assert "what was typed is sealed, and no key for it was given" in err and "gap" not in err
    (tmp_path / "wrong").write_text(PUBLIC)
    for verb in ("info", "commands", "flags"):
        assert main([verb, str(path), "--identity", str(tmp_path / "wrong")]) == 64
        assert "holds the public half" in capsys.readouterr().err


def test_a_case_of_two_keys_takes_both(
    path: Path, tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = X25519PrivateKey.generate()
    recipient = bech32.encode("age", other.public_key().public_bytes_raw())
    second = record(tmp_path / "r", STEPS, sealing([recipient]))
    assert main(["info", str(tmp_path / "r"), "--identity", str(key)]) == 0
    said = capsys.readouterr().out
    assert "in 1 session what was typed is sealed" in said and said.count("age1") == 1
    assert said.splitlines()[-1] == "2 sessions, 0 gaps", "what is sealed is not damaged"
    (tmp_path / "k").write_text(bech32.encode("age-secret-key-", other.private_bytes_raw()).upper())
    keys = [key, tmp_path / "k"]
    case = corpus(tmp_path / "r", identity=keys)
    assert case.gaps.empty and set(case.sessions["input"]) == {"opened"}
    for each in (path, second):
        assert sessionlens.open(each, identity=keys).recording.raw("i") == b"id\rpwd\r"
    for option, code in (([], 2), (["--identity", str(tmp_path / "k")], 1)):
        assert main(["search", str(tmp_path / "r"), "nothing", "--identity", str(key), *option]) == code
        assert ("what was typed is sealed" in capsys.readouterr().out) is (code == 2)


def test_several_wrong_keys_are_named(path: Path, tmp_path: Path) -> None:
    files = [tmp_path / name for name in "ab"]
    for file in files:
        raw = X25519PrivateKey.generate().private_bytes_raw()
        file.write_text(bech32.encode("age-secret-key-", raw).upper())
    with pytest.raises(
        IdentityError, match=r"a, .*b do not open what was typed.*the keys in those files: age1"
    ):
        sessionlens.open(path, identity=files)
    with pytest.raises(IdentityError, match="no file of private keys was named"):
        sessionlens.open(path, identity=[])


def test_what_is_printed_of_keys_is_public(key: Path) -> None:
    assert PRIVATE not in repr(Identities.read(key))
    assert PUBLIC in repr(Identities.read(key))
