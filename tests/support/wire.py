"""Requests as they come off the wire, answered by the whole site behind the gateway's threads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from digitsite.gateway.wsgi_call import answer_of, environ_of
from digitsite.http.application import SiteApplication

SIGNALS = (request_started, request_finished)


@dataclass(frozen=True)
class Answered:
    """A whole answer; the names of headers are in small letters."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def error(self) -> dict[str, Any]:
        """The error of the API's one shape, which is asserted."""
        assert self.headers["content-type"] == "application/json", self
        (name, error), *others = json.loads(self.content).items()
        assert (name, others, list(error)) == ("error", [], ["code", "message", "field"])
        return dict(error)


class Wire:
    """The site in this thread, within the test's transaction, as Django's own client has it."""

    def __init__(self) -> None:
        self.application = SiteApplication()

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        """The site as a WSGI application."""
        for signal in SIGNALS:  # Django's client connects them again after each of its calls
            signal.disconnect(close_old_connections)
        return self.application(environ, start)

    def close(self) -> None:
        for signal in SIGNALS:
            signal.connect(close_old_connections)

    def ask(
        self, method: str, path: str, content: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answered:
        """Sends a request of any bytes: the path as it is, query and all, headers in Latin-1."""
        path, _, query = path.partition("?")
        told = {"Host": "localhost", **(headers or {})}
        scope = {
            "method": method,
            "scheme": "http",
            "http_version": "1.1",
            "raw_path": path.encode("latin-1"),
            "query_string": query.encode("latin-1"),
            "headers": [
                (name.lower().encode(), value.encode("latin-1")) for name, value in told.items()
            ],
        }
        with answer_of(self, environ_of(scope, content)) as answer:
            names = {name.decode(): value.decode("latin-1") for name, value in answer.headers}
            return Answered(answer.status, names, answer.body.read())
