"""Events in batches over HTTP, as Splunk's HTTP Event Collector and a Sumo Logic HTTP source take them.

Splunk: JSON objects with `time`, `host`, `sourcetype`, `event`, one after the other; `Authorization: Splunk
TOKEN`. Sumo Logic: one event a line, gzip; the secret is in the URL. What has a 200 has arrived.
"""

from __future__ import annotations

import gzip
import http.client
import json
import ssl
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from sessionlens_recorder import __version__
from sessionlens_recorder.checks import check_private, unreadable
from sessionlens_recorder.logs import escape
from sessionlens_recorder.sinks.endpoints import TIMEOUT_S, SinkError, SinkRefused, why
from sessionlens_recorder.sinks.record import Told, encode

Format = Literal["splunk", "sumo"]
SPLUNK_PATH = "/services/collector/event"
REFUSED_BY_SPLUNK = {5, 6, 12, 13, 15}  # codes of a 400 that are about an event, and not about the setting up
LONGEST_ANSWER = 300  # characters of it that are told
MOST_AFTER_S = 300.0


class Collector:
    """One URL. The connection is kept; URL and token are read anew for each connection."""

    most = 500

    def __init__(
        self,
        kind: Format,
        url: Callable[[], str],
        token: Callable[[], str] | None,
        context: ssl.SSLContext,
        index: str | None = None,
    ) -> None:
        self._kind, self._url, self._token, self._context, self._index = kind, url, token, context, index
        self._connection: http.client.HTTPConnection | None = None
        self._path, self._headers = "", dict[str, str]()

    def send(self, events: list[Told]) -> str:
        body = b"".join(self._encode(told) for told in events)
        if self._kind == "sumo":
            body = gzip.compress(body, compresslevel=6)
        fresh = self._connection is None
        try:
            status, answer, after = self._post(body)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as error:
            self.close()
            if fresh:
                raise SinkError("it closed the connection without an answer") from error
            return self.send(events)  # one that was kept too long
        except http.client.HTTPException as error:
            self.close()
            name = type(error).__name__  # its text may have the URL
            raise SinkError(f"does not speak HTTP: {name}") from error
        except OSError as error:
            self.close()
            raise SinkError(f"cannot be reached: {why(error)}") from error
        return self._judge(status, answer, after)

    def _encode(self, told: Told) -> bytes:
        if self._kind == "sumo":
            return encode(told)
        envelope = {
            "time": round(datetime.fromisoformat(told["utc"]).timestamp(), 6),
            "host": told["bastion"],
            "source": "sessionlens",
            "sourcetype": "sessionlens:event",
            **({"index": self._index} if self._index else {}),
            "event": told,
        }
        return encode(envelope)

    def _post(self, body: bytes) -> tuple[int, str, float]:
        connection = self._connection or self._open()
        connection.request("POST", self._path, body, self._headers)
        response = connection.getresponse()
        answer = response.read(1 << 16).decode("utf-8", "replace")
        if response.will_close or not response.isclosed():
            self.close()
        reason = f"{response.reason} {answer}".strip()
        return response.status, reason, _seconds(response.getheader("Retry-After"))

    def _open(self) -> http.client.HTTPConnection:
        try:
            url = urlsplit(check_url(self._url()))
            token = self._token() if self._token else None
        except ValueError as error:
            raise SinkError(str(error)) from error
        self._headers = {
            "Content-Type": "application/json" if self._kind == "splunk" else "text/plain; charset=utf-8",
            "User-Agent": f"sessionlens-recorder/{__version__}",
            **({"Authorization": f"Splunk {token}"} if token else {}),
            **({"Content-Encoding": "gzip", "X-Sumo-Name": "sessionlens"} if self._kind == "sumo" else {}),
        }
        bare = url.path in ("", "/") and self._kind == "splunk"
        self._path = (SPLUNK_PATH if bare else url.path or "/") + (f"?{url.query}" if url.query else "")
        host = url.hostname or ""
        if url.scheme == "https":
            self._connection = http.client.HTTPSConnection(
                host, url.port, timeout=TIMEOUT_S, context=self._context
            )
        else:
            self._connection = http.client.HTTPConnection(host, url.port, timeout=TIMEOUT_S)
        return self._connection

    def _judge(self, status: int, answer: str, after: float) -> str:
        told = f"HTTP {status} {escape(answer[:LONGEST_ANSWER])}".strip()
        if status == 200:
            return told
        if status in (401, 403):
            self.close()  # the next connection reads the token anew
        if status == 413 or (status == 400 and self._is_about_events(answer)):
            raise SinkRefused(f"it answers {told}")
        redirect = "; redirects are not followed, give the URL itself" if 300 <= status < 400 else ""
        raise SinkError(f"it answers {told}{redirect}", after)

    def _is_about_events(self, answer: str) -> bool:
        if self._kind == "sumo":
            return True
        try:
            return json.loads(answer[answer.index("{") :])["code"] in REFUSED_BY_SPLUNK
        except (ValueError, KeyError, TypeError, RecursionError):
            return False

    def look(self) -> bool:
        return False

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def check_url(url: str) -> str:
    """https, or http to this machine: tokens and names do not travel in the clear. Raises ValueError, which
    does not repeat the URL, since that may be the secret.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:  # whose text has parts of it
        raise ValueError("the URL has to be https://HOST[:PORT][/PATH]") from None
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or not url.isascii()
        or not url.isprintable()
        or " " in url
    ):
        raise ValueError("the URL has to be https://HOST[:PORT][/PATH]")
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise ValueError("the URL has to begin with https: whoever listens on the way would read the secret")
    return url


def read_secret(path: Path) -> str:
    """The one line of a file that only the recorder can read. Raises ValueError."""
    check_private(path, "a secret")
    try:
        text = path.read_text("ascii").strip()
    except OSError as error:
        raise unreadable(path, error) from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} has to hold one line of ASCII") from error
    if not text or not text.isprintable():
        raise ValueError(f"{path} has to hold one line: a token or URL and nothing else")
    return text


def _seconds(header: str | None) -> float:
    """Retry-After, where it is a number."""
    return min(float(header), MOST_AFTER_S) if header and header.isascii() and header.isdigit() else 0.0
