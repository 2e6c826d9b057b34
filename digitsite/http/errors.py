"""One shape for every error of the API: a code for machines, a sentence, the field."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any

from django.core.exceptions import (
    BadRequest,
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.template.loader import get_template
from django.utils.translation import gettext as _
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from digitsite.database.patience import RETRY_AFTER, is_locked
from digitsite.exceptions import Full, Refused
from digitsite.storage import disk
from digitsite.storage.files import Unreachable

logger = logging.getLogger(__name__)

# What Django raises, before any parser, for a body that it cannot read.
TOO_LARGE = (RequestDataTooBig, TooManyFilesSent, TooManyFieldsSent)
NO_DATABASE = (OperationalError, InterfaceError)
LATER = {"Retry-After": str(RETRY_AFTER)}
UNREADABLE = (SuspiciousOperation, BadRequest, MultiPartParserError, UnreadablePostError)


def body(code: str, message: str, field: str | None = None) -> dict[str, Any]:
    """The one shape of an error, which can be encoded whatever it echoes."""
    told = {"code": code, "message": _encodable(message), "field": field and _encodable(field)}
    return {"error": told}


def _encodable(text: str) -> str:
    """The text with each half of a surrogate pair replaced, which UTF-8 cannot say."""
    return text.encode(errors="replace").decode()


def refusal_body(refusal: Refused) -> dict[str, Any]:
    """The one shape of an error, of a refusal."""
    return body(refusal.code, refusal.message, refusal.field)


def api_exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's hook: an expected exception -> an answer of the one shape.

    None for any other, which Django answers with 500.
    """
    set_rollback()
    if disk.is_full(error):
        error = _no_room(error)
    if isinstance(error, Refused):
        later = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
        return Response(refusal_body(error), status=error.status, headers=later)
    if isinstance(error, exceptions.ValidationError):
        return Response(_validation_body(error.detail), status=error.status_code)
    if isinstance(error, exceptions.APIException):
        return _api_exception(error)
    if isinstance(error, TOO_LARGE):
        return Response(body("too_large", _("The request is too large.")), status=413)
    if isinstance(error, UNREADABLE):
        return Response(body("bad_request", "The request cannot be read."), status=400)
    if isinstance(error, (Http404, ObjectDoesNotExist)):
        return Response(body("not_found", "There is no such thing here."), status=404)
    if isinstance(error, PermissionDenied):
        return Response(body("permission_denied", "You may not do this."), status=403)
    if isinstance(error, NO_DATABASE):
        content = body("unavailable", _no_database(error))
        return Response(content, status=503, headers=LATER)
    if isinstance(error, Unreachable):
        return Response(body("unavailable", _no_storage(error)), status=503, headers=LATER)
    return None


def _no_room(error: BaseException) -> Full:
    """The refusal where the disk is full; logs it too."""
    logger.error("The disk is full: %s", error)
    return Full(
        _("The site's disk is full, and nothing was changed. Please tell whoever runs it."),
        code="disk_full",
    )


def _no_database(error: Exception) -> str:
    """Why the database did not answer, as a sentence; logs it too."""
    if is_locked(error):
        logger.warning("The database is locked: %s", error)
        return _("The site is busy; please try again in a moment.")
    logger.error("The database did not answer.", exc_info=error)
    return _("The database cannot be reached.")


def _no_storage(error: Exception) -> str:
    """Why files were neither stored nor read, as a sentence; logs it too."""
    logger.error("The storage of files did not answer.", exc_info=error)
    return _("The storage of files cannot be reached; please try again in a moment.")


def _api_exception(error: exceptions.APIException) -> Response:
    headers = {}
    if isinstance(error, exceptions.Throttled):
        headers["Retry-After"] = str(getattr(error, "wait", None) or 1)
        content = body("throttled", _("Too many requests; please wait a moment."))
    else:
        content = body(str(getattr(error.detail, "code", error.default_code)), str(error.detail))
    if (challenge := getattr(error, "auth_header", None)) is not None:
        headers["WWW-Authenticate"] = challenge
    return Response(content, status=error.status_code, headers=headers)


def _validation_body(detail: Any) -> dict[str, Any]:
    """The first error of a validation, with the path of the field that it is about."""
    path = []
    while isinstance(detail, (dict, list)):
        if isinstance(detail, dict):
            key, detail = next(iter(detail.items()))
            path.append(str(key))
        else:
            detail = detail[0]
    field = ".".join(part for part in path if part != "non_field_errors") or None
    return body(str(getattr(detail, "code", "invalid")), str(detail), field)


def page_or_body(
    page: Callable[..., HttpResponse],
    status: int,
    code: str,
    message: str,
    headers: dict[str, str] | None = None,
) -> Callable[..., HttpResponse]:
    """A handler of errors outside views: the one shape below /api/, and else Django's `page`."""

    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.path_info.startswith("/api/"):
            return JsonResponse(body(code, message), status=status, headers=headers)
        return page(request, *args, **kwargs)

    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler of what no view caught: 507 where the disk is full, 503 where the
    database or the storage of files was out of reach, else 500.

    Django calls it while it handles the exception.
    """
    error = sys.exception()
    if error is not None and disk.is_full(error):
        full = _no_room(error)
        return page_or_body(_full_page, full.status, full.code, full.message)(request)
    if isinstance(error, NO_DATABASE):
        message = _no_database(error)
        return page_or_body(_busy_page, 503, "unavailable", message, LATER)(request)
    if isinstance(error, Unreachable):
        message = _no_storage(error)
        return page_or_body(_busy_page, 503, "unavailable", message, LATER)(request)
    message = "Something broke here; it was logged."
    return page_or_body(defaults.server_error, 500, "server_error", message)(request)


def _full_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(get_template("507.html").render(), status=507)


def _busy_page(request: HttpRequest) -> HttpResponse:
    # Without the request: what the context processors add may ask the database.
    return HttpResponse(get_template("503.html").render(), status=503, headers=LATER)
