"""What every answer goes through on its way out, and Django does not have."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

Answer = Callable[[HttpRequest], HttpResponseBase]


def permissions_policy(answer: Answer) -> Answer:
    """Which of a device's senses a page may use, and who in it."""

    def with_policy(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        response.headers["Permissions-Policy"] = settings.PERMISSIONS_POLICY
        return response

    return with_policy


class PageCompression(GZipMiddleware):
    """Compresses pages, which then weigh a quarter, and nothing else.

    Django adds a random length, so that theirs tells nobody a secret. The API's answers are
    too short for it to pay, and a network's files are kept compressed.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)
