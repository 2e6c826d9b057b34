"""The addresses that machines ask: probes and Prometheus reach each process by its own address."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

ADDRESSES = ("/healthz", "/readyz", "/metrics")


def allowed_host() -> str:
    """A name that the site answers to, for requests by address."""
    name: str = next(iter(settings.ALLOWED_HOSTS), "localhost")
    return "localhost" if name == "*" else name.removeprefix(".")


def any_host(
    answer: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware by which machines' addresses answer whatever the request calls the site.

    A process behind a proxy is probed under an address that no setting can name beforehand.
    What these addresses answer names no host.
    """

    def by_any_name(request: HttpRequest) -> HttpResponseBase:
        if request.path_info in ADDRESSES:
            request.META["HTTP_HOST"] = allowed_host()
        return answer(request)

    return by_any_name
