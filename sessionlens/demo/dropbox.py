"""Where the insider's upload goes: an HTTP server on loopback that takes a PUT and keeps nothing of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class _Drop(BaseHTTPRequestHandler):
    """One upload: it is read, and answered with how much it was."""

    protocol_version = "HTTP/1.1"  # which curl asks whether it may send
    timeout = 5  # seconds for somebody who says nothing

    def do_PUT(self) -> None:
        """Read the body to its last byte and say how long it was."""
        wanted = int(self.headers.get("Content-Length", 0))
        answer = b"%d bytes stored\n" % len(self.rfile.read(wanted))
        self.send_response(201)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the demo's own words are for people."""


@contextmanager
def dropbox() -> Iterator[int]:
    """The port on loopback that takes uploads until the end of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Drop)
    server.daemon_threads = True
    serving = Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        serving.join()
