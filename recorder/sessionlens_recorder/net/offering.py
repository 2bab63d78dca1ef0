"""A public key that a client offers, and perhaps signs with: RFC 4252, section 7."""

from __future__ import annotations

from dataclasses import dataclass

from paramiko import common
from paramiko.message import Message

from sessionlens_recorder.net.credentials import Credential, KeyRefused
from sessionlens_recorder.net.userkeys import check_signature


@dataclass(frozen=True, slots=True)
class Offer:
    """`signature` is None where the client only asks whether the key would do."""

    algorithm: str
    blob: bytes
    signature: bytes | None


def read_offer(m: Message) -> Offer:
    """What follows the method's name in a request."""
    signed = m.get_boolean()
    algorithm, blob = m.get_binary().decode("utf-8", "backslashreplace"), m.get_binary()
    return Offer(algorithm, blob, m.get_binary() if signed else None)


def check_offer(offer: Offer, credential: Credential, session_id: bytes, name: str) -> None:
    """KeyRefused unless it was signed here and now, by that key."""
    problem = check_signature(
        credential.algorithm, credential.key, offer.signature or b"", _signed(offer, session_id, name),
        touch=credential.touch, verify=credential.verify,
    )  # fmt: skip
    if problem is not None:
        raise KeyRefused(problem)


def _signed(offer: Offer, session_id: bytes, name: str) -> bytes:
    """What the signature is over: the session id and the request up to the signature."""
    m = Message()
    m.add_string(session_id)
    m.add_byte(common.cMSG_USERAUTH_REQUEST)
    for part in (name, "ssh-connection", "publickey"):
        m.add_string(part)
    m.add_boolean(True)
    m.add_string(offer.algorithm)
    m.add_string(offer.blob)
    return m.asbytes()
