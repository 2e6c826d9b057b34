"""What stands between a browser and the site, and answers in its place when a test says so."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

PORTAL = b"<!doctype html><title>Sign in to this network</title><h1>Sign in to this network</h1>"

# Status, content type and body of each answer that is not the site's.
ANSWERS: dict[str, tuple[int, str, bytes]] = {
    "html": (200, "text/html", PORTAL),
    "403": (403, "text/html", PORTAL),
    "413": (413, "text/html", PORTAL),
    "502": (502, "text/html", PORTAL),
    "empty": (200, "", b""),
    "script": (200, "text/javascript", b"0;"),
    "503": (503, "text/html", PORTAL),
}
HANGS = "hangs"
CLOSES = "closes"  # the connection, without an answer
BREAKS = "breaks"  # off, in the middle of the answer
MOODS = ["html", "403", "413", "502", "empty", CLOSES]


class Proxy(ThreadingHTTPServer):
    """A proxy before the site at `site`, honest until it has a `mood`.

    That is one of `ANSWERS`, or `HANGS`, `CLOSES`, `BREAKS`; it meets what is asked for below
    `within`, but for the next `honest` requests. All are `delay` seconds late.
    """

    daemon_threads = True

    def __init__(self, site: str, handler: type[_Handler] | None = None) -> None:
        super().__init__(("localhost", 0), handler or _Handler)
        self.site = urlsplit(site).netloc
        self.mood: str | None = None
        self.within = "/"
        self.honest = 0
        self.delay = 0.0
        self.asked: list[str] = []  # each request so far: its method and path
        self.ended = threading.Event()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Proxy

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append(f"{self.command} {self.path}")
        mood = self._mood()
        self.server.ended.wait(self.server.delay)
        if mood is None:
            self._forward(body)
        elif mood == BREAKS:
            self._forward(body, breaks=True)
        elif mood == HANGS:
            self.server.ended.wait(60)
        elif mood == CLOSES:
            self.close_connection = True
        else:
            status, kind, content = ANSWERS[mood]
            self._send(status, [("Content-Type", kind)] if kind else [], content)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer  # noqa: N815  (so called by the base)

    def _mood(self) -> str | None:
        server = self.server
        if server.mood is None or not self.path.startswith(server.within):
            return None
        if server.honest > 0:
            server.honest -= 1
            return None
        return server.mood

    def _forward(self, body: bytes, *, breaks: bool = False) -> None:
        site = http.client.HTTPConnection(self.server.site)
        headers = {name: value for name, value in self.headers.items() if name != "Expect"}
        try:
            site.request(self.command, self.path, body, headers)
            response = site.getresponse()
            content = response.read()
            self._send(response.status, response.getheaders(), content, breaks=breaks)
        finally:
            site.close()

    def _send(
        self,
        status: int,
        headers: list[tuple[str, str]],
        content: bytes,
        *,
        breaks: bool = False,
    ) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                self.send_header(name, value)
        length = dict(headers).get("Content-Length") if self.command == "HEAD" else None
        if status != 204:
            self.send_header("Content-Length", length or str(len(content)))
        self.end_headers()
        if breaks:
            content = content[: len(content) // 2]
            self.close_connection = True
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


class _KeptAlive(_Handler):
    """What clients of S3 want: they ask leave before each upload, which HTTP/1.0 has not."""

    protocol_version = "HTTP/1.1"


@contextmanager
def before(site: str, handler: type[_Handler] = _Handler) -> Iterator[Proxy]:
    """A proxy before the site at this address."""
    proxy = Proxy(site, handler)
    thread = threading.Thread(target=proxy.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.ended.set()
        proxy.shutdown()
        proxy.server_close()
        thread.join()


def before_bucket(store: str) -> AbstractContextManager[Proxy]:
    """A proxy before a store that speaks S3."""
    return before(store, _KeptAlive)
