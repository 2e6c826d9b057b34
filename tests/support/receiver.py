"""A program elsewhere that takes webhooks: a real HTTP server that keeps what came."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Server(ThreadingHTTPServer):
    """One whose connections may break, as many here do."""

    def handle_error(self, *_: object) -> None:
        pass


@dataclass
class Receiver:
    """What came, and what is answered: statuses one after the other, the last for good.

    A status of 0 is an answer that never ends.
    """

    address: str = ""
    statuses: list[int] = field(default_factory=lambda: [204])
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def status(self) -> int:
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]


@contextmanager
def receiver(certificate: Path | None = None) -> Iterator[Receiver]:
    """Serves at a port of this machine, by TLS with a certificate and its key in one file."""
    got, over = Receiver(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.headers.append({name.lower(): value for name, value in self.headers.items()})
            got.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            status = got.status()
            while not status and not over.wait(0.05):
                # A byte now and then, so that no timeout between two bytes is ever over.
                self.wfile.write(b"H")
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"{got.address}elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with Server(("127.0.0.1", 0), Handler) as server:
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        got.address = f"http{'s' if certificate else ''}://127.0.0.1:{server.server_port}/"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
        try:
            yield got
        finally:
            over.set()
            server.shutdown()
