"""The language of a request: chosen on the site, else the browser's, else English."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

# Addresses in English for everybody: pages of staff and programmers, of which only half
# would be translated, and files without words.
SAME_FOR_ALL = (
    "/admin/",
    "/api/docs/",
    "/api/v1/schema/",
    "/models/",
    "/about/between/",
    "/digit-pad.js",
)


def language(answer: Callable[[HttpRequest], HttpResponseBase]) -> object:
    """Middleware that answers in the language of the request, and tells caches of it.

    Django's `LocaleMiddleware` without what this site has none of, addresses by language;
    and without a word to caches where an address has one language for all.
    """

    def in_language(request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(SAME_FOR_ALL):
            request.LANGUAGE_CODE = settings.LANGUAGE_CODE
            translation.activate(settings.LANGUAGE_CODE)
            return answer(request)
        request.LANGUAGE_CODE = translation.get_language_from_request(request)
        translation.activate(request.LANGUAGE_CODE)
        response = answer(request)
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", translation.get_language())
        return response

    return in_language
