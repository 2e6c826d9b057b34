"""The language of a request: chosen on the site, else the browser's, else English."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

# What is the same for everybody: pages of staff and programmers, of which only half
# would be translated, and what says nothing at all.
SAME_FOR_ALL = ("/admin/", "/api/docs/", "/api/v1/schema/", "/models/", "/about/between/")


class LanguageMiddleware(LocaleMiddleware):
    """Django's own, but for what has only one language."""

    def process_request(self, request: HttpRequest) -> None:
        if request.path.startswith(SAME_FOR_ALL):
            translation.activate(settings.LANGUAGE_CODE)
            request.LANGUAGE_CODE = settings.LANGUAGE_CODE
        else:
            super().process_request(request)

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Caches on the way need to know of languages only where there are several."""
        if request.path.startswith(SAME_FOR_ALL):
            return response
        return super().process_response(request, response)
