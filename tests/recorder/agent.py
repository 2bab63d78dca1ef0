"""A small ssh-agent (draft-ietf-sshm-ssh-agent) that holds one FIDO key made of software.

OpenSSH's own pretended authenticator (sk-dummy) is not packaged; the stock client lists and uses whatever
FIDO keys an agent has, so that all but the piece of hardware is real: PROTOCOL.u2f.
"""

from __future__ import annotations

import base64
import hashlib
import socket
import struct
import threading
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sessionlens_recorder.session.wire import Reader, string

APPLICATION = b"ssh:"
IDENTITIES, SIGN = 11, 13


class SecurityKey:
    """`flags` is what the authenticator says of the person: 1 touched, 4 asked for the PIN."""

    def __init__(self, kind: str, flags: int = 1) -> None:
        self.kind, self.flags, self.counter = kind, flags, 7
        self._private: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey
        if kind.startswith("sk-ssh-ed25519"):
            self._private = ed25519.Ed25519PrivateKey.generate()
            raw = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            fields = [raw]
        else:
            self._private = ec.generate_private_key(ec.SECP256R1())
            form = PublicFormat.UncompressedPoint
            fields = [b"nistp256", self._private.public_key().public_bytes(Encoding.X962, form)]
        self.blob = string(kind) + b"".join(map(string, [*fields, APPLICATION]))
        self.shown = self.blob  # or a certificate for it

    @property
    def line(self) -> str:
        return f"{self.kind} {base64.b64encode(self.blob).decode()}"

    def sign(self, message: bytes) -> bytes:
        self.counter += 1
        told = bytes([self.flags]) + struct.pack(">I", self.counter)
        signed = hashlib.sha256(APPLICATION).digest() + told + hashlib.sha256(message).digest()
        if isinstance(self._private, ed25519.Ed25519PrivateKey):
            inner = self._private.sign(signed)
        else:
            pair = decode_dss_signature(self._private.sign(signed, ec.ECDSA(SHA256())))
            inner = b"".join(string(n.to_bytes(n.bit_length() // 8 + 1, "big")) for n in pair)
        return string(self.kind) + string(inner) + told


class Agent:
    """Listens at `path` until it is closed."""

    def __init__(self, path: Path, key: SecurityKey) -> None:
        self.path, self._key = path, key
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(path))
        self._server.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            with client, client.makefile("rb") as stream, suppress(ConnectionError):  # ssh may just leave
                while header := stream.read(4):
                    request = stream.read(struct.unpack(">I", header)[0])
                    client.sendall(string(self._answer(request)))

    def _answer(self, request: bytes) -> bytes:
        if request[0] == IDENTITIES:
            return b"\x0c" + struct.pack(">I", 1) + string(self._key.shown) + string(b"a security key")
        if request[0] == SIGN:
            reader = Reader(request)
            reader.string()
            return b"\x0e" + string(self._key.sign(reader.string()))
        return b"\x05"  # failure: extensions, say
