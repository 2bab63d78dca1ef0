"""Real receivers on loopback: syslog over UDP, TCP and TLS, and an HTTP collector that can be told what to
answer. Each keeps what it got; each can be closed and opened again at the same port, which is nobody else's
meanwhile.
"""

from __future__ import annotations

import contextlib
import gzip
import ipaddress
import itertools
import json
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sessionlens_recorder.config.sinks import HttpSink
from sessionlens_recorder.sinks.endpoints import Endpoint
from sessionlens_recorder.sinks.make import make_endpoint
from sessionlens_recorder.sinks.record import make

from .conftest import free_port

# RFC 5424, section 6, as written there
_NAME = r"[!#-<>-\\^-~]{1,32}"
_VALUE = r'(?:[^"\\\]]|\\.)*'
_ELEMENT = rf'\[(?P<id>{_NAME})(?P<params>(?: {_NAME}="{_VALUE}")*)\]'
RFC5424 = re.compile(
    r"<(?P<pri>\d{1,3})>1 (?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z) (?P<host>[!-~]{1,255}) "
    rf"(?P<app>[!-~]{{1,48}}) (?P<pid>[!-~]{{1,128}}) (?P<msgid>[!-~]{{1,32}}) {_ELEMENT}(?: (?P<msg>.*))?",
    re.DOTALL,
)
_PARAM = re.compile(rf' ({_NAME})="({_VALUE})"')


def parse_message(raw: bytes) -> dict[str, Any]:
    """A message by the letter of RFC 5424, its parameters among its parts; AssertionError if it is none."""
    match = RFC5424.fullmatch(raw.decode("utf-8"))
    assert match is not None, raw
    params = {name: re.sub(r'\\(["\\\]])', r"\1", value) for name, value in _PARAM.findall(match["params"])}
    return {**match.groupdict(), "params": params}


class Datagrams:
    """A syslog receiver over UDP."""

    def __init__(self, port: int = 0) -> None:
        self.got: list[bytes] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", port or free_port()))
        self.port = int(self._socket.getsockname()[1])
        threading.Thread(target=self._receive, daemon=True).start()

    def _receive(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._socket.recv(1 << 16):
                self.got.append(data)

    def close(self) -> None:
        with contextlib.suppress(OSError):  # shutdown wakes who receives, though it is not connected
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


class Stream:
    """A syslog receiver over TCP or TLS, with octet counting. `goes`: after each message."""

    def __init__(
        self, port: int = 0, context: ssl.SSLContext | None = None, reads: bool = True, goes: bool = False
    ) -> None:
        self.got: list[bytes] = []
        self.connections: list[socket.socket] = []
        self._context, self._reads, self._goes = context, reads, goes
        self._listener = socket.create_server(("127.0.0.1", port or free_port()))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self.connections.append(sock)
                if self._reads:
                    threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):  # ValueError: it was closed between two looks at it
            if self._context is not None:
                sock = self._context.wrap_socket(sock, server_side=True)
                self.connections.append(sock)
            file = sock.makefile("rb")
            while count := self._count(file):
                self.got.append(file.read(count))
                if self._goes:
                    sock.shutdown(socket.SHUT_WR)

    @staticmethod
    def _count(file: Any) -> int:
        digits = b""
        while (byte := file.read(1)) not in (b" ", b""):
            digits += byte
        return int(digits) if digits else 0

    def close(self) -> None:
        for sock in (self._listener, *self.connections):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()


@dataclass
class Request:
    """What a collector was sent."""

    path: str
    headers: dict[str, str]
    body: bytes

    def events(self) -> list[dict[str, Any]]:
        """Splunk: one object after the other; Sumo Logic: a line each."""
        decoder, text, found = json.JSONDecoder(), self.body.decode("ascii"), []
        while text := text.lstrip():
            value, end = decoder.raw_decode(text)
            found.append(value)
            text = text[end:]
        return found


Answer = Callable[[Request], tuple[int, str]]


def accepted(request: Request) -> tuple[int, str]:
    return 200, '{"text":"Success","code":0}'


@dataclass
class Collector:
    """An HTTP server; `answer` may be changed at any time, `hang` makes it silent."""

    port: int = 0
    answer: Answer = accepted
    context: ssl.SSLContext | None = None
    requests: list[Request] = field(default_factory=list)
    accepted: list[dict[str, Any]] = field(default_factory=list)
    hang: threading.Event = field(default_factory=threading.Event)
    headers: dict[str, str] = field(default_factory=dict)
    connections: list[socket.socket] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port or free_port()), self._handler())
        self._server.daemon_threads = True
        if self.context is not None:
            self._server.socket = self.context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()

    def _handler(collector) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                collector.connections.append(self.connection)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                request = Request(self.path, dict(self.headers), body)
                collector.requests.append(request)
                if collector.hang.is_set():
                    collector.released.wait()
                    self.close_connection = True
                    return
                status, text = collector.answer(request)
                if status == 200:
                    collector.accepted += (
                        [event.get("event", event) for event in request.events()]
                        if (request.path.startswith("/services"))
                        else request.events()
                    )
                self.send_response(status)
                for name, value in collector.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *args: object) -> None:
                """Nothing on stderr."""

        return Handler

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def make_certificates(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A CA's certificate, and the context of a server at 127.0.0.1 with a certificate of that CA."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = _certificate("test ca", ca_key.public_key(), "test ca", ca_key, ca=True)
    certificate = _certificate("receiver", key.public_key(), "test ca", ca_key, ca=False)
    pem, none = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "ca.pem").write_bytes(ca.public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, none)
    (folder / "receiver.pem").write_bytes(certificate.public_bytes(pem) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "receiver.pem")
    return folder / "ca.pem", context


def _certificate(
    name: str, key: ec.EllipticCurvePublicKey, issuer: str, signer: ec.EllipticCurvePrivateKey, ca: bool
) -> x509.Certificate:
    now = datetime.now(UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    if ca:  # Python 3.13 asks for it (VERIFY_X509_STRICT)
        signs = dict.fromkeys(
            (
                "content_commitment",
                "key_encipherment",
                "data_encipherment",
                "key_agreement",
                "encipher_only",
                "decipher_only",
            ),
            False,
        )
        usage = x509.KeyUsage(digital_signature=True, key_cert_sign=True, crl_sign=True, **signs)
        builder = builder.add_extension(usage, critical=True)
    if not ca:
        builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    return builder.sign(signer, hashes.SHA256())


numbers = itertools.count()


def told(count: int = 1, name: str = "session-start") -> list[dict[str, object]]:
    return [make("gate", name, "info", {"person": f"user {next(numbers)}"}) for _ in range(count)]


def uids(events: list[dict[str, object]]) -> list[object]:
    return [event["uid"] for event in events]


@contextmanager
def opened(receiver: Datagrams | Stream | Collector) -> Iterator[None]:
    try:
        yield
    finally:
        receiver.close()


def arrived(receiver: Datagrams | Stream) -> list[object]:
    return [parse_message(raw)["params"]["uid"] for raw in list(receiver.got)]


def http(
    folder: Path, url: str | None, kind: str = "splunk", ca_file: Path | None = None, secret: str = "s3cret"
) -> Endpoint:
    file = folder / "secret"
    file.write_text(f"{secret}\n")
    file.chmod(0o600)
    token, url_file = (file, None) if kind == "splunk" else (None, file)
    index = "bastions" if kind == "splunk" else None
    return make_endpoint(HttpSink("h", (), kind, url, url_file, token, index, ca_file))  # type: ignore[arg-type]
