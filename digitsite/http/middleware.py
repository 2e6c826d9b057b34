"""Middleware of the site's own: plain text, whose request it is, compression."""

from __future__ import annotations

import copy
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.exceptions import BadRequest
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.deprecation import MiddlewareMixin
from django.utils.functional import SimpleLazyObject

from digitsite.http.sessions import is_over

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

NULL = "\0"


class PlainText(MiddlewareMixin):
    """Middleware by which no null character reaches a view.

    PostgreSQL neither stores nor compares it: a request that holds one in its address or its
    form is refused, and a cookie that does counts as none.
    """

    def process_request(self, request: HttpRequest) -> None:
        for name in [name for name, value in request.COOKIES.items() if NULL in value]:
            del request.COOKIES[name]
        if NULL in request.path:
            raise BadRequest("The address holds a null character.")
        if request.META.get("QUERY_STRING"):
            _refuse_null(request.GET)

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        # The API reads its bodies itself.
        if request.method == "POST" and not request.path_info.startswith("/api/"):
            _refuse_null(request.POST)


def _refuse_null(fields: QueryDict) -> None:
    if any(NULL in text for name, values in fields.lists() for text in (name, *values)):
        raise BadRequest("A field holds a null character.")


class Authentication(AuthenticationMiddleware):
    """Middleware that finds the request's user, and leaves the session as it is.

    Django deletes a session whose password was changed elsewhere, and renews one that an
    older key has signed, when a request brings it: one that only reads would wait for
    whoever holds the database's write lock. Here the former is nobody's until it expires or
    somebody signs in or out, the latter its user's for as long as the key is known. A session
    of staff is nobody's once its hours are over.
    """

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _user_of(request))  # type: ignore[assignment]


def _user_of(request: HttpRequest) -> AbstractBaseUser | AnonymousUser:
    """The user of the request's session, found by a copy of it that is stored nowhere."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return AnonymousUser()
    aside = copy.copy(request)
    aside.session = SessionStore()
    aside.session.update(dict(request.session.items()))
    user = get_user(aside)
    return AnonymousUser() if is_over(aside.session, user) else user


class Messages(MessageMiddleware):
    """Middleware of what the next page is to say; calls of the API say nothing, and pass it by."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if request.path_info.startswith("/api/"):
            return self.get_response(request)
        return super().__call__(request)


class PageCompression(GZipMiddleware):
    """Compresses pages, which then weigh a quarter, and nothing else.

    Django adds a random length, against attacks that guess secrets by it (BREACH). The
    API's answers are too short to gain by it, and a network's files are stored compressed.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)
