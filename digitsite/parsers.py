"""Parsers that look at the size of a body before they read it, and at its parts before they
are made into objects.
"""

from __future__ import annotations

from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.utils import json

from digitsite.exceptions import TooLarge


class BoundedJSONParser(JSONParser):
    """JSON in UTF-8, whatever charset is claimed, of bounded length and number of values.

    A million points are six megabytes of text, which a body with an image may
    well have, but a hundred in memory. Brackets and commas are counted in the
    text in a few milliseconds, and too many never become objects.
    """

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Any = None,
    ) -> Any:
        content = stream.read()
        room = getattr((parser_context or {}).get("view"), "room_for_drawings", 1)
        if content.count(b"[") + content.count(b",") > room * most_parts():
            raise TooLarge("The JSON holds more values than any drawing may have.")
        try:
            return json.loads(content.decode())
        except ValueError as error:
            raise ParseError(f"The body is not valid JSON: {error}.") from error
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error


def most_parts() -> int:
    """Brackets and commas in a drawing at the limits: five for each [x, y, t, pressure]."""
    return 5 * settings.LIMITS["points"] + 2 * settings.LIMITS["strokes"] + 100


class BoundedMultiPartParser(MultiPartParser):
    """A form of bounded length. Django itself bounds all of a form but its files."""

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
            return super().parse(stream, media_type, parser_context)
        except ParseError as error:
            raise ParseError("The form cannot be read.") from error
