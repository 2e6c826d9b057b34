"""One shape for every error of the API: a code for machines, a sentence, the field."""

from __future__ import annotations

import logging
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
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from digitsite.exceptions import Refused

logger = logging.getLogger(__name__)

# What Django raises, before any parser, over a body it cannot take in.
TOO_LARGE = (RequestDataTooBig, TooManyFilesSent, TooManyFieldsSent)
UNREADABLE = (SuspiciousOperation, BadRequest, MultiPartParserError, UnreadablePostError)


def body(code: str, message: str, field: str | None = None) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "field": field}}


def refusal_body(refusal: Refused) -> dict[str, Any]:
    return body(refusal.code, refusal.message, refusal.field)


def api_exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's hook: any expected exception -> the one shape; None means 500."""
    set_rollback()
    if isinstance(error, Refused):
        return Response(refusal_body(error), status=error.status)
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
    if isinstance(error, (OperationalError, InterfaceError)):
        logger.error("The database did not answer.", exc_info=error)
        return Response(body("unavailable", _("The database cannot be reached.")), status=503)
    return None


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
    """The first complaint, with the path of the field it is about."""
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
    page: Callable[..., HttpResponse], status: int, code: str, message: str
) -> Callable[..., HttpResponse]:
    """For what never reaches a view of the API: the shape holds there too, people get `page`."""

    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.path.startswith("/api/"):
            return JsonResponse(body(code, message), status=status)
        return page(request, *args, **kwargs)

    return answer
