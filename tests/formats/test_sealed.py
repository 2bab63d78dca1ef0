"""Sealed input in the lab: opened with the right key, as documented, and no damage of it goes unnoticed."""

from __future__ import annotations

import base64
import json
import re
import shutil
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sessionlens_recorder.bundle import BundleWriter, Input, bech32
from sessionlens_recorder.sealing import armoured, sealing

import sessionlens
from sessionlens.cli import main
from sessionlens.errors import IdentityError
from sessionlens.formats import Identities, open_source
from sessionlens.recording import Recording
from sessionlens.session import corpus

SESSION: dict[str, Any] = {"person": "john", "target": {"name": "web01"}}
PTY = {"term": "xterm", "columns": 80, "rows": 24}
KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = bech32.encode("age", KEY.public_key().public_bytes_raw())
PRIVATE = bech32.encode("age-secret-key-", KEY.private_bytes_raw()).upper()
Step = tuple[str, bytes]
STEPS: list[Step] = [
    ("output", b"$ "), ("input", b"id"), ("output", b"id"), ("commit", b""),
    ("input", b"\r"), ("output", b"\r\nroot\r\n$ "), ("input", b"pwd\r"), ("output", b"pwd\r\n/\r\n$ "),
]  # fmt: skip


def record(root: Path, steps: Sequence[Step], input: Input) -> Path:
    writer = BundleWriter.create(root, SESSION, input)
    channel = writer.open_channel("shell", pty=PTY)
    for what, data in steps:
        if what == "commit":
            writer.commit()
        elif what == "resize":
            channel.resize(100, 30)
        else:
            getattr(channel, what)(data)
    channel.close(0)
    writer.seal(lambda manifest: "signature\n")
    return writer.path


@pytest.fixture
def key(tmp_path: Path) -> Path:
    (tmp_path / "input.key").write_text(f"# mine\n{PRIVATE}\n")
    return tmp_path / "input.key"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return record(tmp_path / "r", STEPS, sealing([PUBLIC]))


def shell(path: Path, key: Path | None) -> Recording:
    return open_source(path, None if key is None else Identities.read(key)).channels[0].load()


def told(recording: Recording) -> list[tuple[str, bytes]]:
    """What happened in which order, without the times."""
    rows = zip(recording.stream, range(len(recording)), recording.offset, recording.size, strict=True)
    return [
        (chr(stream), recording.data(at) if chr(stream) in "io" else b"%d %d" % (offset, size))
        for stream, at, offset, size in rows
        if chr(stream) != "e"
    ]


def small(kind: str) -> st.SearchStrategy[Step]:
    return st.tuples(st.just(kind), st.binary(min_size=1, max_size=300))


EVENTS = st.one_of(
    small("input"), small("output"), small("stderr"), *(st.just((what, b"")) for what in ("commit", "resize"))
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(EVENTS, max_size=20))
def test_sealed_and_opened_is_the_same_as_plain(
    tmp_path_factory: pytest.TempPathFactory, key: Path, steps: list[Step]
) -> None:
    root = tmp_path_factory.mktemp("r")
    opened = shell(record(root / "sealed", steps, sealing([PUBLIC])), key)
    plain = shell(record(root / "plain", steps, "plain"), None)
    assert (told(opened), opened.gaps) == (told(plain), plain.gaps)
    assert opened.raw("i") == plain.raw("i")
    assert opened.has_input
    assert list(opened.t_ns) == sorted(opened.t_ns)


# What docs/recording-format.md says under "Sealed input", and age.md of C2SP: plain calls, nothing of ours.


def hkdf(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt, info).derive(key)


def unarmour(text: str) -> bytes:
    return base64.b64decode("".join(text.strip().splitlines()[1:-1]))


def age_decrypt(file: bytes, key: X25519PrivateKey) -> bytes:
    version, stanza, body, mac, payload = file.split(b"\n", 4)
    assert version == b"age-encryption.org/v1"
    arrow, kind, share64 = stanza.split(b" ")
    assert (arrow, kind, mac[:4]) == (b"->", b"X25519", b"--- ")
    share, wrapped = (base64.b64decode(text + b"=") for text in (share64, body))
    shared = key.exchange(X25519PublicKey.from_public_bytes(share))
    salt = share + key.public_key().public_bytes_raw()
    wrap = hkdf(shared, salt, b"age-encryption.org/v1/X25519")
    file_key = ChaCha20Poly1305(wrap).decrypt(bytes(12), wrapped, None)
    nonce, chunk = payload[:16], payload[16:]
    return ChaCha20Poly1305(hkdf(file_key, nonce, b"payload")).decrypt(bytes(11) + b"\1", chunk, None)


