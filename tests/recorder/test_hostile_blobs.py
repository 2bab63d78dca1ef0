"""Keys, certificates, signatures and lists as a stranger would send them: refused, never an error of ours."""

from __future__ import annotations

import base64
import contextlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sessionlens_recorder.net.certificates import USER, check_certificate, parse_certificate
from sessionlens_recorder.net.krl import read_revoked_keys
from sessionlens_recorder.net.userkeys import ALGORITHMS, SK_ECDSA, SK_ED25519, check_signature
from sessionlens_recorder.session.wire import string

from .agent import SecurityKey
from .certs import certify, keygen

QUICK = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
EDITS = st.lists(
    st.tuples(st.integers(0, 2000), st.sampled_from(["set", "cut", "insert"]), st.binary(max_size=5)),
    max_size=6,
)


def edited(data: bytes, edits: list[tuple[int, str, bytes]]) -> bytes:
    changed = bytearray(data)
    for position, how, new in edits:
        at = position % (len(changed) + 1)
        if how == "cut":
            del changed[at : at + len(new)]
        else:
            changed[at : at + (len(new) if how == "set" else 0)] = new
    return bytes(changed)


def blob(path: Path) -> bytes:
    return base64.b64decode(path.read_text().split()[1])


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One of each kind of key, certified by a CA of the same kind."""
    folder, made = tmp_path_factory.mktemp("kinds"), {}
    for kind in ("ed25519", "ecdsa", "rsa"):
        for name in ("ca", "key"):
            keygen("-t", kind, "-N", "", "-f", folder / f"{kind}_{name}")
        certify(folder / f"{kind}_ca", folder / f"{kind}_key", "-O", "source-address=10.0.0.0/8")
        made[kind] = blob(folder / f"{kind}_key-cert.pub")
    return made


@QUICK
@given(edits=EDITS, kind=st.sampled_from(["ed25519", "ecdsa", "rsa"]))
def test_certificates(certificates: dict[str, bytes], edits: list[tuple[int, str, bytes]], kind: str) -> None:
    original = parse_certificate(certificates[kind])
    changed = edited(certificates[kind], edits)
    with contextlib.suppress(ValueError):
        certificate = parse_certificate(changed)
        problem = check_certificate(certificate, USER, ["john"], [certificate.ca], datetime.now(UTC))
        same = (certificate.signed, certificate.ca) == (original.signed, original.ca)
        assert problem is not None or same, "only what the CA signed is believed"


@QUICK
@given(edits=EDITS, rest=st.binary(max_size=80), kind=st.sampled_from(sorted(ALGORITHMS)))
def test_blobs_and_signatures(edits: list[tuple[int, str, bytes]], rest: bytes, kind: str) -> None:
    algorithm = ALGORITHMS[kind][0]
    for key in (string(kind) + rest, edited(string(kind) + string(rest), edits)):
        for signature in (string(algorithm) + string(rest), edited(string(algorithm) + string(rest), edits)):
            assert check_signature(algorithm, key, signature, b"message") is not None


@pytest.fixture(scope="module")
def tokens() -> dict[str, tuple[bytes, bytes]]:
    made = {kind: SecurityKey(kind) for kind in (SK_ED25519, SK_ECDSA)}
    return {kind: (key.blob, key.sign(b"message")) for kind, key in made.items()}


@QUICK
@given(edits=EDITS, both=EDITS, kind=st.sampled_from([SK_ED25519, SK_ECDSA]))
def test_security_keys(
    tokens: dict[str, tuple[bytes, bytes]],
    edits: list[tuple[int, str, bytes]],
    both: list[tuple[int, str, bytes]],
    kind: str,
) -> None:
    key, signature = tokens[kind]
    changed, other = edited(signature, edits), edited(key, both)
    holds = check_signature(kind, other, changed, b"message") is None
    assert not holds or (other, changed) == (key, signature) or other.startswith(key)


@pytest.fixture(scope="module")
def krl(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("krl")
    keygen("-t", "ed25519", "-N", "", "-f", folder / "ca")
    lines = "".join(f"serial: {n}\n" for n in (*range(1, 90, 3), 10**18))
    key = (folder / "ca.pub").read_text()
    (folder / "spec").write_text(f"{lines}serial: 200-300\nid: a\nid: b\nkey: {key}sha256: {key}")
    keygen("-k", "-f", folder / "krl", "-s", folder / "ca.pub", folder / "spec")
    return (folder / "krl").read_bytes()


@QUICK
@given(edits=EDITS)
def test_lists(krl: bytes, edits: list[tuple[int, str, bytes]]) -> None:
    with contextlib.suppress(ValueError):
        read_revoked_keys(edited(krl, edits))
