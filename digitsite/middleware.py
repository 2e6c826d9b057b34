"""Headers that Django does not know."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

Answer = Callable[[HttpRequest], HttpResponseBase]


def permissions_policy(answer: Answer) -> Answer:
    """Which of a device's senses a page may use, and who in it."""

    def with_policy(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        response.headers["Permissions-Policy"] = settings.PERMISSIONS_POLICY
        return response

    return with_policy
