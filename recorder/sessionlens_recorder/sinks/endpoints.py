"""What every sink's sending half can do, and how it says that it could not."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import Protocol

from sessionlens_recorder.sinks.record import Told

TIMEOUT_S = 10.0  # for a connection, a write, an answer


class SinkError(Exception):
    """Not now: the same events are sent again later. `after`: not before so many seconds have passed."""

    def __init__(self, text: str, after: float = 0.0) -> None:
        super().__init__(text)
        self.after = after


class SinkRefused(SinkError):
    """Never: the endpoint does not want what was sent. Fewer at once may be accepted; a single one is given
    up.
    """


class Endpoint(Protocol):
    """One place that events go to. Used by one thread."""

    most: int  # events at once

    def send(self, events: list[Told]) -> str:
        """Returns what the endpoint answered, once it has them. Raises SinkError."""
        ...

    def look(self) -> bool:
        """While there is nothing new. True if something has to be sent again, with no event if need be."""
        ...

    def close(self) -> None: ...


def tls_context(
    ca_file: Path | None, certificate: Path | None = None, key: Path | None = None
) -> ssl.SSLContext:
    """TLS 1.2 or later; the server's certificate and name are checked. OSError if a file cannot be used."""
    context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate is not None:
        context.load_cert_chain(certificate, key)
    return context


def why(error: OSError) -> str:
    """An error of the network in words, and what to do where that is known."""
    if isinstance(error, ssl.SSLCertVerificationError):
        known = "" if error.verify_code not in _UNKNOWN_CA else "; its CA's certificate has to be in ca_file"
        return f"its certificate is not accepted: {error.verify_message.rstrip('.')}{known}"
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return "it closed the connection"
    if isinstance(error, ssl.SSLError) and (reason := getattr(error, "reason", None)):
        return _TLS.get(reason) or str(reason).lower().replace("_", " ")
    if isinstance(error, TimeoutError):
        return f"no answer in {TIMEOUT_S:g} s"
    return error.strerror or str(error) or type(error).__name__


_UNKNOWN_CA = (18, 19, 20, 21)  # of OpenSSL's X509_V_ERR_…: signed by itself, or by somebody unknown
_NO_TLS = "what answers there does not speak TLS"
_OUR_CERTIFICATE = "it wants a certificate of ours: certificate and certificate_key"
_TLS = {
    "WRONG_VERSION_NUMBER": _NO_TLS,
    "PACKET_LENGTH_TOO_LONG": _NO_TLS,
    "RECORD_LAYER_FAILURE": _NO_TLS,
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": _OUR_CERTIFICATE,
    "TLSV1_ALERT_UNKNOWN_CA": "it does not accept our certificate: it does not know its CA",
}


def connect(address: tuple[str, int]) -> socket.socket:
    """A TCP connection. Raises SinkError."""
    try:
        return socket.create_connection(address, timeout=TIMEOUT_S)
    except OSError as error:
        raise SinkError(f"cannot be reached: {why(error)}") from error
