"""Answers as JSON, by orjson: in a tenth of the time that Python's own takes."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

# Times as REST framework writes them, with a Z; figures may have numbers as names.
_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS
_OTHER = JSONEncoder().default


def encoded(value: Any) -> bytes:
    """A value as JSON; what JSON has no form for is written as REST framework writes it."""
    return orjson.dumps(value, _OTHER, _OPTIONS)


def answered(value: Any) -> HttpResponse:
    """A ready-made answer of JSON, for calls that are asked often.

    REST framework's `Response` waits to be rendered as was negotiated, which costs several
    times as much; errors are still answered by it.
    """
    return HttpResponse(encoded(value), content_type="application/json")


class AnswerRenderer(JSONRenderer):
    """JSON in UTF-8, without a space between."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Any = None,
    ) -> bytes:
        return b"" if data is None else encoded(data)
