"""The forms in which strokes may be sent, as the schema describes them, with an example of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field
from rest_framework import serializers

_NUMBER = {"type": "number", "minimum": -1e9, "maximum": 1e9}
# One list for both, or clients in typed languages could not tell which one is meant.
_LIST = {
    "type": "array",
    "items": {"type": "number"},
    "minItems": 1,
    "description": '[x, y, t?, pressure?]; with `"layout": "columns"` all x, all y or all times.',
}
_POINTS = {
    "type": "array",
    "items": {"anyOf": [_LIST, {"$ref": "#/components/schemas/Point"}]},
    "description": "Points.",
}
# Those that have members have names, by which generated clients call them.
SCHEMAS: dict[str, dict[str, Any]] = {
    "Point": {
        "type": "object",
        "properties": {
            "x": _NUMBER,
            "y": _NUMBER,
            "t": {"type": "number"},
            "time": {"type": "number"},
        },
        "required": ["x", "y"],
        "description": "`t` or `time` in ms; other members are not looked at.",
    },
    "PointGroup": {
        "type": "object",
        "properties": {"points": _POINTS},
        "required": ["points"],
        "description": "A stroke as signature_pad has it; other members are not looked at.",
    },
}


@extend_schema_field(
    {
        "type": "array",
        "items": {"anyOf": [_POINTS, {"$ref": "#/components/schemas/PointGroup"}]},
        "description": "Strokes of points; y down, any unit, from -1e9 to 1e9.",
    }
)
class StrokesField(serializers.JSONField):
    """Described only: `recognizer.submission` reads it."""


# A 7, as everybody sends it.
BODIES: dict[str, dict[str, Any]] = {
    "lists": {
        "strokes": [[[80, 60], [190, 62], [150, 150], [120, 240]]],
        "canvas": [280, 280],
    },
    "lists with time": {
        "strokes": [[[80, 60, 0], [190, 62, 160], [150, 150, 290], [120, 240, 400]]],
        "canvas": [280, 280],
    },
    "objects": {
        "strokes": [
            [
                {"x": 80, "y": 60, "t": 0},
                {"x": 190, "y": 62, "t": 160},
                {"x": 150, "y": 150, "t": 290},
                {"x": 120, "y": 240, "t": 400},
            ]
        ],
        "canvas": [280, 280],
    },
    "signature_pad": {
        "strokes": [
            {
                "penColor": "black",
                "points": [
                    {"x": 80, "y": 60, "time": 1700000000000, "pressure": 0.5},
                    {"x": 190, "y": 62, "time": 1700000000160, "pressure": 0.5},
                    {"x": 150, "y": 150, "time": 1700000000290, "pressure": 0.5},
                    {"x": 120, "y": 240, "time": 1700000000400, "pressure": 0.5},
                ],
            }
        ],
        "canvas": [280, 280],
    },
    "columns": {
        "layout": "columns",
        "strokes": [[[80, 190, 150, 120], [60, 62, 150, 240], [0, 160, 290, 400]]],
        "canvas": [280, 280],
    },
    "beside the sheet": {
        "strokes": [[[-40, 60], [70, 62], [30, 150], [0, 240]]],
        "canvas": [280, 280],
    },
}


def examples(body: Callable[[dict[str, Any]], dict[str, Any]] = dict) -> list[OpenApiExample]:
    """One example a form, each made by `body` into what the call takes."""
    return [OpenApiExample(name, body(sent), request_only=True) for name, sent in BODIES.items()]
