"""Every request is a span, where traces are told of."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from digitsite.monitoring import traces


def traced(
    answer: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that times requests, by their routes; without a collector it is left out.

    A trace that somebody else has begun is gone on with where a proxy stands before the site: of a
    stranger it would be a stranger's word.
    """
    if not traces.is_on():
        raise MiddlewareNotUsed

    def with_span(request: HttpRequest) -> HttpResponseBase:
        headers = None
        if settings.TRUSTED_PROXIES:
            headers = {name.lower(): value for name, value in request.headers.items()}
        with traces.request(str(request.method), headers) as answered:
            response = answer(request)
            match = request.resolver_match
            answered(match.route if match else None, response.status_code)
            return response

    return with_span
