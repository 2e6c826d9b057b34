"""One call of a WSGI application: a complete request of ASGI's to it, its complete answer back."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from io import SEEK_END, BytesIO
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote_to_bytes

from django.conf import settings

from digitsite.gateway.messages import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType
    from wsgiref.types import WSGIApplication

Headers: TypeAlias = list[tuple[bytes, bytes]]

# An answer longer than this waits for its client on the disk.
LONGEST_IN_MEMORY = 1 << 20


@dataclass(slots=True)
class Answer:
    """A whole answer, read from its beginning; closing it gives back what it takes up."""

    status: int
    headers: Headers
    body: IO[bytes] = field(default_factory=BytesIO)

    def __enter__(self) -> Answer:
        return self

    def __exit__(self, *_: object) -> None:
        self.body.close()


def environ_of(scope: Scope, content: bytes) -> dict[str, Any]:
    """What PEP 3333 calls the environment of a request, from ASGI's scope and the whole body."""
    # What stands before the site's own path: a proxy may pass it on, or take it away.
    root = (scope.get("root_path") or settings.PATH_PREFIX).encode().decode("latin-1")
    path = unquote_to_bytes(scope["raw_path"]).decode("latin-1")
    server_name, server_port = scope.get("server") or ("localhost", None)
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": root,
        "PATH_INFO": path[len(root) :] if path.startswith(f"{root}/") else path,
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server_name,
        "SERVER_PORT": str(server_port or 80),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(content),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    _add_headers(environ, scope["headers"])
    # Of a chunked body the length is known by now; WSGI has no other way to tell it.
    environ["CONTENT_LENGTH"] = str(len(content))
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    return environ


def _add_headers(environ: dict[str, Any], headers: Headers) -> None:
    for raw_name, raw_value in headers:
        # `X_Forwarded_For` would pass for what the proxy says in `X-Forwarded-For`.
        if b"_" in raw_name:
            continue
        name = raw_name.decode("latin-1").upper().replace("-", "_")
        if name not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            name = f"HTTP_{name}"
        value = raw_value.decode("latin-1")
        if name in environ:
            value = environ[name] + ("; " if name == "HTTP_COOKIE" else ",") + value
        environ[name] = value


class _Started:
    """What WSGI calls `start_response`."""

    status = 500
    headers: Headers

    def __call__(
        self,
        status: str,
        headers: list[tuple[str, str]],
        exc_info: tuple[type[BaseException], BaseException, TracebackType] | Any = None,
    ) -> Callable[[bytes], object]:
        self.status = int(status[:3])
        self.headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers
        ]
        return _no_writing


def _no_writing(_: bytes) -> object:
    raise NotImplementedError("Django returns its content, and never calls `write`.")


def answer_of(application: WSGIApplication, environ: dict[str, Any]) -> Answer:
    """Calls the application and takes in all that it answers, in the calling thread."""
    started = _Started()
    parts = application(environ, started)
    try:
        if environ["REQUEST_METHOD"] == "HEAD":
            return Answer(started.status, started.headers)
        body = _taken_in(iter(parts))
    finally:
        if close := getattr(parts, "close", None):
            close()
    headers = started.headers
    if started.status != 304 and not any(name == b"content-length" for name, _ in headers):
        # A streaming answer: now that it is whole, a client sees whether all has come.
        headers.append((b"content-length", str(body.seek(0, SEEK_END)).encode()))
        body.seek(0)
    return Answer(started.status, headers, body)


def _taken_in(parts: Iterator[bytes]) -> IO[bytes]:
    """All parts as a file: in memory what comes in one piece or is short, else on the disk."""
    first, second = next(parts, b""), next(parts, None)
    if second is None:
        return BytesIO(first)
    body = SpooledTemporaryFile(LONGEST_IN_MEMORY)  # noqa: SIM115  (`Answer` closes it)
    try:
        body.writelines(chain((first, second), parts))
        body.seek(0)
    except BaseException:
        body.close()
        raise
    return body
