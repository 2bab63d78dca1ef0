"""Sealed input in the lab: opened with the right key, as documented, and no damage of it goes unnoticed."""

from __future__ import annotations

import base64
import json
import shutil
import struct
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sessionlens_recorder.bundle import BundleWriter, sealed
from sessionlens_recorder.sealing import armoured, sealing

import sessionlens
from sessionlens.errors import IdentityError
from sessionlens.formats import Identities, open_source
from sessionlens.recording import Recording

from .sealing import KEY, PUBLIC, SESSION, STEPS, Step, record, shell


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
    assert b"".join(kind for kind, *_ in found) == b"I" + b"P" * 7 + b"II" + b"P" * 5 + b"E"
    assert [data for kind, _, _, data in found if kind == b"I"] == [b"id", b"\r", b"pwd\r"]
    start = (path / "0.shell/out").read_bytes().index(b"\n") + 1
    assert [out - start for kind, _, out, _ in found if kind == b"I"] == [2, 4, 14]
    times = [t_ns for _, t_ns, _, _ in found]
    assert times == sorted(times)


def test_a_file_that_one_long_record_fills_up_is_read_too(
    path: Path, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As recorders before 0.1.0 wrote it."""

    def fill(self: sealed.SealedInput, kind: bytes, t_ns: int, out: int) -> bytes:
        room = -self._size % sealed.QUANTUM or (sealed.QUANTUM if kind == sealed.END else 0)
        size, number = room, self._number
        if not size:
            return b""
        self._number, self._size = number + 1, self._size + size
        plain = struct.pack(">cQQI", kind, t_ns, out, 0) + bytes(size - 41)
        return struct.pack(">I", size - 4) + self._sealer.seal(number, plain)

    monkeypatch.setattr(sealed.SealedInput, "padding", lambda self, *told: fill(self, sealed.PADDING, *told))
    monkeypatch.setattr(sealed.SealedInput, "end", lambda self, *told: fill(self, sealed.END, *told))
    old = record(tmp_path / "old", STEPS, sealing([PUBLIC]))
    sizes = [len(frame) for frame in frames((old / "0.shell/in").read_bytes())]
    assert sizes[1:] == [128, 896, 128, 128, 768]
    then, now = shell(old, key), shell(path, key)
    assert (told(then), then.gaps) == (told(now), now.gaps)
    assert then.raw("i") == b"id\rpwd\r"


def test_the_document_says_what_the_code_does(root: Path) -> None:
    text = (root / "docs/recording-format.md").read_text("utf-8")
    for fact in ("sessionlens-sealed-input 1 <name> <channel>", "AES-256-GCM", "65,664", "65,536", "1,024"):
        assert fact in text


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
    line, first, *rest = frames(file.read_bytes())
    padding, (second, third), end = b"".join(rest[:7]), rest[7:9], b"".join(rest[9:])
    last = len(rest[-1])
    flipped = second[:30] + bytes([second[30] ^ 1]) + second[31:]
    changed = {
        "flipped": [first, padding, flipped, third, end],
        "removed": [first, padding, third, end],
        "swapped": [first, padding, third, second, end],
        "repeated": [first, padding, second, second, end],
        "added": [first, padding, second, third, end, second],
        "shortened": [first, padding, b"\0\0\0\x7b" + second[4:-1], third, end],
        "end removed": [first, padding, second, third, end[:-last]],
        "cut in the middle": [first, padding, second, third, end[:-50]],
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
