"""What stands in every answer: whose it is, and what a page may load and use."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from digitsite.http.own_header import OWN_HEADER

Answer = Callable[[HttpRequest], HttpResponseBase]


def standing_headers(answer: Answer) -> Answer:
    """Middleware that adds what stands in every answer, errors and static files among them.

    `X-Digit-Reader` marks the answer as this site's: a captive portal or a proxy answers in
    the site's place with pages and statuses of its own, and by this header the page tells
    them apart. It is no proof against somebody who forges it. `Content-Security-Policy` says
    what a page may load, `Permissions-Policy` which of a device's sensors it may use; a view
    that needs a policy of its own sets it. Cookies are for the site's own paths: below a prefix
    there may be others beside it.
    """
    headers = {
        OWN_HEADER: "1",
        "Content-Security-Policy": content_policy(),
        "Permissions-Policy": settings.PERMISSIONS_POLICY,
    }

    def with_headers(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        for cookie in response.cookies.values():
            cookie["path"] = f"{settings.PATH_PREFIX}/"
        return response

    return with_headers


def content_policy(**more: str) -> str:
    """The site's Content-Security-Policy, with directives of one page's own.

    Their names have underscores here: `content_policy(style_src="'self'")`.
    """
    own = {name.replace("_", "-"): sources for name, sources in more.items()}
    directives = {**settings.CONTENT_SECURITY_POLICY, **own}
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())
