"""Bodies: requests' within limits, of size before they are read, of values before they are made;
answers' as JSON, by orjson, in a tenth of the time that Python's own takes.

Which parser reads a body, and how it is answered, is negotiated here as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Any

import orjson
from django.conf import settings
from django.http import HttpResponse
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser, JSONParser, MultiPartParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

from digitsite.exceptions import TooLarge

# Times as REST framework writes them, with a Z; figures may have numbers as names.
_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS
_OTHER = JSONEncoder().default


class BoundedJSONParser(JSONParser):
    """JSON in UTF-8, whatever charset is claimed, of bounded length and number of values.

    A million points are six megabytes of text, which a body with an image may
    well have, but a hundred in memory. Brackets and commas are counted in the
    text in a few milliseconds, and too many never become objects.

    What is read is Unicode and finite: orjson refuses half of a surrogate pair, as in
    "\\ud800", which no answer, log or database could take, and numbers beyond a double.
    """

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Any = None,
    ) -> Any:
        content = stream.read()
        room = getattr((parser_context or {}).get("view"), "room_for_drawings", 1)
        if content.count(b"[") + content.count(b",") > room * settings.LIMITS["json_parts"]:
            raise TooLarge("The JSON holds more values than any drawing may have.")
        try:
            return orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise ParseError(f"The body is not valid JSON: {error}.") from error


class BoundedMultiPartParser(MultiPartParser):
    """A form in UTF-8 of bounded length. Django itself bounds all of a form but its files."""

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Any = None,
    ) -> Any:
        length = parser_context["request"].META["CONTENT_LENGTH"]
        if int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise TooLarge("The request is too large.")
        try:
            return super().parse(stream, media_type, {**parser_context, "encoding": "utf-8"})
        # LookupError: a file's name may claim an encoding that does not exist.
        except (ParseError, LookupError) as error:
            raise ParseError("The form cannot be read.") from error


class Negotiation(DefaultContentNegotiation):
    """REST framework's, but for those who ask as nearly everybody does: nothing is compared then.

    That is, `Accept` is left out, anything or just what is answered anyway, and the body
    is of a type that is parsed, said without a parameter.
    """

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        usual = request.META.get("HTTP_ACCEPT", "*/*") in ("*/*", first.media_type)
        if usual and not format_suffix:
            return first, first.media_type
        chosen: tuple[BaseRenderer, str]
        chosen = super().select_renderer(request, renderers, format_suffix)
        return chosen

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        for parser in parsers:
            if parser.media_type == request.content_type:
                return parser
        return super().select_parser(request, parsers)


# --- answers --------------------------------------------------------------------------


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
