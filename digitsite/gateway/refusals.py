"""The gateway's own answers: to whoever asks whether it lives, and to what it refuses."""

from __future__ import annotations

import json
import logging
import time
from io import BytesIO
from typing import Any

from corsheaders.middleware import CorsMiddleware
from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy

from digitsite.gateway.messages import Scope
from digitsite.gateway.wsgi_call import Answer, environ_of
from digitsite.http import errors
from digitsite.http.application import SiteRequest
from digitsite.http.own_header import OWN_HEADER
from digitsite.monitoring.metrics import REFUSED

logger = logging.getLogger(__name__)

# What lets another site's page read an answer; other headers it may do without.
CORS_HEADERS = ("Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Vary")

# Between two lines of the log about requests that were refused for the same reason.
LINE_SECONDS = 10.0


class Refusal(Exception):
    """The gateway's own answer to a request that the site never sees."""

    def __init__(self, status: int, code: str, message: Any, retry_after: int = 0) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after


def busy() -> Refusal:
    message = gettext_lazy("The site is busy; please try again in a moment.")
    return Refusal(503, "busy", message, retry_after=5)


def too_large() -> Refusal:
    return Refusal(413, "too_large", gettext_lazy("The request is too large."))


def too_slow() -> Refusal:
    return Refusal(408, "too_slow", gettext_lazy("The request took too long to arrive."))


def broken_off() -> Refusal:
    return Refusal(400, "bad_request", "The request cannot be read.")


def broken() -> Refusal:
    return Refusal(500, "server_error", "Something broke here; it was logged.")


class Refusals:
    """Tells of what the gateway refuses: a figure for each reason, and now and then a line.

    A crowd that is refused would else fill the log, and be slowed down by it.
    """

    def __init__(self) -> None:
        self._told: dict[str, tuple[float, int]] = {}  # when last, and how many since

    def note(self, code: str, scope: Scope) -> None:
        """One request was refused."""
        REFUSED.labels(code).inc()
        now = time.monotonic()
        last, since = self._told.get(code, (-LINE_SECONDS, 0))
        if now - last < LINE_SECONDS:
            self._told[code] = (last, since + 1)
            return
        self._told[code] = (now, 0)
        logger.warning(
            "Refused (%s): %s %r, and %d others since the last line of this kind",
            *(code, scope["method"], scope["path"], since),
        )


def healthy() -> Answer:
    """Liveness: this process answers. It looks at nothing else."""
    return own_answer(200, "text/plain", b"ok")


def refused(scope: Scope, refusal: Refusal) -> Answer:
    """In the shape of the API's errors, in the asker's language; pages of other sites that may ask
    may read it.

    What is left of the request is not read, so its connection cannot be used again.
    """
    request = SiteRequest(environ_of(scope, b""))
    language = translation.get_language_from_request(request)
    with translation.override(language):
        content = json.dumps(errors.body(refusal.code, gettext(refusal.message))).encode()
    answer = own_answer(refusal.status, "application/json", content)
    answer.headers += cors_headers(request)
    answer.headers.append((b"connection", b"close"))
    if refusal.retry_after:
        answer.headers.append((b"retry-after", str(refusal.retry_after).encode()))
    return answer


def cors_headers(request: SiteRequest) -> list[tuple[bytes, bytes]]:
    """What lets a page of another site read an answer, where the settings let it."""
    told = HttpResponse()
    CorsMiddleware(lambda _request: told).add_response_headers(request, told)
    return [(name.lower().encode(), told[name].encode()) for name in CORS_HEADERS if name in told]


def own_answer(status: int, content_type: str, content: bytes) -> Answer:
    headers = [
        (b"content-type", content_type.encode()),
        (b"content-length", str(len(content)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (OWN_HEADER.lower().encode(), b"1"),
    ]
    return Answer(status, headers, BytesIO(content))