def decrypt(bundle: Path, channel: str, key: X25519PrivateKey) -> list[tuple[bytes, int, int, bytes]]:
    """(kind, t_ns, out, input) of each record, as the document has it."""
    meta = json.loads((bundle / channel / "channel.json").read_text())
    ours = age_decrypt(unarmour(meta["sealed"]["key"]), key)
    assert len(ours) == 32
    name = json.loads((bundle / "session.json").read_text())["name"]
    context = f"sessionlens-sealed-input 1 {name} {channel}".encode()
    raw = (bundle / channel / "in").read_bytes()
    assert raw.startswith(context + b"\n")
    raw, number, found = raw[len(context) + 1 :], 0, []
    assert len(raw) % 1024 == 0
    cipher = AESGCM(hkdf(ours, b"", context))
    while raw:
        (size,) = struct.unpack(">I", raw[:4])
        assert (size + 4) % 128 == 0
        plain = cipher.decrypt(number.to_bytes(12, "big"), raw[4 : 4 + size], None)
        kind, t_ns, out, length = plain[:1], *struct.unpack(">QQI", plain[1:21])
        assert not any(plain[21 + length :])
        found.append((kind, t_ns, out, plain[21 : 21 + length]))
        raw, number = raw[4 + size :], number + 1
    return found


def test_the_document_suffices_to_decrypt(path: Path) -> None:
    found = decrypt(path, "0.shell", KEY)
    assert [kind for kind, *_ in found] == [b"I", b"P", b"I", b"I", b"E"]
    assert [data for kind, _, _, data in found if kind == b"I"] == [b"id", b"\r", b"pwd\r"]
    start = (path / "0.shell/out").read_bytes().index(b"\n") + 1
    assert [out - start for kind, _, out, _ in found if kind == b"I"] == [2, 4, 14]
    times = [t_ns for _, t_ns, _, _ in found]
    assert times == sorted(times)


def test_the_document_says_what_the_code_does(root: Path) -> None:
    text = (root / "docs/recording-format.md").read_text("utf-8")
    for fact in ("sessionlens-sealed-input 1 <name> <channel>", "AES-256-GCM", "65,664", "65,536", "1,024"):
        assert fact in text


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


def frames(raw: bytes) -> list[bytes]:
    """The first line, and the records."""
    parts, at = [raw[: raw.index(b"\n") + 1]], raw.index(b"\n") + 1
    while at < len(raw):
        size = 4 + int.from_bytes(raw[at : at + 4], "big")
        parts.append(raw[at : at + size])
        at += size
    return parts


@pytest.mark.parametrize(
    ("what", "kept"),
    [
        ("flipped", b"id"), ("removed", b"id"), ("swapped", b"id"), ("repeated", b"id\r"),
        ("added", b"id\rpwd\r"),
        ("shortened", b"id"), ("end removed", b"id\rpwd\r"), ("cut in the middle", b"id\rpwd\r"),
    ],
)  # fmt: skip
def test_what_somebody_did_to_records_shows(path: Path, key: Path, what: str, kept: bytes) -> None:
    file = path / "0.shell/in"
    line, first, padding, second, third, end = frames(file.read_bytes())
    flipped = second[:30] + bytes([second[30] ^ 1]) + second[31:]
    changed = {
        "flipped": [first, padding, flipped, third, end],
        "removed": [first, padding, third, end],
        "swapped": [first, padding, third, second, end],
        "repeated": [first, padding, second, second, end],
        "added": [first, padding, second, third, end, second],
        "shortened": [first, padding, b"\0\0\0\x7b" + second[4:-1], third, end],
        "end removed": [first, padding, second, third],
        "cut in the middle": [first, padding, second, third, end[:50]],
    }
    file.write_bytes(b"".join([line, *changed[what]]))
    recording = shell(path, key)
    [gap] = recording.gaps
    assert gap.kind == ("truncated" if what == "end removed" else "tampered")
    assert gap.file == "0.shell/in"
    assert recording.input_ends_ns is not None
    assert recording.raw("i").startswith(kept)
    assert recording.raw("o").endswith(b"/\r\n$ ")


def test_records_of_another_session_or_channel_do_not_open(path: Path, key: Path, tmp_path: Path) -> None:
    other = record(tmp_path / "other", STEPS, sealing([PUBLIC]))
    for name in ("in", "channel.json"):
        shutil.copy(other / "0.shell" / name, path / "0.shell" / name)
    recording = shell(path, key)
    assert [gap.kind for gap in recording.gaps] == ["tampered"]
    assert not recording.has_input
    line = (path / "0.shell/in").read_bytes().index(b"\n") + 1
    forged = f"sessionlens-sealed-input 1 {path.name} 0.shell\n".encode()
    (path / "0.shell/in").write_bytes(forged + (other / "0.shell/in").read_bytes()[line:])
    assert shell(path, key).raw("i") == b""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(st.integers(0, 2**32), st.sampled_from(["flip", "cut", "insert"]), st.binary(min_size=1, max_size=9))
def test_no_damage_makes_it_fail_or_goes_unnoticed(
    path: Path, key: Path, at: int, how: str, data: bytes
) -> None:
    file = path / "0.shell/in"
    raw = file.read_bytes()
    at %= len(raw)
    damaged = {
        "flip": raw[:at] + bytes([raw[at] ^ (data[0] or 1)]) + raw[at + 1 :],
        "cut": raw[:at],
        "insert": raw[:at] + data + raw[at:],
    }
    try:
        file.write_bytes(damaged[how])
        recording = shell(path, key)
        assert recording.gaps
        assert b"id\rpwd\r".startswith(recording.raw("i")) or recording.input_ends_ns is not None
    finally:
        file.write_bytes(raw)


def test_odd_facts_in_channel_json(path: Path, key: Path) -> None:
    file = path / "0.shell/channel.json"
    meta = json.loads(file.read_text())
    wrapped = meta["sealed"]["key"]
    damaged = wrapped.replace("\n", "", 3)
    for odd in ({}, [], "x", None, {"recipients": "x", "key": 3}, {"recipients": [3, "age1\x1b"], "key": ""}):
        file.write_text(json.dumps(meta | {"sealed": odd}))
        with pytest.raises(IdentityError, match="sealed for nobody that it names"):
            open_source(path, Identities.read(key))
        assert shell(path, None).info.sealed_for == ()
    for bad in (damaged, wrapped[:-100], armoured([PUBLIC], b"short"), wrapped.replace("M", "N")):
        file.write_text(json.dumps(meta | {"sealed": {"recipients": [PUBLIC], "key": bad}}))
        source = open_source(path, Identities.read(key))
        assert ("tampered", "0.shell/channel.json") in [(gap.kind, gap.file) for gap in source.gaps]
        assert not source.channels[0].load().has_input


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


@pytest.mark.parametrize("begins", [True, False])
def test_a_stream_of_sftp_that_begins_later_is_sealed_too(tmp_path: Path, key: Path, begins: bool) -> None:
    writer = BundleWriter.create(tmp_path, SESSION, sealing([PUBLIC]))
    channel = writer.open_channel("sftp")
    writer.commit()  # nothing to fill up yet
    if begins:
        channel.begin_stream()
        channel.input(b"hunter2\n")
        channel.output(b"thanks\n")
        writer.commit()
    channel.close(0)
    writer.seal(lambda manifest: "signature\n")
    assert json.loads((writer.path / "0.sftp/channel.json").read_text())["input"] == "sealed"
    assert not [file for file in writer.path.rglob("*") if file.is_file() and b"hunter2" in file.read_bytes()]
    assert ("sealed input" in list(sessionlens.open(writer.path).gaps["kind"])) is begins
    opened = sessionlens.open(writer.path, identity=key)
    assert [view.channel.name for view in opened.views] == ["0.sftp"] * begins
    if begins:
        assert opened.recording.raw("i") == b"hunter2\n"
        assert "sealed input" not in list(opened.gaps["kind"])
